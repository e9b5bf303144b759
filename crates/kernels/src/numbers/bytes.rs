use std::cmp::Ordering;

use glassbox_simd::nearest_whole;

use super::pixel::quotient;
use super::{Pixel, smaller};

impl Pixel for u8 {
    type Accumulator = i16;
    type Sum = u32;
    const FULL: f32 = 255.0;
    const HALF: i16 = 128;
    const BINS: usize = 1 << 8;
    const BINS_ARE_EXACT: bool = true;

    #[inline(always)]
    fn bytes(numbers: &[u8]) -> Option<&[u8]> {
        Some(numbers)
    }

    #[inline(always)]
    fn bytes_mut(numbers: &mut [u8]) -> Option<&mut [u8]> {
        Some(numbers)
    }

    #[inline(always)]
    fn widen(self) -> i16 {
        i16::from(self)
    }

    #[inline(always)]
    fn store(accumulator: i16) -> u8 {
        accumulator.clamp(0, 255) as u8
    }

    #[inline(always)]
    fn to_real(self) -> f32 {
        f32::from(self)
    }

    #[inline(always)]
    fn real_sum(a: u8, b: u8) -> f32 {
        f32::from(u16::from(a) + u16::from(b))
    }

    #[inline(always)]
    fn pair(pair: [u8; 2]) -> i16 {
        // The two halves of a word: selecting every other byte of a vector is slower.
        let word = u16::from_le_bytes(pair);
        ((word & 255) + (word >> 8)) as i16
    }

    #[inline(always)]
    fn quarter(sum: i16) -> u8 {
        ((sum + 2) >> 2) as u8
    }

    #[inline(always)]
    fn from_real(real: f32) -> u8 {
        nearest_whole(real, u8::MAX.into()) as u8
    }

    #[inline(always)]
    fn magnitude(a: i16, b: i16) -> i16 {
        // Squares up to 2·1020² are exact in f32, and no root of a whole number lies half-way between two. Adding 2²³
        // rounds the root and leaves it in the last bits: a saturating conversion is slower.
        let (a, b) = (f32::from(a), f32::from(b));
        ((a * a + b * b).sqrt() + 8_388_608.0).to_bits() as i16
    }

    #[inline(always)]
    fn mean(sum: u32, count: u32) -> u8 {
        let sum = sum + count / 2;
        if count.is_power_of_two() {
            (sum >> count.trailing_zeros()) as u8
        } else {
            quotient(f64::from(sum), count) as u8
        }
    }

    #[inline(always)]
    fn term(self) -> u32 {
        u32::from(self)
    }

    #[inline(always)]
    fn bin(self) -> usize {
        usize::from(self)
    }

    #[inline(always)]
    fn from_bin(bin: usize) -> u8 {
        bin as u8
    }

    #[inline]
    fn order(a: &u8, b: &u8) -> Ordering {
        a.cmp(b)
    }

    // Processors have fewer units for comparisons than for bit operations, so one `xor` replaces the second comparison.
    #[inline(always)]
    fn in_order(a: u8, b: u8) -> (u8, u8) {
        let less = smaller(a, b);
        (less, a ^ b ^ less)
    }

    #[inline(always)]
    fn luma([r, g, b]: [u8; 3]) -> u8 {
        ((299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b) + 500) / 1000) as u8
    }
}
