//! The loop that the linear and edge filters share: what a kernel answers at each place, stored.

use std::ops::Range;

use crate::Pixel;
use crate::simd::{ask_ahead, chunk_starts, stream};

/// Numbers that are made at a time.
const CHUNK: usize = 256;

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
    for start in chunk_starts::<CHUNK>(out.len()) {
        let response = response.part(start..start + CHUNK);
        let chunk = &mut out[start..start + CHUNK];
        ask_ahead::<T, CHUNK>(response.newest());
        if past_caches {
            let mut made = [T::default(); CHUNK];
            fill(&mut made, response, &finish);
            stream(&made, chunk);
        } else {
            fill(chunk, response, &finish);
        }
    }
    if out.len() < CHUNK {
        fill(out, response, &finish);
    }
}

#[inline(always)]
fn fill<T: Pixel>(out: &mut [T], response: impl Response<T>, finish: &impl Fn(T::Wide) -> T::Wide) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = T::store(finish(response.at(i)));
    }
}
