//! How a plan runs: strip by strip, on all threads.

use std::ops::Range;

use glassbox_simd::fence;
use glassbox_tensor::Image;
use rayon::prelude::*;

use super::Engine;
use super::plan::{Plan, Stage};
use super::strip::Strip;
use crate::Pixel;
use crate::operator::{ErasedRows, run_picture};

/// An output of more bytes is written past the caches: it would evict everything else from them.
const CACHE_BYTES: usize = 1 << 24;

impl Engine {
    /// Makes rows `range` of a plan's output, strip by strip on all threads.
    pub(super) fn run_plan<T: Pixel>(&self, plan: &Plan, strip: &Strip<T>, range: Range<usize>, out: &mut [T]) {
        let line = out.len() / range.len();
        let height = self.strip.unwrap_or_else(|| plan.strip_height::<T>(range.len())).clamp(1, range.len());
        let past_caches = size_of_val(out) > CACHE_BYTES;
        let work = |(index, rows): (usize, &mut [T])| {
            let first = range.start + index * height;
            self.run_strip(plan, strip, first..first + rows.len() / line, rows, past_caches);
            fence();
        };
        if rayon::current_num_threads() == 1 {
            out.chunks_mut(height * line).enumerate().for_each(work);
        } else {
            out.par_chunks_mut(height * line).enumerate().for_each(work);
        }
    }

    /// Makes rows `range` of a plan's output, stage by stage.
    fn run_strip<T: Pixel>(
        &self,
        plan: &Plan,
        strip: &Strip<T>,
        range: Range<usize>,
        out: &mut [T],
        past_caches: bool,
    ) {
        let Some((last, before)) = plan.split_last() else {
            return out.copy_from_slice(strip.rows(range));
        };
        if before.is_empty() {
            return self.run_stage(last, strip, range, out, past_caches);
        }
        let (height, width, channels) = before.output();
        let needed = last.input_rows(range.clone(), height);
        let mut between = vec![T::default(); needed.len() * width * channels];
        self.run_strip(&before, strip, needed.clone(), &mut between, false);
        let strip = Strip { pixels: &between, first: needed.start, height, width, channels };
        self.run_stage(last, &strip, range, out, past_caches);
    }

    /// Makes rows `range` of one stage's output.
    fn run_stage<T: Pixel>(
        &self,
        stage: Stage,
        strip: &Strip<T>,
        range: Range<usize>,
        out: &mut [T],
        past_caches: bool,
    ) {
        match stage {
            Stage::Rows(filter) => self.run_rows(filter, strip, range, out, past_caches),
            Stage::FillTransparent(fill) => self.run_rows(&fill, strip, range, out, past_caches),
            Stage::Picture(filter, _) => {
                // Where the strip ends but not the picture, output within the operator's reach is wrong: it is dropped.
                let needed = stage.input_rows(range.clone(), strip.height);
                let input =
                    Image::from_vec([needed.len(), strip.width, strip.channels], strip.rows(needed.clone()).to_vec());
                let made = run_picture(filter, &input.expect("rows have width · channels numbers"));
                assert_eq!(made.height(), needed.len(), "an operator with a reach makes as many rows as it reads");
                let line = made.line_length();
                out.copy_from_slice(&made.as_slice()[(range.start - needed.start) * line..][..range.len() * line]);
            }
        }
    }

    /// Makes rows `range` of one operator's output, and copies alpha if the operator keeps it.
    fn run_rows<T: Pixel>(
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
