use glassbox_tensor::Tensor;
use rayon::prelude::*;

use super::{Arguments, Entry, Kind, Layer};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// Each number and its powers, `x, x², … xᴺ`: a dense layer after it is a polynomial.
///
/// The derivation: `∂xⁿ/∂x = n·xⁿ⁻¹`, so with `gₙ = ∂E/∂(xⁿ)`, `∂E/∂x = g₁ + 2·g₂·x + 3·g₃·x² + …`, the powers being
/// among the outputs.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h, w, N·c]`: first all numbers, then all squares, …
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taylor {
    input: Shape,
    order: usize,
}

/// Each number and its powers up to the given one, that is as many numbers as there are in `powers` for each `x`, the
/// powers of a kind side by side.
///
/// ```
/// let mut powers = [0.0; 6];
/// glassbox_dnn::layers::powers(&[2.0, -3.0], &mut powers);
/// assert_eq!(powers, [2.0, -3.0, 4.0, 9.0, 8.0, -27.0]);
/// ```
pub fn powers<T: Real>(x: &[T], powers: &mut [T]) {
    let c = x.len();
    powers[..c].copy_from_slice(x);
    for i in c..powers.len() {
        powers[i] = powers[i - c] * x[i % c];
    }
}

impl Kind for Taylor {
    const ENTRY: Entry = Entry {
        name: "taylor",
        usage: "taylor N",
        summary: "each number and its powers up to the N-th",
        formula: "x, x², …, xᴺ",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { input: arguments.input, order: arguments.count("the highest power")? })
    }
}

impl<T: Real> Layer<T> for Taylor {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        format!("taylor {}", self.order)
    }

    fn output(&self) -> Shape {
        Shape { channels: self.input.channels.saturating_mul(self.order), ..self.input }
    }

    fn multiplications(&self) -> u64 {
        self.input.len() as u64 * (self.order as u64 - 1)
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        let mut powers = vec![input.to_string()];
        for n in 1..self.order {
            powers.push(graph.add("Mul", &[&powers[n - 1], input], vec![]));
        }
        let powers: Vec<&str> = powers.iter().map(String::as_str).collect();
        Some(graph.add("Concat", &powers, vec![("axis", Attribute::Int(1))]))
    }

    fn forward(&self, Forward { input, output, .. }: Forward<'_, T>) {
        let c = self.input.channels;
        let pixels = output.par_chunks_mut(c * self.order).zip(input.par_chunks(c));
        pixels.with_min_len(256).for_each(|(output, input)| powers(input, output));
    }

    fn backward(&self, Backward { output, gradient, input_gradient, .. }: Backward<'_, T>) {
        let c = self.input.channels;
        let known = output.par_chunks(c * self.order).zip(gradient.par_chunks(c * self.order));
        input_gradient.par_chunks_mut(c).zip(known).with_min_len(256).for_each(
            |(input_gradient, (output, gradient))| {
                input_gradient.copy_from_slice(&gradient[..c]);
                for (n, (g, powers)) in gradient.chunks(c).skip(1).zip(output.chunks(c)).enumerate() {
                    let factor = T::from_f64(n as f64 + 2.0);
                    input_gradient
                        .iter_mut()
                        .zip(g)
                        .zip(powers)
                        .for_each(|((dx, &g), &power)| *dx += factor * g * power);
                }
            },
        );
    }
}
