//! Sums over a batch, channel by channel: within each sample first, then over the samples in order, so that the number
//! of threads changes no bit.

use glassbox_simd::Aligned;
use rayon::prelude::*;

use crate::Real;

/// The sum over `samples` of what `add` adds for each to `width` zeros; it is left in the first `width` numbers of
/// `scratch`.
pub(super) fn sum_samples<T: Real>(
    samples: usize,
    width: usize,
    scratch: &mut Aligned<T>,
    add: impl Fn(usize, &mut [T]) + Sync,
) -> &[T] {
    let partial = scratch.room(samples.max(1) * width);
    partial.fill(T::zero());
    let each = partial.par_chunks_mut(width).take(samples).enumerate();
    each.with_min_len(4).for_each(|(sample, sums)| add(sample, sums));
    let (total, rest) = partial.split_at_mut(width);
    for sums in rest.chunks_exact(width) {
        total.iter_mut().zip(sums).for_each(|(total, &sum)| *total += sum);
    }
    total
}
