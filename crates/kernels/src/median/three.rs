use crate::Pixel;
use crate::chunks::{Chunks, in_chunks};
use crate::filter::Rows;
use crate::simd::{Bytes, CACHE_LINE, Lanes, Register, ask_ahead, with_lanes};
use crate::wide::{greater, smaller};

/// Numbers that are made at a time.
const CHUNK: usize = 256;

/// The median of a window of 3×3 in one pass, everything from the first comparison to the last in registers.
///
/// With the columns of the window sorted, the median of the nine is that of three: the greatest of the smallest, the middle one of
/// the middle ones and the smallest of the greatest. Neighbouring windows share columns, which are sorted once where registers can be
/// shifted; to sort one again takes less than to store it and to read it back.
///
/// Source of the selection: J. L. Smith, *Implementing median filters in XC4000E FPGAs*, Xcell 23 (1996).
#[inline(always)]
pub(crate) fn row<T: Pixel>(channels: usize, rows: Rows<T>, out: &mut [T]) {
    let (upper, middle, lower) = (rows.get(0), rows.get(1), rows.get(2));
    if rows.level().has_lanes() && T::bytes(upper).is_some() && out.len() >= CACHE_LINE {
        return with_lanes!(rows.level(), lanes => in_lanes(lanes, channels, rows, out), else unreachable!("there are lanes"));
    }
    let all = [upper, middle, lower];
    if !in_chunks::<T, CHUNK>(rows, out, Plain { channels, rows: all }) {
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
    fn make<const N: usize>(&mut self, start: usize, out: &mut [T; N]) {
        let rows = self.rows.map(|row| &row[start..]);
        ask_ahead::<T, N>(&rows[2][..N]);
        // What is written is known to lie apart from what is read, so that the compiler need not look before each vector.
        let mut made = [T::default(); N];
        medians(&mut made, self.channels, rows);
        *out = made;
    }
}

/// The same of 8-bit numbers.
#[inline(always)]
fn in_lanes<T: Pixel, R: Register>(lanes: Lanes<R>, channels: usize, rows: Rows<T>, out: &mut [T]) {
    let all = [0, 1, 2].map(|row| T::bytes(rows.get(row)).unwrap_or_default());
    if R::SHIFTS && 2 * channels <= R::BYTES {
        let shifting = Shifting { lanes, channels, rows: all, next: columns(lanes, all, 0), known: 0 };
        in_chunks::<T, CACHE_LINE>(rows, out, shifting);
    } else {
        let loading = Loading { lanes, channels, rows: all };
        let _ = in_chunks::<T, CHUNK>(rows, out, loading) || in_chunks::<T, CACHE_LINE>(rows, out, loading);
    }
}

/// Each column is sorted once, and the sorted ones are shifted.
struct Shifting<'a, R> {
    lanes: Lanes<R>,
    channels: usize,
    rows: [&'a [u8]; 3],
    /// The newest of the sorted columns, and where they begin.
    next: [Bytes<R>; 3],
    known: usize,
}

impl<T: Pixel, R: Register> Chunks<T> for Shifting<'_, R> {
    #[inline(always)]
    fn make<const N: usize>(&mut self, start: usize, out: &mut [T; N]) {
        let Self { lanes, channels, rows, next, known } = self;
        ask_ahead::<u8, N>(&rows[2][start..]);
        let Some(out) = T::bytes_mut(out) else { return };
        for (i, out) in out.chunks_exact_mut(R::BYTES).enumerate() {
            let i = start + i * R::BYTES;
            let west = if i == *known { *next } else { columns(*lanes, *rows, i) };
            *known = i + R::BYTES;
            *next = columns(*lanes, *rows, *known);
            let (centre, east) = (shifted(west, *channels, *next), shifted(west, 2 * *channels, *next));
            median_of_columns(west, centre, east).store(out);
        }
    }
}

/// Columns are sorted for each window that sees them.
#[derive(Clone, Copy)]
struct Loading<'a, R> {
    lanes: Lanes<R>,
    channels: usize,
    rows: [&'a [u8]; 3],
}

impl<T: Pixel, R: Register> Chunks<T> for Loading<'_, R> {
    #[inline(always)]
    fn make<const N: usize>(&mut self, start: usize, out: &mut [T; N]) {
        let Self { lanes, channels, rows } = *self;
        ask_ahead::<u8, N>(&rows[2][start..]);
        // What the lengths are need not be asked for each register.
        let west = cut::<N>(rows, start);
        let (centre, east) = (cut::<N>(rows, start + channels), cut::<N>(rows, start + 2 * channels));
        let Some(out) = T::bytes_mut(out) else { return };
        for (i, out) in out.chunks_exact_mut(R::BYTES).enumerate() {
            let i = i * R::BYTES;
            let west = sorted_bytes(lanes.load(&west[0][i..]), lanes.load(&west[1][i..]), lanes.load(&west[2][i..]));
            let centre =
                sorted_bytes(lanes.load(&centre[0][i..]), lanes.load(&centre[1][i..]), lanes.load(&centre[2][i..]));
            let east = sorted_bytes(lanes.load(&east[0][i..]), lanes.load(&east[1][i..]), lanes.load(&east[2][i..]));
            median_of_columns(west, centre, east).store(out);
        }
    }
}

#[inline(always)]
fn median_of_columns<R: Register>(west: [Bytes<R>; 3], centre: [Bytes<R>; 3], east: [Bytes<R>; 3]) -> Bytes<R> {
    let low = west[0].greater(centre[0]).greater(east[0]);
    let high = west[2].smaller(centre[2]).smaller(east[2]);
    median_bytes(low, median_bytes(west[1], centre[1], east[1]), high)
}

/// So many numbers of each row.
#[inline(always)]
fn cut<const N: usize>([upper, middle, lower]: [&[u8]; 3], first: usize) -> [&[u8]; 3] {
    [&upper[first..first + N], &middle[first..first + N], &lower[first..first + N]]
}

/// The numbers of each column, smallest first, from one column on.
#[inline(always)]
fn columns<R: Register>(lanes: Lanes<R>, [upper, middle, lower]: [&[u8]; 3], first: usize) -> [Bytes<R>; 3] {
    let (a, b) = (lanes.load_some(&upper[first..]), lanes.load_some(&middle[first..]));
    sorted_bytes(a, b, lanes.load_some(&lower[first..]))
}

#[inline(always)]
fn shifted<R: Register>([a, b, c]: [Bytes<R>; 3], by: usize, next: [Bytes<R>; 3]) -> [Bytes<R>; 3] {
    [a.from(by, next[0]), b.from(by, next[1]), c.from(by, next[2])]
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
