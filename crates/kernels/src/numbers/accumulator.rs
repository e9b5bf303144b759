use std::fmt::Debug;
use std::ops::{Add, Mul, Neg, Sub};

pub(crate) use glassbox_simd::{greater, smaller};

/// Numbers wide enough for the sums of kernels.
pub trait Accumulator:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Into<f64>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Neg<Output = Self>
{
    /// A small whole number: a coefficient.
    fn whole(n: i16) -> Self;

    /// |x|
    #[inline(always)]
    fn abs(self) -> Self {
        greater(self, -self)
    }
}

impl Accumulator for i16 {
    #[inline(always)]
    fn whole(n: i16) -> Self {
        n
    }
}

impl Accumulator for i32 {
    #[inline(always)]
    fn whole(n: i16) -> Self {
        i32::from(n)
    }
}

impl Accumulator for f32 {
    #[inline(always)]
    fn whole(n: i16) -> Self {
        f32::from(n)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        f32::abs(self)
    }
}
