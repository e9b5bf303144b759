//! One operator on a strip: away from the edges on the picture's own rows.

use std::ops::Range;

use glassbox_simd::Level;

use super::padding::Padding;
use super::strip::{Placed, Strip};
use crate::Pixel;
use crate::operator::{ErasedKernel, ErasedRows, Rows, kernel_of};

/// Bytes of rows that are made before their sides are: a part of a usual second-level cache.
const BLOCK_BYTES: usize = 1 << 17;

impl<T: Pixel> Strip<'_, T> {
    /// Rows `range` of the operator's output, some rows at a time: their sides are made while the caches still hold the rows.
    pub(crate) fn filter(
        &self,
        filter: &dyn ErasedRows,
        level: Level,
        past_caches: bool,
        range: Range<usize>,
        out: &mut [T],
    ) {
        let placed = Placed::new(filter);
        let line = out.len() / range.len();
        let places = line / filter.channels(self.channels);
        let inside = placed.inside(places, self.width);
        let mut middle = Inside::new(self, &placed, inside.clone(), range.end, past_caches, level);
        let mut sides = Padding::new(self, &placed, [0..inside.start, inside.end..places], range.end, level);
        let groups = (BLOCK_BYTES / (line * size_of::<T>())).clamp(8, 64);
        let block = groups * placed.rows_each();
        for (index, out) in out.chunks_mut(block * line).enumerate() {
            let first = range.start + index * block;
            let block = first..first + out.len() / line;
            middle.filter(block.clone(), out);
            sides.filter(block, out);
        }
    }
}

/// The places whose windows lie between the picture's left and right edge, made on the picture's own rows.
struct Inside<'a, T> {
    strip: &'a Strip<'a, T>,
    placed: &'a Placed<'a>,
    /// Numbers of a row of the output, and those that they see.
    made: Range<usize>,
    seen: Range<usize>,
    /// The last row that is looked at.
    last: isize,
    past_caches: bool,
    level: Level,
    kernel: Box<dyn ErasedKernel<T>>,
    zeros: Vec<T>,
}

impl<'a, T: Pixel> Inside<'a, T> {
    /// Of a strip that ends before row `end`.
    fn new(
        strip: &'a Strip<'a, T>,
        placed: &'a Placed<'a>,
        places: Range<usize>,
        end: usize,
        past_caches: bool,
        level: Level,
    ) -> Self {
        let channels = placed.filter.channels(strip.channels);
        let first = (places.start * placed.window.stride).saturating_sub(placed.left);
        let columns = if places.is_empty() { 0 } else { placed.columns(places.len()) };
        let seen = first * strip.channels..(first + columns) * strip.channels;
        let made = places.start * channels..places.end * channels;
        let (kernel, zeros) = (kernel_of::<T>(placed.filter, strip.channels), vec![T::default(); seen.len()]);
        Self { strip, placed, made, seen, last: placed.last_row(end), past_caches, level, kernel, zeros }
    }

    /// Rows `range`.
    fn filter(&mut self, range: Range<usize>, out: &mut [T]) {
        if self.made.is_empty() {
            return;
        }
        let Self { strip, placed, made, seen, last, past_caches, level, kernel, zeros } = self;
        let line = out.len() / range.len();
        // Filled anew for each row in its place: were its length written anew, what reads it would wait for all that was stored before.
        let mut rows = vec![&**zeros; placed.height()];
        for (y, out) in range.zip(out.chunks_exact_mut(line)) {
            for (row, y) in rows.iter_mut().zip(placed.rows(y)) {
                *row = match placed.border.place(y.min(*last), strip.height) {
                    Some(y) => &strip.row(y)[seen.clone()],
                    None => &*zeros,
                };
            }
            kernel.row(Rows::new(&rows, y, *past_caches, *level), &mut out[made.clone()]);
        }
    }
}
