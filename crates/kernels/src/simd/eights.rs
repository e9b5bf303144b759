//! Eight real numbers at a time, for loops whose sums must stay in registers: what the compiler makes of arrays as large as a register depends on what
//! stands around them, and it may take one of them apart in the middle of a loop.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;
use std::ops::{Add, Mul};

use super::Level;

/// How to work on eight numbers at a time.
pub trait Eights<T>: Copy + Send + Sync {
    /// Eight numbers.
    type Eight: Copy;
    /// A place for each of them.
    type Places: Copy;

    /// The same number eight times.
    fn splat(self, number: T) -> Self::Eight;

    /// The numbers of an array.
    fn load(self, from: &[T; 8]) -> Self::Eight;

    /// The first eight of a list, or all and then zeros if it is shorter.
    #[inline(always)]
    fn load_some(self, from: &[T]) -> Self::Eight
    where
        T: Copy + Default,
    {
        if let Some(from) = from.first_chunk() {
            return self.load(from);
        }
        let mut some = [T::default(); 8];
        some[..from.len()].copy_from_slice(from);
        self.load(&some)
    }

    /// Puts numbers into an array.
    fn store(self, numbers: Self::Eight, to: &mut [T; 8]);

    /// `a + b`.
    fn add(self, a: Self::Eight, b: Self::Eight) -> Self::Eight;

    /// `a·b + c`.
    fn multiply_add(self, a: Self::Eight, b: Self::Eight, c: Self::Eight) -> Self::Eight;

    /// A bit for each number, the first the lowest: whether it is not zero.
    fn nonzero_bits(self, numbers: Self::Eight) -> u8;

    /// A place and the seven behind it.
    fn places(self, first: u32) -> Self::Places;

    /// `a` where it is greater than `b`, `b` elsewhere, and the place that goes with it.
    fn greater(self, a: (Self::Eight, Self::Places), b: (Self::Eight, Self::Places)) -> (Self::Eight, Self::Places);

    /// Puts places into an array.
    fn store_places(self, places: Self::Places, to: &mut [u32; 8]);
}

/// Eight numbers as an array: for every processor. Products are rounded before they are added to.
#[derive(Clone, Copy, Debug)]
pub struct Arrays;

/// Eight numbers in registers: proof that the processor has AVX2 and FMA. Products are not rounded before they are added to.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug)]
pub struct Registers(());

/// Eight numbers as an array: there are no other registers on this processor.
#[cfg(not(target_arch = "x86_64"))]
pub type Registers = Arrays;

impl Level {
    /// The registers, if this level has them.
    ///
    /// ```
    /// use glassbox_kernels::simd::Level;
    /// assert!(Level::BASELINE.registers().is_none());
    /// ```
    #[inline(always)]
    pub fn registers(self) -> Option<Registers> {
        #[cfg(target_arch = "x86_64")]
        return (self > Level::BASELINE).then_some(Registers(()));
        #[cfg(not(target_arch = "x86_64"))]
        None
    }
}

impl<T> Eights<T> for Arrays
where
    T: Copy + Default + PartialOrd + Add<Output = T> + Mul<Output = T>,
{
    type Eight = [T; 8];
    type Places = [u32; 8];

    #[inline(always)]
    fn splat(self, number: T) -> [T; 8] {
        [number; 8]
    }

    #[inline(always)]
    fn load(self, from: &[T; 8]) -> [T; 8] {
        *from
    }

    #[inline(always)]
    fn store(self, numbers: [T; 8], to: &mut [T; 8]) {
        *to = numbers;
    }

    #[inline(always)]
    fn add(self, mut a: [T; 8], b: [T; 8]) -> [T; 8] {
        for i in 0..8 {
            a[i] = a[i] + b[i];
        }
        a
    }

    #[inline(always)]
    fn multiply_add(self, a: [T; 8], b: [T; 8], mut c: [T; 8]) -> [T; 8] {
        for i in 0..8 {
            c[i] = a[i] * b[i] + c[i];
        }
        c
    }

    #[inline(always)]
    fn nonzero_bits(self, numbers: [T; 8]) -> u8 {
        numbers.iter().enumerate().fold(0, |bits, (i, number)| bits | u8::from(*number != T::default()) << i)
    }

    #[inline(always)]
    fn places(self, first: u32) -> [u32; 8] {
        std::array::from_fn(|i| first.wrapping_add(i as u32))
    }

    #[inline(always)]
    fn greater(self, a: ([T; 8], [u32; 8]), mut b: ([T; 8], [u32; 8])) -> ([T; 8], [u32; 8]) {
        for i in 0..8 {
            let greater = a.0[i] > b.0[i];
            b.0[i] = if greater { a.0[i] } else { b.0[i] };
            b.1[i] = if greater { a.1[i] } else { b.1[i] };
        }
        b
    }

    #[inline(always)]
    fn store_places(self, places: [u32; 8], to: &mut [u32; 8]) {
        *to = places;
    }
}

