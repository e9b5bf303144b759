//! The product of two matrices: most of the work of a dense layer.
//!
//! A tile of 6×16 results is worked out in registers: for each step of the sum, six numbers of the left matrix times sixteen of the
//! right. Both matrices are first copied into the order in which tiles ask for them, whatever order they were in, so that a transposed
//! matrix is as good as any. Each result is summed up in the same order whatever the number of threads.

use glassbox_kernels::simd::{Eights, Level, Task, dispatch};
use rayon::prelude::*;

use crate::Real;
use crate::eights::{EIGHT, EightsTask, eight, eight_mut, run};
use crate::pass::room;

/// Rows of a tile.
const ROWS: usize = 6;
/// Columns of a tile.
const COLUMNS: usize = 16;
/// Steps of the sum between two visits to memory: a strip of the right matrix so long stays in the first cache.
const DEPTH: usize = 256;

/// A matrix as it lies in memory: element `(row, column)` is at `row·down + column·right`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a, T> {
    pub(crate) numbers: &'a [T],
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    down: usize,
    right: usize,
}

impl<'a, T> View<'a, T> {
    /// Rows of `columns` numbers, one behind the other.
    pub(crate) fn new(numbers: &'a [T], rows: usize, columns: usize) -> Self {
        debug_assert!(numbers.len() >= rows * columns);
        Self { numbers, rows, columns, down: columns, right: 1 }
    }

    /// Rows as columns.
    pub(crate) fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows, down: self.right, right: self.down, ..self }
    }
}

/// `output = left·right`, to which `bias`, a number a column, is added.
///
/// # Shape
/// `left` `[n, k]`, `right` `[k, m]` → `output` `[n, m]`
pub(crate) fn product<T: Real>(
    level: Level,
    left: View<T>,
    right: View<T>,
    bias: Option<&[T]>,
    output: &mut [T],
    [left_room, right_room]: [&mut Vec<T>; 2],
) {
    let (n, depth, m) = (left.rows, left.columns, right.columns);
    assert_eq!(depth, right.rows, "product: as many columns on the left as rows on the right");
    assert_eq!(output.len(), n * m, "product: room for every result");
    if output.is_empty() {
        return;
    }
    let left_room = room(left_room, n.next_multiple_of(ROWS) * depth);
    let right_room = room(right_room, m.next_multiple_of(COLUMNS) * depth);
    rayon::join(
        || pack::<T, ROWS>(level, left, left_room),
        || pack::<T, COLUMNS>(level, right.transposed(), right_room),
    );
    let tiles = n.div_ceil(ROWS);
    let tiles_a_task = tiles.div_ceil(2 * rayon::current_num_threads());
    let rows = tiles_a_task * ROWS;
    let (left_room, right_room) = (&*left_room, &*right_room);
    output.par_chunks_mut(rows * m).enumerate().for_each(|(index, output)| {
        let left = &left_room[left_room.len().min(index * rows * depth)..];
        run(level, Multiply { left, right: right_room, bias, output, depth, m });
    });
}

/// Copies strips of `N` rows, each strip step by step: `N` numbers of the first column, `N` of the second, and so on; zeros where there are
/// no more rows.
fn pack<T: Real, const N: usize>(level: Level, view: View<T>, packed: &mut [T]) {
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

/// Some rows of the product.
struct Multiply<'a, T> {
    left: &'a [T],
    right: &'a [T],
    bias: Option<&'a [T]>,
    output: &'a mut [T],
    depth: usize,
    m: usize,
}

