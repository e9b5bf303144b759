//! How one operator is run over rows of a picture: inside the picture on its own rows, at its edges on padded copies.

use std::ops::Range;

use crate::operator::{ErasedRows, Window};
use crate::{Border, Pixel};

/// Some rows of a picture of `height` rows.
pub(crate) struct Strip<'a, T> {
    pub(crate) pixels: &'a [T],
    /// The first row there is.
    pub(crate) first: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels: usize,
}

/// An operator and where the window of its first place stands.
pub(crate) struct Placed<'a> {
    pub(crate) filter: &'a dyn ErasedRows,
    pub(crate) window: Window,
    pub(crate) border: Border,
    /// Columns of the first place's window that lie before the picture, and rows above it.
    pub(crate) left: usize,
    above: usize,
    /// Rows below the window that are looked at as well.
    ahead: usize,
}

impl<'a> Placed<'a> {
    pub(crate) fn new(filter: &'a dyn ErasedRows) -> Self {
        let (window, border) = (filter.window(), filter.border());
        // Where whole windows are wanted, the first place is the first at which one fits.
        let (left, above) = if border == Border::Crop { (0, 0) } else { (window.left, window.above) };
        Self { filter, window, border, left, above, ahead: filter.ahead() }
    }

    /// The first row of the window of place `y`, and the one behind the last that is looked at.
    pub(crate) fn rows(&self, y: usize) -> Range<isize> {
        let top = (y * self.window.stride) as isize - self.above as isize;
        top..top + self.height() as isize
    }

    /// Rows that are looked at for a place.
    pub(crate) fn height(&self) -> usize {
        self.window.height() + self.ahead
    }

    /// Rows that are made one after the other at the sides, where most kernels need not begin anew for each: of high windows so many that most of the
    /// time does not go to the rows above and below them.
    pub(crate) fn rows_each(&self) -> usize {
        if self.height() <= 9 { 1 } else { 4 * self.height() }
    }

    /// The last row that places before `end` need: what is ahead of it need not be there.
    pub(crate) fn last_row(&self, end: usize) -> isize {
        self.rows(end - 1).end - 1 - self.ahead as isize
    }

    /// Columns that `places` neighbouring places see.
    pub(crate) fn columns(&self, places: usize) -> usize {
        (places - 1) * self.window.stride + self.window.width()
    }

    /// The places whose windows lie inside a picture of `width` columns.
    pub(crate) fn inside(&self, places: usize, width: usize) -> Range<usize> {
        let first = self.left.div_ceil(self.window.stride);
        let room = (width + self.left).checked_sub(self.window.width());
        let end = room.map_or(0, |room| room / self.window.stride + 1).min(places);
        if first < end { first..end } else { 0..0 }
    }
}

impl<T: Pixel> Strip<'_, T> {
    /// Rows of the picture, which must be there.
    pub(crate) fn rows(&self, range: Range<usize>) -> &[T] {
        let line = self.width * self.channels;
        &self.pixels[(range.start - self.first) * line..(range.end - self.first) * line]
    }

    /// Copies the last channel of rows `range` as it is.
    pub(crate) fn copy_alpha(&self, filter: &dyn ErasedRows, range: Range<usize>, out: &mut [T]) {
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

    pub(crate) fn row(&self, y: usize) -> &[T] {
        let line = self.width * self.channels;
        &self.pixels[(y - self.first) * line..(y - self.first + 1) * line]
    }
}
