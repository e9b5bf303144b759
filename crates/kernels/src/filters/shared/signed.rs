use glassbox_simd::{ByteVectors, Register, Words};

use super::parameters::{Arguments, Parameter, Values};
use super::response::{Finish, Response, store};
use crate::Pixel;
use crate::numbers::Accumulator;
use crate::operator::{Depth, Rows};

impl Signed {
    /// What a response becomes, for one number.
    pub(in crate::filters) fn formula(self, response: f64, depth: Depth) -> f64 {
        match self {
            Signed::Absolute => response.abs(),
            Signed::Offset => response + depth.half,
            Signed::Clamp => response,
        }
    }
}

/// What a negative response becomes. Pictures of whole numbers have no negative ones; those of `f32` have, and `Clamp`
/// keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::filters) enum Signed {
    /// |r|
    Absolute,
    /// r + half of the range: 128, 32768 or 0.5
    Offset,
    /// r, which storing saturates: 0 if it is negative
    Clamp,
}

const HELP: &str = "what a negative response becomes: absolute (its size), offset (half the range is added to every \
                    response), clamp (0; pictures of floating-point numbers keep it)";
const NAMES: Values = Values::Choice(&["absolute", "offset", "clamp"]);

/// `signed` of the edge filters.
pub(in crate::filters) const SIGNED_EDGES: Parameter =
    Parameter { name: "signed", default: "absolute", values: NAMES, help: HELP };

/// `signed` of all others.
pub(in crate::filters) const SIGNED: Parameter =
    Parameter { name: "signed", default: "clamp", values: NAMES, help: HELP };

impl Signed {
    pub(in crate::filters) fn from_arguments(arguments: &Arguments) -> Self {
        match arguments.text("signed") {
            "absolute" => Signed::Absolute,
            "offset" => Signed::Offset,
            _ => Signed::Clamp,
        }
    }

    /// Stores the response at each place: a loop for each choice.
    #[inline(always)]
    pub(in crate::filters) fn store<T: Pixel, R: Response<T>>(self, rows: Rows<T>, out: &mut [T], response: R) {
        match self {
            Signed::Absolute if R::IS_SIGNED => store::<T, Absolute>(rows, out, response),
            Signed::Offset => store::<T, Offset>(rows, out, response),
            _ => store::<T, Clamp>(rows, out, response),
        }
    }
}

struct Absolute;
struct Offset;
struct Clamp;

impl<T: Pixel> Finish<T> for Absolute {
    #[inline(always)]
    fn number(response: T::Accumulator) -> T::Accumulator {
        response.abs()
    }

    #[inline(always)]
    fn words<R: Register>(_: ByteVectors<R>, responses: Words<R>) -> Words<R> {
        responses.abs()
    }
}

impl<T: Pixel> Finish<T> for Offset {
    #[inline(always)]
    fn number(response: T::Accumulator) -> T::Accumulator {
        response + T::HALF
    }

    #[inline(always)]
    fn words<R: Register>(byte_vectors: ByteVectors<R>, responses: Words<R>) -> Words<R> {
        responses.add(byte_vectors.splat_words(128))
    }
}

/// Nothing to do: storing saturates.
impl<T: Pixel> Finish<T> for Clamp {
    #[inline(always)]
    fn number(response: T::Accumulator) -> T::Accumulator {
        response
    }

    #[inline(always)]
    fn words<R: Register>(_: ByteVectors<R>, responses: Words<R>) -> Words<R> {
        responses
    }
}
