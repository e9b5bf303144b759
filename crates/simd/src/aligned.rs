/// Bytes of a cache line.
pub const CACHE_LINE: usize = 64;

/// Numbers of which the first begins a cache line, for what is made on the stack: where that stands is chance, and half of all vectors may lie across
/// two lines, now and then one across two pages (Sobel's edges of 25 MB of colours on two threads of a Zen 3: 4.9 ms so, 2.7 on lines).
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct OnLines<T, const N: usize>(pub [T; N]);

/// Numbers in a row of which the first begins a cache line: a vector of them lies nowhere across two.
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
    /// Numbers before the first cache line, not used.
    start: usize,
    length: usize,
}

impl<T: Copy + Default> Aligned<T> {
    /// As many zeros.
    pub fn zeros(length: usize) -> Self {
        let spare = CACHE_LINE / size_of::<T>().max(1);
        let numbers = vec![T::default(); length + spare];
        let start = numbers.as_ptr().align_offset(CACHE_LINE).min(spare);
        Self { numbers, start, length }
    }

    /// The first `length` numbers, which are made anew if there are fewer: what they hold is undefined.
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

    /// The numbers, to be changed.
    #[inline(always)]
    pub fn get_mut(&mut self) -> &mut [T] {
        &mut self.numbers[self.start..][..self.length]
    }
}
