//! Rows made chunk by chunk, and stored past the caches if that is better.

use crate::Pixel;
use crate::operator::Rows;
use glassbox_simd::{OnLines, chunk_starts, prefetch_ahead, store_nontemporal, to_line};

/// Numbers that are made at a time: two cache lines of bytes, of which loops are unrolled.
pub(crate) const CHUNK: usize = 128;

/// What makes the numbers of a row. A trait and not a closure, because a closure cannot be told to be inlined, and what is not inlined is not
/// vectorised: mark it `#[inline(always)]`.
pub(crate) trait Chunks<T> {
    /// Makes the numbers from place `start` on.
    fn make(&mut self, start: usize, out: &mut [T; CHUNK]);
}

/// Makes a row. What is overwritten in the caches is asked for ahead, as it is read first. False if the row has less than a chunk: nothing is made.
///
/// Chunks are made at one place in here, wherever they go: all that is inlined into it is compiled once.
#[inline(always)]
pub(crate) fn in_chunks<T: Pixel>(rows: Rows<T>, out: &mut [T], mut chunks: impl Chunks<T>) -> bool {
    let past_caches = rows.past_caches();
    // Where one chunk overlaps the next: a cache line that is stored both past the caches and in them takes longer than many.
    let (first, mut stored) = (to_line(out), 0);
    let mut made = OnLines([T::default(); CHUNK]);
    for start in chunk_starts(CHUNK, out) {
        let Some(place) = out[start..].first_chunk_mut::<CHUNK>() else { unreachable!("chunks lie in the row") };
        if !past_caches {
            prefetch_ahead::<T, CHUNK>(place);
        }
        chunks.make(start, if past_caches { &mut made.0 } else { place });
        if past_caches {
            let end = if stored < first { first } else { start + CHUNK };
            match end - stored {
                // Its length is known beforehand.
                CHUNK => store_nontemporal(rows.level(), &made.0, &mut out[start..end]),
                _ => store_nontemporal(rows.level(), &made.0[stored - start..end - start], &mut out[stored..end]),
            }
            stored = end;
        }
    }
    out.len() >= CHUNK
}
