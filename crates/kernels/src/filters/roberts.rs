use std::ops::Range;

use super::shared::edges::{COMBINE, Choices, Combine, DIRECTION, Direction, Masks};
use super::shared::parameters::BORDER;
use super::shared::response::load;
use super::shared::signed::{SIGNED_EDGES, Signed};
use super::{Arguments, Entry};
use crate::operator::{Filter, Kernel, Operator, Rows, Window};
use crate::{Border, Error, Pixel};
use glassbox_simd::{ByteVectors, Register, Words};

pub(super) static ENTRY: Entry = Entry {
    name: "roberts",
    summary: "edges from the smallest window there is: the differences along both diagonals of 2×2 pixels",
    formula: "a = [1 0; 0 -1], b = [0 1; -1 0], the pixel at the top left",
    source: "L. Roberts, Machine perception of three-dimensional solids (1963)",
    parameters: &[DIRECTION, COMBINE, SIGNED_EDGES, BORDER],
    variants: &["combine=magnitude"],
    build,
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let Choices { direction, combine, signed } = Choices::from_arguments(arguments)?;
    Ok(Filter::rows(arguments.operator(), Roberts { direction, combine, signed, border: arguments.border()? }))
}

/// Roberts' cross.
///
/// ```text
/// a = 1  0    b =  0 1
///     0 -1        -1 0
/// ```
///
/// The pixel itself is the top left one of the four. Each mask answers to edges along one diagonal.
///
/// Source: L. Roberts, *Machine perception of three-dimensional solids* (1963).
#[derive(Clone, Copy, Debug)]
struct Roberts {
    /// Which responses are wanted.
    direction: Direction,
    /// What is made of both.
    combine: Combine,
    /// What a negative response becomes.
    signed: Signed,
    /// What stands beyond the edge.
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
        let Self { direction, combine, signed, .. } = *self;
        RobertsRow { channels, choices: Choices { direction, combine, signed } }
    }
}

pub(super) struct RobertsRow {
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

/// The place itself, at the top left, and its three neighbours.
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
    fn a_words<R: Register>(&self, lanes: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        Some(load(lanes, self.nw, i)?.weigh(1, load(lanes, self.se, i)?, -1))
    }

    #[inline(always)]
    fn b_words<R: Register>(&self, lanes: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        Some(load(lanes, self.ne, i)?.weigh(1, load(lanes, self.sw, i)?, -1))
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
