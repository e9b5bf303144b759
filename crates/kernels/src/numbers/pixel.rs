use std::cmp::Ordering;
use std::ops::Add;

use glassbox_tensor::Element;

use super::{Accumulator, greater, smaller};

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
pub(super) fn share(sum: f64, count: u32) -> f64 {
    (sum + 0.5) * (1.0 / f64::from(count))
}
