//! Backward to the input: every window adds its gradient to its pixels.

use glassbox_simd::{FloatTask, FloatVectors, Vectors};

use super::Convolution;
use crate::Real;
use crate::compute::float_vectors::{EIGHT, vector, vector_mut};
use crate::compute::sparse::list_bits;

/// Masks whose gradients are read before any is added.
const LISTED: usize = 64;

/// Adds ∂E/∂(padded picture).
pub(super) struct InputGradient<'a, T> {
    pub(super) plan: &'a Convolution,
    pub(super) gradient: &'a [T],
    pub(super) weights: &'a [T],
    pub(super) padded: &'a mut [T],
}

impl<T: Real> FloatTask<T> for InputGradient<'_, T> {
    #[inline(always)]
    fn run<E: FloatVectors<T>>(self, floats: E) {
        let Self { plan, gradient, weights, padded } = self;
        let each = plan.outputs / plan.groups;
        let mut found = [0; LISTED + EIGHT];
        for (base, gradient) in plan.bases.iter().zip(gradient.chunks_exact(plan.outputs)) {
            for (group, gradient) in gradient.chunks_exact(each).enumerate() {
                let padded = &mut padded[base + group * plan.input.channels / plan.groups..];
                for (part, gradients) in gradient.chunks(LISTED).enumerate() {
                    let mut count = 0;
                    for (i, gradients) in gradients.chunks(EIGHT).enumerate() {
                        let bits = floats.nonzero_bits(floats.load_some(gradients));
                        count += list_bits(bits, (i * EIGHT) as u32, &mut found[count..]);
                    }
                    // Masks whose gradient is zero, as most are, have nothing to add.
                    let of = Masks { first: group * each + part * LISTED, gradients };
                    for masks in found[..count].chunks(4) {
                        match *masks {
                            [a] => of.add_all(floats, plan, [a], weights, padded),
                            [a, b] => of.add_all(floats, plan, [a, b], weights, padded),
                            [a, b, c] => of.add_all(floats, plan, [a, b, c], weights, padded),
                            [a, b, c, d] => of.add_all(floats, plan, [a, b, c, d], weights, padded),
                            _ => unreachable!("one to four at a time"),
                        }
                    }
                }
            }
        }
    }
}

/// Masks that follow one another and their gradients for one window.
struct Masks<'a, T> {
    first: usize,
    gradients: &'a [T],
}

impl<T: Real> Masks<'_, T> {
    /// Adds some of the masks, each times its gradient, to the pixels of the window.
    #[inline(always)]
    fn add_all<E: FloatVectors<T>, const M: usize>(
        &self,
        floats: E,
        plan: &Convolution,
        masks: [u32; M],
        weights: &[T],
        padded: &mut [T],
    ) {
        if E::IS_WIDE && plan.rounded.is_multiple_of(16) {
            self.add::<_, 16, M>(floats.sixteens(), plan, masks, weights, padded);
        } else {
            self.add::<_, 8, M>(floats, plan, masks, weights, padded);
        }
    }

    #[inline(always)]
    fn add<V: Vectors<T, L>, const L: usize, const M: usize>(
        &self,
        vectors: V,
        plan: &Convolution,
        masks: [u32; M],
        weights: &[T],
        padded: &mut [T],
    ) {
        let width = plan.floats.len() * EIGHT;
        let (mut rows, mut factors) = ([&weights[..0]; M], [vectors.splat(T::zero()); M]);
        for m in 0..M {
            let mask = masks[m] as usize;
            rows[m] = &weights[(self.first + mask) * width..][..width];
            factors[m] = vectors.splat(self.gradients[mask]);
        }
        for (i, &place) in plan.floats.iter().step_by(L / EIGHT).enumerate() {
            let sums = vector_mut(&mut padded[place..]);
            let mut sum = vectors.load(sums);
            for m in 0..M {
                sum = vectors.multiply_add(vectors.load(vector(&rows[m][i * L..])), factors[m], sum);
            }
            vectors.store(sum, sums);
        }
    }
}
