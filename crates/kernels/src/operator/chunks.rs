//! Rows made chunk by chunk, and stored past the caches if that is faster.

use glassbox_simd::{OnLines, chunk_starts, prefetch_ahead, store_nontemporal, to_line};

use super::Rows;
use crate::Pixel;

/// Numbers that are made at a time: two cache lines of bytes, so that loops over a chunk are unrolled.
pub(crate) const CHUNK: usize = 128;

/// A function that makes the numbers of a row.
///
/// It is no closure, because only code that is inlined is vectorised, and closures cannot be marked
/// `#[inline(always)]`.
pub(crate) trait Chunks<T> {
    /// Makes the numbers from index `start` on. Mark it `#[inline(always)]`.
    fn make(&mut self, start: usize, out: &mut [T; CHUNK]);
}

/// Makes a row. False, and nothing is made, if the row is shorter than a chunk.
///
/// Output that goes through the caches is prefetched, because a store first reads the line. Both kinds of output share
/// one call of [`make`](Chunks::make), so that the inlined loops are compiled once.
#[inline(always)]
pub(crate) fn in_chunks<T: Pixel>(rows: Rows<T>, out: &mut [T], mut chunks: impl Chunks<T>) -> bool {
    let past_caches = rows.past_caches();
    // No number is stored twice: a cache line that is written both past the caches and through them is very slow.
    let (first, mut stored) = (to_line(out), 0);
    let mut made = OnLines([T::default(); CHUNK]);
    for start in chunk_starts(CHUNK, out) {
        let Some(chunk) = out[start..].first_chunk_mut::<CHUNK>() else { unreachable!("chunks lie in the row") };
        if !past_caches {
            prefetch_ahead::<T, CHUNK>(chunk);
        }
        chunks.make(start, if past_caches { &mut made.0 } else { chunk });
        if past_caches {
            let end = if stored < first { first } else { start + CHUNK };
            match end - stored {
                // The common case, of constant length.
                CHUNK => store_nontemporal(rows.level(), &made.0, &mut out[start..end]),
                _ => store_nontemporal(rows.level(), &made.0[stored - start..end - start], &mut out[stored..end]),
            }
            stored = end;
        }
    }
    out.len() >= CHUNK
}
