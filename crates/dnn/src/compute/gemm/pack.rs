//! Matrices packed into the order in which tiles read them.

use glassbox_simd::{FloatTask, FloatVectors, Level};
use rayon::prelude::*;

use super::View;
use crate::Real;
use crate::compute::float_vectors::{EIGHT, vector};

/// Copies strips of `N` rows, column by column: `N` numbers of the first column, `N` of the second, and so on; zeros
/// after the last row.
pub(super) fn pack<T: Real, const N: usize>(level: Level, view: View<T>, packed: &mut [T]) {
    packed.par_chunks_mut((N * view.columns).max(1)).enumerate().with_min_len(4).for_each(|(strip, packed)| {
        T::dispatch_floats(level, Pack::<T, N> { view, first: strip * N, packed });
    });
}

struct Pack<'a, T, const N: usize> {
    view: View<'a, T>,
    first: usize,
    packed: &'a mut [T],
}

impl<T: Real, const N: usize> FloatTask<T> for Pack<'_, T, N> {
    #[inline(always)]
    fn run<E: FloatVectors<T>>(self, floats: E) {
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
                for first in (0..N).step_by(EIGHT) {
                    let mut square = [floats.splat(T::zero()); EIGHT];
                    for (square, row) in square.iter_mut().zip(&rows[first..]) {
                        *square = floats.load(vector(&row[block * EIGHT..]));
                    }
                    for (i, column) in floats.transposed(square).into_iter().enumerate() {
                        let step = &mut steps.as_flattened_mut()[i * N + first..];
                        match step.first_chunk_mut() {
                            // The numbers written after the last row belong to the next step, which overwrites them.
                            Some(step) => floats.store(column, step),
                            None => {
                                let mut numbers = [T::zero(); EIGHT];
                                floats.store(column, &mut numbers);
                                step.copy_from_slice(&numbers[..step.len()]);
                            }
                        }
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
