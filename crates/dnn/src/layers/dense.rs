use glassbox_tensor::{Matrix, ndarray::Axis};

use super::{Entry, Layer};
use crate::{Error, Real};

pub(super) static ENTRY: Entry = Entry {
    name: "dense",
    usage: "dense N",
    summary: "every output sees every input: weights and a bias",
    formula: "y = W·x + b",
};

/// Largest number of outputs the model language takes.
const MOST_OUTPUTS: usize = 1 << 20;

/// Most weights of one layer: a quarter of a GiB of `f32`.
const MOST_WEIGHTS: usize = 1 << 26;

pub(super) fn parse<T: Real>(arguments: &[&str], inputs: usize) -> Result<Dense<T>, Error> {
    let outputs = match arguments {
        [one] => one.parse().ok().filter(|n| (1..=MOST_OUTPUTS).contains(n)),
        _ => None,
    };
    match outputs {
        Some(outputs) if inputs.saturating_mul(outputs) > MOST_WEIGHTS => Err(Error::Model(format!(
            "dense {outputs} behind {inputs} inputs would have more than {MOST_WEIGHTS} weights"
        ))),
        Some(outputs) => Ok(Dense::zeros(inputs, outputs)),
        None => Err(Error::Model(format!(
            "dense takes one whole number from 1 to {MOST_OUTPUTS}, as in \"dense 20\"; found {:?}",
            arguments.join(" ")
        ))),
    }
}

/// A fully connected layer, `y = W·x + b`: the article's weights and bias.
///
/// The derivation: `y_j = Σ_i w_ji·x_i + b_j`, so by the chain rule
/// `∂E/∂w_ji = ∂E/∂y_j · x_i`, `∂E/∂b_j = ∂E/∂y_j · 1` (the bias is the weight of a node that is always 1) and
/// `∂E/∂x_i = Σ_j ∂E/∂y_j · w_ji`.
///
/// # Shape
/// `weight` `[outputs, inputs]`, `bias` `[outputs, 1]`, as the article's script has them.
///
/// ```
/// use glassbox_dnn::layers::{Dense, Layer};
/// use glassbox_tensor::Matrix;
/// let mut dense = Dense::<f32>::zeros(2, 1);
/// dense.weight.as_mut_slice().copy_from_slice(&[3.0, 4.0]);
/// dense.bias.as_mut_slice()[0] = 0.5;
/// let y = dense.forward(&Matrix::from_vec([1, 2], vec![1.0, 10.0]).unwrap());
/// assert_eq!(y.as_slice(), [43.5]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dense<T: Real> {
    /// `[outputs, inputs]`: row `j` holds the weights that lead to output `j`.
    pub weight: Matrix<T>,
    /// `[outputs, 1]`.
    pub bias: Matrix<T>,
}

impl<T: Real> Dense<T> {
    /// A layer whose weights and biases are all zero, to be initialised.
    pub fn zeros(inputs: usize, outputs: usize) -> Self {
        Self { weight: Matrix::zeros([outputs, inputs]), bias: Matrix::zeros([outputs, 1]) }
    }

    /// Numbers a sample that go in.
    pub fn inputs(&self) -> usize {
        self.weight.ncols()
    }
}

impl<T: Real> Layer<T> for Dense<T> {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn text(&self) -> String {
        format!("dense {}", self.outputs())
    }

    fn outputs(&self) -> usize {
        self.weight.nrows()
    }

    fn forward(&self, input: &Matrix<T>) -> Matrix<T> {
        let mut output = input.dot(&self.weight.t());
        output += &self.bias.t();
        output.into()
    }

    fn backward(&self, input: &Matrix<T>, _output: &Matrix<T>, gradient: &Matrix<T>) -> (Matrix<T>, Vec<Matrix<T>>) {
        let weight = gradient.t().dot(&**input);
        let bias = gradient.sum_axis(Axis(0)).insert_axis(Axis(1));
        (gradient.dot(&*self.weight).into(), vec![weight.into(), bias.into()])
    }

    fn parameters(&self) -> Vec<(&'static str, &Matrix<T>)> {
        vec![("weight", &self.weight), ("bias", &self.bias)]
    }

    fn parameters_mut(&mut self) -> Vec<(&'static str, &mut Matrix<T>)> {
        vec![("weight", &mut self.weight), ("bias", &mut self.bias)]
    }

    fn as_dense(&self) -> Option<&Dense<T>> {
        Some(self)
    }
}
