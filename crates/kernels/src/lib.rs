//! Image kernels: pictures in, pictures out.
//!
//! An operator is a [`Window`] and a function from the window's few rows to one row; the [`Engine`] does everything else, once
//! for all: borders, threads, strips, element types, vector instructions. [`filters`] holds the operators and their
//! registry.

mod band;
mod border;
mod chunks;
mod engine;
mod error;
mod filter;
pub mod filters;
mod gather;
mod measure;
mod median;
mod parts;
mod pixel;
mod resample;
mod sides;
mod steps;
mod stream;
mod study;
mod transparent;
mod wide;

pub use border::Border;
pub use engine::Engine;
pub use error::Error;
pub use filter::{Filter, Kernel, Operator, Rows, WholeOperator, Window};
pub use gather::{BinOperator, Bins};
pub use measure::{deviation, entropy, immerkaer, mean, percentile, psnr};
pub use parts::Reduce;
pub use pixel::Pixel;
pub use resample::resample;
pub use steps::{first_not_by_rows, output_shape};
pub use study::{Study, StudyOperator};
pub use wide::Wide;
