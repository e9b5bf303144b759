//! The product of two matrices: most of the work of a dense layer.
//!
//! A tile of 6×16 results, or 6×32 where registers are wide, stays in registers: each step of the sum multiplies six
//! numbers of the left matrix with those of the right. Both matrices are first copied into the order in which the tiles
//! read them, so a transposed matrix is as fast as any.
//!
//! Many numbers of the left matrix may be zero: four of five pixels of a digit, and many numbers after a rectifier,
//! forward and backward. Where most are zero, each row goes through a list of its other numbers instead, for 64 or 128
//! results at a time. Zeros times finite numbers change no sum, so the bits are the same either way and with any number
//! of threads.

mod pack;
mod tiles;

use glassbox_simd::Level;
use rayon::prelude::*;

use crate::Real;
use crate::pass::{Scratch, room};
use pack::pack;
use tiles::{BLOCK, Multiply, TILE_PLACES};

/// Rows of a tile.
const ROWS: usize = 6;
/// Columns of a tile.
const COLUMNS: usize = 16;

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
    /// Rows of `columns` numbers, one after the other.
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
pub(crate) fn gemm<T: Real>(
    level: Level,
    left: View<T>,
    right: View<T>,
    bias: Option<&[T]>,
    output: &mut [T],
    scratch: &mut Scratch<T>,
) {
    let (n, depth, m) = (left.rows, left.columns, right.columns);
    assert_eq!(depth, right.rows, "gemm: as many columns on the left as rows on the right");
    assert_eq!(output.len(), n * m, "gemm: room for every result");
    if output.is_empty() {
        return;
    }
    let Scratch { numbers, more, indices } = scratch;
    let left_room = numbers.room(n.next_multiple_of(ROWS) * depth);
    let right_room = more.room(m.next_multiple_of(COLUMNS) * depth);
    rayon::join(
        || pack::<T, ROWS>(level, left, left_room),
        || pack::<T, COLUMNS>(level, right.transposed(), right_room),
    );
    let tiles = n.div_ceil(ROWS);
    let tiles_a_task = tiles.div_ceil(2 * rayon::current_num_threads());
    let indices_a_task = tiles_a_task.min(BLOCK) * TILE_PLACES;
    let indices = room(indices, tiles.div_ceil(tiles_a_task) * indices_a_task);
    let rows = tiles_a_task * ROWS;
    let (left, right) = (left_room.as_chunks::<ROWS>().0, right_room.as_chunks::<COLUMNS>().0);
    let tasks = output.par_chunks_mut(rows * m).zip(indices.par_chunks_mut(indices_a_task)).enumerate();
    tasks.for_each(|(index, (output, found))| {
        let left = &left[left.len().min(index * tiles_a_task * depth)..];
        T::dispatch_floats(level, Multiply { left, right, bias, output, depth, m, found });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_what_they_are_said_to_be() {
        for level in Level::all() {
            for (n, depth, m) in [
                (1, 1, 1),
                (5, 3, 17),
                (6, 300, 16),
                (13, 7, 10),
                (64, 513, 33),
                (2, 0, 3),
                (3, 9, 64),
                (25, 600, 150),
                (250, 30, 70),
            ] {
                let number = |i: usize, by: usize| ((i * by) % 13) as f64 - 6.0;
                // Every second tile has a row of zeros and few other numbers elsewhere.
                let some = |row: usize, i: usize| (row / ROWS).is_multiple_of(2) || (row % ROWS != 2 && i * 7 % 11 < 3);
                let a: Vec<f64> = (0..n * depth).map(|i| if some(i / depth, i) { number(i, 5) } else { 0.0 }).collect();
                let b: Vec<f64> = (0..depth * m).map(|i| number(i, 7)).collect();
                let bias: Vec<f64> = (0..m).map(|i| number(i, 3)).collect();
                let expected: Vec<f64> = (0..n * m)
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
                    gemm(level, left, right, Some(&bias), &mut found, &mut Scratch::default());
                    assert_eq!(found, expected, "{n}×{depth}·{depth}×{m} at {}", level.name());
                }
            }
        }
    }
}