/// Instructions of AVX2, FMA and their forerunners.
#[cfg(target_arch = "x86_64")]
macro_rules! avx2 {
    ($instructions:expr) => {{
        #[allow(unsafe_code, reason = "one register an operation, whatever stands around it")]
        // SAFETY: there is a `Registers`, which is made only where the processor has AVX2 and FMA; pointers come from references to arrays of eight.
        unsafe {
            $instructions
        }
    }};
}

#[cfg(target_arch = "x86_64")]
impl Eights<f32> for Registers {
    type Eight = __m256;
    type Places = __m256i;

    #[inline(always)]
    fn splat(self, number: f32) -> __m256 {
        avx2!(_mm256_set1_ps(number))
    }

    #[inline(always)]
    fn load(self, from: &[f32; 8]) -> __m256 {
        avx2!(_mm256_loadu_ps(from.as_ptr()))
    }

    #[inline(always)]
    fn store(self, numbers: __m256, to: &mut [f32; 8]) {
        avx2!(_mm256_storeu_ps(to.as_mut_ptr(), numbers))
    }

    #[inline(always)]
    fn add(self, a: __m256, b: __m256) -> __m256 {
        avx2!(_mm256_add_ps(a, b))
    }

    #[inline(always)]
    fn multiply_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        avx2!(_mm256_fmadd_ps(a, b, c))
    }

    #[inline(always)]
    fn nonzero_bits(self, numbers: __m256) -> u8 {
        avx2!(_mm256_movemask_ps(_mm256_cmp_ps::<_CMP_NEQ_UQ>(numbers, _mm256_setzero_ps())) as u8)
    }

    #[inline(always)]
    fn places(self, first: u32) -> __m256i {
        avx2!(_mm256_add_epi32(_mm256_set1_epi32(first as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)))
    }

    #[inline(always)]
    fn greater(self, a: (__m256, __m256i), b: (__m256, __m256i)) -> (__m256, __m256i) {
        avx2!({
            let greater = _mm256_cmp_ps::<_CMP_GT_OQ>(a.0, b.0);
            let places = _mm256_blendv_epi8(b.1, a.1, _mm256_castps_si256(greater));
            (_mm256_blendv_ps(b.0, a.0, greater), places)
        })
    }

    #[inline(always)]
    fn store_places(self, places: __m256i, to: &mut [u32; 8]) {
        avx2!(_mm256_storeu_si256(to.as_mut_ptr().cast(), places))
    }
}

#[cfg(target_arch = "x86_64")]
impl Eights<f64> for Registers {
    type Eight = [__m256d; 2];
    type Places = __m256i;

    #[inline(always)]
    fn splat(self, number: f64) -> [__m256d; 2] {
        avx2!([_mm256_set1_pd(number); 2])
    }

    #[inline(always)]
    fn load(self, from: &[f64; 8]) -> [__m256d; 2] {
        avx2!([_mm256_loadu_pd(from.as_ptr()), _mm256_loadu_pd(from[4..].as_ptr())])
    }

    #[inline(always)]
    fn store(self, numbers: [__m256d; 2], to: &mut [f64; 8]) {
        avx2!({
            _mm256_storeu_pd(to.as_mut_ptr(), numbers[0]);
            _mm256_storeu_pd(to[4..].as_mut_ptr(), numbers[1]);
        })
    }

    #[inline(always)]
    fn add(self, a: [__m256d; 2], b: [__m256d; 2]) -> [__m256d; 2] {
        avx2!([_mm256_add_pd(a[0], b[0]), _mm256_add_pd(a[1], b[1])])
    }

