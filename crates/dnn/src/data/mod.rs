//! Labelled pictures: checked, shuffled, changed at random, and prepared as MNIST was.

mod augment;
mod dataset;
mod digit;
mod features;
mod shuffle;

pub use augment::Augment;
pub(crate) use augment::Augmenter;
pub use dataset::Dataset;
pub(crate) use dataset::{fits, shape_of};
pub use digit::{PrepareError, Prepared, prepare};
pub use features::features;
pub(crate) use features::{Features, feature};
pub use shuffle::shuffled;
