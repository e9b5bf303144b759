//! How visible a pixel is.

use super::Pixel;

/// A pixel's alpha: its last channel, with negative numbers and NaN as 0.
#[inline(always)]
pub(crate) fn alpha<T: Pixel>(pixel: &[T]) -> f64 {
    f64::from(pixel[pixel.len() - 1].to_real()).max(0.0)
}

/// Whether a pixel has less than half of full alpha: only then is its colour weighted.
#[inline(always)]
pub(crate) fn is_faint<T: Pixel>(pixel: &[T]) -> bool {
    2.0 * alpha(pixel) < f64::from(T::FULL)
}

/// The weight of a pixel's colour, `min(2·alpha, full)`: the full range from half alpha on.
#[inline(always)]
pub(crate) fn visibility<T: Pixel>(pixel: &[T]) -> f64 {
    (2.0 * alpha(pixel)).min(T::FULL.into())
}
