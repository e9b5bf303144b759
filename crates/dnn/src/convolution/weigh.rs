//! Backward to the weights: what each window showed, times its gradient.

use glassbox_kernels::simd::Task;

use super::{Convolution, EIGHT, each_nonzero, nonzero_bits};
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
        each_nonzero!(gradient, place => {
            let (window, mask) = (place as u32 / outputs as u32, place % outputs);
            found[mask * windows + counts[mask] as usize] = window;
            counts[mask] += 1;
        });
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
            for (eights, sums) in plan.eights.chunks(BLOCK).zip(weights.as_chunks_mut::<EIGHT>().0.chunks_mut(BLOCK)) {
                match eights.len() {
                    1 => seen.add::<FUSED, 1>(eights, sums),
                    2 => seen.add::<FUSED, 2>(eights, sums),
                    3 => seen.add::<FUSED, 3>(eights, sums),
                    4 => seen.add::<FUSED, 4>(eights, sums),
                    5 => seen.add::<FUSED, 5>(eights, sums),
                    6 => seen.add::<FUSED, 6>(eights, sums),
                    7 => seen.add::<FUSED, 7>(eights, sums),
                    _ => seen.add::<FUSED, BLOCK>(eights, sums),
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
    /// Adds `N` eights of all windows, each times its gradient.
    #[inline(always)]
    fn add<const FUSED: bool, const N: usize>(&self, eights: &[usize], sums: &mut [[T; EIGHT]]) {
        let mut offsets = [0; N];
        offsets.copy_from_slice(eights);
        let mut here = [[T::zero(); EIGHT]; N];
        for &window in self.found {
            let window = window as usize;
            let slope = self.gradient[window * self.plan.outputs];
            let base = self.plan.bases[window];
            for i in 0..N {
                let mut numbers = [T::zero(); EIGHT];
                numbers.copy_from_slice(&self.padded[base + offsets[i]..][..EIGHT]);
                for k in 0..EIGHT {
                    here[i][k] = numbers[k].multiply_add::<FUSED>(slope, here[i][k]);
                }
            }
        }
        for (sums, here) in sums.iter_mut().zip(&here) {
            for k in 0..EIGHT {
                sums[k] += here[k];
            }
        }
    }
}
