//! Activations that let positive numbers through and hold back negative ones, in one way or the other.

use super::{Arguments, Entry, Function};
use crate::onnx::Onnx;
use crate::{Error, Real};

/// `max(0, x)`, with the derivative 1 above 0 and 0 elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Relu;

impl Function for Relu {
    const ENTRY: Entry = Entry {
        name: "relu",
        usage: "relu",
        summary: "negative numbers become 0",
        formula: "max(0, x)",
        is_activation: true,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("Relu", &[x], vec![]))
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        // Not `max`, which would turn NaN, the sign of a training that ran away, into 0.
        if x < T::zero() { T::zero() } else { x }
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, _: T) -> T {
        if x > T::zero() { T::one() } else { T::zero() }
    }
}
