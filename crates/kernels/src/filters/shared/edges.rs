//! What the edge filters share: the responses of two masks, and how they become one number.

use std::ops::Range;

use glassbox_simd::{ByteVectors, Register, Words};

use super::parameters::{Arguments, Parameter, Values};
use super::response::Response;
use super::signed::Signed;
use crate::numbers::{Accumulator, greater};
use crate::operator::Rows;
use crate::{Depth, Error, Pixel};

impl Choices {
    /// One number from the responses `a` and `b` of two masks.
    pub(in crate::filters) fn formula(self, [a, b]: [f64; 2], depth: Depth) -> f64 {
        let response = match (self.direction, self.combine) {
            (Direction::X, _) => a,
            (Direction::Y, _) => b,
            (Direction::Both, Combine::Sum) => a.abs() + b.abs(),
            (Direction::Both, Combine::Magnitude) => (a * a + b * b).sqrt(),
            (Direction::Both, Combine::Max) => a.abs().max(b.abs()),
            (Direction::Both, Combine::Signed) => a + b,
        };
        self.signed.formula(response, depth)
    }
}

/// Which of the two responses counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::filters) enum Direction {
    /// Both, combined.
    Both,
    /// The first alone: `a`.
    X,
    /// The second alone: `b`.
    Y,
}

/// How two responses become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::filters) enum Combine {
    /// |a| + |b|
    Sum,
    /// √(a² + b²)
    Magnitude,
    /// max(|a|, |b|)
    Max,
    /// a + b: edges of opposite direction cancel out.
    Signed,
}

pub(in crate::filters) const DIRECTION: Parameter = Parameter {
    name: "direction",
    default: "both",
    values: Values::Choice(&["both", "x", "y"]),
    help: "which mask responds: x (the first), y (the second), or both combined",
};

pub(in crate::filters) const COMBINE: Parameter = Parameter {
    name: "combine",
    default: "sum",
    values: Values::Choice(&["sum", "magnitude", "max", "signed"]),
    help: "how both responses become one: sum |a|+|b|, magnitude √(a²+b²), max of |a| and |b|, signed a+b",
};

/// The two responses of an edge filter at each place of a row. Mark all methods `#[inline(always)]`.
pub(in crate::filters) trait Masks<T: Pixel>: Sized {
    /// The first mask's response.
    fn a(&self, i: usize) -> T::Accumulator;
    /// The second mask's response.
    fn b(&self, i: usize) -> T::Accumulator;
    /// The first mask's responses from place `i` on, if the numbers are of 8 bits.
    fn a_words<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<Words<R>>;
    /// The second mask's.
    fn b_words<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<Words<R>>;
    /// |a| + |b|
    #[inline(always)]
    fn sum_words<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        Some(self.a_words(byte_vectors, i)?.abs().add(self.b_words(byte_vectors, i)?.abs()))
    }
    /// √(a² + b²)
    #[inline(always)]
    fn magnitude_words<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        Some(self.a_words(byte_vectors, i)?.magnitude::<false>(self.b_words(byte_vectors, i)?))
    }
    /// |a| + |b|
    #[inline(always)]
    fn sum(&self, i: usize) -> T::Accumulator {
        self.a(i).abs() + self.b(i).abs()
    }
    /// The responses at these places only.
    fn part(&self, places: Range<usize>) -> Self;
    /// The lowest row that is read.
    fn newest(&self) -> &[T];
}

/// The three choices of an edge filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::filters) struct Choices {
    pub(in crate::filters) direction: Direction,
    pub(in crate::filters) combine: Combine,
    pub(in crate::filters) signed: Signed,
}

impl Choices {
    pub(in crate::filters) fn from_arguments(arguments: &Arguments) -> Result<Self, Error> {
        let direction = match arguments.text("direction") {
            "x" => Direction::X,
            "y" => Direction::Y,
            _ => Direction::Both,
        };
        if direction != Direction::Both {
            arguments.refuse(&["combine"], &format!("direction={}", arguments.text("direction")))?;
        }
        let combine = match arguments.text("combine") {
            "magnitude" => Combine::Magnitude,
            "max" => Combine::Max,
            "signed" => Combine::Signed,
            _ => Combine::Sum,
        };
        Ok(Self { direction, combine, signed: Signed::from_arguments(arguments) })
    }

    /// Stores the combined responses: a loop for each choice.
    #[inline(always)]
    pub(in crate::filters) fn store<T: Pixel>(self, rows: Rows<T>, out: &mut [T], masks: impl Masks<T>) {
        match (self.direction, self.combine) {
            (Direction::X, _) => self.signed.store(rows, out, Combined::<_, X>(masks)),
            (Direction::Y, _) => self.signed.store(rows, out, Combined::<_, Y>(masks)),
            (Direction::Both, Combine::Sum) => self.signed.store(rows, out, Combined::<_, SUM>(masks)),
            (Direction::Both, Combine::Magnitude) => self.signed.store(rows, out, Combined::<_, MAGNITUDE>(masks)),
            (Direction::Both, Combine::Max) => self.signed.store(rows, out, Combined::<_, MAX>(masks)),
            (Direction::Both, Combine::Signed) => self.signed.store(rows, out, Combined::<_, SIGNED_SUM>(masks)),
        }
    }
}

const X: u8 = 0;
const Y: u8 = 1;
const SUM: u8 = 2;
const MAGNITUDE: u8 = 3;
const MAX: u8 = 4;
const SIGNED_SUM: u8 = 5;

/// Both masks' responses, combined.
struct Combined<M, const CHOICE: u8>(M);

impl<T: Pixel, M: Masks<T>, const CHOICE: u8> Response<T> for Combined<M, CHOICE> {
    const IS_SIGNED: bool = matches!(CHOICE, X | Y | SIGNED_SUM);

    #[inline(always)]
    fn at(&self, i: usize) -> T::Accumulator {
        match CHOICE {
            X => self.0.a(i),
            Y => self.0.b(i),
            SUM => self.0.sum(i),
            MAGNITUDE => T::magnitude(self.0.a(i), self.0.b(i)),
            MAX => greater(self.0.a(i).abs(), self.0.b(i).abs()),
            _ => self.0.a(i) + self.0.b(i),
        }
    }

    #[inline(always)]
    fn words<R: Register>(&self, byte_vectors: ByteVectors<R>, i: usize) -> Option<Words<R>> {
        let masks = &self.0;
        Some(match CHOICE {
            X => masks.a_words(byte_vectors, i)?,
            Y => masks.b_words(byte_vectors, i)?,
            SUM => masks.sum_words(byte_vectors, i)?,
            MAGNITUDE => masks.magnitude_words(byte_vectors, i)?,
            MAX => masks.a_words(byte_vectors, i)?.abs().greater(masks.b_words(byte_vectors, i)?.abs()),
            _ => masks.a_words(byte_vectors, i)?.add(masks.b_words(byte_vectors, i)?),
        })
    }

    #[inline(always)]
    fn part(&self, places: Range<usize>) -> Self {
        Self(self.0.part(places))
    }

    #[inline(always)]
    fn newest(&self) -> &[T] {
        self.0.newest()
    }
}
