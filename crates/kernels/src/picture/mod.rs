//! Pictures as a whole: measures and resampling.

mod measure;
mod resample;

pub use measure::{deviation, entropy, immerkaer, mean, percentile, psnr};
pub use resample::resample;
