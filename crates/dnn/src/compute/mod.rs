//! The loops that take the time: matrix products, convolutions, and lists of the numbers that are not zero.

pub(crate) mod conv;
pub(crate) mod float_vectors;
pub(crate) mod gemm;
pub(crate) mod sparse;
pub(crate) mod window;
