//! How one operator is run over rows of a picture: inside the picture on its own rows, at its edges on padded copies.

use std::ops::Range;

use crate::filter::{RowFilter, Rows, Window};
use crate::simd::Level;
use crate::{Border, Pixel};

/// Groups of rows whose edges are worked on at a time: an edge by itself is too narrow for a vector.
const SIDE_BY_SIDE: usize = 64;

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
struct Placed<'a> {
    filter: &'a dyn RowFilter,
    window: Window,
    border: Border,
    /// Columns of the first place's window that lie before the picture, and rows above it.
    left: usize,
    above: usize,
}

impl<'a> Placed<'a> {
    fn new(filter: &'a dyn RowFilter) -> Self {
        let (window, border) = (filter.window(), filter.border());
        // Where whole windows are wanted, the first place is the first at which one fits.
        let (left, above) = if border == Border::Crop { (0, 0) } else { (window.left, window.above) };
        Self { filter, window, border, left, above }
    }

    /// The first row of the window of place `y`, and the one behind the last that is looked at.
    fn rows(&self, y: usize) -> Range<isize> {
        let top = (y * self.window.stride) as isize - self.above as isize;
        top..top + self.height() as isize
    }

    /// Rows that are looked at for a place.
    fn height(&self) -> usize {
        self.window.height() + self.filter.ahead()
    }

    /// The last row that places before `end` need: what is ahead of it need not be there.
    fn last_row(&self, end: usize) -> isize {
        self.rows(end - 1).end - 1 - self.filter.ahead() as isize
    }

    /// Columns that `places` neighbouring places see.
    fn columns(&self, places: usize) -> usize {
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
    /// Rows `range` of the operator's output.
    pub(crate) fn filter(
        &self,
        filter: &dyn RowFilter,
        level: Level,
        past_caches: bool,
        range: Range<usize>,
        out: &mut [T],
    ) {
        let placed = Placed::new(filter);
        let places = out.len() / range.len() / filter.channels(self.channels);
        let inside = placed.inside(places, self.width);
        if !inside.is_empty() {
            self.filter_inside(&placed, level, past_caches, range.clone(), inside.clone(), out);
        }
        let edges = [0..inside.start, inside.end..places].into_iter().filter(|edge| !edge.is_empty()).collect();
        self.filter_edges(&placed, level, range, edges, out);
    }

    /// The places whose windows lie between the picture's left and right edge, on the picture's own rows.
    fn filter_inside(
        &self,
        placed: &Placed,
        level: Level,
        past_caches: bool,
        range: Range<usize>,
        inside: Range<usize>,
        out: &mut [T],
    ) {
        let (line, channels) = (out.len() / range.len(), placed.filter.channels(self.channels));
        let first = inside.start * placed.window.stride - placed.left;
        let columns = first * self.channels..(first + placed.columns(inside.len())) * self.channels;
        let zeros = vec![T::default(); columns.len()];
        let mut kernel = T::row_kernel(placed.filter, self.channels);
        let last = placed.last_row(range.end);
        let mut rows = Vec::with_capacity(placed.height());
        for (y, out) in range.zip(out.chunks_exact_mut(line)) {
            rows.clear();
            rows.extend(placed.rows(y).map(|y| match placed.border.place(y.min(last), self.height) {
                Some(y) => &self.row(y)[columns.clone()],
                None => &zeros,
            }));
            kernel
                .row(Rows::new(&rows, y, past_caches, level), &mut out[inside.start * channels..inside.end * channels]);
        }
    }

    /// All other places: what their windows see is copied, with what the border says, and laid side by side, both edges of rows
    /// far apart. They are one narrow picture then; what stands where one edge meets the next is not used.
    fn filter_edges(
        &self,
        placed: &Placed,
        level: Level,
        range: Range<usize>,
        edges: Vec<Range<usize>>,
        out: &mut [T],
    ) {
        if edges.is_empty() {
            return;
        }
        let (line, channels, stride) =
            (out.len() / range.len(), placed.filter.channels(self.channels), placed.window.stride);
        // Groups not so low that most of the time goes to the rows above and below them.
        let groups = (range.len() / (4 * placed.window.height())).clamp(1, SIDE_BY_SIDE);
        let rows_each = range.len().div_ceil(groups);
        // Of a group, which numbers of a row its edges see, and at which place each edge begins.
        let (mut seen, mut begins) = (Vec::new(), Vec::new());
        for edge in &edges {
            begins.push(seen.len() / self.channels / stride);
            // The next edge begins at a place.
            let columns = placed.columns(edge.len()).next_multiple_of(stride);
            let first = (edge.start * stride) as isize - placed.left as isize;
            for column in first..first + columns as isize {
                let place = placed.border.place(column, self.width);
                seen.extend((0..self.channels).map(|channel| place.map(|place| place * self.channels + channel)));
            }
        }
        let (across, length) = (seen.len() / self.channels / stride, groups * seen.len());
        let places = (length / self.channels - placed.window.width()) / stride + 1;
        let (count, last) = (placed.height(), placed.last_row(range.end));
        let mut ring = vec![T::default(); count * length];
        let mut made = vec![T::default(); places * channels];
        let mut kernel = T::row_kernel(placed.filter, self.channels);
        let mut loaded = placed.rows(0).start;
        let slot = |row: isize| row.rem_euclid(count as isize) as usize * length;
        for step in 0..rows_each {
            // The last groups may have fewer rows than the others.
            let firsts = range.clone().step_by(rows_each).take_while(|first| first + step < range.end);
            let wanted = placed.rows(step);
            // A stride larger than the window passes rows over.
            for row in loaded.max(wanted.start)..wanted.end {
                let padded = ring[slot(row)..][..length].chunks_exact_mut(seen.len());
                for (first, padded) in firsts.clone().zip(padded) {
                    let y = (row + (first * stride) as isize).min(last);
                    match placed.border.place(y, self.height).map(|y| self.row(y)) {
                        Some(row) => padded.iter_mut().zip(&seen).for_each(|(number, seen)| {
                            *number = seen.map_or(T::default(), |seen| row[seen]);
                        }),
                        None => padded.fill(T::default()),
                    }
                }
            }
            loaded = wanted.end;
            let rows: Vec<_> = wanted.map(|row| &ring[slot(row)..][..length]).collect();
            kernel.row(Rows::new(&rows, step, false, level), &mut made);
            for (first, made) in firsts.zip(made.chunks(across * channels)) {
                let out = &mut out[(first + step - range.start) * line..][..line];
                for (edge, begin) in edges.iter().zip(&begins) {
                    let made = &made[begin * channels..][..edge.len() * channels];
                    out[edge.start * channels..edge.end * channels].copy_from_slice(made);
                }
            }
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

    fn row(&self, y: usize) -> &[T] {
        let line = self.width * self.channels;
        &self.pixels[(y - self.first) * line..(y - self.first + 1) * line]
    }
}
