//! Neural networks that you can see through.
//!
//! The article names seven parts that every net is made of. Here is each:
//!
//! | the article's part | here |
//! |---|---|
//! | input nodes (features) | a row of the `input` matrix of [`Net::forward`]; a picture's pixels in [`Dataset`] |
//! | connection coefficients (parameters) | `weight` of [`layers::Dense`] |
//! | bias nodes | `bias` of [`layers::Dense`] |
//! | hidden layers | every [`Layer`](layers::Layer) of [`Net::layers`] but the last |
//! | activation function | [`layers::activations::Sigmoid`] |
//! | loss function | [`losses::MeanSquaredError`], [`losses::BinaryCrossEntropy`] |
//! | output nodes (predictions) | a row of what [`Net::forward`] returns; [`argmax`] names the class |
//!
//! Forward propagation changes nodes ([`Net::forward`]); backward propagation changes weights ([`Net::gradient`] says by how much,
//! [`Trainer`] does it in batches, [`Online`] one sample at a time, as the article does).

mod compute;
mod data;
mod error;
mod export;
pub mod layers;
pub mod losses;
mod net;
mod online;
pub mod onnx;
pub mod optimisers;
mod pass;
mod real;
mod run;
mod shape;
mod training;

pub use data::{Augment, Dataset, PrepareError, features, prepare, shuffled};
pub use error::Error;
pub use net::{ARTICLE, Init, Net, Parameter, initialise, initialise_numpy, initialise_uniform};
pub use online::{Online, Rule, SparseSamples};
pub use pass::{Backward, Forward, Memory, Pass, Phase, Scratch};
pub use real::Real;
pub use run::{Evaluation, Progress, Workspace, argmax, evaluate};
pub use shape::Shape;
pub use training::{Preset, Recipe, Schedule, Trainer, preset, presets};
