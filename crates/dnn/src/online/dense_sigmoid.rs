//! A dense layer and its sigmoid, in the form that the per-sample loop needs.

use glassbox_tensor::{Matrix, Tensor};

use super::active::{Active, Nodes};
use super::blocks::{Block, WIDE, each_block};
use crate::layers::sigmoid;
use crate::{Real, Rule};

/// A dense layer and its sigmoid.
///
/// The outputs are cut into blocks of [`WIDE`]; the last block may have 4 or 8 more. Outputs beyond the last have
/// weights of zero, which stay zero because their deltas do. The order of all sums is fixed.
#[derive(Debug)]
pub(crate) struct DenseSigmoid<T: Real> {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    blocks: Vec<Block<T, 0>>,
    last4: Option<Block<T, 4>>,
    last8: Option<Block<T, 8>>,
    bias: Vec<T>,
    /// σ(W·x + b).
    nodes: Vec<T>,
    /// 0, 1, 2, … up to the outputs.
    numbers: Vec<u32>,
    /// ∂E/∂(W·x + b).
    delta: Vec<T>,
}

impl<T: Real> DenseSigmoid<T> {
    /// Nodes from the inputs that are not zero.
    #[inline(always)]
    pub(crate) fn forward(&mut self, active: impl Active<T>) {
        each_block!(self, iter, block => block.forward(active, &self.bias, &mut self.nodes));
        for node in &mut self.nodes {
            *node = sigmoid(*node);
        }
    }

    /// The delta of the last layer, and the mean squared error of its nodes.
    ///
    /// Under [`Rule::Code`] `(2/n)·(o − l)`, under [`Rule::Formula`] that times σ′.
    #[inline(always)]
    pub(crate) fn output_delta(&mut self, label: usize, rule: Rule) -> T {
        let n = T::from_f64(self.outputs as f64);
        let scale = T::from_f64(2.0 / self.outputs as f64);
        let mut loss = T::zero();
        for (output, (&node, delta)) in self.nodes[..self.outputs].iter().zip(&mut self.delta).enumerate() {
            let error = if output == label { node - T::one() } else { node };
            loss += error * error;
            *delta = match rule {
                Rule::Code => scale * error,
                Rule::Formula => scale * error * (node * (T::one() - node)),
            };
        }
        loss / n
    }

    /// The delta of the layer below: `(Wᵀ·δ)·σ′`.
    #[inline(always)]
    pub(crate) fn backpropagate(&self, below: &mut DenseSigmoid<T>) {
        let DenseSigmoid { nodes, delta, outputs, .. } = below;
        let delta = &mut delta[..*outputs];
        for (input, delta) in delta.iter_mut().enumerate() {
            let mut sum = T::zero();
            each_block!(self, iter, block => sum += block.dot(input, &self.delta));
            *delta = sum;
        }
        for (&node, delta) in nodes.iter().zip(delta) {
            *delta *= node * (T::one() - node);
        }
    }

    /// `W −= rate·δ·xᵀ`, `b −= rate·δ`, for the inputs that are not zero.
    #[inline(always)]
    pub(crate) fn update(&mut self, active: impl Active<T>, rate: T) {
        for (bias, &delta) in self.bias.iter_mut().zip(&self.delta) {
            *bias += -rate * delta;
        }
        each_block!(self, iter_mut, block => block.update(active, &self.delta, rate));
    }
}

/// Making it from a dense layer, and back.
impl<T: Real> DenseSigmoid<T> {
    /// Copies the weight and the bias of a dense layer.
    pub(crate) fn new([weight, bias_of]: [&Tensor<T>; 2]) -> Self {
        let (outputs, inputs) = (weight.shape()[0], weight.shape()[1]);
        let (whole, rest) = (outputs / WIDE, outputs % WIDE);
        // 20 outputs are one block and 4 more; 10 outputs are one block with 6 to spare.
        let more = match rest {
            1..=4 if whole > 0 => 4,
            5..=8 if whole > 0 => 8,
            _ => 0,
        };
        let blocks = if more > 0 { whole - 1 } else { outputs.div_ceil(WIDE) };
        let last = WIDE * blocks;
        let width = last + if more > 0 { WIDE + more } else { 0 };
        let mut bias = vec![T::zero(); width];
        bias[..outputs].copy_from_slice(bias_of.as_slice());
        Self {
            inputs,
            outputs,
            blocks: (0..blocks).map(|block| Block::new(weight, WIDE * block)).collect(),
            last4: (more == 4).then(|| Block::new(weight, last)),
            last8: (more == 8).then(|| Block::new(weight, last)),
            bias,
            nodes: vec![T::zero(); width],
            numbers: (0..outputs as u32).collect(),
            delta: vec![T::zero(); width],
        }
    }

    /// The weight and the bias as a dense layer has them.
    pub(crate) fn parameters(&self) -> [Matrix<T>; 2] {
        let mut weight = Matrix::zeros([self.outputs, self.inputs]);
        each_block!(self, iter, block => block.write(&mut weight));
        [weight, Matrix::from_fn([self.outputs, 1], |(output, _)| self.bias[output])]
    }

    /// Whether every weight and bias is finite.
    pub(crate) fn is_finite(&self) -> bool {
        let mut finite = self.bias.iter().all(|bias| bias.is_finite());
        each_block!(self, iter, block => finite &= block.is_finite());
        finite
    }

    /// σ(W·x + b) of the last [`forward`](Self::forward).
    #[inline(always)]
    pub(crate) fn nodes(&self) -> &[T] {
        &self.nodes[..self.outputs]
    }

    /// The same as inputs of the next layer.
    #[inline(always)]
    pub(crate) fn listed(&self) -> Nodes<'_, T> {
        Nodes { numbers: &self.numbers, values: self.nodes() }
    }
}
