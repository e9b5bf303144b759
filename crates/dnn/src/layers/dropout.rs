use glassbox_tensor::{Tensor, quoted};
use rand::Rng;
use rayon::prelude::*;

use super::{Arguments, Entry, Kind, Layer, Notation, Relation};
use crate::onnx::Onnx;
use crate::pass::{Backward, Forward, Phase};
use crate::{Error, Real, Shape};

/// In training, each number becomes 0 with probability P and `x / (1 − P)` otherwise, which keeps its expected value,
/// so that no node can rely on another. In prediction every number passes unchanged.
///
/// The derivation: `y = m·x` with `m` either 0 or `1 / (1 − P)`, drawn independently of `x`, so `∂E/∂x = m·∂E/∂y` with
/// the same `m`.
///
/// # Shape
/// `[n, …]` → `[n, …]`
///
/// N. Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting* (2014).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    /// 0 … 1, 1 excluded.
    pub probability: f64,
    shape: Shape,
}

impl Kind for Dropout {
    const ENTRY: Entry = Entry {
        name: "dropout",
        usage: "dropout P",
        summary: "drops each number with probability P in training, so that no node relies on another",
        formula: "0 with probability P, else x / (1 − P)",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let word = arguments.word("the probability")?;
        match word.parse() {
            Ok(probability) if (0.0..1.0).contains(&probability) => Ok(Self { probability, shape: arguments.input }),
            _ => {
                Err(arguments
                    .wrong(format!("the probability is {}; 0 or more and less than 1 is allowed", quoted(word))))
            }
        }
    }
}

impl<T: Real> Layer<T> for Dropout {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        format!("dropout {}", self.probability)
    }

    fn output(&self) -> Shape {
        self.shape
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        Some(graph.add("Identity", &[input], vec![]))
    }

    fn relation(&self, _: Notation) -> Option<Relation> {
        Some(Relation::Same)
    }

    fn needs_output(&self) -> bool {
        false
    }

    fn forward(&self, Forward { pass, input, output, memory, .. }: Forward<'_, T>) {
        if pass.phase == Phase::Predict {
            output.copy_from_slice(input);
            return;
        }
        let size = self.shape.len();
        // The number of the 2³² words of a draw that drop a number: P to within 2⁻³³.
        let threshold = (self.probability * (1u64 << 32) as f64).round() as u64;
        let kept_factor = T::from_f64(1.0 / (1.0 - self.probability));
        let factors = memory.saved.room(input.len());
        let samples = output.par_chunks_mut(size).zip(factors.par_chunks_mut(size)).zip(input.par_chunks(size));
        samples.enumerate().for_each(|(sample, ((output, factors), input))| {
            let mut generator = pass.generator(sample);
            for factor in &mut *factors {
                let drops = u64::from(generator.next_u32()) < threshold;
                *factor = if drops { T::zero() } else { kept_factor };
            }
            output.iter_mut().zip(factors).zip(input).for_each(|((y, &mut factor), &x)| *y = factor * x);
        });
    }

    fn backward(&self, Backward { pass, gradient, input_gradient, memory, .. }: Backward<'_, T>) {
        if input_gradient.is_empty() {
            return;
        }
        if pass.phase == Phase::Predict {
            input_gradient.copy_from_slice(gradient);
            return;
        }
        let pairs = input_gradient.iter_mut().zip(gradient).zip(memory.saved.get());
        pairs.for_each(|((dx, &g), &factor)| *dx = factor * g);
    }
}
