//! The loop that the linear and edge filters share: what a kernel answers at each place, stored.

use std::ops::Range;

use crate::Pixel;
use crate::filter::Rows;
use crate::simd::{Bytes, Lanes, Register, Words, ask_ahead, chunk_starts, stream, to_line, with_lanes};

/// Numbers that are made at a time.
const CHUNK: usize = 128;
/// The same for what goes past the caches; with fewer or more it takes longer.
const STREAMED: usize = 256;

/// What a kernel answers at each place of a row. A trait and not a closure, because a closure cannot be told to be inlined,
/// and what is not inlined is not vectorised: mark all of it `#[inline(always)]`.
pub(super) trait Response<T: Pixel>: Sized {
    /// Whether it may be negative.
    const IS_SIGNED: bool = true;

    /// The response at place `i`.
    fn at(&self, i: usize) -> T::Wide;

    /// The responses from place `i` on, if the numbers are of 8 bits.
    fn words<R: Register>(&self, lanes: Lanes<R>, i: usize) -> Option<Words<R>>;

    /// The responses at these places only.
    fn part(&self, places: Range<usize>) -> Self;

    /// The lowest row that it reads: memory that nobody has looked at yet.
    fn newest(&self) -> &[T];
}

/// What is made of each response before it is stored.
pub(super) trait Finish<T: Pixel> {
    /// Of one.
    fn number(response: T::Wide) -> T::Wide;
    /// Of as many as there are lanes.
    fn words<R: Register>(lanes: Lanes<R>, responses: Words<R>) -> Words<R>;
}

/// Stores what is made of the response at each place in `out`; past the caches if that is better.
#[inline(always)]
pub(super) fn store<T: Pixel, F: Finish<T>>(rows: Rows<T>, out: &mut [T], response: impl Response<T>) {
    if rows.past_caches() && out.len() >= STREAMED {
        // Where one chunk overlaps the next: a cache line that is stored both past the caches and in them takes longer than many.
        let (first, mut stored) = (to_line(out), 0);
        for start in chunk_starts(STREAMED, out) {
            let response = response.part(start..start + STREAMED);
            ask_ahead::<T, STREAMED>(response.newest());
            let mut made = [T::default(); STREAMED];
            fill_chunk::<T, F>(rows, &mut made, response);
            let end = if stored < first { first } else { start + STREAMED };
            match end - stored {
                // Its length is known beforehand.
                STREAMED => stream(rows.level(), &made, &mut out[start..end]),
                _ => stream(rows.level(), &made[stored - start..end - start], &mut out[stored..end]),
            }
            stored = end;
        }
    } else if out.len() >= CHUNK {
        for start in chunk_starts(CHUNK, out) {
            let response = response.part(start..start + CHUNK);
            ask_ahead::<T, CHUNK>(response.newest());
            fill_chunk::<T, F>(rows, &mut out[start..start + CHUNK], response);
        }
    } else {
        fill::<T, F>(out, response);
    }
}

#[inline(always)]
fn fill_chunk<T: Pixel, F: Finish<T>>(rows: Rows<T>, out: &mut [T], response: impl Response<T>) {
    if rows.level().has_lanes()
        && let Some(out) = T::bytes_mut(out)
    {
        with_lanes!(rows.level(), lanes => fill_bytes::<T, F, _>(lanes, out, response), else unreachable!("there are lanes"))
    } else {
        fill::<T, F>(out, response);
    }
}

/// As many of the numbers of a row as there are lanes, if they are of 8 bits.
#[inline(always)]
pub(super) fn load<T: Pixel, R: Register>(lanes: Lanes<R>, row: &[T], i: usize) -> Option<Bytes<R>> {
    Some(lanes.load(&T::bytes(row)?[i..]))
}

#[inline(always)]
fn fill_bytes<T: Pixel, F: Finish<T>, R: Register>(lanes: Lanes<R>, out: &mut [u8], response: impl Response<T>) {
    for (i, out) in out.chunks_exact_mut(R::BYTES).enumerate() {
        if let Some(words) = response.words(lanes, i * R::BYTES) {
            F::words(lanes, words).saturate().store(out);
        }
    }
}

#[inline(always)]
fn fill<T: Pixel, F: Finish<T>>(out: &mut [T], response: impl Response<T>) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = T::store(F::number(response.at(i)));
    }
}
