//! The forward pass: every mask on every window.

use glassbox_simd::{FloatTask, FloatVectors, Vectors};

use super::Convolution;
use super::forward_one_channel::OneChannel;
use super::masks::Masks;
use crate::Real;

/// Applies every mask to every window of one padded picture.
pub(super) struct Forward<'a, T> {
    pub(super) plan: &'a Convolution,
    pub(super) padded: &'a [T],
    pub(super) packed: &'a [T],
    pub(super) bias: Option<&'a [T]>,
    pub(super) output: &'a mut [T],
}

impl<T: Real> FloatTask<T> for Forward<'_, T> {
    #[inline(always)]
    fn run<E: FloatVectors<T>>(self, floats: E) {
        match self.plan.lanes() {
            16 if E::IS_WIDE => self.lay::<_, 16, 12>(floats.sixteens()),
            16 => self.lay::<_, 16, 6>(floats.sixteens()),
            _ if !self.plan.is_one_channel() => self.lay::<_, 8, 12>(floats),
            _ if E::IS_WIDE && self.plan.columns >= 16 => self.one_channel::<_, _, 16>(floats, floats.sixteens()),
            _ => self.one_channel::<_, _, 8>(floats, floats),
        }
    }
}

impl<'a, T: Real> Forward<'a, T> {
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
                for (weights, span) in weights.chunks_exact(plan.length).zip(&plan.spans) {
                    let mut rows = [&padded[..0]; ROWS];
                    for (row, base) in rows.iter_mut().zip(&bases) {
                        *row = &padded[base + span..][..plan.length];
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
    fn one_channel<E: FloatVectors<T>, V: Vectors<T, L>, const L: usize>(self, floats: E, vectors: V) {
        let Self { plan, padded, packed, bias, output } = self;
        for (strip, weights) in packed.as_chunks().0.chunks_exact(plan.depth()).enumerate() {
            let one_channel = OneChannel { plan, padded, weights, masks: Masks::new(plan, strip, bias) };
            one_channel.lay(floats, vectors, output);
        }
    }
}
