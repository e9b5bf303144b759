//! Backward to the input: every window's gradient goes to what the window showed.

use glassbox_kernels::simd::Task;

use super::{Convolution, EIGHT, each_nonzero};
use crate::Real;

/// ∂E/∂(padded picture), added to what is there: four masks with a gradient at a time.
pub(super) struct Spread<'a, T, const FUSED: bool> {
    pub(super) plan: &'a Convolution,
    pub(super) gradient: &'a [T],
    pub(super) weights: &'a [T],
    pub(super) padded: &'a mut [T],
}

impl<T: Real, const FUSED: bool> Task for Spread<'_, T, FUSED> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { plan, gradient, weights, padded } = self;
        let (each, width) = (plan.outputs / plan.groups, plan.segments.len() * plan.wide);
        for (base, gradient) in plan.bases.iter().zip(gradient.chunks_exact(plan.outputs)) {
            for (group, gradient) in gradient.chunks_exact(each).enumerate() {
                let base = base + group * plan.input.channels / plan.groups;
                let (mut masks, mut slopes, mut found) = ([0; 4], [T::zero(); 4], 0);
                each_nonzero!(gradient, output => {
                    (masks[found], slopes[found]) = ((group * each + output) * width, gradient[output]);
                    found = (found + 1) % 4;
                    if found == 0 {
                        add_masks::<T, FUSED>(plan, weights, &masks, &slopes, base, padded);
                    }
                });
                slopes[found..].fill(T::zero());
                if found > 0 {
                    add_masks::<T, FUSED>(plan, weights, &masks, &slopes, base, padded);
                }
            }
        }
    }
}

#[inline(always)]
fn add_masks<T: Real, const FUSED: bool>(
    plan: &Convolution,
    weights: &[T],
    masks: &[usize; 4],
    slopes: &[T; 4],
    base: usize,
    padded: &mut [T],
) {
    for (index, &segment) in plan.segments.iter().enumerate() {
        let mut rows = [&weights[..0]; 4];
        for (row, mask) in rows.iter_mut().zip(masks) {
            *row = &weights[mask + index * plan.wide..][..plan.wide];
        }
        add_four::<T, FUSED>(&mut padded[base + segment..][..plan.wide], rows, slopes);
    }
}

/// `sums += Σ rows·factors`, number by number, of whole eights.
#[inline(always)]
fn add_four<T: Real, const FUSED: bool>(sums: &mut [T], rows: [&[T]; 4], factors: &[T; 4]) {
    let eights = |row: usize| rows[row].as_chunks::<EIGHT>().0.iter();
    let rows = eights(0).zip(eights(1)).zip(eights(2).zip(eights(3)));
    for (sums, ((a, b), (c, d))) in sums.as_chunks_mut::<EIGHT>().0.iter_mut().zip(rows) {
        // Copies, so that it is plain that no sum is among the numbers that are read after it.
        let (a, b, c, d, mut eight) = (*a, *b, *c, *d, *sums);
        for k in 0..EIGHT {
            let sum = a[k].multiply_add::<FUSED>(factors[0], eight[k]);
            let sum = b[k].multiply_add::<FUSED>(factors[1], sum);
            let sum = c[k].multiply_add::<FUSED>(factors[2], sum);
            eight[k] = d[k].multiply_add::<FUSED>(factors[3], sum);
        }
        *sums = eight;
    }
}
