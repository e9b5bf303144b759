use std::ops::Range;

use glassbox_simd::{ByteVectors, Register, Words};

use super::shared::parameters::BORDER;
use super::shared::response::{Response, load};
use super::shared::signed::{SIGNED, Signed};
use super::{Arguments, Entry};
use crate::numbers::Accumulator;
use crate::operator::{Filter, Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

/// Five times the pixel minus its four neighbours. The weights add up to 1: flat areas do not change.
#[rustfmt::skip]
const MASK: [[i8; 3]; 3] = [
    [ 0, -1,  0],
    [-1,  5, -1],
    [ 0, -1,  0],
];

fn formula(around: &Neighbourhood) -> f64 {
    around.correlate(&MASK)
}

pub(super) static ENTRY: Entry = Entry {
    name: "sharpen",
    summary: "makes every pixel stand out from its four neighbours",
    formula: "[0 -1 0; -1 5 -1; 0 -1 0]",
    source: "",
    parameters: &[BORDER, SIGNED],
    variants: &[],
    build,
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let (border, signed) = (arguments.border()?, Signed::from_arguments(arguments));
    Ok(Filter::rows(arguments.operator(), Sharpen { border, signed }, move |around| {
        signed.formula(formula(around), around.depth())
    }))
}

#[derive(Debug)]
struct Sharpen {
    border: Border,
    signed: Signed,
}

impl Operator for Sharpen {
    type Kernel<T: Pixel> = SharpenRow;

    fn window(&self) -> Window {
        Window::centred(3)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> SharpenRow {
        SharpenRow { channels, signed: self.signed }
    }
}

struct SharpenRow {
    channels: usize,
    signed: Signed,
}

impl<T: Pixel> Kernel<T> for SharpenRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let (n, c) = (out.len(), self.channels);
        let (north, middle, south) = (&rows.get(0)[c..c + n], rows.get(1), &rows.get(2)[c..c + n]);
        let (west, centre, east) = (&middle[..n], &middle[c..c + n], &middle[2 * c..2 * c + n]);
        self.signed.store(rows, out, Cross { centre, around: [north, west, east, south] });
    }
}

/// Each pixel of a row and its four neighbours.
struct Cross<'a, T> {
    centre: &'a [T],
    around: [&'a [T]; 4],
}

impl<'a, T: Pixel> Response<T> for Cross<'a, T> {
    #[inline(always)]
    fn at(&self, i: usize) -> T::Accumulator {
        let [north, west, east, south] = self.around;
        let around = (north[i].widen() + south[i].widen()) + (west[i].widen() + east[i].widen());
        self.centre[i].widen() * T::Accumulator::whole(5) - around
    }

    #[inline(always)]
    fn words<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        let [north, west, east, south] = self.around;
        let (centre, none) = (load(byte_vectors, self.centre, i)?, byte_vectors.zeros());
        let (sides, upright) = (
            load(byte_vectors, west, i)?.weigh(-1, load(byte_vectors, east, i)?, -1),
            load(byte_vectors, north, i)?.weigh(-1, load(byte_vectors, south, i)?, -1),
        );
        Some(centre.weigh(5, none, 0).add(sides.add(upright)))
    }

    #[inline(always)]
    fn part(&self, places: Range<usize>) -> Self {
        let part = |row: &'a [T]| &row[places.clone()];
        let [north, west, east, south] = self.around;
        Self { centre: part(self.centre), around: [part(north), part(west), part(east), part(south)] }
    }

    #[inline(always)]
    fn newest(&self) -> &[T] {
        self.around[3]
    }
}