impl<T: Real> EightsTask<T> for Multiply<'_, T> {
    #[inline(always)]
    fn run<E: Eights<T>>(self, eights: E) {
        let Self { left, right, bias, output, depth, m } = self;
        let rows = output.len() / m;
        for from in (0..depth.max(1)).step_by(DEPTH) {
            let to = depth.min(from + DEPTH);
            for (strip, column) in (0..m).step_by(COLUMNS).enumerate() {
                let width = COLUMNS.min(m - column);
                let right = &right.as_chunks::<COLUMNS>().0[strip * depth..][from..to];
                for row in (0..rows).step_by(ROWS) {
                    let left = &left.as_chunks::<ROWS>().0[row / ROWS * depth..][from..to];
                    let sums = tile(eights, left, right);
                    for (i, sums) in sums.iter().enumerate().take(rows - row) {
                        let output = &mut output[(row + i) * m + column..][..width];
                        store(output, sums, from == 0, bias.map(|bias| &bias[column..column + width]));
                    }
                }
            }
        }
    }
}

/// A tile's sums, kept in registers until the last step.
#[inline(always)]
fn tile<T: Real, E: Eights<T>>(eights: E, left: &[[T; ROWS]], right: &[[T; COLUMNS]]) -> [[T; COLUMNS]; ROWS] {
    let mut sums = [[eights.splat(T::zero()); 2]; ROWS];
    for (left, right) in left.iter().zip(right) {
        let (first, second) = (eights.load(eight(right)), eights.load(eight(&right[EIGHT..])));
        for i in 0..ROWS {
            let number = eights.splat(left[i]);
            sums[i][0] = eights.multiply_add(number, first, sums[i][0]);
            sums[i][1] = eights.multiply_add(number, second, sums[i][1]);
        }
    }
    let mut numbers = [[T::zero(); COLUMNS]; ROWS];
    for i in 0..ROWS {
        eights.store(sums[i][0], eight_mut(&mut numbers[i]));
        eights.store(sums[i][1], eight_mut(&mut numbers[i][EIGHT..]));
    }
    numbers
}

#[inline(always)]
fn store<T: Real>(output: &mut [T], sums: &[T; COLUMNS], first: bool, bias: Option<&[T]>) {
    match (first, bias) {
        (true, None) => output.copy_from_slice(&sums[..output.len()]),
        (true, Some(bias)) => {
            for ((output, &sum), &bias) in output.iter_mut().zip(sums).zip(bias) {
                *output = sum + bias;
            }
        }
        (false, _) => {
            for (output, &sum) in output.iter_mut().zip(sums) {
                *output += sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_what_they_are_said_to_be() {
        for level in Level::all() {
            for (n, depth, m) in [(1, 1, 1), (5, 3, 17), (6, 300, 16), (13, 7, 10), (64, 513, 33), (2, 0, 3)] {
                let number = |i: usize, by: usize| ((i * by) % 13) as f64 - 6.0;
                let a: Vec<f64> = (0..n * depth).map(|i| number(i, 5)).collect();
                let b: Vec<f64> = (0..depth * m).map(|i| number(i, 7)).collect();
                let bias: Vec<f64> = (0..m).map(|i| number(i, 3)).collect();
                let wanted: Vec<f64> = (0..n * m)
                    .map(|i| (0..depth).map(|k| a[i / m * depth + k] * b[k * m + i % m]).sum::<f64>() + bias[i % m])
                    .collect();
                let transpose = |x: &[f64], columns: usize| -> Vec<f64> {
                    let rows = x.len() / columns.max(1);
                    (0..x.len()).map(|i| x[i % rows * columns + i / rows]).collect()
                };
                let (a_turned, b_turned) = (transpose(&a, depth), transpose(&b, m));
                let lefts = [View::new(&a, n, depth), View::new(&a_turned, depth, n).transposed()];
                let rights = [View::new(&b, depth, m), View::new(&b_turned, m, depth).transposed()];
                for (left, right) in lefts.into_iter().flat_map(|left| rights.map(|right| (left, right))) {
                    let mut found = vec![f64::NAN; n * m];
                    product(level, left, right, Some(&bias), &mut found, [&mut Vec::new(), &mut Vec::new()]);
                    assert_eq!(found, wanted, "{n}×{depth}·{depth}×{m} at {}", level.name());
                }
            }
        }
    }
}
