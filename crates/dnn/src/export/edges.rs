use glassbox_tensor::Matrix;

use crate::pass::Pass;
use crate::run::{Loops, Trace};
use crate::{Error, Net};

/// Inputs that are tried at a time.
const AT_ONCE: usize = 64;

/// Most pairs of an input and an output of one layer that are tried.
const MOST_PAIRS: usize = 1 << 30;

/// An input of a layer that is part of an output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edge {
    pub(super) source: usize,
    pub(super) target: usize,
    pub(super) weight: f64,
}

/// A layer as a sum of products: `y[target] = constant[target] + Σ weight·x[source]`; or as the greatest of the
/// sources, whose weights are then 1.
#[derive(Clone, Debug)]
pub(super) struct Edges {
    /// By target; each target has at least one.
    pub(super) list: Vec<Edge>,
    pub(super) constants: Vec<f64>,
}

impl Edges {
    /// The edges of layer `index`, which is a sum or the greatest of some inputs; none if there are more than `most`.
    ///
    /// The layer is asked: one input is 1, all others are 0. Biases are 0 meanwhile, so that each weight is exact.
    pub(super) fn of(net: &Net<f64>, index: usize, most: usize) -> Result<Option<Self>, Error> {
        let layer = &net.layers()[index];
        let input = if index == 0 { net.input() } else { net.layers()[index - 1].output() };
        let (inputs, outputs) = (input.len(), layer.output().len());
        if layer.multiplications() > most as u64 || inputs.saturating_mul(outputs) > MOST_PAIRS {
            return Ok(None);
        }
        let mut alone = Net::begin(input);
        alone.push(layer.clone())?;
        alone.parameters_mut()[0].clone_from(&net.parameters()[index]);
        let constants = outputs_of(&alone, Matrix::zeros([1, inputs]));
        for (parameter, tensor) in layer.parameters().iter().zip(&mut alone.parameters_mut()[0]) {
            if ["bias", "mean"].contains(&parameter.name) {
                tensor.as_mut_slice().fill(0.0);
            }
        }
        let none = outputs_of(&alone, Matrix::zeros([1, inputs]));
        let mut list = Vec::new();
        for first in (0..inputs).step_by(AT_ONCE) {
            let count = AT_ONCE.min(inputs - first);
            let one = |(row, column): (usize, usize)| if first + row == column { 1.0 } else { 0.0 };
            let answers = outputs_of(&alone, Matrix::from_fn([count, inputs], one));
            for (source, answer) in (first..).zip(answers.chunks_exact(outputs)) {
                let weights = answer.iter().zip(&none).map(|(y, none)| y - none).enumerate();
                let weights = weights.filter(|(_, weight)| *weight != 0.0);
                list.extend(weights.map(|(target, weight)| Edge { source, target, weight }));
            }
            if list.len() > most {
                return Ok(None);
            }
        }
        // Without an edge a target would be in no sum.
        let mut has_edge = vec![false; outputs];
        list.iter().for_each(|edge| has_edge[edge.target] = true);
        let lonely = (0..outputs).filter(|&target| !has_edge[target]);
        list.extend(lonely.map(|target| Edge { source: 0, target, weight: 0.0 }));
        list.sort_unstable_by_key(|edge| (edge.target, edge.source));
        Ok(Some(Self { list, constants }))
    }
}

fn outputs_of(net: &Net<f64>, input: Matrix<f64>) -> Vec<f64> {
    Trace::forward(net, Pass::predict(input.nrows()), &input, Loops::Fast).outputs().as_slice().to_vec()
}
