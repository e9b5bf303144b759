use glassbox_tensor::Tensor;
use rand::Rng;
use rayon::prelude::*;

use super::option_text;
use crate::layers::{Arguments, Entry, Kind, Layer};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward, Phase};
use crate::{Error, Real, Shape};

/// `x` above 0 and `α·x` elsewhere, `α` drawn anew between L and H for every number in training, and halfway between
/// them afterwards.
///
/// The draw does not depend on x, so the derivative is that of `leaky-relu`: 1 above 0 and `α` elsewhere, with the α of
/// the forward pass.
///
/// # Shape
/// `[n, …]` → `[n, …]`
///
/// B. Xu et al., *Empirical evaluation of rectified activations in convolution network* (2015).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rrelu {
    low: f64,
    high: f64,
    shape: Shape,
}

impl Kind for Rrelu {
    const ENTRY: Entry = Entry {
        name: "rrelu",
        usage: "rrelu [low L=0.125] [high H=0.3333333333333333]",
        summary: "negative numbers become α times as large, α drawn between L and H in training",
        formula: "x if x > 0, else α·x",
        is_activation: true,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let low = arguments.number_in("low", LOW, "any number", |_| true)?;
        let high = arguments.number_in("high", HIGH, "low or more", |high| high >= low)?;
        Ok(Self { low, high, shape: arguments.input })
    }
}

const LOW: f64 = 1.0 / 8.0;
const HIGH: f64 = 1.0 / 3.0;

impl Rrelu {
    fn mean(self) -> f64 {
        0.5 * (self.low + self.high)
    }
}

impl<T: Real> Layer<T> for Rrelu {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        format!("rrelu{}{}", option_text("low", self.low, LOW), option_text("high", self.high, HIGH))
    }

    fn output(&self) -> Shape {
        self.shape
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        Some(graph.add("LeakyRelu", &[input], vec![("alpha", Attribute::Float(self.mean()))]))
    }

    fn forward(&self, Forward { pass, input, output, memory, .. }: Forward<'_, T>) {
        if pass.phase == Phase::Predict {
            let mean = T::from_f64(self.mean());
            output.iter_mut().zip(input).for_each(|(y, &x)| *y = if x > T::zero() { x } else { mean * x });
            return;
        }
        let size = self.shape.len();
        let step = (self.high - self.low) / (1u64 << 32) as f64;
        let slopes = memory.saved.room(input.len());
        let samples = output.par_chunks_mut(size).zip(slopes.par_chunks_mut(size)).zip(input.par_chunks(size));
        samples.enumerate().for_each(|(sample, ((output, slopes), input))| {
            let mut generator = pass.generator(sample);
            for ((y, slope), &x) in output.iter_mut().zip(slopes).zip(input) {
                // Drawn for every number, so that none of them changes what the next ones get.
                let alpha = T::from_f64(self.low + step * f64::from(generator.next_u32()));
                *slope = if x > T::zero() { T::one() } else { alpha };
                *y = *slope * x;
            }
        });
    }

    fn backward(&self, Backward { pass, input, gradient, input_gradient, memory, .. }: Backward<'_, T>) {
        let pairs = input_gradient.iter_mut().zip(gradient);
        if pass.phase == Phase::Predict {
            let mean = T::from_f64(self.mean());
            pairs.zip(input).for_each(|((dx, &g), &x)| *dx = if x > T::zero() { g } else { mean * g });
        } else {
            pairs.zip(memory.saved.get()).for_each(|((dx, &g), &slope)| *dx = g * slope);
        }
    }
}
