use std::ops::Range;

use super::edges::{COMBINE, Choices, Combine, DIRECTION, Direction, Masks};
use super::parameters::BORDER;
use super::signed::{SIGNED_EDGES, Signed};
use super::{Arguments, Entry};
use crate::filter::{Filter, Kernel, Operator, Rows, Window};
use crate::pixel::Wide;
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "sobel",
    summary: "edges, little moved by noise: each mask smooths along the edge it looks for",
    formula: "a = [-1 0 1; -2 0 2; -1 0 1], b = [-1 -2 -1; 0 0 0; 1 2 1]",
    parameters: &[DIRECTION, COMBINE, SIGNED_EDGES, BORDER],
    variants: &["combine=magnitude", "direction=x"],
    build,
};

fn build(arguments: &Arguments) -> Result<Box<dyn Filter>, Error> {
    let Choices { direction, combine, signed } = Choices::from_arguments(arguments);
    Ok(Box::new(Sobel { direction, combine, signed, border: arguments.border()? }))
}

/// Sobel's edges.
///
/// ```text
///     -1 0 1        -1 -2 -1
/// a = -2 0 2    b =  0  0  0
///     -1 0 1         1  2  1
/// ```
///
/// `a` answers to vertical edges, `b` to horizontal ones; `combine` makes one response of both.
///
/// Source: I. Sobel, G. Feldman, *A 3×3 isotropic gradient operator for image processing* (1968).
#[derive(Clone, Copy, Debug)]
pub struct Sobel {
    /// Which responses are wanted.
    pub direction: Direction,
    /// What is made of both.
    pub combine: Combine,
    /// What a negative response becomes.
    pub signed: Signed,
    /// What stands beyond the edge.
    pub border: Border,
}

impl Operator for Sobel {
    type Kernel<T: Pixel> = SobelRow;

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn window(&self) -> Window {
        Window::centred(3)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> SobelRow {
        let Self { direction, combine, signed, .. } = *self;
        SobelRow { channels, choices: Choices { direction, combine, signed } }
    }
}

#[doc(hidden)]
#[derive(Debug)]
pub struct SobelRow {
    channels: usize,
    choices: Choices,
}

impl<T: Pixel> Kernel<T> for SobelRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let (n, c) = (out.len(), self.channels);
        let (upper, middle, lower) = (rows.get(0), rows.get(1), rows.get(2));
        let masks = Ring {
            upper: [&upper[..n], &upper[c..c + n], &upper[2 * c..2 * c + n]],
            middle: [&middle[..n], &middle[2 * c..2 * c + n]],
            lower: [&lower[..n], &lower[c..c + n], &lower[2 * c..2 * c + n]],
        };
        self.choices.store(rows, out, masks);
    }
}

/// The eight neighbours of each place of a row, west to east.
struct Ring<'a, T> {
    upper: [&'a [T]; 3],
    middle: [&'a [T]; 2],
    lower: [&'a [T]; 3],
}

impl<'a, T: Pixel> Masks<T> for Ring<'a, T> {
    #[inline(always)]
    fn a(&self, i: usize) -> T::Wide {
        let ([nw, _, ne], [west, east], [sw, _, se]) = (self.upper, self.middle, self.lower);
        let middle = (east[i].wide() - west[i].wide()) * T::Wide::whole(2);
        (ne[i].wide() - nw[i].wide()) + middle + (se[i].wide() - sw[i].wide())
    }

    #[inline(always)]
    fn b(&self, i: usize) -> T::Wide {
        let ([nw, north, ne], [sw, south, se]) = (self.upper, self.lower);
        let middle = (south[i].wide() - north[i].wide()) * T::Wide::whole(2);
        (sw[i].wide() - nw[i].wide()) + middle + (se[i].wide() - ne[i].wide())
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
