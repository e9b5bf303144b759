//! What Sobel's, Prewitt's and Scharr's edges share: masks of 3×3 that differ along one axis and smooth along the other.
//!
//! ```text
//!     -S 0 S        -S -M -S
//! a = -M 0 M    b =  0  0  0
//!     -S 0 S         S  M  S
//! ```
//!
//! `a` answers to vertical edges, `b` to horizontal ones.

use std::ops::Range;

use super::Arguments;
use super::edges::{Choices, Masks};
use super::response::load;
use crate::filter::{Filter, Kernel, Operator, Rows, Window};
use crate::simd::{Lanes, Register, Words};
use crate::wide::{Wide, greater};
use crate::{Border, Error, Pixel};

/// The filter with the weights `S` at the sides and `M` in the middle.
pub(super) fn build<const S: i16, const M: i16>(arguments: &Arguments) -> Result<Filter, Error> {
    let choices = Choices::from_arguments(arguments)?;
    Ok(Filter::rows(arguments.operator(), Gradient::<S, M> { choices, border: arguments.border()? }))
}

#[derive(Debug)]
struct Gradient<const S: i16, const M: i16> {
    choices: Choices,
    border: Border,
}

impl<const S: i16, const M: i16> Operator for Gradient<S, M> {
    type Kernel<T: Pixel> = GradientRow<S, M>;

    fn window(&self) -> Window {
        Window::centred(3)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> GradientRow<S, M> {
        GradientRow { channels, choices: self.choices }
    }
}

struct GradientRow<const S: i16, const M: i16> {
    channels: usize,
    choices: Choices,
}

impl<T: Pixel, const S: i16, const M: i16> Kernel<T> for GradientRow<S, M> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let (n, c) = (out.len(), self.channels);
        let (upper, middle, lower) = (rows.get(0), rows.get(1), rows.get(2));
        let masks = Ring::<T, S, M> {
            upper: [&upper[..n], &upper[c..c + n], &upper[2 * c..2 * c + n]],
            middle: [&middle[..n], &middle[2 * c..2 * c + n]],
            lower: [&lower[..n], &lower[c..c + n], &lower[2 * c..2 * c + n]],
        };
        self.choices.store(rows, out, masks);
    }
}

/// The eight neighbours of each place of a row, west to east.
struct Ring<'a, T, const S: i16, const M: i16> {
    upper: [&'a [T]; 3],
    middle: [&'a [T]; 2],
    lower: [&'a [T]; 3],
}

impl<'a, T: Pixel, const S: i16, const M: i16> Masks<T> for Ring<'a, T, S, M> {
    #[inline(always)]
    fn a(&self, i: usize) -> T::Wide {
        let ([nw, _, ne], [west, east], [sw, _, se]) = (self.upper, self.middle, self.lower);
        let sides = (ne[i].wide() - nw[i].wide()) + (se[i].wide() - sw[i].wide());
        sides * T::Wide::whole(S) + (east[i].wide() - west[i].wide()) * T::Wide::whole(M)
    }

    #[inline(always)]
    fn b(&self, i: usize) -> T::Wide {
        let ([nw, north, ne], [sw, south, se]) = (self.upper, self.lower);
        let sides = (sw[i].wide() - nw[i].wide()) + (se[i].wide() - ne[i].wide());
        sides * T::Wide::whole(S) + (south[i].wide() - north[i].wide()) * T::Wide::whole(M)
    }

    // a + b and b - a need no more differences than a alone, and the greater of their sizes is |a| + |b|.
    #[inline(always)]
    fn sum(&self, i: usize) -> T::Wide {
        let ([nw, north, ne], [west, east], [sw, south, se]) = (self.upper, self.middle, self.lower);
        let (down, right) = (south[i].wide() - north[i].wide(), east[i].wide() - west[i].wide());
        let (falling, rising) = (se[i].wide() - nw[i].wide(), sw[i].wide() - ne[i].wide());
        let (straight, oblique) = (T::Wide::whole(M), T::Wide::whole(2 * S));
        let both = (down + right) * straight + falling * oblique;
        let less = (down - right) * straight + rising * oblique;
        greater(both.abs(), less.abs())
    }

    #[inline(always)]
    fn a_words<R: Register>(&self, lanes: Lanes<R>, i: usize) -> Option<Words<R>> {
        let ([nw, _, ne], [west, east], [sw, _, se]) = (self.upper, self.middle, self.lower);
        let sides = difference(lanes, i, S, ne, nw)?.add(difference(lanes, i, S, se, sw)?);
        Some(sides.add(difference(lanes, i, M, east, west)?))
    }

    #[inline(always)]
    fn b_words<R: Register>(&self, lanes: Lanes<R>, i: usize) -> Option<Words<R>> {
        let ([nw, north, ne], [sw, south, se]) = (self.upper, self.lower);
        let sides = difference(lanes, i, S, sw, nw)?.add(difference(lanes, i, S, se, ne)?);
        Some(sides.add(difference(lanes, i, M, south, north)?))
    }

    #[inline(always)]
    fn sum_words<R: Register>(&self, lanes: Lanes<R>, i: usize) -> Option<Words<R>> {
        let (both, less) = self.sum_and_difference(lanes, i)?;
        Some(both.abs().greater(less.abs()))
    }

    #[inline(always)]
    fn magnitude_words<R: Register>(&self, lanes: Lanes<R>, i: usize) -> Option<Words<R>> {
        let (both, less) = self.sum_and_difference(lanes, i)?;
        Some(both.magnitude::<true>(less))
    }

    #[inline(always)]
    fn part(&self, places: Range<usize>) -> Self {
        let part = |row: &'a [T]| &row[places.clone()];
        Self { upper: self.upper.map(part), middle: self.middle.map(part), lower: self.lower.map(part) }
    }

    #[inline(always)]
    fn newest(&self) -> &[T] {
        self.lower[2]
    }
}

impl<'a, T: Pixel, const S: i16, const M: i16> Ring<'a, T, S, M> {
    /// a + b and b - a.
    #[inline(always)]
    fn sum_and_difference<R: Register>(&self, lanes: Lanes<R>, i: usize) -> Option<(Words<R>, Words<R>)> {
        let ([nw, north, ne], [west, east], [sw, south, se]) = (self.upper, self.middle, self.lower);
        let (down, right) = (difference(lanes, i, M, south, north)?, difference(lanes, i, M, east, west)?);
        let (falling, rising) = (difference(lanes, i, 2 * S, se, nw)?, difference(lanes, i, 2 * S, sw, ne)?);
        Some((down.add(right).add(falling), down.subtract(right).add(rising)))
    }
}

/// `weight · (more - less)`
#[inline(always)]
fn difference<T: Pixel, R: Register>(
    lanes: Lanes<R>,
    i: usize,
    weight: i16,
    more: &[T],
    less: &[T],
) -> Option<Words<R>> {
    Some(load(lanes, more, i)?.weigh(weight as i8, load(lanes, less, i)?, -weight as i8))
}
