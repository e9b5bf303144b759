//! Convolutions with learned masks, their transpose, and fixed picture operators.

mod conv;
mod conv_transpose;
mod fixed_filter;

pub use conv::Conv;
pub use conv_transpose::ConvTranspose;
pub use fixed_filter::FixedFilter;
