//! Layers: one file each, and one line in registry.rs. Forward and backward stand side by side; where fast loops hide
//! the formula, it stands in front of them as [`Plain`] loops.

pub mod activations;
mod arguments;
mod blocks;
mod convolution;
mod dense;
mod dropout;
mod flatten;
mod fourier;
mod norm;
mod pooling;
mod registry;
mod relation;
mod skip;
mod sums;
mod taylor;
mod up;
mod window;

pub use crate::compute::window::Window;
pub use activations::{Softmax, sigmoid, tanh};
pub use arguments::Arguments;
pub(crate) use arguments::Mark;
pub use blocks::{DepthToSpace, SpaceToDepth};
pub use convolution::{Conv, ConvTranspose, FixedFilter};
pub use dense::Dense;
pub use dropout::Dropout;
pub use flatten::Flatten;
pub use fourier::Fourier;
pub use fourier::waves;
pub use norm::{BatchNorm, GroupNorm};
pub use pooling::{AdaptivePool, GlobalPool};
pub use registry::ENTRIES;
pub(crate) use registry::layer;
pub(crate) use relation::written;
pub use relation::{Language, Notation, Relation};
pub use skip::{Add, Concat};
pub use taylor::Taylor;
pub use taylor::powers;
pub use up::Up;

use glassbox_tensor::Tensor;

use crate::onnx::Onnx;
use crate::pass::{Backward, Forward, Memory, Pass};
use crate::{Error, Real, Shape};

/// A kind of layer in the registry.
#[derive(Debug)]
pub struct Entry {
    /// Its first word in the model language.
    pub name: &'static str,
    /// How it is written in the model language.
    pub usage: &'static str,
    /// One line for lists and help.
    pub summary: &'static str,
    /// The formula.
    pub formula: &'static str,
    /// Whether it is an activation: a number in, a number out.
    pub is_activation: bool,
}

/// A parameter of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name in model files: `weight`, `bias`, …
    pub name: &'static str,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its first value.
    pub start: Start,
    /// Whether it is trained; if not, it is only stored with the model.
    pub trained: bool,
}

impl Parameter {
    /// Trained weights, drawn at random to begin with: each output is a sum of `fan_in` numbers, each input is part of
    /// `fan_out` outputs.
    pub fn weight(shape: &[usize], fan_in: usize, fan_out: usize) -> Self {
        Self { name: "weight", shape: shape.to_vec(), start: Start::Random { fan_in, fan_out }, trained: true }
    }

    /// Trained numbers that are all the same to begin with.
    pub fn constant(name: &'static str, shape: &[usize], value: f64) -> Self {
        Self { name, shape: shape.to_vec(), start: Start::Value(value), trained: true }
    }
}

/// The first value of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// Random numbers of the initialisation.
    Random {
        /// Numbers that each output is a sum of.
        fan_in: usize,
        /// Outputs that each input is part of.
        fan_out: usize,
    },
    /// The same number everywhere.
    Value(f64),
}

/// A layer of a net: a function of a sample and of parameters, with its derivatives. The values of the parameters are
/// in the [`Net`](crate::Net).
pub trait Layer<T: Real>: std::fmt::Debug + Send + Sync {
    /// Its kind.
    fn entry(&self) -> &'static Entry;

    /// The layer as the model language writes it: `dense 20`.
    fn text(&self) -> String {
        self.entry().name.into()
    }

    /// The shape of an output sample.
    fn output(&self) -> Shape;

    /// The parameters that it needs, `weight` before `bias`; none by default.
    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }

    /// The second node that the layer reads: 0 is the input of the net, `i + 1` the output of layer `i`.
    fn skip_from(&self) -> Option<usize> {
        None
    }

    /// Whether a batch may come in parts. Not if samples depend on each other, or if more of them at once are faster.
    fn takes_parts(&self) -> bool {
        true
    }

    /// Whether the backward pass reads the output. If not, the next layer may overwrite it.
    fn needs_output(&self) -> bool {
        true
    }

    /// The layer as one that overwrites its input, if its backward pass needs only the output.
    fn in_place(&self) -> Option<&dyn InPlace<T>> {
        None
    }

    /// Multiplications a sample, forward.
    fn multiplications(&self) -> u64 {
        0
    }

    /// From the input to the output.
    fn forward(&self, pass: Forward<'_, T>);

    /// The chain rule through this layer: from ∂E/∂output to ∂E/∂input and ∂E/∂parameters.
    fn backward(&self, pass: Backward<'_, T>);

    /// The layer in ordinary loops; none if `forward` and `backward` are already written that way.
    fn plain(&self) -> Option<&dyn Plain<T>> {
        None
    }

    /// The layer as ONNX operators. `inputs` are the names of the node before and, for layers with a skip connection,
    /// of the second node; the result is the name of the output, or none if ONNX has no such operators.
    fn onnx(&self, _graph: &mut Onnx<T>, _inputs: [&str; 2], _parameters: &[Tensor<T>]) -> Option<String> {
        None
    }

    /// The layer as tables and spreadsheets can have it; none if they cannot. Only of a formula does the notation
    /// matter.
    fn relation(&self, _notation: Notation) -> Option<Relation> {
        None
    }

    /// Rows below and columns to the right that no window reaches, because the stride does not lead there.
    fn unreached(&self) -> [usize; 2] {
        [0; 2]
    }

    /// Updates parameters that are measured, not descended to (running means), from the memory of the last training
    /// pass. Not called for layers whose batch may come in parts.
    fn observe(&self, _parameters: &mut [Tensor<T>], _memory: &Memory<T>) {}
}

/// A layer's formula in ordinary loops: the place to read what a layer computes, and what its fast loops are compared
/// with.
///
/// It gives what [`Layer::forward`] and [`Layer::backward`] give, but for rounding. It leaves the memory alone, and
/// every gradient must have its room.
pub trait Plain<T: Real> {
    /// From the input to the output.
    fn plain_forward(&self, pass: Forward<'_, T>);

    /// From ∂E/∂output to ∂E/∂input and ∂E/∂parameters.
    fn plain_backward(&self, pass: Backward<'_, T>);
}

/// A layer without parameters that overwrites its input with as many numbers, which saves memory and stays in the
/// cache. It computes the same as `forward` and `backward`, which run where another layer still needs the input.
pub trait InPlace<T: Real> {
    /// From the layer's input to its output.
    fn forward_in_place(&self, pass: Pass, numbers: &mut [T]);

    /// From ∂E/∂output to ∂E/∂input.
    fn backward_in_place(&self, pass: Pass, output: &[T], gradient: &mut [T]);
}

/// A kind of layer: its entry in the registry, and how it is read.
pub trait Kind: Sized {
    /// Its entry in the registry.
    const ENTRY: Entry;

    /// Reads the layer from the words after its name.
    ///
    /// # Errors
    /// If the layer does not take these words or this input.
    fn parse(arguments: &mut Arguments) -> Result<Self, Error>;
}
