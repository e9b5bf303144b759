//! The loop that the linear and edge filters share: what a kernel answers at each place, stored.

use std::ops::Range;

use crate::Pixel;
use crate::simd::{CACHE_LINE, prefetch, stream};

/// Numbers that are made at a time.
const CHUNK: usize = 256;

/// Bytes between what is read and what is asked for.
const AHEAD: usize = 2048;

/// What a kernel answers at each place of a row. A trait and not a closure, because a closure cannot be told to be inlined,
/// and what is not inlined is not vectorised: mark all of it `#[inline(always)]`.
pub(super) trait Response<T: Pixel>: Sized {
    /// Whether it may be negative.
    const IS_SIGNED: bool = true;

    /// The response at place `i`.
    fn at(&self, i: usize) -> T::Wide;

    /// The responses at these places only.
    fn part(&self, places: Range<usize>) -> Self;

    /// The lowest row that it reads: memory that nobody has looked at yet.
    fn newest(&self) -> &[T];
}

/// Stores what is made of the response at each place in `out`; past the caches if that is better.
#[inline(always)]
pub(super) fn store<T: Pixel>(
    out: &mut [T],
    past_caches: bool,
    response: impl Response<T>,
    finish: impl Fn(T::Wide) -> T::Wide,
) {
    let (chunks, rest) = out.as_chunks_mut::<CHUNK>();
    let done = chunks.len() * CHUNK;
    for (index, chunk) in chunks.iter_mut().enumerate() {
        let response = response.part(index * CHUNK..(index + 1) * CHUNK);
        ask_ahead::<T, CHUNK>(response.newest());
        if past_caches {
            let mut made = [T::default(); CHUNK];
            fill(&mut made, response, &finish);
            stream(&made, chunk);
        } else {
            fill(chunk, response, &finish);
        }
    }
    fill(rest, response.part(done..done + rest.len()), &finish);
}

/// Asks for what lies some way behind a chunk of a row that nobody has looked at yet.
#[inline(always)]
pub(super) fn ask_ahead<T, const CHUNK: usize>(chunk: &[T]) {
    for line in (0..size_of::<[T; CHUNK]>()).step_by(CACHE_LINE) {
        prefetch(chunk, AHEAD + line);
    }
}

#[inline(always)]
fn fill<T: Pixel>(out: &mut [T], response: impl Response<T>, finish: &impl Fn(T::Wide) -> T::Wide) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = T::store(finish(response.at(i)));
    }
}
