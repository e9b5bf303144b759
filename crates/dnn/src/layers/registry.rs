//! The registry: a kind of layer a line.

use std::any::{Any, TypeId};

use glassbox_kernels::filters::hint;
use glassbox_tensor::quoted;

use super::activations::{self, Pointwise, Softmax, Trained};
use super::pooling::{AvgPool, LpPool, MaxPool, MixedPool, StochasticPool};
use super::{
    AdaptivePool, Add, Arguments, BatchNorm, Concat, Conv, ConvTranspose, Dense, DepthToSpace, Dropout, Entry,
    FixedFilter, Flatten, Fourier, GlobalPool, GroupNorm, Kind, Layer, Mark, SpaceToDepth, Taylor, Up,
};
use crate::{Error, Real, Shape};

type Made<T> = Result<Box<dyn Layer<T>>, Error>;

/// Reads a layer from the words of the model language; `input` is the shape of an input sample.
///
/// The loops of all layers are compiled here, once for each type of number, and not in every crate that makes a net.
pub(crate) fn layer<T: Real>(words: &[&str], input: Shape, marks: &[Mark]) -> Made<T> {
    let made: Box<dyn Any> = if TypeId::of::<T>() == TypeId::of::<f32>() {
        Box::new(layer_f32(words, input, marks))
    } else {
        Box::new(layer_f64(words, input, marks))
    };
    *made.downcast().expect("numbers are f32 or f64")
}

#[inline(never)]
fn layer_f32(words: &[&str], input: Shape, marks: &[Mark]) -> Made<f32> {
    layer_of(words, input, marks)
}

#[inline(never)]
fn layer_f64(words: &[&str], input: Shape, marks: &[Mark]) -> Made<f64> {
    layer_of(words, input, marks)
}

fn read<T: Real, K: Kind + Layer<T> + 'static>(words: &[&str], input: Shape, marks: &[Mark]) -> Made<T> {
    let mut arguments = Arguments::new(&K::ENTRY, words, input, marks);
    let layer = K::parse(&mut arguments)?;
    arguments.finish()?;
    Ok(Box::new(layer))
}

/// The registry: a kind of layer a line.
macro_rules! registry {
    ($($kind:ty),* $(,)?) => {
        /// Every kind of layer, in the order of the help.
        pub static ENTRIES: &[&Entry] = &[$(&<$kind as Kind>::ENTRY),*];

        fn layer_of<T: Real>(words: &[&str], input: Shape, marks: &[Mark]) -> Made<T> {
            let (name, rest) = words.split_first().map_or(("", words), |(name, rest)| (*name, rest));
            $(if name == <$kind as Kind>::ENTRY.name {
                return read::<T, $kind>(rest, input, marks);
            })*
            let known: Vec<_> = ENTRIES.iter().map(|entry| entry.name).collect();
            Err(Error::Model(format!("unknown layer {}; {}", quoted(name), hint(name, &known))))
        }
    };
}

registry!(
    Dense,
    Conv,
    ConvTranspose,
    FixedFilter,
    MaxPool,
    AvgPool,
    LpPool,
    StochasticPool,
    MixedPool,
    GlobalPool,
    AdaptivePool,
    Up,
    SpaceToDepth,
    DepthToSpace,
    Concat,
    Add,
    BatchNorm,
    GroupNorm,
    Flatten,
    Softmax,
    Pointwise<activations::Sigmoid>,
    Pointwise<activations::Relu>,
    Pointwise<activations::Identity>,
    Pointwise<activations::Step>,
    Pointwise<activations::Tanh>,
    Pointwise<activations::Arctan>,
    Pointwise<activations::Softsign>,
    Pointwise<activations::Isru>,
    Pointwise<activations::HardSigmoid>,
    Pointwise<activations::LeakyRelu>,
    Trained<activations::Prelu, 1>,
    activations::Rrelu,
    Pointwise<activations::ThresholdedRelu>,
    Pointwise<activations::Elu>,
    Pointwise<activations::Selu>,
    Pointwise<activations::Celu>,
    Trained<activations::Srelu, 4>,
    Pointwise<activations::Isrlu>,
    activations::Apl,
    Pointwise<activations::Softplus>,
    Pointwise<activations::BentIdentity>,
    Pointwise<activations::Silu>,
    Pointwise<activations::HardSwish>,
    Pointwise<activations::Gelu>,
    Pointwise<activations::Mish>,
    Trained<activations::SoftExponential, 1>,
    Pointwise<activations::Sin>,
    Pointwise<activations::Sinc>,
    Pointwise<activations::Gaussian>,
    activations::LogSoftmax,
    activations::Maxout,
    Dropout,
    Fourier,
    Taylor,
);
