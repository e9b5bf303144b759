//! How one operator is run over rows of a picture: inside the picture on its own rows, at its edges on padded copies.

use std::ops::Range;

use crate::filter::{RowFilter, Rows, Window};
use crate::simd::{CACHE_LINE, Level};
use crate::{Border, Pixel};

/// Groups of rows whose edges are worked on at a time: an edge by itself is too narrow for a vector.
const SIDE_BY_SIDE: usize = 16;

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

/// Those of the places `inside` that fill whole cache lines, as far as that can be: vectors are then written nowhere across two,
/// and none is left over. The rest joins the edges.
fn whole_lines(inside: Range<usize>, row: usize, place_bytes: usize) -> Range<usize> {
    if inside.len() < 8 * CACHE_LINE {
        return inside;
    }
    let begins_line = |place: &usize| (row + place * place_bytes).is_multiple_of(CACHE_LINE);
    let start = (inside.start..inside.start + CACHE_LINE).find(begins_line).unwrap_or(inside.start);
    start..inside.end - (inside.end - start) % CACHE_LINE
}

/// An edge of a group of rows, and where it stands among all pieces.
struct Piece {
    first: usize,
    edge: Range<usize>,
    places: Range<usize>,
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
        let place_bytes = filter.channels(self.channels) * size_of::<T>();
        let inside = match placed.inside(places, self.width) {
            all if filter.draws() => all,
            inside => whole_lines(inside, out.as_ptr().addr(), place_bytes),
        };
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
    /// far apart. They are one narrow picture then; what stands where one piece meets the next is not used.
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
        let (line, channels) = (out.len() / range.len(), placed.filter.channels(self.channels));
        let stride = placed.window.stride;
        // Groups not so low that most of the time goes to the rows above and below them.
        let groups = (range.len() / (4 * placed.window.height())).clamp(1, SIDE_BY_SIDE);
        let rows_each = range.len().div_ceil(groups);
        let mut pieces = Vec::new();
        let mut places = 0;
        for first in range.clone().step_by(rows_each) {
            for edge in &edges {
                // A piece begins at a place.
                let end = places + placed.columns(edge.len()).div_ceil(stride);
                pieces.push(Piece { first, edge: edge.clone(), places: places..end });
                places = end;
            }
        }
        let (count, length) = (placed.height(), places * stride * self.channels);
        let last = placed.last_row(range.end);
        let mut ring = vec![T::default(); count * length];
        let mut made = vec![T::default(); ((places * stride - placed.window.width()) / stride + 1) * channels];
        let mut kernel = T::row_kernel(placed.filter, self.channels);
        let mut loaded = placed.rows(0).start;
        for step in 0..rows_each {
            // The last group may have fewer rows than the others.
            let pieces = || pieces.iter().filter(|piece| piece.first + step < range.end);
            let wanted = placed.rows(step);
            // A stride larger than the window passes rows over.
            for row in loaded.max(wanted.start)..wanted.end {
                let padded = &mut ring[row.rem_euclid(count as isize) as usize * length..][..length];
                for Piece { first, edge, places } in pieces() {
                    let from = (edge.start * stride) as isize - placed.left as isize;
                    let padded =
                        &mut padded[places.start * stride * self.channels..places.end * stride * self.channels];
                    self.pad_row((row + (first * stride) as isize).min(last), from, placed.border, padded);
                }
            }
            loaded = wanted.end;
            let slot = |row: isize| row.rem_euclid(count as isize) as usize * length;
            let rows: Vec<_> = wanted.map(|row| &ring[slot(row)..slot(row) + length]).collect();
            kernel.row(Rows::new(&rows, step, false, level), &mut made);
            for Piece { first, edge, places } in pieces() {
                let made = &made[places.start * channels..][..edge.len() * channels];
                let out = &mut out[(first + step - range.start) * line..][..line];
                out[edge.start * channels..edge.end * channels].copy_from_slice(made);
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

    /// As many pixels of row `y` as fit in `padded`, from column `from` on. Row and columns may lie outside the picture.
    fn pad_row(&self, y: isize, from: isize, border: Border, padded: &mut [T]) {
        let Some(y) = border.place(y, self.height) else {
            padded.fill(T::default());
            return;
        };
        let (row, channels) = (self.row(y), self.channels);
        // Places before the picture's first column, and those within it.
        let pixels = padded.len() / channels;
        let before = from.min(0).unsigned_abs().min(pixels);
        let start = from.max(0) as usize;
        let within = self.width.saturating_sub(start).min(pixels - before);
        padded[before * channels..(before + within) * channels]
            .copy_from_slice(&row[start * channels..(start + within) * channels]);
        for x in (0..before).chain(before + within..pixels) {
            let pixel = &mut padded[x * channels..(x + 1) * channels];
            match border.place(x as isize + from, self.width) {
                Some(x) => pixel.copy_from_slice(&row[x * channels..(x + 1) * channels]),
                None => pixel.fill(T::default()),
            }
        }
    }
}
