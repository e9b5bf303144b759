//! Matrices in the order in which tiles ask for them.

use glassbox_kernels::simd::{Level, Task, dispatch};
use rayon::prelude::*;

use super::View;
use crate::Real;

/// Copies strips of `N` rows, each strip step by step: `N` numbers of the first column, `N` of the second, and so on; zeros where there are
/// no more rows.
pub(super) fn pack<T: Real, const N: usize>(level: Level, view: View<T>, packed: &mut [T]) {
    packed.par_chunks_mut((N * view.columns).max(1)).enumerate().with_min_len(4).for_each(|(strip, packed)| {
        dispatch(level, Pack::<T, N> { view, first: strip * N, packed });
    });
}

struct Pack<'a, T, const N: usize> {
    view: View<'a, T>,
    first: usize,
    packed: &'a mut [T],
}

impl<T: Real, const N: usize> Task for Pack<'_, T, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let View { numbers, rows, columns, down, right } = self.view;
        let steps = self.packed.as_chunks_mut::<N>().0;
        let here = N.min(rows - self.first);
        if down == 1 && here == N {
            for (column, step) in steps.iter_mut().enumerate() {
                step.copy_from_slice(&numbers[self.first + column * right..][..N]);
            }
            return;
        }
        if here < N {
            steps.fill([T::zero(); N]);
        }
        // Row by row within blocks of steps that stay in the cache.
        for (block, steps) in steps.chunks_mut(64).enumerate() {
            for row in 0..here {
                let from = &numbers[(self.first + row) * down..];
                if right == 1 {
                    let from = &from[64 * block..columns.min(64 * block + steps.len())];
                    for (step, &number) in steps.iter_mut().zip(from) {
                        step[row] = number;
                    }
                } else {
                    for (column, step) in (64 * block..).zip(steps.iter_mut()) {
                        step[row] = from[column * right];
                    }
                }
            }
        }
    }
}
