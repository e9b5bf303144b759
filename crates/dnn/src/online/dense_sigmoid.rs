//! A dense layer and its sigmoid, in the form that the per-sample loop needs.

use glassbox_simd::Aligned;
use glassbox_tensor::{Matrix, Tensor};

use crate::layers::sigmoid;
use crate::{Real, Rule};

/// Inputs that are not zero: which, and their values. Mark both functions `#[inline(always)]`.
pub(crate) trait Active<T>: Copy {
    /// Their number.
    fn len(self) -> usize;

    /// One of them: which input, and its value.
    fn get(self, i: usize) -> (usize, T);

    /// Four of them, from `4·i` on.
    #[inline(always)]
    fn four(self, i: usize) -> [(usize, T); 4] {
        [self.get(4 * i), self.get(4 * i + 1), self.get(4 * i + 2), self.get(4 * i + 3)]
    }
}

/// Pixels, as [`SparseSamples`](crate::SparseSamples) has them.
#[derive(Clone, Copy)]
pub(crate) struct Pixels<'a, T> {
    /// Position · 256 + value.
    pub(crate) packed: &'a [u32],
    /// The feature for each value.
    pub(crate) features: &'a [T; 256],
}

impl<T: Real> Pixels<'_, T> {
    #[inline(always)]
    fn unpack(self, packed: u32) -> (usize, T) {
        ((packed >> 8) as usize, self.features[(packed & 0xff) as usize])
    }
}

impl<T: Real> Active<T> for Pixels<'_, T> {
    #[inline(always)]
    fn len(self) -> usize {
        self.packed.len()
    }

    #[inline(always)]
    fn get(self, i: usize) -> (usize, T) {
        self.unpack(self.packed[i])
    }

    #[inline(always)]
    fn four(self, i: usize) -> [(usize, T); 4] {
        let [a, b, c, d] = self.packed.as_chunks::<4>().0[i];
        [self.unpack(a), self.unpack(b), self.unpack(c), self.unpack(d)]
    }
}

/// All nodes of the layer before.
#[derive(Clone, Copy)]
pub(crate) struct Nodes<'a, T> {
    /// 0, 1, 2, …: read from memory, because a compiler that knew these numbers would turn the loops over nodes inside
    /// out and gather the weights one by one.
    numbers: &'a [u32],
    values: &'a [T],
}

impl<T: Real> Active<T> for Nodes<'_, T> {
    #[inline(always)]
    fn len(self) -> usize {
        self.numbers.len()
    }

    #[inline(always)]
    fn get(self, i: usize) -> (usize, T) {
        (self.numbers[i] as usize, self.values[i])
    }
}

/// Outputs computed together: a few vectors in registers.
const WIDE: usize = 16;

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

/// Does the same with each block of a layer.
macro_rules! each_block {
    ($layer:ident, $blocks:ident, $block:ident => $body:expr) => {
        for $block in $layer.blocks.$blocks() {
            $body
        }
        for $block in $layer.last4.$blocks() {
            $body
        }
        for $block in $layer.last8.$blocks() {
            $body
        }
    };
}

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
        each_block!(self, iter, block => finite &= block.wide.is_finite() && block.more.is_finite());
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

/// The weights that lead to [`WIDE`] outputs and `M` more, those of one input side by side.
#[derive(Debug)]
struct Block<T, const M: usize> {
    /// Its first output.
    first: usize,
    inputs: usize,
    wide: Rows<T, WIDE>,
    more: Rows<T, M>,
}

impl<T: Real, const M: usize> Block<T, M> {
    fn new(weight: &Tensor<T>, first: usize) -> Self {
        let inputs = weight.shape()[1];
        Self { first, inputs, wide: Rows::new(weight, first), more: Rows::new(weight, first + WIDE) }
    }

    fn write(&self, weight: &mut Matrix<T>) {
        self.wide.write(weight, self.first);
        self.more.write(weight, self.first + WIDE);
    }

    #[inline(always)]
    fn forward(&self, active: impl Active<T>, bias: &[T], nodes: &mut [T]) {
        let (wide, more) = (self.wide.get(self.inputs), self.more.get(self.inputs));
        let mut sums: [T; WIDE] = part(bias, self.first);
        let mut sums_more: [T; M] = part(bias, self.first + WIDE);
        let fours = active.len() / 4;
        for four in 0..fours {
            let [(a, x), (b, y), (c, z), (d, w)] = active.four(four);
            add_four(&mut sums, [&wide[a], &wide[b], &wide[c], &wide[d]], [x, y, z, w]);
            if M > 0 {
                add_four(&mut sums_more, [&more[a], &more[b], &more[c], &more[d]], [x, y, z, w]);
            }
        }
        for i in 4 * fours..active.len() {
            let (a, x) = active.get(i);
            add_one(&mut sums, &wide[a], x);
            if M > 0 {
                add_one(&mut sums_more, &more[a], x);
            }
        }
        nodes[self.first..self.first + WIDE].copy_from_slice(&sums);
        nodes[self.first + WIDE..self.first + WIDE + M].copy_from_slice(&sums_more);
    }

