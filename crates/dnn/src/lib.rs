//! Neural networks that you can see through.
//!
//! The article names seven parts of a net. Here is each:
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
//! Forward propagation changes nodes, backward propagation changes weights. Where each is computed:
//!
//! | the article | item | file in `src/` |
//! |---|---|---|
//! | initialisation, weights in ±0.5 | [`initialise_uniform`], [`initialise_numpy`] | `net/init.rs` |
//! | one-hot labels | [`losses::one_hot`] | `losses/mod.rs` |
//! | forward propagation, `W·x + b` | [`Net::forward`], [`layers::Dense`] | `run/propagation.rs`, `layers/dense.rs` |
//! | the sigmoid σ and σ′ | [`layers::activations::Sigmoid`]: `value`, `slope` | `layers/activations/squashing.rs` |
//! | squared error and its gradient `(2/n)·(o − l)` | [`losses::MeanSquaredError`] | `losses/mean_squared_error.rs` |
//! | chain rule for any net | [`Net::gradient`] | `run/propagation.rs` |
//! | chain rule for one weight, factor by factor | [`explain`] | `explain/` |
//! | chain rule through one layer | [`Plain`](layers::Plain), [`Layer`](layers::Layer) | `layers/`: `dense.rs` |
//! | the script's loop, a sample at a time | [`Online`]: `forward`, `backward` | `online/mod.rs` |
//! | output delta, by formula or as in the code | [`Rule`]; `output_delta` | `online/dense_sigmoid.rs` |
//! | hidden delta `(Wᵀ·δ)·σ′` | `backpropagate` | `online/dense_sigmoid.rs` |
//! | update `w −= rate·δ·x` | `update` | `online/dense_sigmoid.rs` |
//! | "confidence": hits by argmax | [`argmax`], [`evaluate`] | `run/evaluate.rs` |
//! | other activations | [`layers::activations`] | `layers/activations/` |
//! | other losses | [`losses`] | `losses/` |
//! | gradient descent in batches | [`Trainer`], [`Schedule`] | `training/` |
//! | Adam, momentum, RMSprop and others | [`optimisers::Optimiser`] | `optimisers/adam.rs` and its neighbours |
//! | convolution with learned masks | [`layers::Conv`] | `layers/convolution/conv.rs` |
//! | convolution with given kernels | [`layers::FixedFilter`] | `layers/convolution/fixed_filter.rs` |
//! | max pooling, forward and backward | `max-pool`: `Max` | `layers/pooling/max_pool.rs` |
//! | average pooling and others | `avg-pool`: `Mean` | `layers/pooling/` |
//! | U-Net's skip: copy and crop | [`layers::Concat`] | `layers/skip/concat.rs` |
//! | U-Net's way up | [`layers::Up`], [`layers::ConvTranspose`] | `layers/up.rs`, `layers/convolution/` |
//! | Fourier and Taylor features | [`layers::Fourier`], [`layers::Taylor`] | `layers/fourier.rs`, `layers/taylor.rs` |
//! | a drawn digit made like MNIST's | [`prepare`] | `data/digit/` |
//!
//! The rooms, each of which needs only those before it: `compute` (matrix products, convolutions), [`layers`],
//! [`losses`] and [`optimisers`], `net`, `data`, `run` (a whole net forward and backward), `online` and `training`,
//! `export`.

mod compute;
mod data;
mod error;
pub mod explain;
mod export;
pub mod generate;
pub mod layers;
pub mod losses;
mod model;
mod net;
mod online;
pub mod onnx;
pub mod optimisers;
mod pass;
mod real;
pub mod restore;
mod run;
mod shape;
pub mod tasks;
pub mod training;

pub use data::{Augment, Dataset, Draws, PrepareError, Prepared, features, plain, prepare, shuffled, spread};
pub use error::Error;
pub use export::Example;
pub use model::{
    About, AnyNet, Drawing, LayerSummary, Model, Outline, ParameterSummary, Prepare, Purpose, Restoration, Sides,
    Stored, built_in,
};
pub use net::{ARTICLE, Init, Net, Parameter, initialise, initialise_numpy, initialise_uniform};
pub use online::{Online, Rule, SparseSamples};
pub use pass::{Backward, Forward, Memory, Pass, Phase, Scratch};
pub use real::Real;
pub use run::{Evaluation, Gradients, Loops, Progress, Trace, Workspace, argmax, evaluate};
pub use shape::Shape;
pub use training::{Preset, Recipe, Schedule, Trainer, preset, presets};
