//! Forward: every mask on every window.

use glassbox_kernels::simd::Task;

use super::Convolution;
use crate::Real;

/// `ROWS` windows times `LANES` masks at a time, their sums in registers.
pub(super) struct Correlate<'a, T, const FUSED: bool, const ROWS: usize, const LANES: usize> {
    pub(super) plan: &'a Convolution,
    pub(super) padded: &'a [T],
    pub(super) packed: &'a [T],
    pub(super) bias: Option<&'a [T]>,
    pub(super) output: &'a mut [T],
}

impl<T: Real, const FUSED: bool, const ROWS: usize, const LANES: usize> Task for Correlate<'_, T, FUSED, ROWS, LANES> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { plan, padded, packed, bias, output } = self;
        let (depth, windows, each) = (plan.depth(), plan.windows(), plan.outputs / plan.groups);
        let strips = each.div_ceil(LANES);
        for (strip, weights) in packed.as_chunks::<LANES>().0.chunks_exact(depth).enumerate() {
            let group = strip / strips;
            let first = group * each + strip % strips * LANES;
            let width = LANES.min((group + 1) * each - first);
            let channel = group * plan.input.channels / plan.groups;
            let mut start = [T::zero(); LANES];
            if let Some(bias) = bias {
                start[..width].copy_from_slice(&bias[first..first + width]);
            }
            for window in (0..windows).step_by(ROWS) {
                let mut bases = [0; ROWS];
                for (i, base) in bases.iter_mut().enumerate() {
                    // Beyond the last window the last one once more; it is not stored.
                    *base = plan.bases[(window + i).min(windows - 1)] + channel;
                }
                let mut sums = [start; ROWS];
                let mut rest = weights;
                for &segment in &plan.segments {
                    let (weights, behind) = rest.split_at(plan.length);
                    add_segment::<T, FUSED, ROWS, LANES>(padded, &bases, segment, weights, &mut sums);
                    rest = behind;
                }
                for (i, sums) in sums.iter().enumerate().take(windows - window) {
                    output[(window + i) * plan.outputs + first..][..width].copy_from_slice(&sums[..width]);
                }
            }
        }
    }
}

#[inline(always)]
fn add_segment<T: Real, const FUSED: bool, const ROWS: usize, const LANES: usize>(
    padded: &[T],
    bases: &[usize; ROWS],
    segment: usize,
    weights: &[[T; LANES]],
    sums: &mut [[T; LANES]; ROWS],
) {
    let mut rows = [&padded[..0]; ROWS];
    for (row, base) in rows.iter_mut().zip(bases) {
        *row = &padded[base + segment..][..weights.len()];
    }
    for (k, weights) in weights.iter().enumerate() {
        let mut numbers = [T::zero(); ROWS];
        for (number, row) in numbers.iter_mut().zip(&rows) {
            *number = row[k];
        }
        for i in 0..ROWS {
            for j in 0..LANES {
                sums[i][j] = numbers[i].multiply_add::<FUSED>(weights[j], sums[i][j]);
            }
        }
    }
}
