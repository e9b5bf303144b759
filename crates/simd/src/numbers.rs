//! Operations on numbers that the compiler turns into single vector instructions.

/// The smaller of two; the second if one of them is NaN.
#[inline(always)]
pub fn smaller<T: PartialOrd>(a: T, b: T) -> T {
    if a < b { a } else { b }
}

/// The greater of two; the second if one of them is NaN.
#[inline(always)]
pub fn greater<T: PartialOrd>(a: T, b: T) -> T {
    if a > b { a } else { b }
}

/// The whole number from 0 to `most` that is nearest to `real`, halves rounded up; 0 for NaN.
///
/// ```
/// use glassbox_simd::nearest_whole;
/// assert_eq!([2.5, -1.0, 300.0, f32::NAN].map(|real| nearest_whole(real, 255)), [3, 0, 255, 0]);
/// ```
#[inline(always)]
pub fn nearest_whole(real: f32, most: u16) -> u32 {
    let within = smaller(greater(real, 0.0), f32::from(most)) + 0.5;
    #[allow(unsafe_code, reason = "the safe conversion, which saturates, is not turned into vector instructions")]
    // SAFETY: `within` is between 0.5 and 65535.5 for every `real`: `greater` turns NaN into 0.
    unsafe {
        within.to_int_unchecked::<i32>() as u32
    }
}

/// How many of sixteen numbers are at most `most`.
///
/// ```
/// let numbers = std::array::from_fn(|i| i as u16);
/// assert_eq!(glassbox_simd::count_at_most(&numbers, 3), 4);
/// ```
#[inline(always)]
pub fn count_at_most(numbers: &[u16; 16], most: u16) -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{
            __m128i, _mm_cmpeq_epi16, _mm_loadu_si128, _mm_movemask_epi8, _mm_packs_epi16, _mm_set1_epi16,
            _mm_setzero_si128, _mm_subs_epu16,
        };
        // `number - most`, saturated, is 0 exactly where `number ≤ most`.
        let from = numbers.as_ptr().cast::<__m128i>();
        #[allow(unsafe_code, reason = "a comparison written as a loop is taken apart into its bits one by one")]
        // SAFETY: every x86-64 processor has these instructions; both loads lie within the sixteen numbers.
        let mask = unsafe {
            let most = _mm_set1_epi16(most as i16);
            let is_at_most = |number| _mm_cmpeq_epi16(_mm_subs_epu16(number, most), _mm_setzero_si128());
            let (low, high) = (_mm_loadu_si128(from), _mm_loadu_si128(from.add(1)));
            _mm_movemask_epi8(_mm_packs_epi16(is_at_most(low), is_at_most(high)))
        };
        mask.count_ones() as usize
    }
    #[cfg(not(target_arch = "x86_64"))]
    numbers.iter().filter(|number| **number <= most).count()
}
