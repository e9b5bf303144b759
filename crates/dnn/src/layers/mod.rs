//! Layers: one file each, forward and backward side by side, and one line in registry.rs.

pub mod activations;
mod arguments;
mod convolution;
mod dense;
mod dropout;
mod flatten;
mod fourier;
mod norm;
mod pooling;
mod registry;
mod skip;
mod sums;
mod taylor;
mod up;
mod window;

pub use crate::compute::window::Window;
pub use activations::{Softmax, sigmoid, tanh};
pub use arguments::Arguments;
pub(crate) use arguments::Mark;
pub use convolution::{Conv, ConvTranspose, FixedFilter};
pub use dense::Dense;
pub use dropout::Dropout;
pub use flatten::Flatten;
pub use fourier::Fourier;
pub use fourier::waves;
pub use norm::BatchNorm;
pub use pooling::{AdaptivePool, GlobalPool};
pub use registry::ENTRIES;
pub(crate) use registry::layer;
pub use skip::{Add, Concat};
pub use taylor::Taylor;
pub use taylor::powers;
pub use up::Up;

use glassbox_tensor::Tensor;

use crate::onnx::Onnx;
use crate::pass::{Backward, Forward, Memory, Pass};
use crate::{Error, Real, Shape};

/// What the registry knows of a kind of layer.
#[derive(Debug)]
pub struct Entry {
    /// The word that begins it in the model language.
    pub name: &'static str,
    /// How it is written in the model language.
    pub usage: &'static str,
    /// One line for lists and help.
    pub summary: &'static str,
    /// What it computes.
    pub formula: &'static str,
    /// Whether it is an activation: a number in, a number out.
    pub is_activation: bool,
}

/// A parameter that a layer needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name in model files: `weight`, `bias`, …
    pub name: &'static str,
    /// Its shape.
    pub shape: Vec<usize>,
    /// What it holds to begin with.
    pub start: Start,
    /// Whether it is trained; if not, it is kept with the model only.
    pub trained: bool,
}

impl Parameter {
    /// Trained weights, drawn at random to begin with; of so many inputs each, which lead to so many outputs.
    pub fn weight(shape: &[usize], fan_in: usize, fan_out: usize) -> Self {
        Self { name: "weight", shape: shape.to_vec(), start: Start::Random { fan_in, fan_out }, trained: true }
    }

    /// Trained numbers that are all the same to begin with.
    pub fn constant(name: &'static str, shape: &[usize], value: f64) -> Self {
        Self { name, shape: shape.to_vec(), start: Start::Value(value), trained: true }
    }
}

/// What a parameter holds to begin with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// Random numbers, as the initialisation says.
    Random {
        /// Numbers that each output is a sum of.
        fan_in: usize,
        /// Outputs that each input has a part in.
        fan_out: usize,
    },
    /// The same number everywhere.
    Value(f64),
}

/// A step of a net: a function of a sample and of parameters, with its derivatives. The numbers of the parameters are not here but in the
/// [`Net`](crate::Net).
pub trait Layer<T: Real>: std::fmt::Debug + Send + Sync {
    /// Its kind.
    fn entry(&self) -> &'static Entry;

    /// The layer as the model language writes it: `dense 20`.
    fn text(&self) -> String {
        self.entry().name.into()
    }

    /// The shape of a sample that comes out.
    fn output(&self) -> Shape;

    /// The parameters that it needs, `weight` before `bias`; none by default.
    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }

    /// The node besides the one before that it sees: 0 is the net's input, `i + 1` the output of layer `i`.
    fn skip_from(&self) -> Option<usize> {
        None
    }

    /// Whether it is as well off if a batch comes in parts: not if samples see each other, nor if it is faster with more of them.
    fn takes_parts(&self) -> bool {
        true
    }

    /// Whether it looks at what it gave when it goes backward: if not, the next layer may write over it.
    fn needs_output(&self) -> bool {
        true
    }

    /// Itself as a layer that writes over what comes in, if it goes backward knowing what it gave alone.
    fn in_place(&self) -> Option<&dyn InPlace<T>> {
        None
    }

    /// Multiplications a sample, forward.
    fn multiplications(&self) -> u64 {
        0
    }

    /// The layer's answer.
    fn forward(&self, pass: Forward<'_, T>);

    /// The chain rule through this layer: from ∂E/∂output to ∂E/∂input and ∂E/∂parameters.
    fn backward(&self, pass: Backward<'_, T>);

    /// The layer in ordinary loops; none if `forward` and `backward` are already written that way.
    fn plain(&self) -> Option<&dyn Plain<T>> {
        None
    }

    /// Itself as ONNX operators between `inputs` (the node before and, of layers that see a second one, that) and the value whose name is given
    /// back; none if ONNX cannot say it.
    fn onnx(&self, _graph: &mut Onnx<T>, _inputs: [&str; 2], _parameters: &[Tensor<T>]) -> Option<String> {
        None
    }

    /// What is learned by looking instead of by descent, from what the last training pass left in the memory. Layers that take parts are not asked.
    fn observe(&self, _parameters: &mut [Tensor<T>], _memory: &Memory<T>) {}
}

/// A layer's formula in ordinary loops: the place to read what a layer computes, and what its fast loops are compared with.
///
/// It gives what [`Layer::forward`] and [`Layer::backward`] give, but for rounding. It leaves the memory alone, and
/// every gradient must have its room.
pub trait Plain<T: Real> {
    /// From the input to the output.
    fn plain_forward(&self, pass: Forward<'_, T>);

    /// From ∂E/∂output to ∂E/∂input and ∂E/∂parameters.
    fn plain_backward(&self, pass: Backward<'_, T>);
}

/// A layer without parameters that gives as many numbers as come in and writes over them: nothing need be kept of those, and what is written is in the
/// cache. It says the same as the layer's `forward` and `backward`, which are asked where somebody else still needs what comes in.
pub trait InPlace<T: Real> {
    /// From the layer's input to its output.
    fn forward_in_place(&self, pass: Pass, numbers: &mut [T]);

    /// From ∂E/∂output to ∂E/∂input.
    fn backward_in_place(&self, pass: Pass, output: &[T], gradient: &mut [T]);
}

/// A kind of layer: how it is called and read.
pub trait Kind: Sized {
    /// What the registry knows of it.
    const ENTRY: Entry;

    /// Reads it from the words behind its name.
    ///
    /// # Errors
    /// If they are not what the layer takes, or the layer cannot stand behind such an input.
    fn parse(arguments: &mut Arguments) -> Result<Self, Error>;
}
