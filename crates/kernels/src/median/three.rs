use crate::Pixel;
use crate::filter::Rows;
use crate::simd::{Bytes, Lanes, Register, ask_ahead, chunk_starts, with_lanes};
use crate::wide::{greater, smaller};

/// Numbers that are made at a time.
const CHUNK: usize = 256;

/// The median of a window of 3×3 in one pass, everything from the first comparison to the last in registers.
///
/// With the columns of the window sorted, the median of the nine is that of three: the greatest of the smallest, the middle one of
/// the middle ones and the smallest of the greatest. Neighbouring windows share columns, but to sort one again takes less than to
/// store it and to read it back.
///
/// Source of the selection: J. L. Smith, *Implementing median filters in XC4000E FPGAs*, Xcell 23 (1996).
#[inline(always)]
pub(crate) fn row<T: Pixel>(channels: usize, rows: Rows<T>, out: &mut [T]) {
    let (upper, middle, lower) = (rows.get(0), rows.get(1), rows.get(2));
    if rows.level().has_lanes()
        && let [Some(upper), Some(middle), Some(lower)] = [upper, middle, lower].map(T::bytes)
        && out.len() >= CHUNK
        && let Some(out) = T::bytes_mut(out)
    {
        let rows_of_bytes = [upper, middle, lower];
        return with_lanes!(rows.level(), lanes => in_lanes(lanes, channels, rows_of_bytes, out), else unreachable!("there are lanes"));
    }
    for start in chunk_starts(CHUNK, out.len()) {
        ask_ahead::<T, CHUNK>(&lower[start..start + CHUNK]);
        // What is written is known to lie apart from what is read, so that the compiler need not look before each vector.
        let mut made = [T::default(); CHUNK];
        medians(&mut made, channels, [&upper[start..], &middle[start..], &lower[start..]]);
        out[start..start + CHUNK].copy_from_slice(&made);
    }
    if out.len() < CHUNK {
        medians(out, channels, [upper, middle, lower]);
    }
}

/// The same of 8-bit numbers.
#[inline(always)]
fn in_lanes<R: Register>(lanes: Lanes<R>, channels: usize, rows: [&[u8]; 3], out: &mut [u8]) {
    for start in chunk_starts(CHUNK, out.len()) {
        let [upper, middle, lower] = rows.map(|row| &row[start..]);
        ask_ahead::<u8, CHUNK>(lower);
        let (upper, middle, lower) = (three(upper, channels), three(middle, channels), three(lower, channels));
        chunk(lanes, [upper, middle, lower], &mut out[start..start + CHUNK]);
    }
}

/// The numbers of three neighbouring columns for each place of a chunk.
#[inline(always)]
fn three(columns: &[u8], channels: usize) -> [&[u8]; 3] {
    [&columns[..CHUNK], &columns[channels..channels + CHUNK], &columns[2 * channels..2 * channels + CHUNK]]
}

#[inline(always)]
fn chunk<R: Register>(lanes: Lanes<R>, [[a, b, c], [d, e, f], [g, h, k]]: [[&[u8]; 3]; 3], out: &mut [u8]) {
    for i in (0..CHUNK).step_by(R::BYTES) {
        let west = sorted_bytes(lanes.load(&a[i..]), lanes.load(&d[i..]), lanes.load(&g[i..]));
        let centre = sorted_bytes(lanes.load(&b[i..]), lanes.load(&e[i..]), lanes.load(&h[i..]));
        let east = sorted_bytes(lanes.load(&c[i..]), lanes.load(&f[i..]), lanes.load(&k[i..]));
        let low = west.0.greater(centre.0).greater(east.0);
        let high = west.2.smaller(centre.2).smaller(east.2);
        median_bytes(low, median_bytes(west.1, centre.1, east.1), high).store(&mut out[i..]);
    }
}

#[inline(always)]
fn sorted_bytes<R: Register>(a: Bytes<R>, b: Bytes<R>, c: Bytes<R>) -> (Bytes<R>, Bytes<R>, Bytes<R>) {
    let (less, more) = (a.smaller(b), a.greater(b));
    let (rest, most) = (more.smaller(c), more.greater(c));
    (less.smaller(rest), less.greater(rest), most)
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
