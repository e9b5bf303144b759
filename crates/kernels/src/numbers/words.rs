use std::cmp::Ordering;

use glassbox_simd::nearest_whole;

use super::pixel::quotient;
use super::{Pixel, smaller};

impl Pixel for u16 {
    type Accumulator = i32;
    type Sum = u64;
    const FULL: f32 = 65535.0;
    const HALF: i32 = 1 << 15;
    const BINS: usize = 1 << 16;
    const BINS_ARE_EXACT: bool = true;

    #[inline(always)]
    fn widen(self) -> i32 {
        i32::from(self)
    }

    #[inline(always)]
    fn store(accumulator: i32) -> u16 {
        accumulator.clamp(0, 65535) as u16
    }

    #[inline(always)]
    fn to_real(self) -> f32 {
        f32::from(self)
    }

    #[inline(always)]
    fn real_sum(a: u16, b: u16) -> f32 {
        ((u32::from(a) + u32::from(b)) as i32) as f32
    }

    #[inline(always)]
    fn pair([a, b]: [u16; 2]) -> i32 {
        i32::from(a) + i32::from(b)
    }

    #[inline(always)]
    fn quarter(sum: i32) -> u16 {
        ((sum + 2) >> 2) as u16
    }

    #[inline(always)]
    fn from_real(real: f32) -> u16 {
        nearest_whole(real, u16::MAX) as u16
    }

    #[inline(always)]
    fn magnitude(a: i32, b: i32) -> i32 {
        // As for bytes, with 2⁵².
        let (a, b) = (f64::from(a), f64::from(b));
        ((a * a + b * b).sqrt() + 4_503_599_627_370_496.0).to_bits() as i32
    }

    #[inline(always)]
    fn mean(sum: u64, count: u32) -> u16 {
        let sum = sum + u64::from(count / 2);
        if count.is_power_of_two() {
            (sum >> count.trailing_zeros()) as u16
        } else {
            quotient(sum as f64, count) as u16
        }
    }

    #[inline(always)]
    fn term(self) -> u64 {
        u64::from(self)
    }

    #[inline(always)]
    fn bin(self) -> usize {
        usize::from(self)
    }

    #[inline(always)]
    fn from_bin(bin: usize) -> u16 {
        bin as u16
    }

    #[inline]
    fn order(a: &u16, b: &u16) -> Ordering {
        a.cmp(b)
    }

    // Processors have fewer units for comparisons than for bit operations, so one `xor` replaces the second comparison.
    #[inline(always)]
    fn in_order(a: u16, b: u16) -> (u16, u16) {
        let less = smaller(a, b);
        (less, a ^ b ^ less)
    }

    #[inline(always)]
    fn luma([r, g, b]: [u16; 3]) -> u16 {
        ((299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b) + 500) / 1000) as u16
    }
}
