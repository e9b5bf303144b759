//! Image kernels: pictures in, pictures out.
//!
//! An operator is a [`Window`] and a function from the window's few rows to one row; the [`Engine`] does everything else, once
//! for all: borders, threads, strips, element types, vector instructions. [`filters`] holds the operators and their
//! registry.

mod band;
mod border;
mod engine;
mod error;
mod filter;
pub mod filters;
mod measure;
mod median;
mod pixel;
mod resample;
pub mod simd;

pub use border::Border;
pub use engine::{Engine, output_shape};
pub use error::Error;
pub use filter::{Filter, Kernel, Operator, Rows, Window};
pub use measure::{mean, percentile, psnr};
pub use pixel::{Pixel, Wide};
pub use resample::resample;
