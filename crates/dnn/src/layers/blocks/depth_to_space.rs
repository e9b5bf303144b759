use glassbox_tensor::Tensor;
use rayon::prelude::*;

use super::{to_depth, to_space};
use crate::layers::{Arguments, Entry, Kind, Layer, Notation, Relation};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// The channels of each pixel as a block of `N`×`N` pixels: `y[i·N + dy, j·N + dx, k] = x[i, j, (dy·N + dx)·c + k]`.
///
/// What [`SpaceToDepth`](super::SpaceToDepth) did is undone. After a convolution it makes a picture `N` times as high
/// and wide, each of the `N²` places with masks of its own.
///
/// The derivation: each number goes to one place, so its gradient comes back from there.
///
/// Channels are in the order of ONNX and TensorFlow; PyTorch's `pixel_shuffle` has `k` first: `(k·N + dy)·N + dx`.
///
/// Source: W. Shi et al., Real-time single image and video super-resolution using an efficient sub-pixel convolutional
/// neural network (2016).
///
/// # Shape
/// `[n, h, w, N²·c]` → `[n, N·h, N·w, c]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DepthToSpace {
    output: Shape,
    side: usize,
}

impl Kind for DepthToSpace {
    const ENTRY: Entry = Entry {
        name: "depth-to-space",
        usage: "depth-to-space N",
        summary: "the channels of a pixel as a block of N×N pixels",
        formula: "y[i·N + dy, j·N + dx, k] = x[i, j, (dy·N + dx)·c + k]",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let (input, side) = (arguments.input, arguments.count("the side of a block")?);
        if !input.channels.is_multiple_of(side.saturating_mul(side)) {
            let channels = input.channels;
            return Err(arguments.wrong(format!("{side}·{side} must divide the number of channels, {channels}")));
        }
        let channels = input.channels / (side * side);
        Ok(Self { output: Shape::picture(input.height * side, input.width * side, channels), side })
    }
}

impl DepthToSpace {
    fn input(self) -> Shape {
        let Shape { height, width, channels } = self.output;
        Shape::picture(height / self.side, width / self.side, channels * self.side * self.side)
    }
}

impl<T: Real> Layer<T> for DepthToSpace {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        format!("depth-to-space {}", self.side)
    }

    fn output(&self) -> Shape {
        self.output
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        let input = graph.picture(input, self.input());
        let attributes = vec![("blocksize", Attribute::Int(self.side as i64)), ("mode", Attribute::Text("DCR"))];
        let output = graph.add("DepthToSpace", &[&input], attributes);
        Some(graph.settle(output, self.output))
    }

    fn relation(&self, _: Notation) -> Option<Relation> {
        Some(Relation::Sum)
    }

    fn needs_output(&self) -> bool {
        false
    }

    fn forward(&self, Forward { input, output, .. }: Forward<'_, T>) {
        let size = self.output.len();
        let samples = output.par_chunks_mut(size).zip(input.par_chunks(size));
        samples.for_each(|(output, input)| to_space(self.output, self.side, input, output));
    }

    fn backward(&self, Backward { gradient, input_gradient, .. }: Backward<'_, T>) {
        let size = self.output.len();
        let samples = input_gradient.par_chunks_mut(size).zip(gradient.par_chunks(size));
        samples.for_each(|(input_gradient, gradient)| to_depth(self.output, self.side, gradient, input_gradient));
    }
}
