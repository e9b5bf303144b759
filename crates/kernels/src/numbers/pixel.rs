use std::cmp::Ordering;
use std::ops::Add;

use glassbox_tensor::Element;

use super::{Accumulator, greater, smaller};
use glassbox_simd::nearest_whole;

/// An element type of pictures: `u8` and `u16` (0 to full, exact, saturating) or `f32` (sign and range kept).
pub trait Pixel: Element + Into<f64> {
    /// The type that sums are made in: `i16` for `u8`, `i32` for `u16`, `f32` for itself. Wide enough for any sum of eight pixels.
    type Accumulator: Accumulator;

    /// Half of the range: 128, 32768 or 0.5.
    const HALF: Self::Accumulator;

    /// The value in the wider type: exact.
    fn widen(self) -> Self::Accumulator;

    /// The value as a pixel: saturated to the type's range; `f32` as it is.
    fn store(wide: Self::Accumulator) -> Self;

    /// The range from end to end: 255, 65535 or 1.
    const FULL: f32;

    /// The value as a real number: exact.
    fn to_real(self) -> f32;

    /// The sum of two values as a real number: exact but for `f32`.
    fn real_sum(a: Self, b: Self) -> f32;

    /// The value nearest to a real number: `u8` and `u16` rounded half up and saturated, NaN as 0; `f32` as it is.
    fn from_real(real: f32) -> Self;

    /// √(a² + b²), rounded to the nearest if the type is of whole numbers.
    fn magnitude(a: Self::Accumulator, b: Self::Accumulator) -> Self::Accumulator;

    /// The mean of values that add up to `sum`: `u8` and `u16` rounded half up.
    fn mean(sum: Self::Sum, count: u32) -> Self;

    /// The sum of two neighbours.
    fn pair(pair: [Self; 2]) -> Self::Accumulator;

    /// A fourth of a sum of four: `u8` and `u16` rounded half up.
    fn quarter(sum: Self::Accumulator) -> Self;

    /// The numbers as they are, if they are of 8 bits.
    #[inline(always)]
    fn bytes(_: &[Self]) -> Option<&[u8]> {
        None
    }

    /// The numbers to be changed, if they are of 8 bits.
    #[inline(always)]
    fn bytes_mut(_: &mut [Self]) -> Option<&mut [u8]> {
        None
    }

    /// The type that sums of means are made in.
    type Sum: Copy + Default + Add<Output = Self::Sum> + Send;

    /// The value as a term of a mean.
    fn term(self) -> Self::Sum;

    /// Bins of a histogram of this type.
    const BINS: usize;

    /// Whether a bin holds one value only.
    const BINS_ARE_EXACT: bool;

    /// The bin of a value: greater values never have a smaller bin.
    fn bin(self) -> usize;

    /// The value of an exact bin.
    fn from_bin(bin: usize) -> Self;

    /// The order of two values, NaN at the ends.
    fn order(a: &Self, b: &Self) -> Ordering;

    /// The smaller of two and the greater; of two that cannot be compared, the second and the second.
    #[inline(always)]
    fn in_order(a: Self, b: Self) -> (Self, Self) {
        (smaller(a, b), greater(a, b))
    }

    /// 0.299·R + 0.587·G + 0.114·B (Rec. 601), rounded half up if the type is of whole numbers.
    fn luma(rgb: [Self; 3]) -> Self;
}

/// Of which the whole part is `⌊sum / count⌋`, without a division, which is many times slower. With the half added the quotient is at least
/// `1 / (2 · count)` away from any whole number: more than it is rounded by, as long as the sum is below 2⁴⁰ and the count below 2²².
#[inline(always)]
fn share(sum: f64, count: u32) -> f64 {
    (sum + 0.5) * (1.0 / f64::from(count))
}

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
    fn store(wide: i16) -> u8 {
        wide.clamp(0, 255) as u8
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
        // The halves of a word: taking every other byte out of a vector is slower.
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
        // Squares of up to 2·1020² are exact in f32, and no root of a whole number is half-way between two. Added to 2²³ a root
        // is rounded, and is found in the last bits: a conversion, which would have to saturate, is slower.
        let (a, b) = (f32::from(a), f32::from(b));
        ((a * a + b * b).sqrt() + 8_388_608.0).to_bits() as i16
    }

    #[inline(always)]
    fn mean(sum: u32, count: u32) -> u8 {
        let sum = sum + count / 2;
        if count.is_power_of_two() { (sum >> count.trailing_zeros()) as u8 } else { share(f64::from(sum), count) as u8 }
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

    fn order(a: &u8, b: &u8) -> Ordering {
        a.cmp(b)
    }

    // A processor has fewer units that compare than units that mix bits: the greater is what the smaller leaves of the two.
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
    fn store(wide: i32) -> u16 {
        wide.clamp(0, 65535) as u16
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
        // As above, with 2⁵².
        let (a, b) = (f64::from(a), f64::from(b));
        ((a * a + b * b).sqrt() + 4_503_599_627_370_496.0).to_bits() as i32
    }

    #[inline(always)]
    fn mean(sum: u64, count: u32) -> u16 {
        let sum = sum + u64::from(count / 2);
        if count.is_power_of_two() { (sum >> count.trailing_zeros()) as u16 } else { share(sum as f64, count) as u16 }
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

    fn order(a: &u16, b: &u16) -> Ordering {
        a.cmp(b)
    }

    // A processor has fewer units that compare than units that mix bits: the greater is what the smaller leaves of the two.
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

impl Pixel for f32 {
    type Accumulator = f32;
    type Sum = f32;
    const FULL: f32 = 1.0;
    const HALF: f32 = 0.5;
    const BINS: usize = 1 << 16;
    const BINS_ARE_EXACT: bool = false;

    #[inline(always)]
    fn widen(self) -> f32 {
        self
    }

    #[inline(always)]
    fn store(wide: f32) -> f32 {
        wide
    }

    #[inline(always)]
    fn to_real(self) -> f32 {
        self
    }

    #[inline(always)]
    fn real_sum(a: f32, b: f32) -> f32 {
        a + b
    }

    #[inline(always)]
    fn pair([a, b]: [f32; 2]) -> f32 {
        a + b
    }

    #[inline(always)]
    fn quarter(sum: f32) -> f32 {
        sum / 4.0
    }

    #[inline(always)]
    fn from_real(real: f32) -> f32 {
        real
    }

    #[inline(always)]
    fn magnitude(a: f32, b: f32) -> f32 {
        (a * a + b * b).sqrt()
    }

    #[inline(always)]
    fn mean(sum: f32, count: u32) -> f32 {
        sum / count as f32
    }

    #[inline(always)]
    fn term(self) -> f32 {
        self
    }

    #[inline(always)]
    fn bin(self) -> usize {
        // Floats sort as their bits do once the negative ones are turned round; the upper half of the bits is enough for a bin.
        let bits = (self + 0.0).to_bits();
        let sorted = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
        (sorted >> 16) as usize
    }

    fn from_bin(_bin: usize) -> f32 {
        unreachable!("a bin of f32 holds many values")
    }

    fn order(a: &f32, b: &f32) -> Ordering {
        a.total_cmp(b)
    }

    #[inline(always)]
    fn luma([r, g, b]: [f32; 3]) -> f32 {
        0.299 * r + 0.587 * g + 0.114 * b
    }
}
