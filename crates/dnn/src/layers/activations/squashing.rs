//! Activations that squeeze any number into a range.

use super::{Arguments, Entry, Function};
use crate::onnx::Onnx;
use crate::{Error, Real};

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

/// `σ(x) = 1 / (1 + e⁻ˣ)`: the article's activation.
///
/// `σ′ = e⁻ˣ / (1 + e⁻ˣ)² = σ·(1 − σ)`.
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

impl Function for Sigmoid {
    const ENTRY: Entry = Entry {
        name: "sigmoid",
        usage: "sigmoid",
        summary: "squeezes any number into 0 … 1: the article's activation",
        formula: "σ(x) = 1 / (1 + e⁻ˣ)",
        is_activation: true,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("Sigmoid", &[x], vec![]))
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        sigmoid(x)
    }

    #[inline(always)]
    fn slope<T: Real>(self, _: T, y: T) -> T {
        y * (T::one() - y)
    }
}
