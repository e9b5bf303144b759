//! Labelled pictures: checked, shuffled, changed at random, and prepared as MNIST was.

mod augment;
mod dataset;
mod digit;
mod shuffle;

pub use augment::Augment;
pub(crate) use augment::Augmenter;
pub use dataset::Pictures;
pub(crate) use dataset::{Features, fits, shape_of};
pub use digit::{PrepareError, prepare};
pub use shuffle::shuffled;
