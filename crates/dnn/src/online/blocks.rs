//! Weights in blocks of outputs, so that an input takes a few vector operations.

use glassbox_simd::Aligned;
use glassbox_tensor::{Matrix, Tensor};

use super::active::Active;
use crate::Real;

/// Outputs computed together: a few vectors in registers.
pub(super) const WIDE: usize = 16;

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

pub(super) use each_block;

/// The weights that lead to [`WIDE`] outputs and `M` more, those of one input side by side.
#[derive(Debug)]
pub(super) struct Block<T, const M: usize> {
    /// Its first output.
    first: usize,
    inputs: usize,
    wide: Rows<T, WIDE>,
    more: Rows<T, M>,
}

impl<T: Real, const M: usize> Block<T, M> {
    pub(super) fn new(weight: &Tensor<T>, first: usize) -> Self {
        let inputs = weight.shape()[1];
        Self { first, inputs, wide: Rows::new(weight, first), more: Rows::new(weight, first + WIDE) }
    }

    pub(super) fn is_finite(&self) -> bool {
        self.wide.is_finite() && self.more.is_finite()
    }

    pub(super) fn write(&self, weight: &mut Matrix<T>) {
        self.wide.write(weight, self.first);
        self.more.write(weight, self.first + WIDE);
    }

    #[inline(always)]
    pub(super) fn forward(&self, active: impl Active<T>, bias: &[T], nodes: &mut [T]) {
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
    pub(super) fn update(&mut self, active: impl Active<T>, delta: &[T], rate: T) {
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
    pub(super) fn dot(&self, input: usize, delta: &[T]) -> T {
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
