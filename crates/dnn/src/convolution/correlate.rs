//! Forward: every mask on every window.

use glassbox_kernels::simd::Eights;

use super::Convolution;
use crate::Real;
use crate::eights::{EIGHT, EightsTask, eight_mut};

/// `ROWS` windows times `N` eights of masks at a time, their sums in registers, or `SIDE` windows that lie side by side.
pub(super) struct Correlate<'a, T, const ROWS: usize, const SIDE: usize, const N: usize> {
    pub(super) plan: &'a Convolution,
    pub(super) padded: &'a [T],
    pub(super) packed: &'a [T],
    pub(super) bias: Option<&'a [T]>,
    pub(super) output: &'a mut [T],
}

impl<T: Real, const ROWS: usize, const SIDE: usize, const N: usize> EightsTask<T> for Correlate<'_, T, ROWS, SIDE, N> {
    #[inline(always)]
    fn run<E: Eights<T>>(self, eights: E) {
        let Self { plan, padded, packed, bias, output } = self;
        let (depth, windows, each) = (plan.depth(), plan.windows(), plan.outputs / plan.groups);
        let lanes = N * EIGHT;
        let strips = each.div_ceil(lanes);
        for (strip, weights) in packed.as_chunks::<EIGHT>().0.as_chunks::<N>().0.chunks_exact(depth).enumerate() {
            let group = strip / strips;
            let first = group * each + strip % strips * lanes;
            let width = lanes.min((group + 1) * each - first);
            let channel = group * plan.input.channels / plan.groups;
            let mut biases = [[T::zero(); EIGHT]; N];
            if let Some(bias) = bias {
                biases.as_flattened_mut()[..width].copy_from_slice(&bias[first..first + width]);
            }
            let mut to = To { output: &mut *output, outputs: plan.outputs, first, width, biases };
            if plan.side_by_side(SIDE) {
                // Of pictures with one channel, windows that begin pixel by pixel show a single stretch. The last ones of a row may be worked out twice.
                for row in (0..windows).step_by(plan.columns) {
                    for column in (0..plan.columns).step_by(SIDE) {
                        let window = row + column.min(plan.columns - SIDE);
                        let mut sums = [[eights.splat(T::zero()); N]; SIDE];
                        let mut rest = weights;
                        for &segment in &plan.segments {
                            let (weights, behind) = rest.split_at(plan.length);
                            rest = behind;
                            let numbers = &padded[plan.bases[window] + segment..][..plan.length + SIDE - 1];
                            for (numbers, weights) in numbers.windows(SIDE).zip(weights) {
                                let numbers = numbers.first_chunk::<SIDE>().expect("as many as a window has");
                                add(eights, numbers, weights, &mut sums);
                            }
                        }
                        to.store(eights, window, SIDE, sums);
                    }
                }
                continue;
            }
            for window in (0..windows).step_by(ROWS) {
                let mut bases = [0; ROWS];
                for (i, base) in bases.iter_mut().enumerate() {
                    // Beyond the last window the last one once more; it is not stored.
                    *base = plan.bases[(window + i).min(windows - 1)] + channel;
                }
                let mut sums = [[eights.splat(T::zero()); N]; ROWS];
                let mut rest = weights;
                for &segment in &plan.segments {
                    let (weights, behind) = rest.split_at(plan.length);
                    rest = behind;
                    let mut rows = [&padded[..0]; ROWS];
                    for (row, base) in rows.iter_mut().zip(&bases) {
                        *row = &padded[base + segment..][..plan.length];
                    }
                    for (k, weights) in weights.iter().enumerate() {
                        let mut numbers = [T::zero(); ROWS];
                        for (number, row) in numbers.iter_mut().zip(&rows) {
                            *number = row[k];
                        }
                        add(eights, &numbers, weights, &mut sums);
                    }
                }
                to.store(eights, window, windows - window, sums);
            }
        }
    }
}

/// Where the sums of some masks go.
struct To<'a, T, const N: usize> {
    output: &'a mut [T],
    /// Numbers of a window.
    outputs: usize,
    first: usize,
    /// Masks that there are.
    width: usize,
    biases: [[T; EIGHT]; N],
}

impl<T: Real, const N: usize> To<'_, T, N> {
    /// Adds the biases and stores the sums of up to `count` windows.
    #[inline(always)]
    fn store<E: Eights<T>, const R: usize>(
        &mut self,
        eights: E,
        window: usize,
        count: usize,
        sums: [[E::Eight; N]; R],
    ) {
        let lanes = N * EIGHT;
        // Fetched anew for every tile: kept in registers meanwhile, they would push a sum out of them.
        let biases = std::hint::black_box(&self.biases);
        for (i, mut biased) in sums.into_iter().enumerate().take(count) {
            for n in 0..N {
                biased[n] = eights.add(biased[n], eights.load(&biases[n]));
            }
            let output = &mut self.output[(window + i) * self.outputs + self.first..];
            if self.width == lanes || (self.width == self.outputs && output.len() >= lanes) {
                // What is written behind the last of all masks is the next window's, which is written after it.
                for n in 0..N {
                    eights.store(biased[n], eight_mut(&mut output[n * EIGHT..]));
                }
            } else {
                let mut numbers = [[T::zero(); EIGHT]; N];
                for n in 0..N {
                    eights.store(biased[n], &mut numbers[n]);
                }
                for (output, &number) in output[..self.width].iter_mut().zip(numbers.as_flattened()) {
                    *output = number;
                }
            }
        }
    }
}

/// A number of each window times the weights that it meets.
#[inline(always)]
fn add<T: Real, E: Eights<T>, const ROWS: usize, const N: usize>(
    eights: E,
    numbers: &[T; ROWS],
    weights: &[[T; EIGHT]; N],
    sums: &mut [[E::Eight; N]; ROWS],
) {
    let mut loaded = [eights.splat(T::zero()); N];
    for n in 0..N {
        loaded[n] = eights.load(&weights[n]);
    }
    for i in 0..ROWS {
        let number = eights.splat(numbers[i]);
        for n in 0..N {
            sums[i][n] = eights.multiply_add(number, loaded[n], sums[i][n]);
        }
    }
}
