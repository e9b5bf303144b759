//! The output pixels at a picture's left and right edge, whose windows reach beyond it.

use std::ops::Range;

use glassbox_simd::Level;

use super::strip::{Placement, Strip};
use crate::Pixel;
use crate::operator::{Rows, kernel_of};

/// The edges of a strip's output, made on padded copies of the picture's columns.
///
/// An edge alone is too narrow for vectors. So the padded columns of both edges, for one group of rows after the other,
/// are laid side by side: the row function gets one wide and low picture. Output where one edge meets the next is
/// ignored.
pub(super) struct Padding<'a, T> {
    strip: &'a Strip<'a, T>,
    placement: &'a Placement<'a>,
    level: Level,
    /// The output positions of each edge.
    edges: Vec<Range<usize>>,
    /// The position within a group at which each edge begins.
    begins: Vec<usize>,
    /// Which numbers of a picture's row the padded columns hold; `usize::MAX` for zero.
    sources: Vec<usize>,
    /// The last row that is read.
    last: isize,
    /// The padded columns.
    copies: Vec<T>,
    made: Vec<T>,
}

impl<'a, T: Pixel> Padding<'a, T> {
    /// For output rows before `end`.
    pub(super) fn new(
        strip: &'a Strip<'a, T>,
        placement: &'a Placement<'a>,
        edges: [Range<usize>; 2],
        end: usize,
        level: Level,
    ) -> Self {
        let edges: Vec<_> = edges.into_iter().filter(|edge| !edge.is_empty()).collect();
        let (mut sources, mut begins) = (Vec::new(), Vec::new());
        for edge in &edges {
            begins.push(sources.len() / strip.channels / placement.window.stride);
            // The next edge begins at a whole stride.
            let columns = placement.columns(edge.len()).next_multiple_of(placement.window.stride);
            let first = (edge.start * placement.window.stride) as isize - placement.left as isize;
            for column in first..first + columns as isize {
                let column = placement.border.place(column, strip.width);
                let number = |channel| column.map_or(usize::MAX, |column| column * strip.channels + channel);
                sources.extend((0..strip.channels).map(number));
            }
        }
        let last = placement.last_row(end);
        Self { strip, placement, level, edges, begins, sources, last, copies: Vec::new(), made: Vec::new() }
    }

    /// Makes the edges of output rows `range`.
    pub(super) fn filter(&mut self, range: Range<usize>, out: &mut [T]) {
        let Self { strip, placement, level, edges, begins, sources, last, copies, made } = self;
        if edges.is_empty() {
            return;
        }
        let (line, channels, stride) =
            (out.len() / range.len(), placement.filter.channels(strip.channels), placement.window.stride);
        let rows_per_group = placement.rows_per_group().min(range.len());
        let groups = range.len().div_ceil(rows_per_group);
        let (across, length) = (sources.len() / strip.channels / stride, groups * sources.len());
        let positions = (length / strip.channels - placement.window.width()) / stride + 1;
        made.resize(positions * channels, T::default());
        // Rows that are one group apart lie side by side in `copies`, on one line: all groups read their `i`th row
        // there. A line goes on with the rows of the next group, so rows below a group are found further along.
        let apart = rows_per_group * stride;
        let furthest = (rows_per_group - 1) * stride + placement.height() - 1;
        let copy_line = (groups + furthest / apart) * sources.len();
        copies.resize(apart * copy_line, T::default());
        let start_of = |row: usize| row % apart * copy_line + row / apart * sources.len();
        let (above, below) = (placement.rows(range.start).start, placement.rows(range.end - 1).end);
        let rows = (above..below).enumerate().map(|(row, y)| {
            let from = placement.border.place(y.min(*last), strip.height).map_or(&[][..], |y| strip.row(y));
            (from, start_of(row))
        });
        let rows: Vec<_> = rows.collect();
        // Column by column, because there are usually more rows than columns.
        for (column, source) in sources.iter().enumerate() {
            for (from, to) in &rows {
                copies[to + column] = from.get(*source).copied().unwrap_or_default();
            }
        }
        let mut kernel = kernel_of::<T>(placement.filter, strip.channels);
        for index in 0..rows_per_group {
            let rows: Vec<_> =
                (0..placement.height()).map(|row| &copies[start_of(index * stride + row)..][..length]).collect();
            kernel.row(Rows::new(&rows, index, false, *level), made);
            for (edge, begin) in edges.iter().zip(&*begins) {
                for number in 0..edge.len() * channels {
                    // The last group may have fewer rows than the others.
                    let out = out.chunks_exact_mut(line).skip(index).step_by(rows_per_group);
                    for (made, out) in made.chunks(across * channels).zip(out) {
                        out[edge.start * channels + number] = made[begin * channels + number];
                    }
                }
            }
        }
    }
}
