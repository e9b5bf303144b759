//! Neural networks that you can see through.
//!
//! The article names seven parts that every net is made of. Here is each:
//!
//! | the article's part | here |
//! |---|---|
//! | input nodes (features) | a row of the `input` matrix of [`Net::forward`]; a picture's pixels in [`Pictures`] |
//! | connection coefficients (parameters) | `weight` of [`layers::Dense`] |
//! | bias nodes | `bias` of [`layers::Dense`] |
//! | hidden layers | every [`Layer`](layers::Layer) of [`Net::layers`] but the last |
//! | activation function | [`layers::activations::Sigmoid`] |
//! | loss function | [`losses::MeanSquaredError`], [`losses::BinaryCrossEntropy`] |
//! | output nodes (predictions) | a row of what [`Net::forward`] returns; [`argmax`] names the class |
//!
//! Forward propagation changes nodes ([`Net::forward`]); backward propagation changes weights ([`Net::gradient`] says by how much,
//! [`Trainer`] does it in batches, [`Online`] one sample at a time, as the article does).

mod augment;
mod convolution;
mod eights;
mod error;
mod evaluate;
mod export;
mod init;
pub mod layers;
pub mod losses;
mod model;
mod net;
mod nonzero;
mod online;
pub mod onnx;
pub mod optimisers;
mod order;
mod pass;
mod pictures;
mod prepare;
mod presets;
mod product;
mod real;
mod samples;
mod schedule;
mod section;
mod shape;
mod stage;
mod trainer;
pub mod training;
mod workspace;

pub use augment::Augment;
pub use error::Error;
pub use evaluate::{Evaluation, argmax, evaluate, features};
pub use init::{Init, initialise, initialise_numpy, initialise_uniform};
pub use model::{AnyNet, LayerSummary, Model, ParameterSummary, Stored};
pub use net::{ARTICLE, Net, Parameter};
pub use online::{Online, Progress, Rule};
pub use order::shuffled;
pub use pass::{Backward, Forward, Memory, Pass, Phase, Scratch};
pub use pictures::Pictures;
pub use prepare::{PrepareError, prepare};
pub use presets::{Preset, preset, presets};
pub use real::Real;
pub use samples::Samples;
pub use schedule::Schedule;
pub use shape::Shape;
pub use trainer::{Recipe, Trainer};
pub use workspace::Workspace;
