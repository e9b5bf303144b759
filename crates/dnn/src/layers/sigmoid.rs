use glassbox_tensor::Matrix;

use super::{Entry, Layer};
use crate::{Error, Real};

pub(super) static ENTRY: Entry = Entry {
    name: "sigmoid",
    usage: "sigmoid",
    summary: "squeezes any number into 0 … 1: the article's activation",
    formula: "σ(x) = 1 / (1 + e⁻ˣ)", is_activation: false
};

pub(super) fn parse(arguments: &[&str], inputs: usize) -> Result<Sigmoid, Error> {
    match arguments {
        [] => Ok(Sigmoid { width: inputs }),
        _ => Err(Error::Model(format!("sigmoid takes no arguments; found {:?}", arguments.join(" ")))),
    }
}

/// `σ(x) = 1 / (1 + e⁻ˣ)`, 0 … 1 for any finite or infinite `x`.
///
/// ```
/// use glassbox_dnn::layers::sigmoid;
/// assert_eq!(sigmoid(0.0), 0.5);
/// assert_eq!((sigmoid(-1e4), sigmoid(1e4)), (0.0, 1.0));
/// ```
#[inline(always)]
pub fn sigmoid<T: Real>(x: T) -> T {
    T::one() / (T::one() + (-x).exponential())
}

/// The activation `σ(x) = 1 / (1 + e⁻ˣ)`, number by number.
///
/// The derivation: `σ′ = e⁻ˣ / (1 + e⁻ˣ)² = σ·(1 − σ)`, so the backward pass needs only the output:
/// `∂E/∂x = ∂E/∂σ · σ·(1 − σ)`.
///
/// # Shape
/// `[n, width]` → `[n, width]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sigmoid {
    /// Numbers a sample.
    pub width: usize,
}

impl<T: Real> Layer<T> for Sigmoid {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn text(&self) -> String {
        "sigmoid".into()
    }

    fn outputs(&self) -> usize {
        self.width
    }

    fn forward(&self, input: &Matrix<T>) -> Matrix<T> {
        input.map(sigmoid)
    }

    fn backward(&self, _input: &Matrix<T>, output: &Matrix<T>, gradient: &Matrix<T>) -> (Matrix<T>, Vec<Matrix<T>>) {
        let slope = output.map(|y| y * (T::one() - y));
        ((&**gradient * &*slope).into(), Vec::new())
    }
}
