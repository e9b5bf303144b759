//! What pictures are like, in numbers.

mod pooling_contrast;
mod texture;

pub use pooling_contrast::PoolingContrast;
pub use texture::{Texture, histogram};
