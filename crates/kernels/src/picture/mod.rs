//! Pictures as a whole: measures and resampling.

mod measure;
mod noise_level;
mod pooling_contrast;
mod resample;
mod similarity;
mod texture;

pub use measure::{deviation, entropy, immerkaer, mean, percentile, psnr};
pub use noise_level::noise_level;
pub use pooling_contrast::PoolingContrast;
pub use resample::resample;
pub use similarity::ssim;
pub use texture::{Texture, add_to_histogram, histogram};
