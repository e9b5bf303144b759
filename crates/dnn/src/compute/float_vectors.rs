//! Numbers in floats, or in longer vectors.

/// The numbers of a vector, at the least.
pub(crate) const EIGHT: usize = 8;

/// The first numbers, as many as are worked on at a time.
///
/// # Panics
/// If there are fewer.
#[inline(always)]
pub(crate) fn vector<T, const N: usize>(numbers: &[T]) -> &[T; N] {
    numbers.first_chunk().expect("as many numbers as a vector has")
}

/// The first numbers, as many as are worked on at a time, to be written.
///
/// # Panics
/// If there are fewer.
#[inline(always)]
pub(crate) fn vector_mut<T, const N: usize>(numbers: &mut [T]) -> &mut [T; N] {
    numbers.first_chunk_mut().expect("as many numbers as a vector has")
}
