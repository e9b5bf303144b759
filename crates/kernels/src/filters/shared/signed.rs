use super::parameters::{Arguments, Parameter, Values};
use super::response::{Finish, Response, store};
use crate::Pixel;
use crate::numbers::Accumulator;
use crate::operator::Rows;
use glassbox_simd::{ByteVectors, Register, Words};

/// What a negative response becomes in a picture, which has no negative numbers.
///
/// `f32` has: there `Clamp` keeps the response as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::filters) enum Signed {
    /// |r|
    Absolute,
    /// r + half of the range: 128, 32768 or 0.5
    Offset,
    /// 0
    Clamp,
}

const HELP: &str = "what a negative response becomes: absolute (its size), offset (half the range is added to every \
                    response), clamp (0)";
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

    /// Stores what each place responds with in `out`: a loop for each choice.
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
    fn words<R: Register>(lanes: ByteVectors<R>, responses: Words<R>) -> Words<R> {
        responses.add(lanes.splat_words(128))
    }
}

/// What is stored is brought between 0 and the greatest number anyway.
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
