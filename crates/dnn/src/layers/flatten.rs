use glassbox_tensor::Tensor;

use super::{Arguments, Entry, InPlace, Kind, Layer, Notation, Relation};
use crate::onnx::Onnx;
use crate::pass::{Backward, Forward, Pass};
use crate::{Error, Real, Shape};

/// A picture as a list of its numbers, row by row, the channels of a pixel side by side.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h·w·c]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flatten {
    input: Shape,
}

impl Kind for Flatten {
    const ENTRY: Entry = Entry {
        name: "flatten",
        usage: "flatten",
        summary: "a picture as a list of its numbers",
        formula: "y[(i·w + j)·c + k] = x[i, j, k]",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { input: arguments.input })
    }
}

impl<T: Real> Layer<T> for Flatten {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn output(&self) -> Shape {
        self.input.len().into()
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        Some(graph.list(input, self.input))
    }

    fn relation(&self, _: Notation) -> Option<Relation> {
        Some(Relation::Same)
    }

    fn needs_output(&self) -> bool {
        false
    }

    fn in_place(&self) -> Option<&dyn InPlace<T>> {
        Some(self)
    }

    fn forward(&self, Forward { input, output, .. }: Forward<'_, T>) {
        output.copy_from_slice(input);
    }

    fn backward(&self, Backward { gradient, input_gradient, .. }: Backward<'_, T>) {
        if !input_gradient.is_empty() {
            input_gradient.copy_from_slice(gradient);
        }
    }
}

impl<T: Real> InPlace<T> for Flatten {
    fn forward_in_place(&self, _: Pass, _: &mut [T]) {}

    fn backward_in_place(&self, _: Pass, _: &[T], _: &mut [T]) {}
}
