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

use super::edges::{Choices, Masks};
use super::response::load;
use crate::filters::Arguments;
use crate::numbers::{Accumulator, greater};
use crate::operator::{Filter, Kernel, Operator, Rows, Window};
use crate::{Border, Error, Pixel};
use glassbox_simd::{ByteVectors, Register, Words};

/// The filter of these weights.
pub(in crate::filters) fn build(arguments: &Arguments, weights: Weights) -> Result<Filter, Error> {
    let choices = Choices::from_arguments(arguments)?;
    Ok(Filter::rows(arguments.operator(), Gradient { weights, choices, border: arguments.border()? }))
}

/// `S` and `M`. Loops take them as numbers that they do not know: loops of its own for each filter would be three times the code, and no faster.
#[derive(Clone, Copy, Debug)]
pub(in crate::filters) struct Weights {
    pub(in crate::filters) side: i8,
    pub(in crate::filters) middle: i8,
}

#[derive(Debug)]
struct Gradient {
    weights: Weights,
    choices: Choices,
    border: Border,
}

impl Operator for Gradient {
    type Kernel<T: Pixel> = GradientRow;

    fn window(&self) -> Window {
        Window::centred(3)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> GradientRow {
        GradientRow { channels, weights: self.weights, choices: self.choices }
    }
}

struct GradientRow {
    channels: usize,
    weights: Weights,
    choices: Choices,
}

impl<T: Pixel> Kernel<T> for GradientRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let (n, c) = (out.len(), self.channels);
        let (upper, middle, lower) = (rows.get(0), rows.get(1), rows.get(2));
        let masks = Ring {
            weights: self.weights,
            upper: [&upper[..n], &upper[c..c + n], &upper[2 * c..2 * c + n]],
            middle: [&middle[..n], &middle[2 * c..2 * c + n]],
            lower: [&lower[..n], &lower[c..c + n], &lower[2 * c..2 * c + n]],
        };
        self.choices.store(rows, out, masks);
    }
}

/// The eight neighbours of each place of a row, west to east.
struct Ring<'a, T> {
    weights: Weights,
    upper: [&'a [T]; 3],
    middle: [&'a [T]; 2],
    lower: [&'a [T]; 3],
}

impl<'a, T: Pixel> Masks<T> for Ring<'a, T> {
    #[inline(always)]
    fn a(&self, i: usize) -> T::Accumulator {
        let ([nw, _, ne], [west, east], [sw, _, se]) = (self.upper, self.middle, self.lower);
        let sides = (ne[i].widen() - nw[i].widen()) + (se[i].widen() - sw[i].widen());
        sides * self.side() + (east[i].widen() - west[i].widen()) * self.middle()
    }

    #[inline(always)]
    fn b(&self, i: usize) -> T::Accumulator {
        let ([nw, north, ne], [sw, south, se]) = (self.upper, self.lower);
        let sides = (sw[i].widen() - nw[i].widen()) + (se[i].widen() - ne[i].widen());
        sides * self.side() + (south[i].widen() - north[i].widen()) * self.middle()
    }

    // a + b and b - a need no more differences than a alone, and the greater of their sizes is |a| + |b|.
    #[inline(always)]
    fn sum(&self, i: usize) -> T::Accumulator {
        let ([nw, north, ne], [west, east], [sw, south, se]) = (self.upper, self.middle, self.lower);
        let (down, right) = (south[i].widen() - north[i].widen(), east[i].widen() - west[i].widen());
        let (falling, rising) = (se[i].widen() - nw[i].widen(), sw[i].widen() - ne[i].widen());
        let (straight, oblique) = (self.middle(), self.side() + self.side());
        let both = (down + right) * straight + falling * oblique;
        let less = (down - right) * straight + rising * oblique;
        greater(both.abs(), less.abs())
    }

    #[inline(always)]
    fn a_words<R: Register>(&self, lanes: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        let ([nw, _, ne], [west, east], [sw, _, se]) = (self.upper, self.middle, self.lower);
        let Weights { side, middle } = self.weights;
        let sides = difference(lanes, i, side, ne, nw)?.add(difference(lanes, i, side, se, sw)?);
        Some(sides.add(difference(lanes, i, middle, east, west)?))
    }

    #[inline(always)]
    fn b_words<R: Register>(&self, lanes: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        let ([nw, north, ne], [sw, south, se]) = (self.upper, self.lower);
        let Weights { side, middle } = self.weights;
        let sides = difference(lanes, i, side, sw, nw)?.add(difference(lanes, i, side, se, ne)?);
        Some(sides.add(difference(lanes, i, middle, south, north)?))
    }

    #[inline(always)]
    fn sum_words<R: Register>(&self, lanes: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        let (both, less) = self.sum_and_difference(lanes, i)?;
        Some(both.abs().greater(less.abs()))
    }

    #[inline(always)]
    fn magnitude_words<R: Register>(&self, lanes: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        let (both, less) = self.sum_and_difference(lanes, i)?;
        Some(both.magnitude::<true>(less))
    }

    #[inline(always)]
    fn part(&self, places: Range<usize>) -> Self {
        let part = |row: &'a [T]| &row[places.clone()];
        Self {
            weights: self.weights,
            upper: self.upper.map(part),
            middle: self.middle.map(part),
            lower: self.lower.map(part),
        }
    }

    #[inline(always)]
    fn newest(&self) -> &[T] {
        self.lower[2]
    }
}

impl<T: Pixel> Ring<'_, T> {
    #[inline(always)]
    fn side(&self) -> T::Accumulator {
        T::Accumulator::whole(self.weights.side.into())
    }

    #[inline(always)]
    fn middle(&self) -> T::Accumulator {
        T::Accumulator::whole(self.weights.middle.into())
    }

    /// a + b and b - a.
    #[inline(always)]
    fn sum_and_difference<R: Register>(&self, lanes: ByteVectors<R>, i: usize) -> Option<(Words<R>, Words<R>)> {
        let ([nw, north, ne], [west, east], [sw, south, se]) = (self.upper, self.middle, self.lower);
        let Weights { side, middle } = self.weights;
        let (down, right) = (difference(lanes, i, middle, south, north)?, difference(lanes, i, middle, east, west)?);
        let (falling, rising) = (difference(lanes, i, 2 * side, se, nw)?, difference(lanes, i, 2 * side, sw, ne)?);
        Some((down.add(right).add(falling), down.subtract(right).add(rising)))
    }
}

/// `weight · (more - less)`
#[inline(always)]
fn difference<T: Pixel, R: Register>(
    lanes: ByteVectors<R>,
    i: usize,
    weight: i8,
    more: &[T],
    less: &[T],
) -> Option<Words<R>> {
    Some(load(lanes, more, i)?.weigh(weight, load(lanes, less, i)?, -weight))
}
