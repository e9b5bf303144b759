//! What a pixel is: element types, accumulators for sums, and alpha.

mod accumulator;
mod alpha;
mod bytes;
mod floats;
mod pixel;
mod words;

pub use accumulator::Accumulator;
pub(crate) use accumulator::{greater, smaller};
pub(crate) use alpha::{alpha, is_faint, visibility};
pub use pixel::Pixel;
pub(crate) use pixel::nearest;
