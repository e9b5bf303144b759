//! Sums of the counts of neighbouring columns, in registers from the first addition to the comparison with the rank.

use glassbox_simd::{ByteVectors, Bytes, Register};

use super::recent::COLUMNS;

/// Counts of the [`COLUMNS`] of a block, in `N` registers.
type Columns<R, const N: usize> = [Bytes<R>; N];

/// How many results a block yields if its columns take `registers`: the windows that lie within the columns.
///
/// Of wide windows only one register of results is made. A second register of few results would take as long as the
/// first, so they are left to the next block.
#[inline(always)]
pub(super) const fn results_per_block(registers: usize, size: usize) -> usize {
    if registers > 1 && size >= WIDE { COLUMNS / registers } else { COLUMNS + 1 - size }
}

/// The width from which a window is wide: see [`results_per_block`].
const WIDE: usize = 25;

/// Loads the counts.
#[inline(always)]
pub(super) fn load<R: Register, const N: usize>(vectors: ByteVectors<R>, from: &[u8; COLUMNS]) -> Columns<R, N> {
    let mut columns = [vectors.zeros(); N];
    for k in 0..N {
        columns[k] = vectors.load(&from[k * R::BYTES..]);
    }
    columns
}

/// Compares each window with a rank: bit `i` is 1 if the columns `i..i + SIZE` count at most `rank` numbers. Where it
/// is 1, `results` rises to `threshold`. Bits beyond [`results_per_block`] are undefined.
///
/// Sums of 2, 4 and 8 neighbours add up to any size.
// Loops rather than closures, which cannot be marked `#[inline(always)]`.
#[inline(always)]
pub(super) fn mark<R: Register, const N: usize, const SIZE: usize>(
    vectors: ByteVectors<R>,
    one: Columns<R, N>,
    rank: u16,
    threshold: u8,
    results: &mut Columns<R, N>,
) -> u64 {
    let two = if SIZE < 2 { one } else { add(one, shifted(vectors, one, 1)) };
    let four = if SIZE < 4 { two } else { add(two, shifted(vectors, two, 2)) };
    let eight = if SIZE < 8 { four } else { add(four, shifted(vectors, four, 4)) };
    // The last columns, fewer than eight, after whole groups of eight.
    let mut rest = [vectors.zeros(); N];
    if SIZE % 8 >= 4 {
        rest = add(rest, shifted(vectors, four, SIZE / 8 * 8));
    }
    if SIZE % 4 >= 2 {
        rest = add(rest, shifted(vectors, two, SIZE / 4 * 4));
    }
    if SIZE % 2 == 1 {
        rest = add(rest, shifted(vectors, one, SIZE / 2 * 2));
    }
    let (second, third) = (shifted(vectors, eight, 8), shifted(vectors, eight, 16));
    let mut mark = 0;
    for k in 0..results_per_block(N, SIZE).div_ceil(R::BYTES) {
        let is_reached = match SIZE / 8 {
            0 => rest[k].is_at_most(vectors.splat(rank as u8)),
            1 => rest[k].add(eight[k]).is_at_most(vectors.splat(rank as u8)),
            // The counts exceed 8 bits.
            eights => {
                let third = if eights == 3 { third[k] } else { vectors.zeros() };
                let all = eight[k].weigh(1, second[k], 1).add(rest[k].weigh(1, third, 1));
                all.saturating_subtract(vectors.splat_words(rank as i16)).saturate().is_at_most(vectors.zeros())
            }
        };
        results[k] = results[k].greater(vectors.splat(threshold).masked(is_reached));
        mark |= is_reached.bits() << (k * R::BYTES);
    }
    mark
}

#[inline(always)]
fn add<R: Register, const N: usize>(mut a: Columns<R, N>, b: Columns<R, N>) -> Columns<R, N> {
    for k in 0..N {
        a[k] = a[k].add(b[k]);
    }
    a
}

/// Drops the first `by` columns, fewer than 32, and appends zeros.
#[inline(always)]
fn shifted<R: Register, const N: usize>(
    vectors: ByteVectors<R>,
    mut columns: Columns<R, N>,
    by: usize,
) -> Columns<R, N> {
    // The shift is part of the instruction: `by` is constant once this is inlined.
    macro_rules! shift {
        ($shift:ident $(::<$by:literal>)?) => {
            for k in 0..N {
                let next = if k + 1 < N { columns[k + 1] } else { vectors.zeros() };
                columns[k] = columns[k].$shift$(::<$by>)?(next);
            }
        };
    }
    if by >= 16 {
        shift!(shifted16);
    }
    match by % 16 {
        0 => {}
        1 => shift!(shifted::<1>),
        2 => shift!(shifted::<2>),
        4 => shift!(shifted::<4>),
        6 => shift!(shifted::<6>),
        8 => shift!(shifted::<8>),
        10 => shift!(shifted::<10>),
        12 => shift!(shifted::<12>),
        14 => shift!(shifted::<14>),
        _ => unreachable!("not a shift by sums of 1, 2, 4 and 8 columns"),
    }
    columns
}
