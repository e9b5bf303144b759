//! The loop that sharpening and the edge filters share: it stores the response of a kernel at each place.

use std::marker::PhantomData;
use std::ops::Range;

use glassbox_simd::{ByteVectors, Bytes, Register, Words, prefetch_ahead, with_byte_vectors};

use crate::Pixel;
use crate::operator::Rows;
use crate::operator::chunks::{CHUNK, Chunks, in_chunks};

/// The response of a kernel at each place of a row. It is a trait because a closure cannot be marked
/// `#[inline(always)]`, and a call that is not inlined is not vectorised. Mark all methods so.
pub(in crate::filters) trait Response<T: Pixel>: Sized {
    /// Whether it may be negative.
    const IS_SIGNED: bool = true;

    /// The response at place `i`.
    fn at(&self, i: usize) -> T::Accumulator;

    /// The responses from place `i` on, if the numbers are of 8 bits.
    fn words<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<Words<R>>;

    /// The responses at these places alone.
    fn part(&self, places: Range<usize>) -> Self;

    /// The lowest row that it reads, which is not in the caches yet.
    fn newest(&self) -> &[T];
}

/// The last step before a response is stored.
pub(in crate::filters) trait Finish<T: Pixel> {
    /// For one response.
    fn number(response: T::Accumulator) -> T::Accumulator;
    /// For a vector of responses.
    fn words<R: Register>(byte_vectors: ByteVectors<R>, responses: Words<R>) -> Words<R>;
}

/// Stores the finished response of each place in `out`, past the caches if that is faster.
#[inline(always)]
pub(in crate::filters) fn store<T: Pixel, F: Finish<T>>(rows: Rows<T>, out: &mut [T], response: impl Response<T>) {
    let finished = Finished { rows, response: &response, finish: PhantomData::<F> };
    if !in_chunks(rows, out, finished) {
        fill_short::<T, F>(out, response);
    }
}

/// A row shorter than a chunk. Not inlined, so that it is compiled once for all levels.
#[inline(never)]
fn fill_short<T: Pixel, F: Finish<T>>(out: &mut [T], response: impl Response<T>) {
    fill::<T, F>(out, response);
}

/// Responses with their last step.
struct Finished<'a, T, R, F> {
    rows: Rows<'a, T>,
    response: &'a R,
    finish: PhantomData<F>,
}

impl<T: Pixel, R: Response<T>, F: Finish<T>> Chunks<T> for Finished<'_, T, R, F> {
    #[inline(always)]
    fn make(&mut self, start: usize, out: &mut [T; CHUNK]) {
        let response = self.response.part(start..start + CHUNK);
        prefetch_ahead::<T, CHUNK>(response.newest());
        fill_chunk::<T, F>(self.rows, out, response);
    }
}

#[inline(always)]
fn fill_chunk<T: Pixel, F: Finish<T>>(rows: Rows<T>, out: &mut [T], response: impl Response<T>) {
    if rows.level().has_byte_vectors()
        && let Some(out) = T::bytes_mut(out)
    {
        with_byte_vectors!(
            rows.level(),
            byte_vectors => fill_bytes::<T, F, _>(byte_vectors, out, response),
            else unreachable!("the level has byte vectors")
        )
    } else {
        fill::<T, F>(out, response);
    }
}

/// A vector of the numbers of a row from place `i` on, if they are of 8 bits.
#[inline(always)]
pub(in crate::filters) fn load<T: Pixel, R: Register>(
    byte_vectors: ByteVectors<R>,
    row: &[T],
    i: usize,
) -> Option<Bytes<R>> {
    Some(byte_vectors.load(&T::bytes(row)?[i..]))
}

#[inline(always)]
fn fill_bytes<T: Pixel, F: Finish<T>, R: Register>(
    byte_vectors: ByteVectors<R>,
    out: &mut [u8],
    response: impl Response<T>,
) {
    for (i, out) in out.chunks_exact_mut(R::BYTES).enumerate() {
        if let Some(words) = response.words(byte_vectors, i * R::BYTES) {
            F::words(byte_vectors, words).saturate().store(out);
        }
    }
}

#[inline(always)]
fn fill<T: Pixel, F: Finish<T>>(out: &mut [T], response: impl Response<T>) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = T::store(F::number(response.at(i)));
    }
}
