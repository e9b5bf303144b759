//! Image kernels: pictures in, pictures out.

pub mod simd;
