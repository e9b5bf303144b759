use glassbox_tensor::Tensor;
use rayon::prelude::*;

use crate::layers::{Arguments, Entry, Kind, Layer};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// The logarithms of the shares that `softmax` gives, `yᵢ = xᵢ − ln Σⱼ e^xⱼ`, computed without the shares themselves,
/// which may be too small for a number.
///
/// The greatest `x` is subtracted first, which changes nothing and keeps every power finite.
///
/// The derivation: `∂(ln Σ e^x)/∂xⱼ = e^xⱼ / Σ e^x = e^yⱼ`, so `∂yᵢ/∂xⱼ = δᵢⱼ − e^yⱼ` and `∂E/∂xⱼ = gⱼ − e^yⱼ·Σᵢ gᵢ`.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h, w, c]`, up to 0
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSoftmax {
    shape: Shape,
}

impl Kind for LogSoftmax {
    const ENTRY: Entry = Entry {
        name: "log-softmax",
        usage: "log-softmax",
        summary: "the logarithms of softmax's shares, at every pixel",
        formula: "yᵢ = xᵢ − ln Σⱼ e^xⱼ",
        is_activation: true,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { shape: arguments.input })
    }
}

impl<T: Real> Layer<T> for LogSoftmax {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn output(&self) -> Shape {
        self.shape
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        Some(graph.add("LogSoftmax", &[input], vec![("axis", Attribute::Int(1))]))
    }

    fn forward(&self, Forward { input, output, .. }: Forward<'_, T>) {
        let c = self.shape.channels;
        let rows = output.par_chunks_mut(c).zip(input.par_chunks(c)).with_min_len(64);
        rows.for_each(|(output, input)| {
            let greatest = input.iter().fold(T::neg_infinity(), |greatest, &x| greatest.max(x));
            output.iter_mut().zip(input).for_each(|(y, &x)| *y = x - greatest);
            let sum: T = output.iter().map(|&y| y.exponential()).sum();
            let log = sum.ln();
            output.iter_mut().for_each(|y| *y -= log);
        });
    }

    fn backward(&self, Backward { output, gradient, input_gradient, .. }: Backward<'_, T>) {
        let c = self.shape.channels;
        for ((input_gradient, g), y) in input_gradient.chunks_mut(c).zip(gradient.chunks(c)).zip(output.chunks(c)) {
            let sum: T = g.iter().copied().sum();
            input_gradient.iter_mut().zip(g).zip(y).for_each(|((dx, &g), &y)| *dx = g - y.exponential() * sum);
        }
    }
}
