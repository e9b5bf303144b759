//! How one operator is run over rows of a picture: inside the picture on its own rows, at its edges on padded copies.

use std::ops::Range;

use crate::filter::{RowFilter, RowKernel, Rows, Window};
use crate::sides::Sides;
use crate::{Border, Pixel};
use glassbox_simd::Level;

/// Bytes of rows that are made before their sides are: a part of a usual second-level cache.
const BLOCK_BYTES: usize = 1 << 17;

/// Some rows of a picture of `height` rows.
pub(crate) struct Band<'a, T> {
    pub(crate) pixels: &'a [T],
    /// The first row there is.
    pub(crate) first: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels: usize,
}

/// An operator and where the window of its first place stands.
pub(crate) struct Placed<'a> {
    pub(crate) filter: &'a dyn RowFilter,
    pub(crate) window: Window,
    pub(crate) border: Border,
    /// Columns of the first place's window that lie before the picture, and rows above it.
    pub(crate) left: usize,
    above: usize,
    /// Rows below the window that are looked at as well.
    ahead: usize,
}

impl<'a> Placed<'a> {
    fn new(filter: &'a dyn RowFilter) -> Self {
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
    fn inside(&self, places: usize, width: usize) -> Range<usize> {
        let first = self.left.div_ceil(self.window.stride);
        let room = (width + self.left).checked_sub(self.window.width());
        let end = room.map_or(0, |room| room / self.window.stride + 1).min(places);
        if first < end { first..end } else { 0..0 }
    }
}

impl<T: Pixel> Band<'_, T> {
    /// Rows of the picture, which must be there.
    pub(crate) fn rows(&self, range: Range<usize>) -> &[T] {
        let line = self.width * self.channels;
        &self.pixels[(range.start - self.first) * line..(range.end - self.first) * line]
    }

    /// Rows `range` of the operator's output, some rows at a time: their sides are made while the caches still hold the rows.
    pub(crate) fn filter(
        &self,
        filter: &dyn RowFilter,
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
        let mut sides = Sides::new(self, &placed, [0..inside.start, inside.end..places], range.end, level);
        let groups = (BLOCK_BYTES / (line * size_of::<T>())).clamp(8, 64);
        let block = groups * placed.rows_each();
        for (index, out) in out.chunks_mut(block * line).enumerate() {
            let first = range.start + index * block;
            let block = first..first + out.len() / line;
            middle.filter(block.clone(), out);
            sides.filter(block, out);
        }
    }

    /// Copies the last channel of rows `range` as it is.
    pub(crate) fn copy_alpha(&self, filter: &dyn RowFilter, range: Range<usize>, out: &mut [T]) {
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

/// The places whose windows lie between the picture's left and right edge, made on the picture's own rows.
struct Inside<'a, T> {
    band: &'a Band<'a, T>,
    placed: &'a Placed<'a>,
    /// Numbers of a row of the output, and those that they see.
    made: Range<usize>,
    seen: Range<usize>,
    /// The last row that is looked at.
    last: isize,
    past_caches: bool,
    level: Level,
    kernel: Box<dyn RowKernel<T>>,
    zeros: Vec<T>,
}

impl<'a, T: Pixel> Inside<'a, T> {
    /// Of a strip that ends before row `end`.
    fn new(
        band: &'a Band<'a, T>,
        placed: &'a Placed<'a>,
        places: Range<usize>,
        end: usize,
        past_caches: bool,
        level: Level,
    ) -> Self {
        let channels = placed.filter.channels(band.channels);
        let first = (places.start * placed.window.stride).saturating_sub(placed.left);
        let columns = if places.is_empty() { 0 } else { placed.columns(places.len()) };
        let seen = first * band.channels..(first + columns) * band.channels;
        let made = places.start * channels..places.end * channels;
        let (kernel, zeros) = (T::row_kernel(placed.filter, band.channels), vec![T::default(); seen.len()]);
        Self { band, placed, made, seen, last: placed.last_row(end), past_caches, level, kernel, zeros }
    }

    /// Rows `range`.
    fn filter(&mut self, range: Range<usize>, out: &mut [T]) {
        if self.made.is_empty() {
            return;
        }
        let Self { band, placed, made, seen, last, past_caches, level, kernel, zeros } = self;
        let line = out.len() / range.len();
        // Filled anew for each row in its place: were its length written anew, what reads it would wait for all that was stored before.
        let mut rows = vec![&**zeros; placed.height()];
        for (y, out) in range.zip(out.chunks_exact_mut(line)) {
            for (row, y) in rows.iter_mut().zip(placed.rows(y)) {
                *row = match placed.border.place(y.min(*last), band.height) {
                    Some(y) => &band.row(y)[seen.clone()],
                    None => &*zeros,
                };
            }
            kernel.row(Rows::new(&rows, y, *past_caches, *level), &mut out[made.clone()]);
        }
    }
}
