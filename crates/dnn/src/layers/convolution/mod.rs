//! Convolutions: masks that are learned, the same the other way round, and masks that are given.

mod conv;
mod conv_transpose;
mod fixed_filter;

pub use conv::Conv;
pub use conv_transpose::ConvTranspose;
pub use fixed_filter::FixedFilter;
