//! Backward to the weights: what each window showed, times its gradient.

use glassbox_kernels::simd::Task;

use super::{Convolution, EIGHT, each_nonzero};
use crate::Real;

/// Eights of weights whose sums are kept in registers.
const BLOCK: usize = 8;

/// ∂E/∂weights of one picture, added to what is there.
pub(super) struct Weigh<'a, T, const FUSED: bool> {
    pub(super) plan: &'a Convolution,
    pub(super) padded: &'a [T],
    pub(super) gradient: &'a [T],
    pub(super) weights: &'a mut [T],
    pub(super) bias: &'a mut [T],
    /// Of each mask how many windows have a gradient that is not zero, then which.
    pub(super) found: &'a mut [u32],
}

impl<T: Real, const FUSED: bool> Task for Weigh<'_, T, FUSED> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { plan, padded, gradient, weights, bias, found } = self;
        let (outputs, windows) = (plan.outputs, plan.windows());
        let (counts, found) = found.split_at_mut(outputs);
        counts.fill(0);
        if outputs.is_multiple_of(EIGHT) {
            for (window, gradient) in gradient.chunks_exact(outputs).enumerate() {
                each_nonzero!(gradient, mask => {
                    found[mask * windows + counts[mask] as usize] = window as u32;
                    counts[mask] += 1;
                });
            }
        } else {
            // Across the ends of pixels, so that all eights are whole.
            each_nonzero!(gradient, place => {
                let (window, mask) = (place as u32 / outputs as u32, place % outputs);
                found[mask * windows + counts[mask] as usize] = window;
                counts[mask] += 1;
            });
        }
        let each = outputs / plan.groups;
        for (mask, weights) in weights.chunks_exact_mut(plan.eights.len() * EIGHT).enumerate() {
            let seen = Seen {
                plan,
                padded: &padded[mask / each * plan.input.channels / plan.groups..],
                gradient: &gradient[mask..],
                found: &found[mask * windows..][..counts[mask] as usize],
            };
            let mut sum = T::zero();
            for window in seen.found {
                sum += seen.gradient[*window as usize * outputs];
            }
            bias[mask] += sum;
            let each = plan.wide / EIGHT;
            let mut rest = weights.as_chunks_mut::<EIGHT>().0;
            if each < 3 {
                for (eights, sums) in plan.eights.chunks(BLOCK).zip(rest.chunks_mut(BLOCK)) {
                    match eights.len() {
                        1 => seen.add::<FUSED, 1, 1>(eights, sums),
                        2 => seen.add::<FUSED, 2, 1>(eights, sums),
                        3 => seen.add::<FUSED, 3, 1>(eights, sums),
                        4 => seen.add::<FUSED, 4, 1>(eights, sums),
                        5 => seen.add::<FUSED, 5, 1>(eights, sums),
                        6 => seen.add::<FUSED, 6, 1>(eights, sums),
                        7 => seen.add::<FUSED, 7, 1>(eights, sums),
                        _ => seen.add::<FUSED, BLOCK, 1>(eights, sums),
                    }
                }
                continue;
            }
            // Eights of one segment lie side by side: looked up together. Each segment in blocks of about the same length.
            let blocks = each.div_ceil(BLOCK);
            let (length, longer) = (each / blocks, each % blocks);
            for &segment in &plan.segments {
                let mut from = segment;
                for block in 0..blocks {
                    let length = length + usize::from(block < longer);
                    let (sums, behind) = rest.split_at_mut(length);
                    match length {
                        3 => seen.add::<FUSED, 1, 3>(&[from], sums),
                        4 => seen.add::<FUSED, 1, 4>(&[from], sums),
                        5 => seen.add::<FUSED, 1, 5>(&[from], sums),
                        6 => seen.add::<FUSED, 1, 6>(&[from], sums),
                        7 => seen.add::<FUSED, 1, 7>(&[from], sums),
                        _ => seen.add::<FUSED, 1, BLOCK>(&[from], sums),
                    }
                    from += length * EIGHT;
                    rest = behind;
                }
            }
        }
    }
}

/// What a mask saw where its gradient is not zero.
struct Seen<'a, T> {
    plan: &'a Convolution,
    padded: &'a [T],
    gradient: &'a [T],
    found: &'a [u32],
}

impl<T: Real> Seen<'_, T> {
    /// Adds `M` stretches of `N` eights of all windows, each times its gradient.
    #[inline(always)]
    fn add<const FUSED: bool, const M: usize, const N: usize>(&self, stretches: &[usize], sums: &mut [[T; EIGHT]]) {
        let mut offsets = [0; M];
        offsets.copy_from_slice(stretches);
        let mut here = [[[T::zero(); EIGHT]; N]; M];
        for &window in self.found {
            let window = window as usize;
            let slope = self.gradient[window * self.plan.outputs];
            let base = self.plan.bases[window];
            for m in 0..M {
                let stretch = &self.padded[base + offsets[m]..][..N * EIGHT];
                for n in 0..N {
                    let mut numbers = [T::zero(); EIGHT];
                    numbers.copy_from_slice(&stretch[n * EIGHT..][..EIGHT]);
                    for k in 0..EIGHT {
                        here[m][n][k] = numbers[k].multiply_add::<FUSED>(slope, here[m][n][k]);
                    }
                }
            }
        }
        for (sums, here) in sums.iter_mut().zip(here.as_flattened()) {
            for k in 0..EIGHT {
                sums[k] += here[k];
            }
        }
    }
}
