//! Instructions for the memory beyond the caches.

use glassbox_tensor::Element;

use crate::{CACHE_LINE, Level};

/// How many bytes ahead of the present chunk to prefetch.
const AHEAD: usize = 2048;

/// Prefetches the memory some way after a chunk of a row, before it is read or overwritten.
#[inline(always)]
pub fn prefetch_ahead<T, const CHUNK: usize>(chunk: &[T]) {
    for line in (0..size_of::<[T; CHUNK]>()).step_by(CACHE_LINE) {
        prefetch(chunk, AHEAD + line);
    }
}

/// Where the chunks of `n` numbers begin that cover `out`; none if `out` is shorter than a chunk.
///
/// The first begins with `out`, the others at cache lines if they can, so that no vector is written across two lines.
/// The second and the last chunk may overlap the one before them: both write the same numbers there, and no rest
/// remains.
#[inline(always)]
pub fn chunk_starts<T>(n: usize, out: &[T]) -> impl Iterator<Item = usize> + use<T> {
    let length = out.len();
    let to_line = to_line(out) % n;
    let overlap = if to_line == 0 { 0 } else { n - to_line };
    let count = if length < n { 0 } else { (length + overlap).div_ceil(n) };
    (0..count).map(move |index| (index * n).saturating_sub(overlap).min(length - n))
}

/// How many numbers come before the first one that begins a cache line.
#[inline(always)]
pub fn to_line<T>(numbers: &[T]) -> usize {
    numbers.as_ptr().addr().wrapping_neg() % CACHE_LINE / size_of::<T>()
}

/// Prefetches the cache line `ahead` bytes after the first of `numbers`; it may lie past their end.
#[inline(always)]
fn prefetch<T>(numbers: &[T], ahead: usize) {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code, reason = "no safe function asks for a cache line")]
    // SAFETY: a prefetch is a hint, which reads nothing, wherever it points.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(numbers.as_ptr().cast::<i8>().wrapping_add(ahead));
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (numbers, ahead);
}

/// Copies numbers to memory without reading the overwritten lines into the caches first. An incomplete or unaligned
/// cache line is copied as usual. Another thread may read them only after a [`fence`].
///
/// # Panics
/// If `from` and `to` differ in length.
#[inline(always)]
pub fn store_nontemporal<T: Element>(level: Level, from: &[T], to: &mut [T]) {
    assert_eq!(from.len(), to.len(), "store_nontemporal: lengths differ");
    let lines = if to_line(to) == 0 { size_of_val(to) / CACHE_LINE } else { 0 };
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
        use std::arch::x86_64::{__m256i, _mm256_loadu_si256, _mm256_stream_si256};
        use std::arch::x86_64::{__m512i, _mm512_loadu_si512, _mm512_stream_si512};
        let (from, to) = (from.as_ptr().cast::<u8>(), to.as_mut_ptr().cast::<u8>());
        let (is_line, is_half) = (level.byte_vectors512().is_some(), level.byte_vectors256().is_some());
        let step = match (is_line, is_half) {
            (true, _) => size_of::<__m512i>(),
            (_, true) => size_of::<__m256i>(),
            _ => size_of::<__m128i>(),
        };
        for i in (0..lines * CACHE_LINE).step_by(step) {
            #[allow(unsafe_code, reason = "no safe function writes past the caches")]
            // SAFETY: both slices hold at least `lines` cache lines, each a whole number of registers; the target
            // begins a line; elements have no padding, so their bytes are initialised; the level proves that the wide
            // registers exist.
            unsafe {
                let (from, to) = (from.add(i), to.add(i));
                if is_line {
                    _mm512_stream_si512(to.cast(), _mm512_loadu_si512(from.cast()));
                } else if is_half {
                    _mm256_stream_si256(to.cast(), _mm256_loadu_si256(from.cast()));
                } else {
                    _mm_stream_si128(to.cast(), _mm_loadu_si128(from.cast()));
                }
            }
        }
    }
    let rest = if cfg!(target_arch = "x86_64") { lines * (CACHE_LINE / size_of::<T>()) } else { 0 };
    if rest < to.len() {
        to[rest..].copy_from_slice(&from[rest..]);
    }
}

/// Makes the numbers of [`store_nontemporal`] visible to other threads before anything that this thread writes later.
pub fn fence() {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code, reason = "no safe function waits for such writes")]
    // SAFETY: every x86-64 processor has this instruction, which touches no memory.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}
