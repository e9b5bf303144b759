//! Labelled pictures: checked, shuffled, changed at random, and prepared as MNIST was.

mod augment;
mod dataset;
mod digit;
mod draws;
mod features;
mod noise;
mod plain;
mod shuffle;
mod spread;

pub use augment::Augment;
pub(crate) use augment::Augmenter;
pub use dataset::Dataset;
pub(crate) use dataset::{fits, shape_of};
pub use digit::{PrepareError, Prepared, prepare};
pub use draws::Draws;
pub use features::features;
pub(crate) use features::{Features, feature};
pub(crate) use noise::noise_like;
pub use plain::plain;
pub use shuffle::shuffled;
pub use spread::spread;
