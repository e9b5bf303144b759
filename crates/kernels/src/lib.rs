//! Image kernels: pictures in, pictures out.
//!
//! An operator is a formula for one number, a [`Window`], and a fast function from the rows of the window to one row of
//! the output. The [`Engine`] does the rest for every operator: borders, threads, strips, element types, vector
//! instructions. [`filters`] holds the operators and their registry. Each file there begins with its formula, and
//! [`Filter::formula`] says how any number of an output was made.
//!
//! The items of the article about kernels, in src/filters/:
//!
//! | In the article | File: item |
//! |---|---|
//! | a mask slides over a picture | convolve.rs: `formula`; [`Neighbourhood::correlate`] |
//! | the matrix turned half round | convolve.rs: `FLIP` |
//! | sharpen | sharpen.rs: `MASK` |
//! | Roberts' cross | roberts.rs: `A`, `B` |
//! | Sobel's edges | sobel.rs: `A`, `B` |
//! | both directions as one number | shared/edges.rs: `Choices::formula` |
//! | emboss, shadows | emboss.rs: `shadow`, `light` |
//! | blur, Gaussian blur | blur.rs: `formula`; gaussian.rs: `mask` |
//! | median | median.rs: `formula`; which method runs: src/median/mod.rs |
//! | erosion, dilation | erode.rs, dilate.rs: `formula` |
//! | max pooling, average pooling | pooling/max.rs, pooling/avg.rs: `formula` |
//! | all other pooling | pooling/: a file each, `formula` |
//! | GIMP's Convolution Matrix | shared/gimp.rs: `formula` |
//! | noise | noise.rs: `formula`; how much: [`noise_level`], [`entropy`] |
//! | bilateral filter | bilateral.rs: `formula` |
//! | how alike two pictures are | [`psnr`], [`ssim`] |
//! | upscaling | src/picture/resample.rs: [`resample`] |

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
pub use picture::{
    PoolingContrast, Texture, add_to_histogram, deviation, entropy, histogram, immerkaer, mean, noise_level,
    percentile, psnr, resample, ssim,
};
