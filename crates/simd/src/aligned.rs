/// Bytes of a cache line.
pub const CACHE_LINE: usize = 64;

/// An array that begins a cache line, for results on the stack.
///
/// Without it the array's address is chance: half of all vectors may cross two lines, which is much slower.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct OnLines<T, const N: usize>(pub [T; N]);

/// A list of numbers that begins a cache line, so that no vector of it crosses two lines.
///
/// ```
/// use glassbox_simd::Aligned;
/// let mut numbers = Aligned::<f32>::zeros(100);
/// numbers.get_mut()[3] = 1.0;
/// assert_eq!(numbers.get()[..4], [0.0, 0.0, 0.0, 1.0]);
/// assert_eq!(numbers.get().as_ptr().addr() % 64, 0);
/// ```
#[derive(Debug, Default)]
pub struct Aligned<T> {
    numbers: Vec<T>,
    /// How many unused numbers come before the first cache line.
    start: usize,
    length: usize,
}

impl<T: Copy + Default> Aligned<T> {
    /// A list of `length` zeros.
    pub fn zeros(length: usize) -> Self {
        let spare = CACHE_LINE / size_of::<T>().max(1);
        let numbers = vec![T::default(); length + spare];
        let start = numbers.as_ptr().align_offset(CACHE_LINE).min(spare);
        Self { numbers, start, length }
    }

    /// The first `length` numbers, for results that overwrite them: their values are undefined. A shorter list is
    /// allocated anew.
    pub fn room(&mut self, length: usize) -> &mut [T] {
        if self.length < length {
            *self = Self::zeros(length);
        }
        &mut self.get_mut()[..length]
    }
}

impl<T> Aligned<T> {
    /// The numbers.
    #[inline(always)]
    pub fn get(&self) -> &[T] {
        &self.numbers[self.start..][..self.length]
    }

    /// The numbers, mutably.
    #[inline(always)]
    pub fn get_mut(&mut self) -> &mut [T] {
        &mut self.numbers[self.start..][..self.length]
    }
}
