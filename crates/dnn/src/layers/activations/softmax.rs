use glassbox_tensor::Tensor;
use rayon::prelude::*;

use crate::layers::{Arguments, Entry, Kind, Layer, Notation, Plain, Relation};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// Shares that add up to 1, at every pixel: `yᵢ = e^xᵢ / Σⱼ e^xⱼ` over the channels (over all numbers of a list).
///
/// `forward` subtracts the greatest `x` first, which changes no share and keeps every power finite.
///
/// The derivation: with `S = Σ e^x`, `∂yᵢ/∂xⱼ = (δᵢⱼ·e^xᵢ·S − e^xᵢ·e^xⱼ) / S² = yᵢ·(δᵢⱼ − yⱼ)`; so
/// `∂E/∂xⱼ = Σᵢ gᵢ·yᵢ·(δᵢⱼ − yⱼ) = yⱼ·(gⱼ − Σᵢ gᵢ·yᵢ)`.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h, w, c]`, 0 … 1
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Softmax {
    shape: Shape,
}

impl<T: Real> Plain<T> for Softmax {
    fn plain_forward(&self, Forward { pass, input: x, output: y, .. }: Forward<'_, T>) {
        let c = self.shape.channels;
        for pixel in 0..pass.samples * self.shape.pixels() {
            let channels = pixel * c..(pixel + 1) * c;
            let mut sum = T::zero();
            for j in channels.clone() {
                sum += x[j].exponential();
            }
            for i in channels {
                y[i] = x[i].exponential() / sum;
            }
        }
    }

    fn plain_backward(&self, Backward { pass, output: y, gradient, input_gradient, .. }: Backward<'_, T>) {
        let c = self.shape.channels;
        for pixel in 0..pass.samples * self.shape.pixels() {
            let channels = pixel * c..(pixel + 1) * c;
            for j in channels.clone() {
                input_gradient[j] = T::zero();
                for i in channels.clone() {
                    let same = if i == j { T::one() } else { T::zero() };
                    input_gradient[j] += gradient[i] * y[i] * (same - y[j]);
                }
            }
        }
    }
}

impl Kind for Softmax {
    const ENTRY: Entry = Entry {
        name: "softmax",
        usage: "softmax",
        summary: "outputs as shares that add up to 1, at every pixel",
        formula: "yᵢ = e^xᵢ / Σⱼ e^xⱼ",
        is_activation: true,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { shape: arguments.input })
    }
}

impl<T: Real> Layer<T> for Softmax {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn output(&self) -> Shape {
        self.shape
    }

    fn plain(&self) -> Option<&dyn Plain<T>> {
        Some(self)
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        Some(graph.add("Softmax", &[input], vec![("axis", Attribute::Int(1))]))
    }

    fn relation(&self, _: Notation) -> Option<Relation> {
        Some(Relation::Shares)
    }

    fn forward(&self, Forward { input, output, .. }: Forward<'_, T>) {
        let c = self.shape.channels;
        let rows = output.par_chunks_mut(c).zip(input.par_chunks(c)).with_min_len(64);
        rows.for_each(|(output, input)| {
            let greatest = input.iter().fold(T::neg_infinity(), |greatest, &x| greatest.max(x));
            output.iter_mut().zip(input).for_each(|(y, &x)| *y = (x - greatest).exponential());
            let sum: T = output.iter().copied().sum();
            output.iter_mut().for_each(|y| *y /= sum);
        });
    }

    fn backward(&self, Backward { output, gradient, input_gradient, .. }: Backward<'_, T>) {
        let c = self.shape.channels;
        for ((input_gradient, g), y) in input_gradient.chunks_mut(c).zip(gradient.chunks(c)).zip(output.chunks(c)) {
            let mean: T = g.iter().zip(y).map(|(&g, &y)| g * y).sum();
            input_gradient.iter_mut().zip(g).zip(y).for_each(|((dx, &g), &y)| *dx = y * (g - mean));
        }
    }
}
