//! What a pixel is: element types, the numbers that sums are made in, and alpha.

mod accumulator;
mod alpha;
mod bytes;
mod floats;
mod pixel;
mod words;

pub use accumulator::Accumulator;
pub(crate) use accumulator::{greater, nearest, smaller};
pub(crate) use alpha::{alpha, is_faint, visibility};
pub use pixel::Pixel;
