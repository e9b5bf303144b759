//! How visible a pixel is.

use crate::Pixel;

/// A pixel's alpha: its last channel, negative numbers and NaN as 0.
#[inline(always)]
pub(crate) fn alpha<T: Pixel>(pixel: &[T]) -> f64 {
    f64::from(pixel[pixel.len() - 1].to_real()).max(0.0)
}

/// Whether a pixel has less than half alpha: only then does alpha weigh its colour.
#[inline(always)]
pub(crate) fn is_faint<T: Pixel>(pixel: &[T]) -> bool {
    2.0 * alpha(pixel) < f64::from(T::FULL)
}

/// The weight of a pixel's colour, from 0 to the full range: all of it from half alpha on.
#[inline(always)]
pub(crate) fn visibility<T: Pixel>(pixel: &[T]) -> f64 {
    (2.0 * alpha(pixel)).min(T::FULL.into())
}
