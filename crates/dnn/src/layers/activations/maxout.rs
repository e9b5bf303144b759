use glassbox_tensor::Tensor;
use rayon::prelude::*;

use crate::layers::{Arguments, Entry, Kind, Layer};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward, room};
use crate::{Error, Real, Shape};

/// The greatest of each K neighbouring channels: after a dense layer, a convex function of its inputs, made of K
/// learned planes.
///
/// The derivation: as in `max-pool`, a small change of the greatest changes the output as much, of any other not at
/// all, so the gradient goes to the greatest, the first of them if there are several.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h, w, c / K]`
///
/// I. Goodfellow et al., *Maxout networks* (2013).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maxout {
    input: Shape,
    pieces: usize,
}

impl Kind for Maxout {
    const ENTRY: Entry = Entry {
        name: "maxout",
        usage: "maxout K",
        summary: "the greatest of each K neighbouring channels",
        formula: "yⱼ = max(x[K·j], …, x[K·j + K − 1])",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let (input, pieces) = (arguments.input, arguments.count("how many channels become one")?);
        if input.channels % pieces != 0 {
            return Err(arguments.wrong(format!("{} channels cannot be shared out by {pieces}", input.channels)));
        }
        Ok(Self { input, pieces })
    }
}

impl<T: Real> Layer<T> for Maxout {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        format!("maxout {}", self.pieces)
    }

    fn output(&self) -> Shape {
        Shape { channels: self.input.channels / self.pieces, ..self.input }
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        // A 0 leaves the number of samples as it is.
        let Shape { height, width, channels } = Layer::<T>::output(self);
        let mut sides = vec![0, channels as i64, self.pieces as i64];
        if !self.input.is_flat() {
            sides.extend([height as i64, width as i64]);
        }
        let (sides, axes) = (graph.whole(sides), graph.whole(vec![2]));
        let groups = graph.add("Reshape", &[input, &sides], vec![]);
        Some(graph.add("ReduceMax", &[&groups, &axes], vec![("keepdims", Attribute::Int(0))]))
    }

    fn forward(&self, Forward { input, output, memory, .. }: Forward<'_, T>) {
        let argmax = room(&mut memory.indices, output.len());
        let groups = output.par_iter_mut().zip(argmax).zip(input.par_chunks_exact(self.pieces));
        groups.with_min_len(1 << 12).for_each(|((output, index), numbers)| {
            (*output, *index) = (numbers[0], 0);
            for (i, &x) in numbers.iter().enumerate().skip(1) {
                // NaN, the sign of a training that diverged, is taken and stays.
                if x > *output || x.is_nan() {
                    (*output, *index) = (x, i as u32);
                }
            }
        });
    }

    fn backward(&self, Backward { gradient, input_gradient, memory, .. }: Backward<'_, T>) {
        let groups = input_gradient.par_chunks_exact_mut(self.pieces).zip(&memory.indices).zip(gradient);
        groups.with_min_len(1 << 12).for_each(|((input_gradient, &index), &g)| {
            input_gradient.fill(T::zero());
            input_gradient[index as usize] = g;
        });
    }
}
