//! Matrices in the order in which tiles ask for them.

use glassbox_kernels::simd::{Level, Task, dispatch};
use rayon::prelude::*;

use super::View;
use crate::Real;
use crate::eights::{EIGHT, vector};

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
        } else if right == 1 && here == N {
            // Eight columns of all rows at a time.
            let mut rows = [&numbers[..0]; N];
            for (i, row) in rows.iter_mut().enumerate() {
                *row = &numbers[(self.first + i) * down..][..columns];
            }
            let (blocks, rest) = steps.as_chunks_mut::<EIGHT>();
            for (block, steps) in blocks.iter_mut().enumerate() {
                let mut square = [[T::zero(); EIGHT]; N];
                for (square, row) in square.iter_mut().zip(rows) {
                    *square = *vector(&row[block * EIGHT..]);
                }
                for i in 0..EIGHT {
                    for row in 0..N {
                        steps[i][row] = square[row][i];
                    }
                }
            }
            for (step, column) in rest.iter_mut().zip(columns / EIGHT * EIGHT..) {
                for (number, row) in step.iter_mut().zip(rows) {
                    *number = row[column];
                }
            }
        } else {
            for (column, step) in steps.iter_mut().enumerate() {
                for (row, number) in step.iter_mut().enumerate() {
                    *number = if row < here { numbers[(self.first + row) * down + column * right] } else { T::zero() };
                }
            }
        }
    }
}
