//! Which numbers are not zero: products with zeros need not be made.

use glassbox_simd::FloatVectors;

use crate::Real;
use crate::compute::float_vectors::{EIGHT, vector, vector_mut};

/// Room for the list of one column of `rows` rows: [`list_bits`] may write beyond the last index.
pub(crate) const fn listed_len(rows: usize) -> usize {
    rows + EIGHT
}

/// Lists for each column the rows whose number is not zero. Eight rows and columns at a time, as a square of bits. Adds
/// each column to its sum on the way, if sums are needed.
///
/// # Shape
/// `numbers` `[rows, columns]`, `counts` and `sums` `[columns]` → `found` `[columns, rows + 8]`: of each column the
/// first `counts` are meant
#[inline(always)]
pub(crate) fn list_nonzero<T: Real, E: FloatVectors<T>>(
    floats: E,
    numbers: &[T],
    mut sums: Option<&mut [T]>,
    counts: &mut [u32],
    found: &mut [u32],
) {
    counts.fill(0);
    let columns = counts.len();
    let rows = numbers.len() / columns;
    let list = listed_len(rows);
    for first in (0..columns).step_by(EIGHT) {
        let counts = &mut counts[first..columns.min(first + EIGHT)];
        let found = &mut found[first * list..];
        let mut sum = floats.splat(T::zero());
        for row in (0..rows).step_by(EIGHT) {
            // The bits after the last column belong to the next row; they and their sums are never read.
            let square = &numbers[row * columns + first..];
            let mut bits = 0;
            if square.len() >= (EIGHT - 1) * columns + EIGHT {
                for i in 0..EIGHT {
                    let row = floats.load(vector(&square[i * columns..]));
                    bits |= u64::from(floats.nonzero_bits(row)) << (EIGHT * i);
                    sum = floats.add(sum, row);
                }
            } else {
                for i in 0..EIGHT.min(rows - row) {
                    let row = floats.load_some(&square[i * columns..]);
                    bits |= u64::from(floats.nonzero_bits(row)) << (EIGHT * i);
                    sum = floats.add(sum, row);
                }
            }
            let bits = transposed(bits).to_le_bytes();
            for ((count, found), column) in counts.iter_mut().zip(found.chunks_exact_mut(list)).zip(bits) {
                *count += list_bits(column, row as u32, &mut found[*count as usize..]) as u32;
            }
        }
        if let Some(sums) = &mut sums {
            let mut numbers = [T::zero(); EIGHT];
            floats.store(sum, &mut numbers);
            sums[first..].iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
        }
    }
}

/// A square of eight rows of eight bits, the rows as columns: squares of one, two and four bits within it are
/// exchanged, as H. S. Warren's "Hacker's Delight" (2nd ed., 7–3) has it.
#[inline(always)]
fn transposed(square: u64) -> u64 {
    let exchanged = |square: u64, by: u32, which: u64| {
        let differing = (square ^ square >> by) & which;
        square ^ differing ^ differing << by
    };
    let square = exchanged(square, 7, 0x00AA_00AA_00AA_00AA);
    let square = exchanged(square, 14, 0x0000_CCCC_0000_CCCC);
    exchanged(square, 28, 0x0000_0000_F0F0_F0F0)
}

/// Lists the indices of the set bits, the lowest first, counted from `first`, and returns their number. It always
/// writes eight indices, so no branch depends on a single bit.
///
/// # Panics
/// If there is no room for eight.
#[inline(always)]
pub(crate) fn list_bits(bits: u8, first: u32, to: &mut [u32]) -> usize {
    let to: &mut [_; EIGHT] = vector_mut(to);
    let indices = &PLACES[usize::from(bits)];
    for i in 0..EIGHT {
        to[i] = first + u32::from(indices[i]);
    }
    bits.count_ones() as usize
}

/// For each byte the indices of its set bits, followed by zeros.
static PLACES: [[u8; EIGHT]; 256] = {
    let mut indices = [[0; EIGHT]; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut bit, mut found) = (0, 0);
        while bit < EIGHT {
            if byte >> bit & 1 == 1 {
                indices[byte][found] = bit as u8;
                found += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    indices
};

#[cfg(test)]
mod tests {
    use glassbox_simd::Arrays;

    use super::*;

    #[test]
    fn what_is_not_zero_is_listed_for_each_column() {
        for (rows, columns) in [(1, 1), (7, 3), (8, 8), (19, 6), (40, 17)] {
            let numbers: Vec<f64> = (0..rows * columns).map(|i| f64::from(u8::from(i * 7 % 5 < 2))).collect();
            let (mut counts, mut found) = (vec![9; columns], vec![9; columns * listed_len(rows)]);
            let mut sums = vec![0.5; columns];
            list_nonzero(Arrays, &numbers, Some(&mut sums), &mut counts, &mut found);
            for column in 0..columns {
                let sum: f64 = numbers.iter().skip(column).step_by(columns).sum();
                assert_eq!(sums[column], 0.5 + sum, "column {column}");
                let expected: Vec<u32> =
                    (0..rows).filter(|row| numbers[row * columns + column] != 0.0).map(|row| row as u32).collect();
                assert_eq!(found[column * listed_len(rows)..][..counts[column] as usize], expected, "column {column}");
            }
        }
    }
}
