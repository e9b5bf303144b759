//! The places at a picture's left and right edge, whose windows see what the border says.

use std::ops::Range;

use crate::Pixel;
use crate::band::{Band, Placed};
use crate::filter::Rows;
use crate::simd::Level;

/// What windows at the sides see is copied and laid side by side, both sides of one group of rows behind the other: a side by itself is too narrow for
/// a vector. They are one low picture then; what stands where one side meets the next is not used.
pub(crate) struct Sides<'a, T> {
    band: &'a Band<'a, T>,
    placed: &'a Placed<'a>,
    level: Level,
    /// The places of each side.
    sides: Vec<Range<usize>>,
    /// At which place of a group each side begins.
    begins: Vec<usize>,
    /// Which numbers of a row the sides see; none beyond a border of zeros.
    seen: Vec<Option<usize>>,
    /// The last row that is looked at.
    last: isize,
    /// What they see of the rows.
    copies: Vec<T>,
    made: Vec<T>,
}

impl<'a, T: Pixel> Sides<'a, T> {
    /// Of a strip that ends before row `end`.
    pub(crate) fn new(
        band: &'a Band<'a, T>,
        placed: &'a Placed<'a>,
        sides: [Range<usize>; 2],
        end: usize,
        level: Level,
    ) -> Self {
        let sides: Vec<_> = sides.into_iter().filter(|side| !side.is_empty()).collect();
        let (mut seen, mut begins) = (Vec::new(), Vec::new());
        for side in &sides {
            begins.push(seen.len() / band.channels / placed.window.stride);
            // The next side begins at a place.
            let columns = placed.columns(side.len()).next_multiple_of(placed.window.stride);
            let first = (side.start * placed.window.stride) as isize - placed.left as isize;
            for column in first..first + columns as isize {
                let place = placed.border.place(column, band.width);
                seen.extend((0..band.channels).map(|channel| place.map(|place| place * band.channels + channel)));
            }
        }
        let last = placed.last_row(end);
        Self { band, placed, level, sides, begins, seen, last, copies: Vec::new(), made: Vec::new() }
    }

    /// Rows `range`.
    pub(crate) fn filter(&mut self, range: Range<usize>, out: &mut [T]) {
        let Self { band, placed, level, sides, begins, seen, last, copies, made } = self;
        if sides.is_empty() {
            return;
        }
        let (line, channels, stride) =
            (out.len() / range.len(), placed.filter.channels(band.channels), placed.window.stride);
        let rows_each = placed.rows_each().min(range.len());
        let groups = range.len().div_ceil(rows_each);
        let (across, length) = (seen.len() / band.channels / stride, groups * seen.len());
        let places = (length / band.channels - placed.window.width()) / stride + 1;
        made.resize(places * channels, T::default());
        // What groups see at a step lies side by side: rows that are a group apart. The rows of the next group are their continuation.
        let apart = rows_each * stride;
        let furthest = (rows_each - 1) * stride + placed.height() - 1;
        let room = (groups + furthest / apart) * seen.len();
        copies.resize(apart * room, T::default());
        let side_by_side = |row: usize| row % apart * room + row / apart * seen.len();
        let (above, below) = (placed.rows(range.start).start, placed.rows(range.end - 1).end);
        for (row, y) in (above..below).enumerate() {
            let copy = &mut copies[side_by_side(row)..][..seen.len()];
            match placed.border.place(y.min(*last), band.height).map(|y| band.row(y)) {
                Some(row) => copy.iter_mut().zip(&*seen).for_each(|(number, seen)| {
                    *number = seen.map_or(T::default(), |seen| row[seen]);
                }),
                None => copy.fill(T::default()),
            }
        }
        let mut kernel = T::row_kernel(placed.filter, band.channels);
        let mut rows = Vec::with_capacity(placed.height());
        for step in 0..rows_each {
            rows.clear();
            rows.extend((0..placed.height()).map(|row| &copies[side_by_side(step * stride + row)..][..length]));
            kernel.row(Rows::new(&rows, step, false, *level), made);
            // The last group may have fewer rows than the others.
            let of_step = out.chunks_exact_mut(line).skip(step).step_by(rows_each);
            for (made, out) in made.chunks(across * channels).zip(of_step) {
                for (side, begin) in sides.iter().zip(&*begins) {
                    let made = &made[begin * channels..][..side.len() * channels];
                    out[side.start * channels..side.end * channels].copy_from_slice(made);
                }
            }
        }
    }
}
