use std::cmp::Ordering;
use std::ops::Add;

use glassbox_tensor::Element;

use super::{Accumulator, greater, smaller};

/// An element type of pictures: `u8` and `u16` (0 to full, exact, saturating) or `f32` (sign and range kept).
pub trait Pixel: Element + Into<f64> {
    /// The type of sums: `i16` for `u8`, `i32` for `u16`, `f32` for itself. It holds any sum of eight pixels.
    type Accumulator: Accumulator;

    /// Half of the range: 128, 32768 or 0.5.
    const HALF: Self::Accumulator;

    /// The value as an accumulator: exact.
    fn widen(self) -> Self::Accumulator;

    /// The pixel of an accumulator: saturated to the type's range; `f32` unchanged.
    fn store(accumulator: Self::Accumulator) -> Self;

    /// The full range: 255, 65535 or 1.
    const FULL: f32;

    /// The value as a real number: exact.
    fn to_real(self) -> f32;

    /// The sum of two values as a real number: exact except for `f32`.
    fn real_sum(a: Self, b: Self) -> f32;

    /// The value nearest to a real number: `u8` and `u16` rounded half up and saturated, NaN as 0; `f32` unchanged.
    fn from_real(real: f32) -> Self;

    /// `√(a² + b²)`, rounded to the nearest for whole numbers.
    fn magnitude(a: Self::Accumulator, b: Self::Accumulator) -> Self::Accumulator;

    /// The mean of `count` values whose sum is `sum`: `u8` and `u16` rounded half up.
    fn mean(sum: Self::Sum, count: u32) -> Self;

    /// The sum of two neighbours.
    fn pair(pair: [Self; 2]) -> Self::Accumulator;

    /// The mean of four values: `u8` and `u16` rounded half up.
    fn quarter(sum: Self::Accumulator) -> Self;

    /// The numbers as bytes, if they have 8 bits.
    #[inline(always)]
    fn bytes(_: &[Self]) -> Option<&[u8]> {
        None
    }

    /// The numbers as mutable bytes, if they have 8 bits.
    #[inline(always)]
    fn bytes_mut(_: &mut [Self]) -> Option<&mut [u8]> {
        None
    }

    /// The type of the sums that means are computed from.
    type Sum: Copy + Default + Add<Output = Self::Sum> + Send;

    /// The value as a term of such a sum.
    fn term(self) -> Self::Sum;

    /// The number of bins in a histogram of this type.
    const BINS: usize;

    /// Whether each bin holds a single value.
    const BINS_ARE_EXACT: bool;

    /// The bin of a value; a greater value never has a smaller bin.
    fn bin(self) -> usize;

    /// The value of an exact bin.
    fn from_bin(bin: usize) -> Self;

    /// The order of two values; NaN comes first or last, by its sign.
    fn order(a: &Self, b: &Self) -> Ordering;

    /// The smaller and the greater of two values; twice the second if one of them is NaN.
    #[inline(always)]
    fn in_order(a: Self, b: Self) -> (Self, Self) {
        (smaller(a, b), greater(a, b))
    }

    /// `0.299·R + 0.587·G + 0.114·B` (Rec. 601), rounded half up for whole numbers.
    fn luma(rgb: [Self; 3]) -> Self;
}

/// A number whose whole part is `⌊sum / count⌋`. It needs no division of whole numbers, which is many times slower.
///
/// With the half added the quotient is at least `1 / (2 · count)` away from any whole number. That is more than its
/// rounding error as long as the sum is below 2⁴⁰ and the count below 2²².
#[inline(always)]
pub(super) fn quotient(sum: f64, count: u32) -> f64 {
    (sum + 0.5) * (1.0 / f64::from(count))
}

/// The pixel nearest to `x`: whole numbers rounded half up and saturated.
#[inline(always)]
pub(crate) fn nearest<T: Pixel>(x: f64) -> T {
    // Rounded in 64 bits: 32 bits could turn a little less than a half into a half.
    T::from_real(if T::BINS_ARE_EXACT { (x + 0.5).floor() } else { x } as f32)
}
