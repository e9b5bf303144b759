//! Image kernels: pictures in, pictures out.
//!
//! An operator is a [`Window`] and a function from the few rows of the window to one row. The [`Engine`] does the rest
//! for every operator: borders, threads, strips, element types, vector instructions. [`filters`] holds the operators
//! and their registry.

mod engine;
mod error;
pub mod filters;
mod median;
mod numbers;
mod operator;
mod picture;

pub use engine::{Engine, first_not_by_rows, output_shape};
pub use error::Error;
pub use numbers::{Accumulator, Pixel};
pub use operator::{
    Analysis, Border, Depth, Filter, Formula, Kernel, MultiPassOperator, Neighbourhood, Operator, Picture,
    PictureOperator, Reduce, RegionGrid, RegionOperator, Rows, Term, Window,
};
pub use picture::{deviation, entropy, immerkaer, mean, percentile, psnr, resample};
