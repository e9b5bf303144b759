//! Rows of a picture, and where the windows of an operator stand on them.

use std::ops::Range;

use glassbox_tensor::Image;

use crate::Pixel;
use crate::operator::{Border, ErasedRows, Window};

/// Consecutive rows of a picture of `height` rows.
pub(super) struct Strip<'a, T> {
    pub(super) pixels: &'a [T],
    /// The picture's row with which the strip begins.
    pub(super) first: usize,
    /// Rows of the picture, not of the strip.
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
}

/// An operator, and where its windows stand on the picture.
pub(super) struct Placement<'a> {
    pub(super) filter: &'a dyn ErasedRows,
    pub(super) window: Window,
    pub(super) border: Border,
    /// How many columns of the first window lie left of the picture, and how many rows above it.
    pub(super) left: usize,
    above: usize,
    /// How many rows below the window the row function gets as well.
    ahead: usize,
}

impl<'a> Placement<'a> {
    pub(super) fn new(filter: &'a dyn ErasedRows) -> Self {
        let (window, border) = (filter.window(), filter.border());
        // A cropped picture begins with the first window that fits.
        let (left, above) = if border == Border::Crop { (0, 0) } else { (window.left, window.above) };
        Self { filter, window, border, left, above, ahead: filter.ahead() }
    }

    /// The picture's rows that output row `y` reads.
    pub(super) fn rows(&self, y: usize) -> Range<isize> {
        let top = (y * self.window.stride) as isize - self.above as isize;
        top..top + self.height() as isize
    }

    /// How many rows an output row reads.
    pub(super) fn height(&self) -> usize {
        self.window.height() + self.ahead
    }

    /// How many rows the row function makes one after the other at the left and right edge. Of tall windows there are
    /// more, because the first of them reads a whole window and the others only one new row.
    pub(super) fn rows_per_group(&self) -> usize {
        if self.height() <= 9 { 1 } else { 4 * self.height() }
    }

    /// The last row that the windows of output rows before `end` hold. Rows further ahead need not exist.
    pub(super) fn last_row(&self, end: usize) -> isize {
        self.rows(end - 1).end - 1 - self.ahead as isize
    }

    /// How many columns the windows of `positions` neighbouring output pixels cover.
    pub(super) fn columns(&self, positions: usize) -> usize {
        (positions - 1) * self.window.stride + self.window.width()
    }

    /// Which of an output row's `positions` have their window inside a picture of `width` columns.
    pub(super) fn interior(&self, positions: usize, width: usize) -> Range<usize> {
        let first = self.left.div_ceil(self.window.stride);
        let last_start = (width + self.left).checked_sub(self.window.width());
        let end = last_start.map_or(0, |start| start / self.window.stride + 1).min(positions);
        if first < end { first..end } else { 0..0 }
    }
}

impl<'a, T: Pixel> Strip<'a, T> {
    /// All rows of a picture.
    pub(super) fn whole(picture: &'a Image<T>) -> Self {
        let (height, width, channels) = picture.dim();
        Strip { pixels: picture.as_slice(), first: 0, height, width, channels }
    }

    /// Rows of the picture that the strip holds.
    ///
    /// # Panics
    /// If it does not hold all of them.
    pub(super) fn rows(&self, range: Range<usize>) -> &[T] {
        let line = self.width * self.channels;
        &self.pixels[(range.start - self.first) * line..(range.end - self.first) * line]
    }

    /// Copies the last channel to output rows `range`.
    pub(super) fn copy_alpha(&self, filter: &dyn ErasedRows, range: Range<usize>, out: &mut [T]) {
        let window = filter.window();
        let (left, above) = if filter.border() == Border::Crop { (window.left, window.above) } else { (0, 0) };
        let (line, channels) = (out.len() / range.len(), self.channels);
        for (y, out) in range.zip(out.chunks_exact_mut(line)) {
            let from = &self.row(y + above)[left * channels..];
            for (to, from) in out.chunks_exact_mut(channels).zip(from.chunks_exact(channels)) {
                to[channels - 1] = from[channels - 1];
            }
        }
    }

    /// A row of the picture that the strip holds.
    ///
    /// # Panics
    /// If it does not hold it.
    pub(super) fn row(&self, y: usize) -> &[T] {
        let line = self.width * self.channels;
        &self.pixels[(y - self.first) * line..(y - self.first + 1) * line]
    }
}
