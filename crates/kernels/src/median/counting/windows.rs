//! Sums of neighbouring columns' counts, in registers from the first addition to the comparison with the rank.

use super::recent::COLUMNS;
use glassbox_simd::{ByteVectors, Bytes, Register};

/// Counts of the columns of a stretch: `N` registers make up [`COLUMNS`].
type Columns<R, const N: usize> = [Bytes<R>; N];

/// Places of a stretch for which results are made, `registers` of which make up [`COLUMNS`]: those whose windows see no other columns. Where the
/// last few would want a second register, which takes as long as the first, they are left to the next stretch.
#[inline(always)]
pub(super) const fn places(registers: usize, size: usize) -> usize {
    if registers > 1 && size >= WIDE { COLUMNS / registers } else { COLUMNS + 1 - size }
}

/// Windows of so many columns see so many of a stretch that one of two registers of results is worth more than both.
const WIDE: usize = 25;

/// Loads them.
#[inline(always)]
pub(super) fn load<R: Register, const N: usize>(lanes: ByteVectors<R>, from: &[u8; COLUMNS]) -> Columns<R, N> {
    let mut columns = [lanes.zeros(); N];
    for k in 0..N {
        columns[k] = lanes.load(&from[k * R::BYTES..]);
    }
    columns
}

/// For each of the [`places`], whether at most `rank` numbers are counted in the `SIZE` columns from there on: a bit for each. Bits behind them
/// have no meaning. And `threshold` at those places, if that is more than what was found before.
///
/// Sums of 2, 4 and 8 neighbours make up any size.
// Loops rather than closures, which cannot be told to be inlined.
#[inline(always)]
pub(super) fn mark<R: Register, const N: usize, const SIZE: usize>(
    lanes: ByteVectors<R>,
    one: Columns<R, N>,
    rank: u16,
    threshold: u8,
    found: &mut Columns<R, N>,
) -> u64 {
    let two = if SIZE < 2 { one } else { add(one, shifted(lanes, one, 1)) };
    let four = if SIZE < 4 { two } else { add(two, shifted(lanes, two, 2)) };
    let eight = if SIZE < 8 { four } else { add(four, shifted(lanes, four, 4)) };
    // The columns behind the last eight, all together less than eight.
    let mut rest = [lanes.zeros(); N];
    if SIZE % 8 >= 4 {
        rest = add(rest, shifted(lanes, four, SIZE / 8 * 8));
    }
    if SIZE % 4 >= 2 {
        rest = add(rest, shifted(lanes, two, SIZE / 4 * 4));
    }
    if SIZE % 2 == 1 {
        rest = add(rest, shifted(lanes, one, SIZE / 2 * 2));
    }
    let (second, third) = (shifted(lanes, eight, 8), shifted(lanes, eight, 16));
    let mut mark = 0;
    for k in 0..places(N, SIZE).div_ceil(R::BYTES) {
        let places = match SIZE / 8 {
            0 => rest[k].is_at_most(lanes.splat(rank as u8)),
            1 => rest[k].add(eight[k]).is_at_most(lanes.splat(rank as u8)),
            // More than 8 bits can hold.
            eights => {
                let third = if eights == 3 { third[k] } else { lanes.zeros() };
                let all = eight[k].weigh(1, second[k], 1).add(rest[k].weigh(1, third, 1));
                all.saturating_subtract(lanes.splat_words(rank as i16)).saturate().is_at_most(lanes.zeros())
            }
        };
        found[k] = found[k].greater(lanes.splat(threshold).masked(places));
        mark |= places.bits() << (k * R::BYTES);
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

/// Those from some column on, less than 32, then zeros.
#[inline(always)]
fn shifted<R: Register, const N: usize>(lanes: ByteVectors<R>, mut columns: Columns<R, N>, by: usize) -> Columns<R, N> {
    // A shift is part of an instruction; which it is is known when the program is compiled.
    macro_rules! shift {
        ($shift:ident $(::<$by:literal>)?) => {
            for k in 0..N {
                let next = if k + 1 < N { columns[k + 1] } else { lanes.zeros() };
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
        _ => unreachable!("behind sums of 1, 2, 4 and 8 columns"),
    }
    columns
}
