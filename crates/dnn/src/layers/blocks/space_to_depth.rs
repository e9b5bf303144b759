use glassbox_tensor::Tensor;
use rayon::prelude::*;

use super::{to_depth, to_space};
use crate::layers::{Arguments, Entry, Kind, Layer, Notation, Relation};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// Each block of `N`×`N` pixels as one pixel of `N²` times as many channels: `y[i, j, (dy·N + dx)·c + k] = x[i·N + dy,
/// j·N + dx, k]`.
///
/// A convolution then sees the same numbers in a quarter (`N = 2`) of the places. No number is lost, unlike with
/// pooling.
///
/// The derivation: each number goes to one place, so its gradient comes back from there.
///
/// Channels are in the order of ONNX and TensorFlow; PyTorch's `pixel_unshuffle` has `k` first: `(k·N + dy)·N + dx`.
///
/// Source: W. Shi et al., Real-time single image and video super-resolution using an efficient sub-pixel convolutional
/// neural network (2016).
///
/// # Shape
/// `[n, h, w, c]` → `[n, h/N, w/N, N²·c]`; `N` divides `h` and `w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpaceToDepth {
    input: Shape,
    side: usize,
}

impl Kind for SpaceToDepth {
    const ENTRY: Entry = Entry {
        name: "space-to-depth",
        usage: "space-to-depth N",
        summary: "blocks of N×N pixels as channels of one pixel",
        formula: "y[i, j, (dy·N + dx)·c + k] = x[i·N + dy, j·N + dx, k]",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let (input, side) = (arguments.input, arguments.count("the side of a block")?);
        if !input.height.is_multiple_of(side) || !input.width.is_multiple_of(side) {
            let (height, width) = (input.height, input.width);
            return Err(arguments.wrong(format!("{side} must divide the picture's sides, {height} and {width}")));
        }
        Ok(Self { input, side })
    }
}

impl<T: Real> Layer<T> for SpaceToDepth {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        format!("space-to-depth {}", self.side)
    }

    fn output(&self) -> Shape {
        let Shape { height, width, channels } = self.input;
        Shape::picture(height / self.side, width / self.side, channels * self.side * self.side)
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        let input = graph.picture(input, self.input);
        let output = graph.add("SpaceToDepth", &[&input], vec![("blocksize", Attribute::Int(self.side as i64))]);
        Some(graph.settle(output, Layer::<T>::output(self)))
    }

    fn relation(&self, _: Notation) -> Option<Relation> {
        Some(Relation::Sum)
    }

    fn needs_output(&self) -> bool {
        false
    }

    fn forward(&self, Forward { input, output, .. }: Forward<'_, T>) {
        let size = self.input.len();
        let samples = output.par_chunks_mut(size).zip(input.par_chunks(size));
        samples.for_each(|(output, input)| to_depth(self.input, self.side, input, output));
    }

    fn backward(&self, Backward { gradient, input_gradient, .. }: Backward<'_, T>) {
        let size = self.input.len();
        let samples = input_gradient.par_chunks_mut(size).zip(gradient.par_chunks(size));
        samples.for_each(|(input_gradient, gradient)| to_space(self.input, self.side, gradient, input_gradient));
    }
}
