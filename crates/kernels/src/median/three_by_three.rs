use glassbox_simd::{ByteVectors, Bytes, Register, prefetch_ahead, with_byte_vectors};

use crate::Pixel;
use crate::numbers::{greater, smaller};
use crate::operator::Rows;
use crate::operator::chunks::{CHUNK, Chunks, in_chunks};

/// The median of 3×3 windows in one pass, in registers from the first comparison to the last.
///
/// Once the columns of the window are sorted, the median of the nine numbers is that of three: the greatest of the
/// minima, the median of the medians and the smallest of the maxima. Neighbouring windows share columns. In byte
/// vectors each is sorted once and then shifted. Plain loops sort them again, which is faster than storing them and
/// reading them back.
///
/// Source: J. L. Smith, *Implementing median filters in XC4000E FPGAs*, Xcell 23 (1996).
#[inline(always)]
pub(crate) fn row<T: Pixel>(channels: usize, rows: Rows<T>, out: &mut [T]) {
    let all = [rows.get(0), rows.get(1), rows.get(2)];
    let made = match channels {
        1 => in_registers::<T, 1, 2>(rows, out),
        2 => in_registers::<T, 2, 4>(rows, out),
        3 => in_registers::<T, 3, 6>(rows, out),
        4 => in_registers::<T, 4, 8>(rows, out),
        _ => false,
    };
    if !made && !in_chunks(rows, out, Plain { channels, rows: all }) {
        medians(out, channels, all);
    }
}

/// The medians by plain loops.
struct Plain<'a, T> {
    channels: usize,
    rows: [&'a [T]; 3],
}

impl<T: Pixel> Chunks<T> for Plain<'_, T> {
    #[inline(always)]
    fn make(&mut self, start: usize, out: &mut [T; CHUNK]) {
        let rows = self.rows.map(|row| &row[start..]);
        prefetch_ahead::<T, CHUNK>(&rows[2][..CHUNK]);
        // An array of its own, so that the compiler need not check for overlap with the rows.
        let mut made = [T::default(); CHUNK];
        medians(&mut made, self.channels, rows);
        *out = made;
    }
}

/// The medians of bytes by vectors, for `ONE` channels; `TWO` is twice as many. False if it makes nothing.
#[inline(always)]
fn in_registers<T: Pixel, const ONE: i32, const TWO: i32>(rows: Rows<T>, out: &mut [T]) -> bool {
    if !rows.level().has_byte_vectors() || T::bytes(out).is_none() || out.len() < CHUNK {
        return false;
    }
    with_byte_vectors!(rows.level(), vectors => {
        in_chunks(rows, out, Shifting::<_, ONE, TWO>::new(vectors, rows))
    }, else unreachable!("the level has byte vectors"))
}

/// The medians by vectors: each column is sorted once, and the sorted columns are shifted.
struct Shifting<'a, R, const ONE: i32, const TWO: i32> {
    vectors: ByteVectors<R>,
    rows: [&'a [u8]; 3],
    /// The last sorted columns, and the index of the first.
    next: [Bytes<R>; 3],
    next_start: usize,
}

impl<'a, R: Register, const ONE: i32, const TWO: i32> Shifting<'a, R, ONE, TWO> {
    #[inline(always)]
    fn new<T: Pixel>(vectors: ByteVectors<R>, rows: Rows<'a, T>) -> Self {
        // Cut to one length, so that one bounds check serves all three rows.
        let upper = T::bytes(rows.get(0)).unwrap_or_default();
        let middle = &T::bytes(rows.get(1)).unwrap_or_default()[..upper.len()];
        let rows = [upper, middle, &T::bytes(rows.get(2)).unwrap_or_default()[..upper.len()]];
        Self { vectors, rows, next: columns(vectors, rows, 0), next_start: 0 }
    }
}

