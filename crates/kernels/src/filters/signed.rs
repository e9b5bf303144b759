use super::parameters::{Arguments, Parameter, Values};
use crate::Pixel;
use crate::pixel::Wide;

/// What a negative response becomes in a picture, which has no negative numbers.
///
/// `f32` has: there `Clamp` keeps the response as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
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

    /// What is added to a response, its size having been taken or not.
    #[inline(always)]
    pub(super) fn offset<T: Pixel>(self) -> T::Wide {
        if self == Signed::Offset { T::HALF } else { T::Wide::whole(0) }
    }

    /// Stores `response(i)` in `out[i]`.
    #[inline(always)]
    pub(super) fn store<T: Pixel>(self, out: &mut [T], response: impl Fn(usize) -> T::Wide) {
        let offset = self.offset::<T>();
        if self == Signed::Absolute {
            out.iter_mut().enumerate().for_each(|(i, out)| *out = T::store(response(i).abs()));
        } else {
            out.iter_mut().enumerate().for_each(|(i, out)| *out = T::store(response(i) + offset));
        }
    }
}
