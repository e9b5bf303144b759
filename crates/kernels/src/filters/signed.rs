use super::parameters::{Arguments, Parameter, Values};
use crate::Pixel;
use crate::pixel::{Wide, greater};

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

    /// Stores what each place responds with in `out`.
    #[inline(always)]
    pub(super) fn store<T: Pixel>(self, out: &mut [T], response: impl Response<T>) {
        // |r| is the greater of r and −r, and r itself is the greater of r and r: one loop for all three.
        let turned = T::Wide::whole(if self == Signed::Absolute { -1 } else { 1 });
        let offset = if self == Signed::Offset { T::HALF } else { T::Wide::whole(0) };
        for (i, out) in out.iter_mut().enumerate() {
            let r = response.at(i);
            *out = T::store(greater(r, r * turned) + offset);
        }
    }
}

/// What a kernel answers at each place of a row. A trait and not a closure, because a closure cannot be told to be inlined,
/// and what is not inlined is not vectorised.
pub(super) trait Response<T: Pixel> {
    /// The response at place `i`; mark it `#[inline(always)]`.
    fn at(&self, i: usize) -> T::Wide;
}
