//! What the edge filters share: two responses, one for each direction, and what is made of them.

use super::parameters::{Arguments, Parameter, Values};
use super::signed::Signed;
use crate::Pixel;
use crate::pixel::{Wide, greater};

/// Which of the two responses is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both, combined.
    Both,
    /// The first alone: `a`.
    X,
    /// The second alone: `b`.
    Y,
}

/// What is made of the two responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// |a| + |b|
    Sum,
    /// √(a² + b²)
    Magnitude,
    /// max(|a|, |b|)
    Max,
    /// a + b: edges of opposite direction cancel out.
    Signed,
}

pub(super) const DIRECTION: Parameter = Parameter {
    name: "direction",
    default: "both",
    values: Values::Choice(&["both", "x", "y"]),
    help: "which response is wanted: x (the first mask), y (the second), or both combined",
};

pub(super) const COMBINE: Parameter = Parameter {
    name: "combine",
    default: "sum",
    values: Values::Choice(&["sum", "magnitude", "max", "signed"]),
    help: "what is made of both responses: sum |a|+|b|, magnitude √(a²+b²), max of |a| and |b|, signed a+b",
};

/// The three choices of an edge filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) direction: Direction,
    pub(super) combine: Combine,
    pub(super) signed: Signed,
}

impl Response {
    pub(super) fn from_arguments(arguments: &Arguments) -> Self {
        let direction = match arguments.text("direction") {
            "x" => Direction::X,
            "y" => Direction::Y,
            _ => Direction::Both,
        };
        let combine = match arguments.text("combine") {
            "magnitude" => Combine::Magnitude,
            "max" => Combine::Max,
            "signed" => Combine::Signed,
            _ => Combine::Sum,
        };
        Self { direction, combine, signed: Signed::from_arguments(arguments) }
    }

    /// Stores what is made of `a(i)` and `b(i)` in `out[i]`: one plain loop for each choice.
    #[inline(always)]
    pub(super) fn store<T: Pixel>(self, out: &mut [T], a: impl Fn(usize) -> T::Wide, b: impl Fn(usize) -> T::Wide) {
        // A response that cannot be negative needs no size taken.
        let unsigned = if self.signed == Signed::Offset { Signed::Offset } else { Signed::Clamp };
        match (self.direction, self.combine) {
            (Direction::X, _) => self.signed.store(out, a),
            (Direction::Y, _) => self.signed.store(out, b),
            (Direction::Both, Combine::Signed) => self.signed.store(out, |i| a(i) + b(i)),
            (Direction::Both, Combine::Sum) => unsigned.store(out, |i| a(i).abs() + b(i).abs()),
            (Direction::Both, Combine::Max) => unsigned.store(out, |i| greater(a(i).abs(), b(i).abs())),
            (Direction::Both, Combine::Magnitude) => unsigned.store(out, |i| T::magnitude(a(i), b(i))),
        }
    }
}
