//! One operator on a strip. Away from the left and right edge it reads the picture's own rows; see [`Padding`] for the
//! rest.

use std::ops::Range;

use glassbox_simd::Level;

use super::padding::Padding;
use super::strip::{Placement, Strip};
use crate::Pixel;
use crate::operator::{ErasedKernel, ErasedRows, Rows, kernel_of};

/// Bytes of rows whose interior is made before their edges: a part of a typical second-level cache.
const BLOCK_BYTES: usize = 1 << 17;

impl<T: Pixel> Strip<'_, T> {
    /// Rows `range` of the operator's output, some at a time: the edges are made while the caches still hold the rows.
    pub(super) fn filter(
        &self,
        filter: &dyn ErasedRows,
        level: Level,
        past_caches: bool,
        range: Range<usize>,
        out: &mut [T],
    ) {
        let placement = Placement::new(filter);
        let line = out.len() / range.len();
        let positions = line / filter.channels(self.channels);
        let inside = placement.interior(positions, self.width);
        let mut interior = Interior::new(self, &placement, inside.clone(), range.end, past_caches, level);
        let edges = [0..inside.start, inside.end..positions];
        let mut padding = Padding::new(self, &placement, edges, range.end, level);
        let groups = (BLOCK_BYTES / (line * size_of::<T>())).clamp(8, 64);
        let block = groups * placement.rows_per_group();
        for (index, out) in out.chunks_mut(block * line).enumerate() {
            let first = range.start + index * block;
            let block = first..first + out.len() / line;
            interior.filter(block.clone(), out);
            padding.filter(block, out);
        }
    }
}

/// The output pixels whose windows lie between the picture's left and right edge.
struct Interior<'a, T> {
    strip: &'a Strip<'a, T>,
    placement: &'a Placement<'a>,
    /// Which numbers of an output row are made, and which numbers of the picture's rows they read.
    output: Range<usize>,
    input: Range<usize>,
    /// The last row that is read.
    last: isize,
    past_caches: bool,
    level: Level,
    kernel: Box<dyn ErasedKernel<T>>,
    zeros: Vec<T>,
}

impl<'a, T: Pixel> Interior<'a, T> {
    /// For output rows before `end`.
    fn new(
        strip: &'a Strip<'a, T>,
        placement: &'a Placement<'a>,
        positions: Range<usize>,
        end: usize,
        past_caches: bool,
        level: Level,
    ) -> Self {
        let channels = placement.filter.channels(strip.channels);
        let first = (positions.start * placement.window.stride).saturating_sub(placement.left);
        let columns = if positions.is_empty() { 0 } else { placement.columns(positions.len()) };
        let input = first * strip.channels..(first + columns) * strip.channels;
        let output = positions.start * channels..positions.end * channels;
        let (kernel, zeros) = (kernel_of::<T>(placement.filter, strip.channels), vec![T::default(); input.len()]);
        Self { strip, placement, output, input, last: placement.last_row(end), past_caches, level, kernel, zeros }
    }

    /// Makes output rows `range`.
    fn filter(&mut self, range: Range<usize>, out: &mut [T]) {
        if self.output.is_empty() {
            return;
        }
        let Self { strip, placement, output, input, last, past_caches, level, kernel, zeros } = self;
        let line = out.len() / range.len();
        // One list for all rows: writing a new length for each would make its readers wait for all earlier stores.
        let mut rows = vec![&**zeros; placement.height()];
        for (y, out) in range.zip(out.chunks_exact_mut(line)) {
            for (row, y) in rows.iter_mut().zip(placement.rows(y)) {
                *row = match placement.border.place(y.min(*last), strip.height) {
                    Some(y) => &strip.row(y)[input.clone()],
                    None => &*zeros,
                };
            }
            kernel.row(Rows::new(&rows, y, *past_caches, *level), &mut out[output.clone()]);
        }
    }
}
