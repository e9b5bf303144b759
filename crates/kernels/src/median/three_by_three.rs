use crate::Pixel;
use crate::numbers::{greater, smaller};
use crate::operator::Rows;
use crate::operator::chunks::{CHUNK, Chunks, in_chunks};
use glassbox_simd::{ByteVectors, Bytes, Register, prefetch_ahead, with_byte_vectors};

/// The median of a window of 3×3 in one pass, everything from the first comparison to the last in registers.
///
/// With the columns of the window sorted, the median of the nine is that of three: the greatest of the smallest, the middle one of
/// the middle ones and the smallest of the greatest. Neighbouring windows share columns, which in registers are sorted once and shifted;
/// to sort one again takes less than to store it and to read it back.
///
/// Source of the selection: J. L. Smith, *Implementing median filters in XC4000E FPGAs*, Xcell 23 (1996).
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

/// By plain loops.
struct Plain<'a, T> {
    channels: usize,
    rows: [&'a [T]; 3],
}

impl<T: Pixel> Chunks<T> for Plain<'_, T> {
    #[inline(always)]
    fn make(&mut self, start: usize, out: &mut [T; CHUNK]) {
        let rows = self.rows.map(|row| &row[start..]);
        prefetch_ahead::<T, CHUNK>(&rows[2][..CHUNK]);
        // What is written is known to lie apart from what is read, so that the compiler need not look before each vector.
        let mut made = [T::default(); CHUNK];
        medians(&mut made, self.channels, rows);
        *out = made;
    }
}

/// The same of 8-bit numbers, of pictures of `ONE` channel or a few; `TWO` is twice as many. False if nothing is made.
#[inline(always)]
fn in_registers<T: Pixel, const ONE: i32, const TWO: i32>(rows: Rows<T>, out: &mut [T]) -> bool {
    if !rows.level().has_byte_vectors() || T::bytes(out).is_none() || out.len() < CHUNK {
        return false;
    }
    with_byte_vectors!(rows.level(), lanes => {
        in_chunks(rows, out, Shifting::<_, ONE, TWO>::new(lanes, rows))
    }, else unreachable!("there are lanes"))
}

/// Each column is sorted once, and the sorted ones are shifted.
struct Shifting<'a, R, const ONE: i32, const TWO: i32> {
    lanes: ByteVectors<R>,
    rows: [&'a [u8]; 3],
    /// The newest of the sorted columns, and where they begin.
    next: [Bytes<R>; 3],
    known: usize,
}

impl<'a, R: Register, const ONE: i32, const TWO: i32> Shifting<'a, R, ONE, TWO> {
    #[inline(always)]
    fn new<T: Pixel>(lanes: ByteVectors<R>, rows: Rows<'a, T>) -> Self {
        // Where they are cut to one length, whether they are long enough is asked once for all three.
        let upper = T::bytes(rows.get(0)).unwrap_or_default();
        let middle = &T::bytes(rows.get(1)).unwrap_or_default()[..upper.len()];
        let rows = [upper, middle, &T::bytes(rows.get(2)).unwrap_or_default()[..upper.len()]];
        Self { lanes, rows, next: columns(lanes, rows, 0), known: 0 }
    }
}

impl<T: Pixel, R: Register, const ONE: i32, const TWO: i32> Chunks<T> for Shifting<'_, R, ONE, TWO> {
    #[inline(always)]
    fn make(&mut self, start: usize, out: &mut [T; CHUNK]) {
        let Self { lanes, rows, next, known } = self;
        prefetch_ahead::<u8, CHUNK>(&rows[2][start..]);
        let Some(out) = T::bytes_mut(out) else { return };
        let ahead = CHUNK + R::BYTES;
        if start + ahead > rows[0].len() {
            // No register full of columns is left to be shifted in.
            let rows = cut(*rows, start, CHUNK + TWO as usize);
            for (i, out) in out.chunks_exact_mut(R::BYTES).enumerate() {
                let at = i * R::BYTES;
                let (west, centre) = (columns(*lanes, rows, at), columns(*lanes, rows, at + ONE as usize));
                median_of_columns(west, centre, columns(*lanes, rows, at + TWO as usize)).store(out);
            }
            return;
        }
        let rows = cut(*rows, start, ahead);
        let mut west = if start == *known { *next } else { columns(*lanes, rows, 0) };
        for (i, out) in out.chunks_exact_mut(R::BYTES).enumerate() {
            let next = columns(*lanes, rows, (i + 1) * R::BYTES);
            median_of_columns(west, shifted::<R, ONE>(west, next), shifted::<R, TWO>(west, next)).store(out);
            west = next;
        }
        (*next, *known) = (west, start + CHUNK);
    }
}

/// So many numbers of each row, from one on.
#[inline(always)]
fn cut([upper, middle, lower]: [&[u8]; 3], first: usize, count: usize) -> [&[u8]; 3] {
    [&upper[first..first + count], &middle[first..first + count], &lower[first..first + count]]
}

#[inline(always)]
fn median_of_columns<R: Register>(west: [Bytes<R>; 3], centre: [Bytes<R>; 3], east: [Bytes<R>; 3]) -> Bytes<R> {
    let low = west[0].greater(centre[0]).greater(east[0]);
    let high = west[2].smaller(centre[2]).smaller(east[2]);
    median_bytes(low, median_bytes(west[1], centre[1], east[1]), high)
}

/// The numbers of each column, smallest first, from one column on.
#[inline(always)]
fn columns<R: Register>(lanes: ByteVectors<R>, [upper, middle, lower]: [&[u8]; 3], first: usize) -> [Bytes<R>; 3] {
    sorted_bytes(lanes.load(&upper[first..]), lanes.load(&middle[first..]), lanes.load(&lower[first..]))
}

#[inline(always)]
fn shifted<R: Register, const BY: i32>([a, b, c]: [Bytes<R>; 3], next: [Bytes<R>; 3]) -> [Bytes<R>; 3] {
    [a.shifted_by_table::<BY>(next[0]), b.shifted_by_table::<BY>(next[1]), c.shifted_by_table::<BY>(next[2])]
}

#[inline(always)]
fn sorted_bytes<R: Register>(a: Bytes<R>, b: Bytes<R>, c: Bytes<R>) -> [Bytes<R>; 3] {
    let (less, more) = (a.smaller(b), a.greater(b));
    let (rest, most) = (more.smaller(c), more.greater(c));
    [less.smaller(rest), less.greater(rest), most]
}

#[inline(always)]
fn median_bytes<R: Register>(a: Bytes<R>, b: Bytes<R>, c: Bytes<R>) -> Bytes<R> {
    a.smaller(b).greater(a.greater(b).smaller(c))
}

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

/// The three numbers of a column, smallest first.
#[inline(always)]
fn sorted<T: Pixel>([upper, middle, lower]: [&[T]; 3], i: usize) -> (T, T, T) {
    let (a, b, c) = (upper[i], middle[i], lower[i]);
    let (less, more) = T::in_order(a, b);
    let (rest, most) = T::in_order(more, c);
    let (least, middle) = T::in_order(less, rest);
    (least, middle, most)
}

#[inline(always)]
fn median<T: Pixel>(a: T, b: T, c: T) -> T {
    let (less, more) = T::in_order(a, b);
    greater(less, smaller(more, c))
}
