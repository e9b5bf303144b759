//! The loop that the linear and edge filters share: what a kernel answers at each place, stored.

use std::marker::PhantomData;
use std::ops::Range;

use crate::Pixel;
use crate::operator::Rows;
use crate::operator::chunks::{CHUNK, Chunks, in_chunks};
use glassbox_simd::{ByteVectors, Bytes, Register, Words, prefetch_ahead, with_byte_vectors};

/// What a kernel answers at each place of a row. A trait and not a closure, because a closure cannot be told to be inlined,
/// and what is not inlined is not vectorised: mark all of it `#[inline(always)]`.
pub(in crate::filters) trait Response<T: Pixel>: Sized {
    /// Whether it may be negative.
    const IS_SIGNED: bool = true;

    /// The response at place `i`.
    fn at(&self, i: usize) -> T::Accumulator;

    /// The responses from place `i` on, if the numbers are of 8 bits.
    fn words<R: Register>(&self, lanes: ByteVectors<R>, i: usize) -> Option<Words<R>>;

    /// The responses at these places only.
    fn part(&self, places: Range<usize>) -> Self;

    /// The lowest row that it reads: memory that nobody has looked at yet.
    fn newest(&self) -> &[T];
}

/// What is made of each response before it is stored.
pub(in crate::filters) trait Finish<T: Pixel> {
    /// Of one.
    fn number(response: T::Accumulator) -> T::Accumulator;
    /// Of as many as there are lanes.
    fn words<R: Register>(lanes: ByteVectors<R>, responses: Words<R>) -> Words<R>;
}

/// Stores what is made of the response at each place in `out`; past the caches if that is better.
#[inline(always)]
pub(in crate::filters) fn store<T: Pixel, F: Finish<T>>(rows: Rows<T>, out: &mut [T], response: impl Response<T>) {
    let finished = Finished { rows, response: &response, finish: PhantomData::<F> };
    if !in_chunks(rows, out, finished) {
        fill_short::<T, F>(out, response);
    }
}

/// A row of less than a chunk. A function by itself: so it is compiled once, and not for each level.
#[inline(never)]
fn fill_short<T: Pixel, F: Finish<T>>(out: &mut [T], response: impl Response<T>) {
    fill::<T, F>(out, response);
}

/// A response of which something is made.
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
        with_byte_vectors!(rows.level(), lanes => fill_bytes::<T, F, _>(lanes, out, response), else unreachable!("there are lanes"))
    } else {
        fill::<T, F>(out, response);
    }
}

/// As many of the numbers of a row as there are lanes, if they are of 8 bits.
#[inline(always)]
pub(in crate::filters) fn load<T: Pixel, R: Register>(lanes: ByteVectors<R>, row: &[T], i: usize) -> Option<Bytes<R>> {
    Some(lanes.load(&T::bytes(row)?[i..]))
}

#[inline(always)]
fn fill_bytes<T: Pixel, F: Finish<T>, R: Register>(lanes: ByteVectors<R>, out: &mut [u8], response: impl Response<T>) {
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
