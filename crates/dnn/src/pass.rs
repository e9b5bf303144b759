//! The arguments of a layer's forward and backward pass.

use glassbox_simd::{Aligned, Level};
use glassbox_tensor::Tensor;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::Real;

/// The purpose of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Training: dropout drops, batch normalisation measures this batch.
    Train,
    /// Prediction: the output for a sample does not depend on the rest of the batch.
    Predict,
}

/// The settings of a pass, the same for all layers.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// Samples that go through.
    pub samples: usize,
    /// The place of the first of them in the batch.
    pub first: usize,
    /// Whether they are the whole batch. If not, its other parts are worked on at the same time.
    pub whole: bool,
    /// Learning or answering.
    pub phase: Phase,
    /// The seed of all draws.
    pub seed: u64,
    /// Number of the step: each draws anew.
    pub step: u64,
    /// Position of the layer in the net.
    pub layer: usize,
    /// Instructions to use.
    pub level: Level,
}

impl Pass {
    /// A prediction pass of `samples` samples.
    pub fn predict(samples: usize) -> Self {
        Self { samples, first: 0, whole: true, phase: Phase::Predict, seed: 0, step: 0, layer: 0, level: Level::best() }
    }

    /// The pass of training step `step`.
    pub fn train(samples: usize, seed: u64, step: u64) -> Self {
        Self { phase: Phase::Train, seed, step, ..Self::predict(samples) }
    }

    /// A generator for this layer, step and sample: the same in every thread, forward and backward.
    pub fn generator(&self, sample: usize) -> ChaCha8Rng {
        // The halves of the stream's number keep layers and steps apart; samples begin 2³² draws from one another.
        let mut generator = ChaCha8Rng::seed_from_u64(self.seed ^ 0x6472_6f70_6f75_7421);
        generator.set_stream((self.layer as u64) << 40 | self.step);
        generator.set_word_pos(((self.first + sample) as u128) << 32);
        generator
    }
}

/// What a layer saves between passes. It grows in the first pass and stays.
#[derive(Debug, Default)]
pub struct Memory<T> {
    /// Numbers of the forward pass that the backward pass needs.
    pub saved: Aligned<T>,
    /// Indices that it needs: the argmax of a pooling.
    pub indices: Vec<u32>,
    /// Room for one pass. Other layers share it, so its contents are undefined.
    pub scratch: Scratch<T>,
}

/// Room that is needed within one pass of one layer.
#[derive(Debug, Default)]
pub struct Scratch<T> {
    /// Numbers.
    pub numbers: Aligned<T>,
    /// More of them, where two lists are needed.
    pub more: Aligned<T>,
    /// Indices.
    pub indices: Vec<u32>,
}

/// `numbers` as at least `length` numbers, their contents undefined.
pub(crate) fn room<T: Copy + Default>(numbers: &mut Vec<T>, length: usize) -> &mut [T] {
    if numbers.len() < length {
        numbers.resize(length, T::default());
    }
    &mut numbers[..length]
}

/// A forward pass through one layer: from `input` to `output`.
#[derive(Debug)]
pub struct Forward<'a, T: Real> {
    /// The settings of the pass.
    pub pass: Pass,
    /// `[samples, input]`.
    pub input: &'a [T],
    /// `[samples, skipped]`: the node that a skip connection leads from; empty for other layers.
    pub skipped: &'a [T],
    /// `[samples, output]`, to be written; what it holds is undefined.
    pub output: &'a mut [T],
    /// The layer's parameters.
    pub parameters: &'a [Tensor<T>],
    /// The layer's memory.
    pub memory: &'a mut Memory<T>,
}

/// A backward pass through one layer: from `gradient` to `input_gradient`, `skipped_gradient` and
/// `parameter_gradients`.
#[derive(Debug)]
pub struct Backward<'a, T: Real> {
    /// The settings of the pass.
    pub pass: Pass,
    /// `[samples, input]`, as in the forward pass.
    pub input: &'a [T],
    /// `[samples, skipped]`, as in the forward pass.
    pub skipped: &'a [T],
    /// `[samples, output]`, as in the forward pass; undefined if the layer needs no output.
    pub output: &'a [T],
    /// `[samples, output]`: ∂E/∂output.
    pub gradient: &'a [T],
    /// `[samples, input]`: ∂E/∂input, to be written; empty if not needed, as in the first layer.
    pub input_gradient: &'a mut [T],
    /// `[samples, skipped]`: ∂E/∂skipped, to be written; empty if not needed.
    pub skipped_gradient: &'a mut [T],
    /// The layer's parameters.
    pub parameters: &'a [Tensor<T>],
    /// ∂E/∂parameters, summed over the samples, to be written.
    pub parameter_gradients: &'a mut [Tensor<T>],
    /// The layer's memory, as the forward pass left it.
    pub memory: &'a mut Memory<T>,
}
