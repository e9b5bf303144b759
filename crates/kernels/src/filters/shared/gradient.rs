//! What Sobel's, Prewitt's and Scharr's edges share: two masks of 3×3, each a difference along one axis and smooth
//! along the other.

use std::ops::Range;

use glassbox_simd::{ByteVectors, Register, Words};

use super::edges::{Choices, Masks};
use super::response::load;
use crate::filters::Arguments;
use crate::numbers::{Accumulator, greater};
use crate::operator::{Filter, Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

/// Weights of the eight neighbours and of the pixel itself.
pub(in crate::filters) type Mask = [[i8; 3]; 3];

/// The filter of two masks, both of the form that [`Weights`] describes, whose responses are `formula`.
pub(in crate::filters) fn build(
    arguments: &Arguments,
    a: &Mask,
    b: &Mask,
    formula: fn(&Neighbourhood) -> [f64; 2],
) -> Result<Filter, Error> {
    let (choices, border) = (Choices::from_arguments(arguments)?, arguments.border()?);
    let gradient = Gradient { weights: Weights::of(a, b), choices, border };
    Ok(Filter::rows(arguments.operator(), gradient, move |around| choices.formula(formula(around), around.depth())))
}

/// The numbers `S` and `M` of two masks:
///
/// ```text
///     -S 0 S        -S -M -S
/// a = -M 0 M    b =  0  0  0
///     -S 0 S         S  M  S
/// ```
///
/// They are variables of the loops: constants would triple the code and gain no speed.
#[derive(Clone, Copy, Debug)]
struct Weights {
    side: i8,
    middle: i8,
}

impl Weights {
    /// # Panics
    /// If the masks are of another form.
    fn of(a: &Mask, b: &Mask) -> Self {
        let (s, m) = (a[0][2], a[1][2]);
        assert_eq!(*a, [[-s, 0, s], [-m, 0, m], [-s, 0, s]], "Weights: expected a difference along the rows");
        assert_eq!(*b, [[-s, -m, -s], [0; 3], [s, m, s]], "Weights: expected the same along the columns");
        Self { side: s, middle: m }
    }
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

    // |a| + |b| = max(|a + b|, |a - b|), and both need no more differences than a alone.
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
    fn a_words<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        let ([nw, _, ne], [west, east], [sw, _, se]) = (self.upper, self.middle, self.lower);
        let Weights { side, middle } = self.weights;
        let sides = difference(byte_vectors, i, side, ne, nw)?.add(difference(byte_vectors, i, side, se, sw)?);
        Some(sides.add(difference(byte_vectors, i, middle, east, west)?))
    }

    #[inline(always)]
    fn b_words<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        let ([nw, north, ne], [sw, south, se]) = (self.upper, self.lower);
        let Weights { side, middle } = self.weights;
        let sides = difference(byte_vectors, i, side, sw, nw)?.add(difference(byte_vectors, i, side, se, ne)?);
        Some(sides.add(difference(byte_vectors, i, middle, south, north)?))
    }

    #[inline(always)]
    fn sum_words<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        let (both, less) = self.sum_and_difference(byte_vectors, i)?;
        Some(both.abs().greater(less.abs()))
    }

    #[inline(always)]
    fn magnitude_words<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        let (both, less) = self.sum_and_difference(byte_vectors, i)?;
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
    fn sum_and_difference<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<(Words<R>, Words<R>)> {
        let ([nw, north, ne], [west, east], [sw, south, se]) = (self.upper, self.middle, self.lower);
        let Weights { side, middle } = self.weights;
        let (down, right) =
            (difference(byte_vectors, i, middle, south, north)?, difference(byte_vectors, i, middle, east, west)?);
        let (falling, rising) =
            (difference(byte_vectors, i, 2 * side, se, nw)?, difference(byte_vectors, i, 2 * side, sw, ne)?);
        Some((down.add(right).add(falling), down.subtract(right).add(rising)))
    }
}

/// `weight · (more - less)`
#[inline(always)]
fn difference<T: Pixel, R: Register>(
    byte_vectors: ByteVectors<R>,
    i: usize,
    weight: i8,
    more: &[T],
    less: &[T],
) -> Option<Words<R>> {
    Some(load(byte_vectors, more, i)?.weigh(weight, load(byte_vectors, less, i)?, -weight))
}
