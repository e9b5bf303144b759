//! The loop that the linear and edge filters share: what a kernel answers at each place, stored.

use std::ops::Range;

use crate::Pixel;
use crate::filter::Rows;
use crate::simd::{Bytes, LANES, Lanes, Words, ask_ahead, chunk_starts, stream};

/// Numbers that are made at a time.
const CHUNK: usize = 256;

/// What a kernel answers at each place of a row. A trait and not a closure, because a closure cannot be told to be inlined,
/// and what is not inlined is not vectorised: mark all of it `#[inline(always)]`.
pub(super) trait Response<T: Pixel>: Sized {
    /// Whether it may be negative.
    const IS_SIGNED: bool = true;

    /// The response at place `i`.
    fn at(&self, i: usize) -> T::Wide;

    /// The responses from place `i` on, if the numbers are of 8 bits.
    fn words(&self, lanes: Lanes, i: usize) -> Option<Words>;

    /// The responses at these places only.
    fn part(&self, places: Range<usize>) -> Self;

    /// The lowest row that it reads: memory that nobody has looked at yet.
    fn newest(&self) -> &[T];
}

/// Stores what is made of the response at each place in `out`; past the caches if that is better.
#[inline(always)]
pub(super) fn store<T: Pixel>(
    rows: Rows<T>,
    out: &mut [T],
    response: impl Response<T>,
    finish: impl Fn(T::Wide) -> T::Wide,
    finish_words: impl Fn(Lanes, Words) -> Words,
) {
    for start in chunk_starts::<CHUNK>(out.len()) {
        let response = response.part(start..start + CHUNK);
        let chunk = &mut out[start..start + CHUNK];
        ask_ahead::<T, CHUNK>(response.newest());
        if rows.past_caches() {
            let mut made = [T::default(); CHUNK];
            fill_chunk(rows, &mut made, response, &finish, &finish_words);
            stream(&made, chunk);
        } else {
            fill_chunk(rows, chunk, response, &finish, &finish_words);
        }
    }
    if out.len() < CHUNK {
        fill(out, response, &finish);
    }
}

#[inline(always)]
fn fill_chunk<T: Pixel>(
    rows: Rows<T>,
    out: &mut [T],
    response: impl Response<T>,
    finish: &impl Fn(T::Wide) -> T::Wide,
    finish_words: &impl Fn(Lanes, Words) -> Words,
) {
    match (rows.level().lanes(), T::bytes_mut(out)) {
        (Some(lanes), Some(out)) => fill_bytes(lanes, out, response, finish_words),
        _ => fill(out, response, finish),
    }
}

/// Thirty-two of the numbers of a row, if they are of 8 bits.
#[inline(always)]
pub(super) fn load<T: Pixel>(lanes: Lanes, row: &[T], i: usize) -> Option<Bytes> {
    Some(lanes.load(&T::bytes(row)?[i..]))
}

#[inline(always)]
fn fill_bytes<T: Pixel>(
    lanes: Lanes,
    out: &mut [u8],
    response: impl Response<T>,
    finish: &impl Fn(Lanes, Words) -> Words,
) {
    for (i, out) in out.chunks_exact_mut(LANES).enumerate() {
        if let Some(words) = response.words(lanes, i * LANES) {
            finish(lanes, words).saturate().store(out);
        }
    }
}

#[inline(always)]
fn fill<T: Pixel>(out: &mut [T], response: impl Response<T>, finish: &impl Fn(T::Wide) -> T::Wide) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = T::store(finish(response.at(i)));
    }
}
