//! Forward: every mask on every window.

use glassbox_kernels::simd::{Eights, EightsTask, Vectors};

use super::Convolution;
use crate::Real;

/// Lays every mask on every window of one padded picture.
pub(super) struct Correlate<'a, T> {
    pub(super) plan: &'a Convolution,
    pub(super) padded: &'a [T],
    pub(super) packed: &'a [T],
    pub(super) bias: Option<&'a [T]>,
    pub(super) output: &'a mut [T],
}

impl<T: Real> EightsTask<T> for Correlate<'_, T> {
    #[inline(always)]
    fn run<E: Eights<T>>(self, eights: E) {
        match self.plan.lanes() {
            16 if E::IS_WIDE => self.lay::<_, 16, 12, 12>(eights.sixteens()),
            16 => self.lay::<_, 16, 6, 6>(eights.sixteens()),
            _ => self.lay::<_, 8, 12, 10>(eights),
        }
    }
}

impl<T: Real> Correlate<'_, T> {
    /// `ROWS` windows times `N` masks at a time, their sums in registers, or `SIDE` windows that lie side by side.
    #[inline(always)]
    fn lay<V: Vectors<T, N>, const N: usize, const ROWS: usize, const SIDE: usize>(self, vectors: V) {
        let Self { plan, padded, packed, bias, output } = self;
        let (depth, windows, each) = (plan.depth(), plan.windows(), plan.outputs / plan.groups);
        let strips = each.div_ceil(N);
        for (strip, weights) in packed.as_chunks::<N>().0.chunks_exact(depth).enumerate() {
            let group = strip / strips;
            let first = group * each + strip % strips * N;
            let width = N.min((group + 1) * each - first);
            let channel = group * plan.input.channels / plan.groups;
            let mut biases = [T::zero(); N];
            if let Some(bias) = bias {
                biases[..width].copy_from_slice(&bias[first..first + width]);
            }
            let mut to = To { output: &mut *output, outputs: plan.outputs, first, width, biases };
            if plan.side_by_side(SIDE) {
                // Of pictures with one channel, windows that begin pixel by pixel show a single stretch. The last ones of a row may be worked out twice.
                for row in (0..windows).step_by(plan.columns) {
                    for column in (0..plan.columns).step_by(SIDE) {
                        let window = row + column.min(plan.columns - SIDE);
                        let mut sums = [vectors.splat(T::zero()); SIDE];
                        let mut rest = weights;
                        for &segment in &plan.segments {
                            let (weights, behind) = rest.split_at(plan.length);
                            rest = behind;
                            let numbers = &padded[plan.bases[window] + segment..][..plan.length + SIDE - 1];
                            for (numbers, weights) in numbers.windows(SIDE).zip(weights) {
                                let numbers = numbers.first_chunk::<SIDE>().expect("as many as a window has");
                                add(vectors, numbers, weights, &mut sums);
                            }
                        }
                        to.store(vectors, window, SIDE, sums);
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
                let mut sums = [vectors.splat(T::zero()); ROWS];
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
                        add(vectors, &numbers, weights, &mut sums);
                    }
                }
                to.store(vectors, window, windows - window, sums);
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
    biases: [T; N],
}

impl<T: Real, const N: usize> To<'_, T, N> {
    /// Adds the biases and stores the sums of up to `count` windows.
    #[inline(always)]
    fn store<V: Vectors<T, N>, const R: usize>(
        &mut self,
        vectors: V,
        window: usize,
        count: usize,
        sums: [V::Vector; R],
    ) {
        // Fetched anew for every tile: kept in registers meanwhile, they would push a sum out of them.
        let biases = std::hint::black_box(&self.biases);
        for (i, sum) in sums.into_iter().enumerate().take(count) {
            let biased = vectors.add(vectors.load(biases), sum);
            let output = &mut self.output[(window + i) * self.outputs + self.first..];
            match output.first_chunk_mut() {
                // What is written behind the last of all masks is the next window's, which is written after it.
                Some(output) if self.width == N || self.width == self.outputs => vectors.store(biased, output),
                _ => {
                    let mut numbers = [T::zero(); N];
                    vectors.store(biased, &mut numbers);
                    output[..self.width].copy_from_slice(&numbers[..self.width]);
                }
            }
        }
    }
}

/// A number of each window times the weights that it meets.
#[inline(always)]
fn add<T: Real, V: Vectors<T, N>, const ROWS: usize, const N: usize>(
    vectors: V,
    numbers: &[T; ROWS],
    weights: &[T; N],
    sums: &mut [V::Vector; ROWS],
) {
    let weights = vectors.load(weights);
    for i in 0..ROWS {
        sums[i] = vectors.multiply_add(vectors.splat(numbers[i]), weights, sums[i]);
    }
}
