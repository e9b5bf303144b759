//! Regions of a picture, each reduced to one pixel, from rows that come one after the other.

use std::ops::Range;

use glassbox_simd::{Level, dispatch};
use rayon::prelude::*;

use super::region_sums::{RowGroup, Totals};
use super::source::RowSource;
use super::strip::Strip;
use crate::Pixel;
use crate::operator::RegionGrid;

/// Rows that are reduced to one before columns are: an accumulator holds the sum of 16 pixels.
const GROUP: usize = 16;

/// Bytes of rows that are reduced before the next are read.
const PIECE_BYTES: usize = 1 << 20;

/// The reduction of a picture by a grid of regions, or by several grids, drawn side by side at the size of the largest.
pub(super) struct RegionReduction {
    grids: Vec<RegionGrid>,
    totals: Totals,
    level: Level,
    /// Input rows that are read at a time.
    piece: usize,
}

/// One row of a grid, and the totals of its regions so far; empty at first.
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
    /// For a picture whose rows have `line` numbers.
    pub(super) fn new<T: Pixel>(grids: Vec<RegionGrid>, totals: Totals, line: usize, level: Level) -> Self {
        // Whole groups, enough for all threads unless that would take too much memory.
        let bytes = line * size_of::<T>() * GROUP;
        let for_threads = (2 * rayon::current_num_threads()).min(16 * PIECE_BYTES / bytes);
        let groups = (PIECE_BYTES / bytes).max(for_threads).max(1);
        Self { grids, totals, level, piece: groups * GROUP }
    }

    /// Whether the first output row needs all input rows.
    pub(super) fn needs_all_rows(&self) -> bool {
        self.grids.len() > 1
    }

    /// Makes rows `range` of the output; that must be all rows if the first [needs all](Self::needs_all_rows).
    pub(super) fn rows<T: Pixel, E>(
        &self,
        range: Range<usize>,
        source: &mut impl RowSource<T, E>,
        out: &mut [T],
    ) -> Result<(), E> {
        let line = out.len() / range.len();
        let [grid] = &self.grids[..] else {
            return self.side_by_side(source, out);
        };
        let (mut rest, mut out) = (range, out);
        // The totals must stay in the cache, too.
        let most = PIECE_BYTES / (grid.columns.len() * self.totals.count() * size_of::<f64>());
        let most = most.max(rayon::current_num_threads());
        while !rest.is_empty() {
            // All grid rows that lie within one piece, or one that is higher.
            let top = grid.rows[rest.start].start;
            let fit = grid.rows[rest.clone()].iter().take(most).take_while(|rows| rows.end - top <= self.piece);
            let fit = fit.count().max(1);
            let (now, later) = out.split_at_mut(fit * line);
            let grid_rows = &grid.rows[rest.start..][..fit];
            let mut grid_rows: Vec<_> = grid_rows.iter().map(|rows| GridRow::new(grid, rows)).collect();
            let keep = grid.rows.get(rest.start + fit).map_or(usize::MAX, |rows| rows.start);
            self.add_rows(&mut grid_rows, keep, source)?;
            now.par_chunks_exact_mut(line)
                .zip(&grid_rows)
                .for_each(|(out, row)| self.totals.finish(row.rows.len(), row.columns, &row.state, out));
            (rest.start, out) = (rest.start + fit, later);
        }
        Ok(())
    }

    /// Makes the output of several grids.
    fn side_by_side<T: Pixel, E>(&self, source: &mut impl RowSource<T, E>, out: &mut [T]) -> Result<(), E> {
        let channels = self.totals.channels;
        let mut grid_rows: Vec<_> =
            self.grids.iter().flat_map(|grid| grid.rows.iter().map(|rows| GridRow::new(grid, rows))).collect();
        self.add_rows(&mut grid_rows, usize::MAX, source)?;
        let largest = |side: fn(&RegionGrid) -> usize| self.grids.iter().map(side).max().unwrap_or(1);
        let (height, width) = (largest(|grid| grid.rows.len()), largest(|grid| grid.columns.len()));
        let (mut rows, mut line) = (&grid_rows[..], Vec::new());
        let out_line = width * self.grids.len() * channels;
        for (index, grid) in self.grids.iter().enumerate() {
            let (of_grid, others) = rows.split_at(grid.rows.len());
            line.resize(grid.columns.len() * channels, T::default());
            for y in 0..height {
                let row = &of_grid[y * of_grid.len() / height];
                self.totals.finish(row.rows.len(), row.columns, &row.state, &mut line);
                let panel = &mut out[y * out_line + index * width * channels..][..width * channels];
                for (x, pixel) in panel.chunks_exact_mut(channels).enumerate() {
                    pixel.copy_from_slice(&line[x * grid.columns.len() / width * channels..][..channels]);
                }
            }
            rows = others;
        }
        Ok(())
    }

    /// Adds the picture's rows to the totals of `grid_rows`, piece by piece. Rows from `keep` on will be needed again.
    fn add_rows<T: Pixel, E>(
        &self,
        grid_rows: &mut [GridRow],
        keep: usize,
        source: &mut impl RowSource<T, E>,
    ) -> Result<(), E> {
        let first = grid_rows.iter().map(|row| row.rows.start).min().unwrap_or(0);
        let end = grid_rows.iter().map(|row| row.rows.end).max().unwrap_or(0);
        for piece in cut(first..end, self.piece) {
            let strip = source.rows(piece.start.min(keep)..piece.end)?;
            grid_rows.par_iter_mut().for_each(|row| self.add_piece(row, &piece, &strip));
        }
        Ok(())
    }

    /// Adds a piece to the totals of one grid row.
    ///
    /// Groups begin at the same rows and are added in the same order, however the picture is cut into pieces. So sums
    /// of floats have the same bits.
    fn add_piece<T: Pixel>(&self, row: &mut GridRow, piece: &Range<usize>, strip: &Strip<T>) {
        let rows = row.rows.start.max(piece.start)..row.rows.end.min(piece.end);
        let columns = row.columns;
        let group = |rows: Range<usize>| {
            let line = strip.width * strip.channels;
            dispatch(self.level, RowGroup { totals: self.totals, columns, rows: strip.rows(rows), line })
        };
        let groups: Vec<_> = cut(rows, GROUP).collect();
        // Some groups at a time, because the totals of each take memory.
        for groups in groups.chunks(4 * rayon::current_num_threads()) {
            match groups {
                [one] => self.totals.merge(&mut row.state, group(one.clone())),
                _ => {
                    let parts: Vec<_> = groups.par_iter().cloned().map(group).collect();
                    parts.into_iter().for_each(|part| self.totals.merge(&mut row.state, part));
                }
            }
        }
    }
}

/// A range, cut at multiples of `size`.
fn cut(range: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = range.start;
    std::iter::from_fn(move || {
        let end = ((start / size + 1) * size).min(range.end);
        let piece = start..end;
        start = end;
        (!piece.is_empty()).then_some(piece)
    })
}
