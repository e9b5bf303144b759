use glassbox_tensor::Tensor;
use rayon::prelude::*;

use super::concat::named;
use crate::layers::{Arguments, Entry, Kind, Layer};
use crate::onnx::Onnx;
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// The input plus the node of that name, number by number: `y = x + s`. The layers between need to learn only the
/// difference.
///
/// The derivation: `∂y/∂x = ∂y/∂s = 1`, so both get the gradient unchanged.
///
/// Source: K. He, X. Zhang, S. Ren, J. Sun, Deep residual learning for image recognition (2016).
///
/// # Shape
/// `[n, h, w, c]` and the same → `[n, h, w, c]`
#[derive(Clone, Debug)]
pub struct Add {
    name: String,
    node: usize,
    shape: Shape,
}

/// Numbers of one task.
const CHUNK: usize = 1 << 14;

impl Kind for Add {
    const ENTRY: Entry = Entry {
        name: "add",
        usage: "add NAME",
        summary: "adds the node named by \"as NAME\" (residual connection)",
        formula: "y = x + s",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let mark = named(arguments)?;
        if mark.shape != arguments.input {
            let (name, found, here) = (&mark.name, mark.shape, arguments.input);
            return Err(arguments.wrong(format!("{name} is {found}, not {here}")));
        }
        Ok(Self { name: mark.name.clone(), node: mark.node, shape: mark.shape })
    }
}

impl<T: Real> Layer<T> for Add {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        format!("add {}", self.name)
    }

    fn output(&self) -> Shape {
        self.shape
    }

    fn skip_from(&self) -> Option<usize> {
        Some(self.node)
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, skipped]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        Some(graph.add("Add", &[input, skipped], vec![]))
    }

    fn needs_output(&self) -> bool {
        false
    }

    fn forward(&self, Forward { input, skipped, output, .. }: Forward<'_, T>) {
        let known = input.par_chunks(CHUNK).zip(skipped.par_chunks(CHUNK));
        output.par_chunks_mut(CHUNK).zip(known).for_each(|(output, (input, skipped))| {
            output.iter_mut().zip(input.iter().zip(skipped)).for_each(|(y, (&x, &s))| *y = x + s);
        });
    }

    fn backward(&self, Backward { gradient, input_gradient, skipped_gradient, .. }: Backward<'_, T>) {
        for into in [input_gradient, skipped_gradient] {
            if !into.is_empty() {
                into.copy_from_slice(gradient);
            }
        }
    }
}
