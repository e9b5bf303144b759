use std::ops::Range;

use glassbox_simd::{ByteVectors, Register, Words};

use super::shared::edges::{COMBINE, Choices, DIRECTION, Masks};
use super::shared::parameters::BORDER;
use super::shared::response::load;
use super::shared::signed::SIGNED_EDGES;
use super::{Arguments, Entry};
use crate::operator::{Filter, Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

/// Responds to edges along one diagonal. The pixel itself is the top left one of the four.
#[rustfmt::skip]
const A: [[i8; 2]; 2] = [
    [1,  0],
    [0, -1],
];

/// Responds to edges along the other diagonal.
#[rustfmt::skip]
const B: [[i8; 2]; 2] = [
    [ 0, 1],
    [-1, 0],
];

/// The responses of both masks.
fn formula(around: &Neighbourhood) -> [f64; 2] {
    [around.correlate(&A), around.correlate(&B)]
}

pub(super) static ENTRY: Entry = Entry {
    name: "roberts",
    summary: "edges from the smallest window: the differences along both diagonals of 2×2 pixels",
    formula: "a = [1 0; 0 -1], b = [0 1; -1 0], the pixel at the top left",
    source: "L. Roberts, Machine perception of three-dimensional solids (1963)",
    parameters: &[DIRECTION, COMBINE, SIGNED_EDGES, BORDER],
    variants: &["combine=magnitude"],
    build,
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let (choices, border) = (Choices::from_arguments(arguments)?, arguments.border()?);
    Ok(Filter::rows(arguments.operator(), Roberts { choices, border }, move |around| {
        choices.formula(formula(around), around.depth())
    }))
}

#[derive(Debug)]
struct Roberts {
    choices: Choices,
    border: Border,
}

impl Operator for Roberts {
    type Kernel<T: Pixel> = RobertsRow;

    fn window(&self) -> Window {
        Window::top_left(2, 1)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> RobertsRow {
        RobertsRow { channels, choices: self.choices }
    }
}

struct RobertsRow {
    channels: usize,
    choices: Choices,
}

impl<T: Pixel> Kernel<T> for RobertsRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let (n, c) = (out.len(), self.channels);
        let (upper, lower) = (rows.get(0), rows.get(1));
        self.choices.store(
            rows,
            out,
            Square { nw: &upper[..n], ne: &upper[c..c + n], sw: &lower[..n], se: &lower[c..c + n] },
        );
    }
}

/// The four pixels of each window of a row.
struct Square<'a, T> {
    nw: &'a [T],
    ne: &'a [T],
    sw: &'a [T],
    se: &'a [T],
}

impl<'a, T: Pixel> Masks<T> for Square<'a, T> {
    #[inline(always)]
    fn a(&self, i: usize) -> T::Accumulator {
        self.nw[i].widen() - self.se[i].widen()
    }

    #[inline(always)]
    fn b(&self, i: usize) -> T::Accumulator {
        self.ne[i].widen() - self.sw[i].widen()
    }

    #[inline(always)]
    fn a_words<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        Some(load(byte_vectors, self.nw, i)?.weigh(1, load(byte_vectors, self.se, i)?, -1))
    }

    #[inline(always)]
    fn b_words<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        Some(load(byte_vectors, self.ne, i)?.weigh(1, load(byte_vectors, self.sw, i)?, -1))
    }

    #[inline(always)]
    fn part(&self, places: Range<usize>) -> Self {
        let part = |row: &'a [T]| &row[places.clone()];
        Self { nw: part(self.nw), ne: part(self.ne), sw: part(self.sw), se: part(self.se) }
    }

    #[inline(always)]
    fn newest(&self) -> &[T] {
        self.se
    }
}
