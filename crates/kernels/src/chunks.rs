//! Rows made chunk by chunk, and stored past the caches if that is better.

use crate::Pixel;
use crate::filter::Rows;
use crate::simd::{OnLines, ask_ahead, chunk_starts, stream, to_line};

/// Numbers that are made at a time where they go past the caches; with fewer or more it takes longer.
const STREAMED: usize = 256;

/// What makes the numbers of a row. A trait and not a closure, because a closure cannot be told to be inlined, and what is not inlined is not
/// vectorised: mark it `#[inline(always)]`.
pub(crate) trait Chunks<T> {
    /// Makes the numbers from place `start` on.
    fn make<const N: usize>(&mut self, start: usize, out: &mut [T; N]);
}

/// Makes a row, `N` numbers at a time if it does not go past the caches: what is overwritten is asked for ahead then, as it is read first. False if the
/// row has not so many: nothing is made.
#[inline(always)]
pub(crate) fn in_chunks<T: Pixel, const N: usize>(rows: Rows<T>, out: &mut [T], mut chunks: impl Chunks<T>) -> bool {
    if rows.past_caches() && out.len() >= STREAMED {
        // Where one chunk overlaps the next: a cache line that is stored both past the caches and in them takes longer than many.
        let (first, mut stored) = (to_line(out), 0);
        let mut made = OnLines([T::default(); STREAMED]);
        for start in chunk_starts(STREAMED, out) {
            chunks.make(start, &mut made.0);
            let end = if stored < first { first } else { start + STREAMED };
            match end - stored {
                // Its length is known beforehand.
                STREAMED => stream(rows.level(), &made.0, &mut out[start..end]),
                _ => stream(rows.level(), &made.0[stored - start..end - start], &mut out[stored..end]),
            }
            stored = end;
        }
        return true;
    }
    for start in chunk_starts(N, out) {
        ask_ahead::<T, N>(&out[start..]);
        if let Some(out) = out[start..].first_chunk_mut::<N>() {
            chunks.make(start, out);
        }
    }
    out.len() >= N
}
