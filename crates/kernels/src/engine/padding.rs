//! The places at a picture's left and right edge, whose windows see what the border says.

use std::ops::Range;

use super::strip::{Placed, Strip};
use crate::Pixel;
use crate::operator::{Rows, kernel_of};
use glassbox_simd::Level;

/// What windows at the sides see is copied and laid side by side, both sides of one group of rows behind the other: a side by itself is too narrow for
/// a vector. They are one low picture then; what stands where one side meets the next is not used.
pub(crate) struct Padding<'a, T> {
    strip: &'a Strip<'a, T>,
    placed: &'a Placed<'a>,
    level: Level,
    /// The places of each side.
    sides: Vec<Range<usize>>,
    /// At which place of a group each side begins.
    begins: Vec<usize>,
    /// Which numbers of a row the sides see; where the border says zero, one that no row has.
    seen: Vec<usize>,
    /// The last row that is looked at.
    last: isize,
    /// What they see of the rows.
    copies: Vec<T>,
    made: Vec<T>,
}

impl<'a, T: Pixel> Padding<'a, T> {
    /// Of a strip that ends before row `end`.
    pub(crate) fn new(
        strip: &'a Strip<'a, T>,
        placed: &'a Placed<'a>,
        sides: [Range<usize>; 2],
        end: usize,
        level: Level,
    ) -> Self {
        let sides: Vec<_> = sides.into_iter().filter(|side| !side.is_empty()).collect();
        let (mut seen, mut begins) = (Vec::new(), Vec::new());
        for side in &sides {
            begins.push(seen.len() / strip.channels / placed.window.stride);
            // The next side begins at a place.
            let columns = placed.columns(side.len()).next_multiple_of(placed.window.stride);
            let first = (side.start * placed.window.stride) as isize - placed.left as isize;
            for column in first..first + columns as isize {
                let place = placed.border.place(column, strip.width);
                let number = |channel| place.map_or(usize::MAX, |place| place * strip.channels + channel);
                seen.extend((0..strip.channels).map(number));
            }
        }
        let last = placed.last_row(end);
        Self { strip, placed, level, sides, begins, seen, last, copies: Vec::new(), made: Vec::new() }
    }

    /// Rows `range`.
    pub(crate) fn filter(&mut self, range: Range<usize>, out: &mut [T]) {
        let Self { strip, placed, level, sides, begins, seen, last, copies, made } = self;
        if sides.is_empty() {
            return;
        }
        let (line, channels, stride) =
            (out.len() / range.len(), placed.filter.channels(strip.channels), placed.window.stride);
        let rows_each = placed.rows_each().min(range.len());
        let groups = range.len().div_ceil(rows_each);
        let (across, length) = (seen.len() / strip.channels / stride, groups * seen.len());
        let places = (length / strip.channels - placed.window.width()) / stride + 1;
        made.resize(places * channels, T::default());
        // What groups see at a step lies side by side: rows that are a group apart. The rows of the next group are their continuation.
        let apart = rows_each * stride;
        let furthest = (rows_each - 1) * stride + placed.height() - 1;
        let room = (groups + furthest / apart) * seen.len();
        copies.resize(apart * room, T::default());
        let side_by_side = |row: usize| row % apart * room + row / apart * seen.len();
        let (above, below) = (placed.rows(range.start).start, placed.rows(range.end - 1).end);
        let rows = (above..below).enumerate().map(|(row, y)| {
            let from = placed.border.place(y.min(*last), strip.height).map_or(&[][..], |y| strip.row(y));
            (from, side_by_side(row))
        });
        let rows: Vec<_> = rows.collect();
        // Column by column, as there are usually more rows.
        for (column, seen) in seen.iter().enumerate() {
            for (from, to) in &rows {
                copies[to + column] = from.get(*seen).copied().unwrap_or_default();
            }
        }
        let mut kernel = kernel_of::<T>(placed.filter, strip.channels);
        for step in 0..rows_each {
            let rows: Vec<_> =
                (0..placed.height()).map(|row| &copies[side_by_side(step * stride + row)..][..length]).collect();
            kernel.row(Rows::new(&rows, step, false, *level), made);
            for (side, begin) in sides.iter().zip(&*begins) {
                for number in 0..side.len() * channels {
                    // The last group may have fewer rows than the others.
                    let of_step = out.chunks_exact_mut(line).skip(step).step_by(rows_each);
                    for (made, out) in made.chunks(across * channels).zip(of_step) {
                        out[side.start * channels + number] = made[begin * channels + number];
                    }
                }
            }
        }
    }
}
