use glassbox_tensor::{Tensor, bounded, quoted};
use rayon::prelude::*;

use crate::layers::{Arguments, Entry, Kind, Layer, Mark, Plain};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// The input's channels followed by those of the node of that name. If that picture is larger, its middle is taken, as
/// in the U-Net's "copy and crop": of `H` rows those from `⌊(H − h)/2⌋` on.
///
/// The derivation: each output is a copy of one number, so the gradient is cut in two at the same channel. Pixels that
/// were cropped away get 0.
///
/// Source: O. Ronneberger, P. Fischer, T. Brox, U-Net: convolutional networks for biomedical image segmentation (2015).
///
/// # Shape
/// `[n, h, w, c]` and `[n, H, W, d]`, `H ≥ h`, `W ≥ w` → `[n, h, w, c + d]`
#[derive(Clone, Debug)]
pub struct Concat {
    name: String,
    node: usize,
    input: Shape,
    skipped: Shape,
}

impl<T: Real> Plain<T> for Concat {
    fn plain_forward(&self, Forward { pass, input: x, skipped: s, output: y, .. }: Forward<'_, T>) {
        let (output, (top, left)) = (Layer::<T>::output(self), self.first());
        for [n, i, j, c] in output.indices(pass.samples) {
            y[output.at([n, i, j, c])] = match c.checked_sub(self.input.channels) {
                None => x[self.input.at([n, i, j, c])],
                Some(c) => s[self.skipped.at([n, top + i, left + j, c])],
            };
        }
    }

    fn plain_backward(&self, back: Backward<'_, T>) {
        let Backward { pass, gradient, input_gradient, skipped_gradient, .. } = back;
        let (output, (top, left)) = (Layer::<T>::output(self), self.first());
        skipped_gradient.fill(T::zero());
        for [n, i, j, c] in output.indices(pass.samples) {
            let g = gradient[output.at([n, i, j, c])];
            match c.checked_sub(self.input.channels) {
                None => input_gradient[self.input.at([n, i, j, c])] = g,
                Some(c) => skipped_gradient[self.skipped.at([n, top + i, left + j, c])] = g,
            }
        }
    }
}

impl Kind for Concat {
    const ENTRY: Entry = Entry {
        name: "concat",
        usage: "concat NAME",
        summary: "appends the channels of the node named by \"as NAME\", its middle if it is larger (copy and crop)",
        formula: "y[i, j] = (x[i, j], s[i + ⌊(H − h)/2⌋, j + ⌊(W − w)/2⌋])",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let (mark, input) = (named(arguments)?, arguments.input);
        let skipped = mark.shape;
        if skipped.height < input.height || skipped.width < input.width {
            return Err(arguments.wrong(format!("{} is {skipped}, smaller than {input}", mark.name)));
        }
        Ok(Self { name: mark.name.clone(), node: mark.node, input, skipped })
    }
}

/// The node that the next word names.
pub(super) fn named<'a>(arguments: &mut Arguments<'a>) -> Result<&'a Mark, Error> {
    let (name, marks) = (arguments.word("the node's name")?, arguments.marks);
    marks.iter().find(|mark| mark.name == name).ok_or_else(|| {
        let known: Vec<_> = marks.iter().map(|mark| mark.name.as_str()).collect();
        let known = if known.is_empty() { "none yet, \"as NAME\" makes one".into() } else { known.join(", ") };
        arguments.wrong(format!("no node is named {}; there are: {}", quoted(name), bounded(&known)))
    })
}

impl Concat {
    /// The first row and column taken from the named picture.
    fn first(&self) -> (usize, usize) {
        ((self.skipped.height - self.input.height) / 2, (self.skipped.width - self.input.width) / 2)
    }

    fn depth(&self) -> usize {
        self.input.channels + self.skipped.channels
    }

    /// The range of row `y` of the output in the named picture.
    fn row(&self, y: usize) -> std::ops::Range<usize> {
        let (top, left) = self.first();
        let start = ((top + y) * self.skipped.width + left) * self.skipped.channels;
        start..start + self.input.width * self.skipped.channels
    }
}

impl<T: Real> Layer<T> for Concat {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        format!("concat {}", self.name)
    }

    fn output(&self) -> Shape {
        Shape { channels: self.depth(), ..self.input }
    }

    fn skip_from(&self) -> Option<usize> {
        Some(self.node)
    }

    fn plain(&self) -> Option<&dyn Plain<T>> {
        Some(self)
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, skipped]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        let mut skipped = skipped.to_string();
        let (Shape { height, width, .. }, (top, left)) = (self.input, self.first());
        if (self.skipped.height, self.skipped.width) != (height, width) {
            let starts = graph.whole(vec![top as i64, left as i64]);
            let ends = graph.whole(vec![(top + height) as i64, (left + width) as i64]);
            let axes = graph.whole(vec![2, 3]);
            let middle = graph.add("Slice", &[&skipped, &starts, &ends, &axes], vec![]);
            skipped = graph.settle(middle, self.input);
        }
        Some(graph.add("Concat", &[input, &skipped], vec![("axis", Attribute::Int(1))]))
    }

    fn needs_output(&self) -> bool {
        false
    }

    fn forward(&self, Forward { input, skipped, output, .. }: Forward<'_, T>) {
        let Shape { width, channels: c, .. } = self.input;
        let (row, depth) = (width * c, self.depth());
        let known = input.par_chunks(self.input.len()).zip(skipped.par_chunks(self.skipped.len()));
        output.par_chunks_mut(Layer::<T>::output(self).len()).zip(known).for_each(|(output, (input, skipped))| {
            let rows = output.chunks_exact_mut(width * depth).zip(input.chunks_exact(row));
            for (y, (output, input)) in rows.enumerate() {
                let pixels = input.chunks_exact(c).zip(skipped[self.row(y)].chunks_exact(depth - c));
                for (output, (own, named)) in output.chunks_exact_mut(depth).zip(pixels) {
                    output[..c].copy_from_slice(own);
                    output[c..].copy_from_slice(named);
                }
            }
        });
    }

    fn backward(&self, back: Backward<'_, T>) {
        let Backward { gradient, input_gradient, skipped_gradient, .. } = back;
        let (c, depth) = (self.input.channels, self.depth());
        let outputs = Layer::<T>::output(self).len();
        if !input_gradient.is_empty() {
            let samples = input_gradient.par_chunks_mut(self.input.len()).zip(gradient.par_chunks(outputs));
            samples.for_each(|(own, gradient)| {
                for (own, gradient) in own.chunks_exact_mut(c).zip(gradient.chunks_exact(depth)) {
                    own.copy_from_slice(&gradient[..c]);
                }
            });
        }
        if !skipped_gradient.is_empty() {
            let samples = skipped_gradient.par_chunks_mut(self.skipped.len()).zip(gradient.par_chunks(outputs));
            samples.for_each(|(named, gradient)| {
                named.fill(T::zero());
                for (y, gradient) in gradient.chunks_exact(self.input.width * depth).enumerate() {
                    let pixels = named[self.row(y)].chunks_exact_mut(depth - c);
                    for (named, gradient) in pixels.zip(gradient.chunks_exact(depth)) {
                        named.copy_from_slice(&gradient[c..]);
                    }
                }
            });
        }
    }
}