    #[inline(always)]
    fn update(&mut self, active: impl Active<T>, delta: &[T], rate: T) {
        let mut step: [T; WIDE] = part(delta, self.first);
        let mut step_more: [T; M] = part(delta, self.first + WIDE);
        step.iter_mut().for_each(|step| *step *= -rate);
        step_more.iter_mut().for_each(|step| *step *= -rate);
        let (wide, more) = (self.wide.get_mut(self.inputs), self.more.get_mut(self.inputs));
        for i in 0..active.len() {
            let (input, value) = active.get(i);
            add_one(&mut wide[input], &step, value);
            if M > 0 {
                add_one(&mut more[input], &step_more, value);
            }
        }
    }

    /// The part of `Wᵀ·δ` at `input` that comes from this block.
    #[inline(always)]
    fn dot(&self, input: usize, delta: &[T]) -> T {
        let mut lanes = dot_lanes(&self.wide.get(self.inputs)[input], &part(delta, self.first));
        if M > 0 {
            let more = dot_lanes(&self.more.get(self.inputs)[input], &part::<T, M>(delta, self.first + WIDE));
            for k in 0..4 {
                lanes[k] += more[k];
            }
        }
        (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
    }
}

#[inline(always)]
fn part<T: Real, const N: usize>(values: &[T], first: usize) -> [T; N] {
    let mut part = [T::zero(); N];
    part.copy_from_slice(&values[first..first + N]);
    part
}

#[inline(always)]
fn add_four<T: Real, const N: usize>(sums: &mut [T; N], rows: [&[T; N]; 4], [x, y, z, w]: [T; 4]) {
    for k in 0..N {
        sums[k] += (rows[0][k] * x + rows[1][k] * y) + (rows[2][k] * z + rows[3][k] * w);
    }
}

#[inline(always)]
fn add_one<T: Real, const N: usize>(sums: &mut [T; N], row: &[T; N], x: T) {
    for k in 0..N {
        sums[k] += row[k] * x;
    }
}

/// Products of two rows, added up four by four: whole vectors until the last step.
#[inline(always)]
fn dot_lanes<T: Real, const N: usize>(row: &[T; N], delta: &[T; N]) -> [T; 4] {
    let mut lanes = [T::zero(); 4];
    for (row, delta) in row.as_chunks::<4>().0.iter().zip(delta.as_chunks::<4>().0) {
        for k in 0..4 {
            lanes[k] += row[k] * delta[k];
        }
    }
    lanes
}

/// `[inputs, N]` weights whose rows begin at cache lines.
#[derive(Debug)]
struct Rows<T, const N: usize>(Aligned<T>);

impl<T: Real, const N: usize> Rows<T, N> {
    fn new(weight: &Tensor<T>, first: usize) -> Self {
        let inputs = weight.shape()[1];
        let mut rows = Self(Aligned::zeros(inputs * N));
        for (lane, weights) in weight.as_slice().chunks_exact(inputs).skip(first).take(N).enumerate() {
            rows.get_mut(inputs).iter_mut().zip(weights).for_each(|(row, &weight)| row[lane] = weight);
        }
        rows
    }

    /// The rows of all inputs; the explicit length lets one bounds check serve both lists of rows.
    #[inline(always)]
    fn get(&self, inputs: usize) -> &[[T; N]] {
        if N == 0 { &[] } else { &self.0.get().as_chunks().0[..inputs] }
    }

    #[inline(always)]
    fn get_mut(&mut self, inputs: usize) -> &mut [[T; N]] {
        if N == 0 { &mut [] } else { &mut self.0.get_mut().as_chunks_mut().0[..inputs] }
    }

    fn is_finite(&self) -> bool {
        self.0.get().iter().all(|weight| weight.is_finite())
    }

    fn write(&self, weight: &mut Matrix<T>, first: usize) {
        let inputs = weight.shape()[1];
        for (lane, mut weights) in weight.view_mut().rows_mut().into_iter().skip(first).take(N).enumerate() {
            weights.iter_mut().zip(self.get(inputs)).for_each(|(weight, row)| *weight = row[lane]);
        }
    }
}
