//! Parts of a picture brought together: each becomes one pixel, however large it is, from rows that come one after the other.

use std::ops::Range;

use rayon::prelude::*;

use super::region_sums::{RowGroup, Totals};
use super::strip::Strip;
use crate::Pixel;
use crate::operator::RegionGrid;
use glassbox_simd::{Level, dispatch};

/// Rows that are brought together before columns are: few enough that their sums have room.
const GROUP: usize = 16;

/// Bytes of rows that are looked at before others are asked for.
const PIECE_BYTES: usize = 1 << 20;

/// Where the rows of a picture come from.
pub(crate) trait RowSource<T, E> {
    /// Some rows, `range` among them; those above are not asked for again.
    fn rows(&mut self, range: Range<usize>) -> Result<Strip<'_, T>, E>;
}

/// A picture that is there as a whole.
impl<T, E> RowSource<T, E> for Strip<'_, T> {
    fn rows(&mut self, _: Range<usize>) -> Result<Strip<'_, T>, E> {
        Ok(Strip { ..*self })
    }
}

/// Parts of one picture: a grid of them, or grids drawn side by side, each as large as the greatest.
pub(crate) struct RegionReduction {
    grids: Vec<RegionGrid>,
    terms: Totals,
    level: Level,
    /// Input rows that are asked for at a time.
    piece: usize,
}

/// A row of a grid: what is known of its parts so far, nothing at first.
struct GridRow<'a> {
    rows: Range<usize>,
    columns: &'a [Range<usize>],
    state: Vec<f64>,
}

impl<'a> GridRow<'a> {
    fn new(grid: &'a RegionGrid, rows: &Range<usize>) -> Self {
        Self { rows: rows.clone(), columns: &grid.columns, state: Vec::new() }
    }
}

impl RegionReduction {
    /// Of a picture of lines of `line` numbers.
    pub(crate) fn new<T: Pixel>(grids: Vec<RegionGrid>, terms: Totals, line: usize, level: Level) -> Self {
        // Whole groups, enough of them for all threads, unless rows are so long that this would take much memory.
        let bytes = line * size_of::<T>() * GROUP;
        let for_all = (2 * rayon::current_num_threads()).min(16 * PIECE_BYTES / bytes);
        let groups = (PIECE_BYTES / bytes).max(for_all).max(1);
        Self { grids, terms, level, piece: groups * GROUP }
    }

    /// Whether no row is done before all are.
    pub(crate) fn is_made_at_once(&self) -> bool {
        self.grids.len() > 1
    }

    /// Rows `range` of the output: all of them, if they are made at once.
    pub(crate) fn rows<T: Pixel, E>(
        &self,
        range: Range<usize>,
        supply: &mut impl RowSource<T, E>,
        out: &mut [T],
    ) -> Result<(), E> {
        let line = out.len() / range.len();
        let [grid] = &self.grids[..] else {
            return self.side_by_side(supply, out);
        };
        let (mut left, mut out) = (range, out);
        // What is known of them is to stay in the cache, too.
        let most = PIECE_BYTES / (grid.columns.len() * self.terms.count() * size_of::<f64>());
        let most = most.max(rayon::current_num_threads());
        while !left.is_empty() {
            // As many rows as a piece holds all parts of, or one that is higher.
            let top = grid.rows[left.start].start;
            let fit = grid.rows[left.clone()].iter().take(most).take_while(|rows| rows.end - top <= self.piece);
            let fit = fit.count().max(1);
            let (now, later) = out.split_at_mut(fit * line);
            let mut made: Vec<_> = grid.rows[left.start..][..fit].iter().map(|rows| GridRow::new(grid, rows)).collect();
            let keep = grid.rows.get(left.start + fit).map_or(usize::MAX, |rows| rows.start);
            self.gather(&mut made, keep, supply)?;
            now.par_chunks_exact_mut(line)
                .zip(&made)
                .for_each(|(out, row)| self.terms.finish(row.rows.len(), row.columns, &row.state, out));
            (left.start, out) = (left.start + fit, later);
        }
        Ok(())
    }

    fn side_by_side<T: Pixel, E>(&self, supply: &mut impl RowSource<T, E>, out: &mut [T]) -> Result<(), E> {
        let channels = self.terms.channels;
        let mut made: Vec<_> =
            self.grids.iter().flat_map(|grid| grid.rows.iter().map(|rows| GridRow::new(grid, rows))).collect();
        self.gather(&mut made, usize::MAX, supply)?;
        let greatest = |side: fn(&RegionGrid) -> usize| self.grids.iter().map(side).max().unwrap_or(1);
        let (height, width) = (greatest(|grid| grid.rows.len()), greatest(|grid| grid.columns.len()));
        let (mut rows, mut line) = (&made[..], Vec::new());
        let whole = width * self.grids.len() * channels;
        for (index, grid) in self.grids.iter().enumerate() {
            let (of_grid, others) = rows.split_at(grid.rows.len());
            line.resize(grid.columns.len() * channels, T::default());
            for y in 0..height {
                let row = &of_grid[y * of_grid.len() / height];
                self.terms.finish(row.rows.len(), row.columns, &row.state, &mut line);
                let panel = &mut out[y * whole + index * width * channels..][..width * channels];
                for (x, pixel) in panel.chunks_exact_mut(channels).enumerate() {
                    pixel.copy_from_slice(&line[x * grid.columns.len() / width * channels..][..channels]);
                }
            }
            rows = others;
        }
        Ok(())
    }

    /// Goes over the picture's rows that `made` sees, piece by piece; rows from `keep` on will be asked for again.
    fn gather<T: Pixel, E>(
        &self,
        made: &mut [GridRow],
        keep: usize,
        supply: &mut impl RowSource<T, E>,
    ) -> Result<(), E> {
        let first = made.iter().map(|row| row.rows.start).min().unwrap_or(0);
        let end = made.iter().map(|row| row.rows.end).max().unwrap_or(0);
        for piece in cut(first..end, self.piece) {
            let strip = supply.rows(piece.start.min(keep)..piece.end)?;
            made.par_iter_mut().for_each(|row| self.add(row, &piece, &strip));
        }
        Ok(())
    }

    /// What a row of the grid sees of a piece. Groups begin at the same rows and are added in the same order, however the picture is cut, so that sums
    /// of floats are the same to the last bit.
    fn add<T: Pixel>(&self, row: &mut GridRow, piece: &Range<usize>, strip: &Strip<T>) {
        let seen = row.rows.start.max(piece.start)..row.rows.end.min(piece.end);
        let columns = row.columns;
        let group = |rows: Range<usize>| {
            dispatch(
                self.level,
                RowGroup { terms: self.terms, columns, rows: strip.rows(rows), line: strip.width * strip.channels },
            )
        };
        let groups: Vec<_> = cut(seen, GROUP).collect();
        // Not all at once: what is found in each takes memory until it is brought together.
        for groups in groups.chunks(4 * rayon::current_num_threads()) {
            match groups {
                [one] => self.terms.merge(&mut row.state, group(one.clone())),
                _ => {
                    let found: Vec<_> = groups.par_iter().cloned().map(group).collect();
                    found.into_iter().for_each(|found| self.terms.merge(&mut row.state, found));
                }
            }
        }
    }
}

/// A range cut at multiples of `size`.
fn cut(range: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = range.start;
    std::iter::from_fn(move || {
        let end = ((start / size + 1) * size).min(range.end);
        let piece = start..end;
        start = end;
        (!piece.is_empty()).then_some(piece)
    })
}
