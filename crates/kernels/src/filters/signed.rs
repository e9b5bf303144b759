use super::parameters::{Arguments, Parameter, Values};
use super::response::{Response, store};
use crate::Pixel;
use crate::filter::Rows;
use crate::simd::Words;
use crate::wide::Wide;

/// What a negative response becomes in a picture, which has no negative numbers.
///
/// `f32` has: there `Clamp` keeps the response as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signed {
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
pub(super) const SIGNED_EDGES: Parameter = Parameter { name: "signed", default: "absolute", values: NAMES, help: HELP };

/// `signed` of all others.
pub(super) const SIGNED: Parameter = Parameter { name: "signed", default: "clamp", values: NAMES, help: HELP };

impl Signed {
    pub(super) fn from_arguments(arguments: &Arguments) -> Self {
        match arguments.text("signed") {
            "absolute" => Signed::Absolute,
            "offset" => Signed::Offset,
            _ => Signed::Clamp,
        }
    }

    /// Stores what each place responds with in `out`: a loop for each choice.
    #[inline(always)]
    pub(super) fn store<T: Pixel, R: Response<T>>(self, rows: Rows<T>, out: &mut [T], response: R) {
        match self {
            Signed::Absolute if R::IS_SIGNED => store(rows, out, response, |r| r.abs(), |_, r| r.abs()),
            Signed::Offset => store(rows, out, response, |r| r + T::HALF, |lanes, r| r.add(Words::splat(lanes, 128))),
            _ => store(rows, out, response, |r| r, |_, r| r),
        }
    }
}