impl<T: Pixel, R: Register, const ONE: i32, const TWO: i32> Chunks<T> for Shifting<'_, R, ONE, TWO> {
    #[inline(always)]
    fn make(&mut self, start: usize, out: &mut [T; CHUNK]) {
        let Self { vectors, rows, next, next_start } = self;
        prefetch_ahead::<u8, CHUNK>(&rows[2][start..]);
        let Some(out) = T::bytes_mut(out) else { return };
        let ahead = CHUNK + R::BYTES;
        if start + ahead > rows[0].len() {
            // Too few columns are left for a whole register to shift in.
            let rows = cut(*rows, start, CHUNK + TWO as usize);
            for (i, out) in out.chunks_exact_mut(R::BYTES).enumerate() {
                let at = i * R::BYTES;
                let (west, centre) = (columns(*vectors, rows, at), columns(*vectors, rows, at + ONE as usize));
                median_of_columns(west, centre, columns(*vectors, rows, at + TWO as usize)).store(out);
            }
            return;
        }
        let rows = cut(*rows, start, ahead);
        let mut west = if start == *next_start { *next } else { columns(*vectors, rows, 0) };
        for (i, out) in out.chunks_exact_mut(R::BYTES).enumerate() {
            let next = columns(*vectors, rows, (i + 1) * R::BYTES);
            median_of_columns(west, shifted::<R, ONE>(west, next), shifted::<R, TWO>(west, next)).store(out);
            west = next;
        }
        (*next, *next_start) = (west, start + CHUNK);
    }
}

/// Numbers `first..first + count` of each row.
#[inline(always)]
fn cut([upper, middle, lower]: [&[u8]; 3], first: usize, count: usize) -> [&[u8]; 3] {
    [&upper[first..first + count], &middle[first..first + count], &lower[first..first + count]]
}

/// The medians of windows of three sorted columns.
#[inline(always)]
fn median_of_columns<R: Register>(west: [Bytes<R>; 3], centre: [Bytes<R>; 3], east: [Bytes<R>; 3]) -> Bytes<R> {
    let low = west[0].greater(centre[0]).greater(east[0]);
    let high = west[2].smaller(centre[2]).smaller(east[2]);
    median_bytes(low, median_bytes(west[1], centre[1], east[1]), high)
}

/// The sorted columns from `first` on: minima, medians and maxima.
#[inline(always)]
fn columns<R: Register>(vectors: ByteVectors<R>, [upper, middle, lower]: [&[u8]; 3], first: usize) -> [Bytes<R>; 3] {
    sorted_bytes(vectors.load(&upper[first..]), vectors.load(&middle[first..]), vectors.load(&lower[first..]))
}

#[inline(always)]
fn shifted<R: Register, const BY: i32>([a, b, c]: [Bytes<R>; 3], next: [Bytes<R>; 3]) -> [Bytes<R>; 3] {
    [a.shifted_by_table::<BY>(next[0]), b.shifted_by_table::<BY>(next[1]), c.shifted_by_table::<BY>(next[2])]
}

#[inline(always)]
fn sorted_bytes<R: Register>(a: Bytes<R>, b: Bytes<R>, c: Bytes<R>) -> [Bytes<R>; 3] {
    let (low, high) = (a.smaller(b), a.greater(b));
    let (rest, most) = (high.smaller(c), high.greater(c));
    [low.smaller(rest), low.greater(rest), most]
}

#[inline(always)]
fn median_bytes<R: Register>(a: Bytes<R>, b: Bytes<R>, c: Bytes<R>) -> Bytes<R> {
    a.smaller(b).greater(a.greater(b).smaller(c))
}

/// The medians of all windows of a row.
#[inline(always)]
fn medians<T: Pixel>(out: &mut [T], c: usize, [upper, middle, lower]: [&[T]; 3]) {
    let n = out.len();
    let west = [&upper[..n], &middle[..n], &lower[..n]];
    let centre = [&upper[c..c + n], &middle[c..c + n], &lower[c..c + n]];
    let east = [&upper[2 * c..2 * c + n], &middle[2 * c..2 * c + n], &lower[2 * c..2 * c + n]];
    for (i, out) in out.iter_mut().enumerate() {
        let (west, centre, east) = (sorted(west, i), sorted(centre, i), sorted(east, i));
        let low = greater(greater(west.0, centre.0), east.0);
        let high = smaller(smaller(west.2, centre.2), east.2);
        *out = median(low, median(west.1, centre.1, east.1), high);
    }
}

/// The minimum, median and maximum of a column.
#[inline(always)]
fn sorted<T: Pixel>([upper, middle, lower]: [&[T]; 3], i: usize) -> (T, T, T) {
    let (a, b, c) = (upper[i], middle[i], lower[i]);
    let (low, high) = T::in_order(a, b);
    let (rest, most) = T::in_order(high, c);
    let (least, middle) = T::in_order(low, rest);
    (least, middle, most)
}

#[inline(always)]
fn median<T: Pixel>(a: T, b: T, c: T) -> T {
    let (low, high) = T::in_order(a, b);
    greater(low, smaller(high, c))
}
