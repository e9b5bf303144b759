//! Backward to the weights: what each window showed, times its gradient.

use glassbox_simd::{FloatTask, FloatVectors, Vectors};

use super::Convolution;
use crate::Real;
use crate::compute::float_vectors::{vector, vector_mut};
use crate::compute::sparse::{list_nonzero, listed_len};

/// Vectors of one span whose sums are kept in registers.
const MOST_EIGHTS: usize = 12;
/// Spans of one, two, three and four vectors whose sums are kept in registers.
const MOST_SPANS: [usize; 4] = [8, 4, 3, 3];

/// Adds ∂E/∂weights of one picture.
pub(super) struct WeightGradient<'a, T> {
    pub(super) plan: &'a Convolution,
    pub(super) padded: &'a [T],
    pub(super) gradient: &'a [T],
    pub(super) weights: &'a mut [T],
    pub(super) bias: &'a mut [T],
    /// For each mask, the number of windows with a gradient other than zero, then their indices: [`found_len`] numbers
    /// in all.
    pub(super) found: &'a mut [u32],
}

/// Numbers that the list of windows takes.
pub(super) fn found_len(plan: &Convolution) -> usize {
    plan.outputs * (listed_len(plan.windows()) + 1)
}

impl<T: Real> FloatTask<T> for WeightGradient<'_, T> {
    #[inline(always)]
    fn run<E: FloatVectors<T>>(self, floats: E) {
        let Self { plan, padded, gradient, weights, bias, found } = self;
        let (counts, found) = found.split_at_mut(plan.outputs);
        list_nonzero(floats, gradient, Some(bias), counts, found);
        let (outputs, list) = (plan.outputs, listed_len(plan.windows()));
        let each = outputs / plan.groups;
        for (mask, weights) in weights.chunks_exact_mut(plan.spans.len() * plan.rounded).enumerate() {
            let seen = Seen {
                plan,
                padded: &padded[mask / each * plan.input.channels / plan.groups..],
                gradient: &gradient[mask..],
                found: &found[mask * list..][..counts[mask] as usize],
            };
            if E::IS_WIDE && plan.rounded.is_multiple_of(16) {
                seen.weight_gradient::<_, 16>(floats.sixteens(), weights);
            } else {
                seen.weight_gradient::<_, 8>(floats, weights);
            }
        }
    }
}

/// The windows in which the gradient of a mask is not zero.
struct Seen<'a, T> {
    plan: &'a Convolution,
    padded: &'a [T],
    gradient: &'a [T],
    found: &'a [u32],
}

impl<T: Real> Seen<'_, T> {
    /// A few spans at a time, or a part of one: enough sums to work on side by side, but no more than fit into
    /// registers.
    #[inline(always)]
    fn weight_gradient<V: Vectors<T, L>, const L: usize>(&self, vectors: V, mut weights: &mut [T]) {
        let of_span = self.plan.rounded / L;
        let most = MOST_SPANS.get(of_span - 1).copied().unwrap_or(1);
        let mut spans = &self.plan.spans[..];
        while !spans.is_empty() {
            let (here, rest) = spans.split_at(share(spans.len(), most));
            spans = rest;
            let mut done = 0;
            while done < of_span {
                let long = share(of_span - done, MOST_EIGHTS);
                let (sums, rest) = weights.split_at_mut(here.len() * long * L);
                weights = rest;
                macro_rules! add {
                    ($(($m:literal, $n:literal))*) => {
                        match (here.len(), long) {
                            $(($m, $n) => self.add::<V, L, $m, $n>(vectors, here, done * L, sums),)*
                            _ => unreachable!("no more spans and vectors than fit"),
                        }
                    };
                }
                add!((1, 1)(2, 1)(3, 1)(4, 1)(5, 1)(6, 1)(7, 1)(8, 1)(1, 2)(2, 2)(3, 2)(4, 2)(1, 3)(2, 3)(3, 3)(1, 4)(
                    2, 4
                )(3, 4)(1, 5)(1, 6)(1, 7)(1, 8)(1, 9)(1, 10)(1, 11)(1, 12));
                done += long;
            }
        }
    }

    /// Adds `N` vectors of `M` spans of all windows, each times its gradient.
    #[inline(always)]
    fn add<V: Vectors<T, L>, const L: usize, const M: usize, const N: usize>(
        &self,
        vectors: V,
        spans: &[usize],
        from: usize,
        sums: &mut [T],
    ) {
        let mut offsets = [from; M];
        offsets.iter_mut().zip(spans).for_each(|(offset, span)| *offset += span);
        let mut here = [[vectors.splat(T::zero()); N]; M];
        for &window in self.found {
            let window = window as usize;
            let factor = vectors.splat(self.gradient[window * self.plan.outputs]);
            let base = self.plan.bases[window];
            for m in 0..M {
                let stretch = &self.padded[base + offsets[m]..][..N * L];
                for n in 0..N {
                    let numbers = vectors.load(vector(&stretch[n * L..]));
                    here[m][n] = vectors.multiply_add(numbers, factor, here[m][n]);
                }
            }
        }
        for m in 0..M {
            for n in 0..N {
                let sums = vector_mut(&mut sums[(m * N + n) * L..]);
                vectors.store(vectors.add(here[m][n], vectors.load(sums)), sums);
            }
        }
    }
}

/// The first of as few shares as there can be of a number of things, if none is to be more than `most` and all about
/// the same.
#[inline(always)]
fn share(things: usize, most: usize) -> usize {
    things.div_ceil(things.div_ceil(most))
}
