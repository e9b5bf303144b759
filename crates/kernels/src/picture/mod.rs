//! Pictures as a whole: measures and resampling.

mod measure;
mod pooling_contrast;
mod resample;
mod texture;

pub use measure::{deviation, entropy, immerkaer, mean, percentile, psnr};
pub use pooling_contrast::PoolingContrast;
pub use resample::resample;
pub use texture::{Texture, add_to_histogram, histogram};
