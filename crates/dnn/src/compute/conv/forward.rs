//! Forward: every mask on every window.

use glassbox_simd::{FloatTask, FloatVectors, Vectors};

use super::Convolution;
use super::forward_one_channel::Beside;
use crate::Real;

/// Lays every mask on every window of one padded picture.
pub(super) struct Correlate<'a, T> {
    pub(super) plan: &'a Convolution,
    pub(super) padded: &'a [T],
    pub(super) packed: &'a [T],
    pub(super) bias: Option<&'a [T]>,
    pub(super) output: &'a mut [T],
}

impl<T: Real> FloatTask<T> for Correlate<'_, T> {
    #[inline(always)]
    fn run<E: FloatVectors<T>>(self, eights: E) {
        match self.plan.lanes() {
            16 if E::IS_WIDE => self.lay::<_, 16, 12>(eights.sixteens()),
            16 => self.lay::<_, 16, 6>(eights.sixteens()),
            _ if !self.plan.side_by_side() => self.lay::<_, 8, 12>(eights),
            _ if E::IS_WIDE && self.plan.columns >= 16 => self.lay_beside::<_, _, 16>(eights, eights.sixteens()),
            _ => self.lay_beside::<_, _, 8>(eights, eights),
        }
    }
}

impl<'a, T: Real> Correlate<'a, T> {
    /// `N` masks at a time, `ROWS` windows at a time, their sums in registers.
    #[inline(always)]
    fn lay<V: Vectors<T, N>, const N: usize, const ROWS: usize>(self, vectors: V) {
        let Self { plan, padded, packed, bias, output } = self;
        let windows = plan.windows();
        for (strip, weights) in packed.as_chunks::<N>().0.chunks_exact(plan.depth()).enumerate() {
            let to = Masks::new(plan, strip, bias);
            for window in (0..windows).step_by(ROWS) {
                let mut bases = [0; ROWS];
                for (i, base) in bases.iter_mut().enumerate() {
                    // Beyond the last window the last one once more; it is not stored.
                    *base = plan.bases[(window + i).min(windows - 1)] + to.channel;
                }
                let mut sums = [vectors.splat(T::zero()); ROWS];
                for (weights, segment) in weights.chunks_exact(plan.length).zip(&plan.segments) {
                    let mut rows = [&padded[..0]; ROWS];
                    for (row, base) in rows.iter_mut().zip(&bases) {
                        *row = &padded[base + segment..][..plan.length];
                    }
                    for (k, weights) in weights.iter().enumerate() {
                        let weights = vectors.load(weights);
                        for i in 0..ROWS {
                            sums[i] = vectors.multiply_add(vectors.splat(rows[i][k]), weights, sums[i]);
                        }
                    }
                }
                to.store(vectors, window, windows - window, sums, output);
            }
        }
    }

    /// Eight masks at a time, `L` windows at a time and as many once more.
    #[inline(always)]
    fn lay_beside<E: FloatVectors<T>, V: Vectors<T, L>, const L: usize>(self, eights: E, vectors: V) {
        let Self { plan, padded, packed, bias, output } = self;
        for (strip, weights) in packed.as_chunks().0.chunks_exact(plan.depth()).enumerate() {
            let beside = Beside { plan, padded, weights, masks: Masks::new(plan, strip, bias) };
            beside.lay(eights, vectors, output);
        }
    }
}

/// Some masks of a group, their biases and where their sums go.
pub(super) struct Masks<T, const N: usize> {
    /// Numbers of a window.
    outputs: usize,
    /// The first of the masks.
    first: usize,
    /// Masks that there are.
    pub(super) width: usize,
    /// The first channel that they look at.
    channel: usize,
    pub(super) biases: [T; N],
}

impl<T: Real, const N: usize> Masks<T, N> {
    fn new(plan: &Convolution, strip: usize, bias: Option<&[T]>) -> Self {
        let (outputs, each) = (plan.outputs, plan.outputs / plan.groups);
        let strips = each.div_ceil(N);
        let group = strip / strips;
        let first = group * each + strip % strips * N;
        let width = N.min((group + 1) * each - first);
        let mut biases = [T::zero(); N];
        if let Some(bias) = bias {
            biases[..width].copy_from_slice(&bias[first..first + width]);
        }
        Self { outputs, first, width, channel: group * plan.input.channels / plan.groups, biases }
    }

    /// Adds the biases and stores the sums of up to `count` windows.
    #[inline(always)]
    pub(super) fn store<V: Vectors<T, N>, const R: usize>(
        &self,
        vectors: V,
        window: usize,
        count: usize,
        mut sums: [V::Vector; R],
        output: &mut [T],
    ) {
        // Fetched anew for every tile: kept in registers meanwhile, they would push a sum out of them.
        let biases = std::hint::black_box(&self.biases);
        for sum in &mut sums {
            *sum = vectors.add(vectors.load(biases), *sum);
        }
        self.store_biased(vectors, window, count, sums, output);
    }

    /// Stores sums to which the biases have been added.
    #[inline(always)]
    pub(super) fn store_biased<V: Vectors<T, N>, const R: usize>(
        &self,
        vectors: V,
        window: usize,
        count: usize,
        sums: [V::Vector; R],
        output: &mut [T],
    ) {
        for (i, biased) in sums.into_iter().enumerate().take(count) {
            let output = &mut output[(window + i) * self.outputs + self.first..];
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
