//! The forward pass where neighbouring windows begin one number apart, as in pictures of one channel.
//!
//! One place of such windows is a single stretch of the picture. So the vectors hold windows, for a few masks at a
//! time, instead of masks.

use glassbox_simd::{FloatVectors, Vectors};

use super::Convolution;
use super::masks::Masks;
use crate::Real;
use crate::compute::float_vectors::{EIGHT, vector};

/// Up to eight masks, and the windows to apply them to.
pub(super) struct OneChannel<'a, T> {
    pub(super) plan: &'a Convolution,
    pub(super) padded: &'a [T],
    /// The weight of each place of a window in each mask.
    pub(super) weights: &'a [[T; EIGHT]],
    pub(super) masks: Masks<T, EIGHT>,
}

impl<T: Real> OneChannel<'_, T> {
    /// Two vectors of `L` windows at a time. The last windows of a row may be computed twice.
    #[inline(always)]
    pub(super) fn lay<E: FloatVectors<T>, V: Vectors<T, L>, const L: usize>(
        self,
        floats: E,
        vectors: V,
        output: &mut [T],
    ) {
        let columns = self.plan.columns;
        for row in (0..self.plan.windows()).step_by(columns) {
            for column in (0..columns).step_by(2 * L) {
                let windows = [column, column + L].map(|column| row + column.min(columns - L));
                let mut sums = [[[T::zero(); L]; 2]; EIGHT];
                match self.masks.width {
                    1..=4 => self.add::<V, L, 4>(vectors, windows, 0, &mut sums),
                    5..=6 => self.add::<V, L, 6>(vectors, windows, 0, &mut sums),
                    _ if E::IS_WIDE => self.add::<V, L, 8>(vectors, windows, 0, &mut sums),
                    _ => {
                        self.add::<V, L, 4>(vectors, windows, 0, &mut sums);
                        self.add::<V, L, 4>(vectors, windows, 4, &mut sums);
                    }
                }
                for (i, window) in windows.into_iter().enumerate() {
                    for some in (0..L).step_by(EIGHT) {
                        let mut square = [floats.splat(T::zero()); EIGHT];
                        for (square, sums) in square.iter_mut().zip(&sums) {
                            *square = floats.load(vector(&sums[i][some..]));
                        }
                        self.masks.store_biased(floats, window + some, EIGHT, floats.transposed(square), output);
                    }
                }
            }
        }
    }

    /// The sums of `M` masks from `first` on, and their biases.
    #[inline(always)]
    fn add<V: Vectors<T, L>, const L: usize, const M: usize>(
        &self,
        vectors: V,
        windows: [usize; 2],
        first: usize,
        to: &mut [[[T; L]; 2]; EIGHT],
    ) {
        let Self { plan, padded, .. } = self;
        let mut sums = [[vectors.splat(T::zero()); 2]; M];
        for (weights, span) in self.weights.chunks_exact(plan.length).zip(&plan.spans) {
            let stretch = |window| &padded[plan.bases[window] + span..][..plan.length + L - 1];
            let seen = stretch(windows[0]).windows(L).zip(stretch(windows[1]).windows(L));
            for (weights, (a, b)) in weights.iter().zip(seen) {
                let numbers = [vectors.load(vector(a)), vectors.load(vector(b))];
                for m in 0..M {
                    let weight = vectors.splat(weights[first + m]);
                    for i in 0..2 {
                        sums[m][i] = vectors.multiply_add(weight, numbers[i], sums[m][i]);
                    }
                }
            }
        }
        for (m, sums) in sums.into_iter().enumerate() {
            let bias = vectors.splat(self.masks.biases[first + m]);
            for i in 0..2 {
                vectors.store(vectors.add(bias, sums[i]), &mut to[first + m][i]);
            }
        }
    }
}