    #[inline(always)]
    fn multiply_add(self, a: [__m256d; 2], b: [__m256d; 2], c: [__m256d; 2]) -> [__m256d; 2] {
        avx2!([_mm256_fmadd_pd(a[0], b[0], c[0]), _mm256_fmadd_pd(a[1], b[1], c[1])])
    }

    #[inline(always)]
    fn nonzero_bits(self, numbers: [__m256d; 2]) -> u8 {
        avx2!({
            let half = |half| _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_NEQ_UQ>(half, _mm256_setzero_pd())) as u8;
            half(numbers[0]) | half(numbers[1]) << 4
        })
    }

    #[inline(always)]
    fn places(self, first: u32) -> __m256i {
        Eights::<f32>::places(self, first)
    }

    #[inline(always)]
    fn greater(self, a: ([__m256d; 2], __m256i), b: ([__m256d; 2], __m256i)) -> ([__m256d; 2], __m256i) {
        avx2!({
            let [low, high] = [0, 1].map(|half| _mm256_cmp_pd::<_CMP_GT_OQ>(a.0[half], b.0[half]));
            let numbers = [_mm256_blendv_pd(b.0[0], a.0[0], low), _mm256_blendv_pd(b.0[1], a.0[1], high)];
            // Of each comparison one half, in the order of the numbers.
            let halves = _mm256_shuffle_ps::<0b10_00_10_00>(_mm256_castpd_ps(low), _mm256_castpd_ps(high));
            let greater = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_castps_si256(halves));
            (numbers, _mm256_blendv_epi8(b.1, a.1, greater))
        })
    }

    #[inline(always)]
    fn store_places(self, places: __m256i, to: &mut [u32; 8]) {
        Eights::<f32>::store_places(self, places, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks for everything there is and gives it back as numbers.
    fn all<T: Copy + Default + From<f32> + Into<f64>, E: Eights<T>>(eights: E, a: [f32; 8], b: [f32; 8]) -> Vec<f64> {
        let (first, second) = (eights.load(&a.map(T::from)), eights.load(&b.map(T::from)));
        let mut numbers = [T::default(); 8];
        let mut places = [0; 8];
        let mut found = Vec::new();
        eights.store(eights.multiply_add(first, second, eights.splat(T::from(3.0))), &mut numbers);
        found.extend(numbers.map(Into::into));
        eights.store(eights.add(first, second), &mut numbers);
        found.extend(numbers.map(Into::into));
        let (greater, of) = eights.greater((first, eights.places(100)), (second, eights.places(7)));
        eights.store(greater, &mut numbers);
        eights.store_places(of, &mut places);
        found.extend(numbers.map(Into::into));
        found.extend(places.map(f64::from));
        found.push(f64::from(eights.nonzero_bits(first)));
        found.push(f64::from(eights.nonzero_bits(second)));
        found
    }

    #[test]
    fn registers_and_arrays_say_the_same() {
        let a = [0.0, 1.0, -0.0, f32::NAN, 0.0, 5.0, 0.0, -2.0];
        let b = [1.0, 0.0, 0.0, 1.0, f32::NAN, 5.0, -1.0, -3.0];
        let greater = [1.0, 1.0, 0.0, 1.0, f64::NAN, 5.0, 0.0, -2.0];
        let places = [7.0, 101.0, 9.0, 10.0, 11.0, 12.0, 106.0, 107.0];
        let products = [3.0, 3.0, 3.0, f64::NAN, f64::NAN, 28.0, 3.0, 9.0];
        let sums = [1.0, 1.0, 0.0, f64::NAN, f64::NAN, 10.0, -1.0, -5.0];
        let bits = [f64::from(0b1010_1010u8), f64::from(0b1111_1001u8)];
        let wanted: Vec<f64> = products.into_iter().chain(sums).chain(greater).chain(places).chain(bits).collect();
        let text = |numbers: &[f64]| format!("{numbers:?}").replace("-0.0", "0.0");
        assert_eq!(text(&all::<f32, _>(Arrays, a, b)), text(&wanted));
        assert_eq!(text(&all::<f64, _>(Arrays, a, b)), text(&wanted));
        if let Some(registers) = Level::best().registers() {
            assert_eq!(text(&all::<f32, _>(registers, a, b)), text(&wanted));
            assert_eq!(text(&all::<f64, _>(registers, a, b)), text(&wanted));
        }
    }
}
