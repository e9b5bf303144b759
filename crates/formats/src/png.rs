//! PNG row by row: pictures larger than memory come in and go out in it, and all cores pack what goes out.

mod pack;
mod rows;
mod writer;

pub use self::rows::{MOST_ROW_BYTES, PngRows};
pub use self::writer::PngWriter;
