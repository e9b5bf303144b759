//! How a plan is run: strip by strip, on all threads.

use std::ops::Range;

use glassbox_simd::fence;
use glassbox_tensor::Image;
use rayon::prelude::*;

use super::plan::{Plan, Stage};
use super::strip::Strip;
use crate::operator::{ErasedRows, run_picture};
use crate::{Engine, Pixel};

/// Bytes of an output that is better written past the caches: it would push everything else out of them.
const CACHE_BYTES: usize = 1 << 24;

impl Engine {
    /// Rows `range` of a chain's output, strip by strip on all threads.
    pub(crate) fn rows<T: Pixel>(&self, plan: &Plan, strip: &Strip<T>, range: Range<usize>, out: &mut [T]) {
        let line = out.len() / range.len();
        let height = self.strip.unwrap_or_else(|| plan.strip_height::<T>(range.len())).clamp(1, range.len());
        let past_caches = size_of_val(out) > CACHE_BYTES;
        let work = |(index, rows): (usize, &mut [T])| {
            let first = range.start + index * height;
            self.strip(plan, strip, first..first + rows.len() / line, rows, past_caches);
            fence();
        };
        if rayon::current_num_threads() == 1 {
            out.chunks_mut(height * line).enumerate().for_each(work);
        } else {
            out.par_chunks_mut(height * line).enumerate().for_each(work);
        }
    }

    /// Rows `range` of the output of the last of `plan`.
    fn strip<T: Pixel>(&self, plan: &Plan, strip: &Strip<T>, range: Range<usize>, out: &mut [T], past_caches: bool) {
        let Some((last, before)) = plan.split_last() else {
            return out.copy_from_slice(strip.rows(range));
        };
        if before.is_empty() {
            return self.step(last, strip, range, out, past_caches);
        }
        let (height, width, channels) = before.output();
        let needed = last.rows_needed(range.clone(), height);
        let mut between = vec![T::default(); needed.len() * width * channels];
        self.strip(&before, strip, needed.clone(), &mut between, false);
        let strip = Strip { pixels: &between, first: needed.start, height, width, channels };
        self.step(last, &strip, range, out, past_caches);
    }

    /// Rows `range` of one step's output.
    fn step<T: Pixel>(&self, step: Stage, strip: &Strip<T>, range: Range<usize>, out: &mut [T], past_caches: bool) {
        match step {
            Stage::Given(filter) => self.filter_band(filter, strip, range, out, past_caches),
            Stage::FillTransparent(cover) => self.filter_band(&cover, strip, range, out, past_caches),
            Stage::Near(filter, _) => {
                // Where the part ends but not the picture what comes out is wrong, as far as the operator sees: that is left away.
                let needed = step.rows_needed(range.clone(), strip.height);
                let part =
                    Image::from_vec([needed.len(), strip.width, strip.channels], strip.rows(needed.clone()).to_vec());
                let made = run_picture(filter, &part.expect("as many numbers as there are in these rows"));
                assert_eq!(made.height(), needed.len(), "as many rows as it was given, of an operator with a reach");
                let line = made.line_length();
                out.copy_from_slice(&made.as_slice()[(range.start - needed.start) * line..][..range.len() * line]);
            }
        }
    }

    /// Rows `range` of one operator's output.
    fn filter_band<T: Pixel>(
        &self,
        filter: &dyn ErasedRows,
        strip: &Strip<T>,
        range: Range<usize>,
        out: &mut [T],
        past_caches: bool,
    ) {
        strip.filter(filter, self.level, past_caches, range.clone(), out);
        if self.keep_alpha && filter.keeps_alpha() && filter.channels(strip.channels) == strip.channels {
            strip.copy_alpha(filter, range, out);
        }
    }
}
