//! A dense layer and the sigmoid behind it, as the per-sample loop works on them.

use glassbox_tensor::Matrix;

use crate::layers::{Dense, Layer, sigmoid};
use crate::{Real, Rule};

/// Widths are rounded up to this many numbers, so that a row of weights is whole vectors. The numbers beyond the
/// outputs are zeros and stay zeros, because their deltas do.
const LANES: usize = 8;

/// A dense layer and the sigmoid behind it.
///
/// Sums run over a few inputs at a time, for a block of outputs at a time, in an order that the source fixes.
#[derive(Debug)]
pub(crate) struct Stage<T: Real> {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// `outputs` rounded up to whole vectors.
    width: usize,
    /// `[inputs, width]`: what leaves input `i` stands in row `i`.
    weights: Vec<T>,
    bias: Vec<T>,
    /// σ(W·x + b).
    pub(crate) nodes: Vec<T>,
    /// ∂E/∂(W·x + b).
    delta: Vec<T>,
}

impl<T: Real> Stage<T> {
    pub(crate) fn new(dense: &Dense<T>) -> Self {
        let (inputs, outputs) = (dense.inputs(), dense.outputs());
        let width = outputs.next_multiple_of(LANES);
        let zeros = |count| vec![T::zero(); count];
        let (mut weights, mut bias) = (zeros(inputs * width), zeros(width));
        for ((output, input), &weight) in dense.weight.indexed_iter() {
            weights[input * width + output] = weight;
        }
        bias[..outputs].copy_from_slice(dense.bias.as_slice());
        Self { inputs, outputs, width, weights, bias, nodes: zeros(width), delta: zeros(width) }
    }

    /// The weight and the bias as [`Dense`] has them.
    pub(crate) fn parameters(&self) -> [Matrix<T>; 2] {
        let weight = |(output, input)| self.weights[input * self.width + output];
        [
            Matrix::from_fn([self.outputs, self.inputs], weight),
            Matrix::from_fn([self.outputs, 1], |(output, _)| self.bias[output]),
        ]
    }

    /// Nodes from `count` inputs, each an index and a value; inputs that are not named are zero.
    #[inline(always)]
    pub(crate) fn forward(&mut self, count: usize, input: impl Fn(usize) -> (u32, T) + Copy) {
        let mut first = 0;
        while first < self.width {
            first += match self.width - first {
                8 => self.forward_block::<8>(first, count, input),
                16 => self.forward_block::<16>(first, count, input),
                24 => self.forward_block::<24>(first, count, input),
                _ => self.forward_block::<32>(first, count, input),
            };
        }
        for node in &mut self.nodes[..self.outputs] {
            *node = sigmoid(*node);
        }
    }

    /// The sums of outputs `first … first + N`, kept in registers.
    #[inline(always)]
    fn forward_block<const N: usize>(
        &mut self,
        first: usize,
        count: usize,
        input: impl Fn(usize) -> (u32, T) + Copy,
    ) -> usize {
        let (weights, width) = (&self.weights, self.width);
        let term = |i: usize| {
            let (row, value) = input(i);
            let start = row as usize * width + first;
            (row_block::<T, N>(weights, start), value)
        };
        let mut sums: [T; N] = *row_block(&self.bias, first);
        let mut i = 0;
        while i + 4 <= count {
            let [(a, x), (b, y), (c, z), (d, w)] = [term(i), term(i + 1), term(i + 2), term(i + 3)];
            for k in 0..N {
                sums[k] += (a[k] * x + b[k] * y) + (c[k] * z + d[k] * w);
            }
            i += 4;
        }
        while i < count {
            let (a, x) = term(i);
            for k in 0..N {
                sums[k] += a[k] * x;
            }
            i += 1;
        }
        self.nodes[first..first + N].copy_from_slice(&sums);
        N
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
    pub(crate) fn carry_back(&self, below: &mut Stage<T>) {
        let rows = self.weights.chunks_exact(self.width);
        for ((row, &node), delta) in rows.zip(&below.nodes).zip(&mut below.delta) {
            let mut lanes = [T::zero(); LANES];
            for (weights, deltas) in row.as_chunks::<LANES>().0.iter().zip(self.delta.as_chunks::<LANES>().0) {
                for k in 0..LANES {
                    lanes[k] += weights[k] * deltas[k];
                }
            }
            let [a, b, c, d, e, f, g, h] = lanes;
            let sum = ((a + e) + (c + g)) + ((b + f) + (d + h));
            *delta = sum * (node * (T::one() - node));
        }
    }

    /// `W −= rate·δ·xᵀ`, `b −= rate·δ`, for `count` inputs as in [`forward`](Self::forward).
    #[inline(always)]
    pub(crate) fn update(&mut self, count: usize, rate: T, input: impl Fn(usize) -> (u32, T) + Copy) {
        let mut first = 0;
        while first < self.width {
            first += match self.width - first {
                8 => self.update_block::<8>(first, count, rate, input),
                16 => self.update_block::<16>(first, count, rate, input),
                24 => self.update_block::<24>(first, count, rate, input),
                _ => self.update_block::<32>(first, count, rate, input),
            };
        }
    }

    #[inline(always)]
    fn update_block<const N: usize>(
        &mut self,
        first: usize,
        count: usize,
        rate: T,
        input: impl Fn(usize) -> (u32, T) + Copy,
    ) -> usize {
        let mut step: [T; N] = *row_block(&self.delta, first);
        for (step, bias) in step.iter_mut().zip(&mut self.bias[first..first + N]) {
            *step = -rate * *step;
            *bias += *step;
        }
        for i in 0..count {
            let (row, value) = input(i);
            let start = row as usize * self.width + first;
            let weights: &mut [T; N] =
                (&mut self.weights[start..start + N]).try_into().expect("the slice is of that length");
            for k in 0..N {
                weights[k] += step[k] * value;
            }
        }
        N
    }
}

#[inline(always)]
fn row_block<T, const N: usize>(values: &[T], start: usize) -> &[T; N] {
    values[start..start + N].try_into().expect("the slice is of that length")
}
