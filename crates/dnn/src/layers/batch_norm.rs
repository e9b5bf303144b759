use glassbox_tensor::Tensor;
use rayon::prelude::*;

use super::sums::sum_samples;
use super::{Arguments, Entry, Kind, Layer, Parameter, Start};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward, Memory, Phase, room};
use crate::{Error, Real, Shape};

/// Each channel brought to mean 0 and variance 1 over the batch, then stretched and moved as is learned: `y = γ·z + β`,
/// `z = (x − μ)/√(σ² + ε)`.
///
/// In training `μ` and `σ²` are the mean and the variance (`Σ (x − μ)²/N`) of the `N` numbers that the channel has in all pixels of all samples
/// of the batch. Prediction takes a running mean and variance, which move by `momentum` towards those of each batch; the variance of the batch is
/// then `Σ (x − μ)²/(N − 1)`, as in PyTorch. With one number a channel that variance is unknown, and the running one stays.
///
/// The derivation, with `g = ∂E/∂y`: `∂E/∂β = Σ g` and `∂E/∂γ = Σ g·z`, as for any line. In training a number matters in three ways: as itself,
/// through the mean and through the variance. With `r = 1/√(σ² + ε)`: `∂zₖ/∂xᵢ = r·(δᵢₖ − 1/N) + (xₖ − μ)·∂r/∂xᵢ`, where
/// `∂σ²/∂xᵢ = 2·(xᵢ − μ)/N` and so `∂r/∂xᵢ = −½·r³·2·(xᵢ − μ)/N = −r²·zᵢ/N`; together `∂zₖ/∂xᵢ = r·(δᵢₖ − 1/N − zᵢ·zₖ/N)`. Summed over `k`:
/// `∂E/∂xᵢ = γ·r·(gᵢ − (∂E/∂β)/N − zᵢ·(∂E/∂γ)/N)`. In prediction `μ` and `σ²` are fixed, and `∂E/∂xᵢ = γ·r·gᵢ`.
///
/// Source: S. Ioffe, C. Szegedy, Batch normalization: accelerating deep network training by reducing internal covariate shift (2015).
///
/// # Shape
/// `[n, h, w, c]` → `[n, h, w, c]`; `weight` (γ), `bias` (β), and, not trained, `mean` and `variance`, all `[c, 1]`.
#[derive(Clone, Debug)]
pub struct BatchNorm {
    shape: Shape,
    eps: f64,
    momentum: f64,
}

impl Kind for BatchNorm {
    const ENTRY: Entry = Entry {
        name: "batch-norm",
        usage: "batch-norm [eps E] [momentum M]",
        summary: "each channel to mean 0 and variance 1 over the batch, then stretched and moved as learned (eps 1e-5, momentum 0.1)",
        formula: "y = γ·(x − μ)/√(σ² + ε) + β",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let eps = arguments.number_in("eps", 1e-5, "more than 0, at most 1", |eps| eps > 0.0 && eps <= 1.0)?;
        let momentum = arguments.number_in("momentum", 0.1, "0 to 1", |momentum| (0.0..=1.0).contains(&momentum))?;
        Ok(Self { shape: arguments.input, eps, momentum })
    }
}

/// What a training pass keeps: mean, 1/√(variance + ε) and unbiased variance of each channel, and how many numbers each had.
fn kept<T: Real>(memory: &[T], channels: usize) -> ([&[T]; 3], T) {
    let (mean, rest) = memory.split_at(channels);
    let (scale, rest) = rest.split_at(channels);
    let (variance, rest) = rest.split_at(channels);
    ([mean, scale, variance], rest[0])
}

impl BatchNorm {
    /// Looks at a batch; leaves what [`kept`] takes apart.
    fn look<T: Real>(&self, samples: usize, input: &[T], memory: &mut Memory<T>) {
        let (c, size) = (self.shape.channels, self.shape.len());
        let sample = |index: usize| input[index * size..][..size].chunks_exact(c);
        let count = T::from_f64((samples * self.shape.pixels()) as f64);
        let (mean, rest) = room(&mut memory.kept, 3 * c + 1).split_at_mut(c);
        let sums = sum_samples(samples, c, &mut memory.scratch, |index, sums| {
            for pixel in sample(index) {
                sums.iter_mut().zip(pixel).for_each(|(sum, &x)| *sum += x);
            }
        });
        mean.iter_mut().zip(sums).for_each(|(mean, &sum)| *mean = sum / count);
        let mean = &*mean;
        let squares = sum_samples(samples, c, &mut memory.scratch, |index, sums| {
            for pixel in sample(index) {
                sums.iter_mut()
                    .zip(pixel.iter().zip(mean))
                    .for_each(|(sum, (&x, &mean))| *sum += (x - mean) * (x - mean));
            }
        });
        let (scale, rest) = rest.split_at_mut(c);
        for (i, &squares) in squares.iter().enumerate() {
            scale[i] = T::one() / (squares / count + T::from_f64(self.eps)).sqrt();
            rest[i] = squares / (count - T::one()).max(T::one());
        }
        rest[c] = count;
    }

    /// The mean and 1/√(variance + ε) that hold in prediction.
    fn learned<'a, T: Real>(&self, parameters: &'a [Tensor<T>], scratch: &'a mut Vec<T>) -> [&'a [T]; 2] {
        let scale = room(scratch, self.shape.channels);
        for (scale, &variance) in scale.iter_mut().zip(parameters[3].as_slice()) {
            *scale = T::one() / (variance + T::from_f64(self.eps)).sqrt();
        }
        [parameters[2].as_slice(), scale]
    }
}

impl<T: Real> Layer<T> for BatchNorm {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        let mut text = String::from("batch-norm");
        if self.eps != 1e-5 {
            text += &format!(" eps {}", self.eps);
        }
        if self.momentum != 0.1 {
            text += &format!(" momentum {}", self.momentum);
        }
        text
    }

    fn output(&self) -> Shape {
        self.shape
    }

    fn parameters(&self) -> Vec<Parameter> {
        let shape = [self.shape.channels, 1];
        let seen = |name, value| Parameter { name, shape: shape.to_vec(), start: Start::Value(value), trained: false };
        vec![
            Parameter::constant("weight", &shape, 1.0),
            Parameter::constant("bias", &shape, 0.0),
            seen("mean", 0.0),
            seen("variance", 1.0),
        ]
    }

    fn multiplications(&self) -> u64 {
        self.shape.len() as u64
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], parameters: &[Tensor<T>]) -> Option<String> {
        let list = |parameter: &Tensor<T>| graph.real(&[self.shape.channels], parameter.as_slice().to_vec());
        let names: Vec<_> = parameters.iter().map(list).collect();
        let inputs: Vec<_> = std::iter::once(input).chain(names.iter().map(String::as_str)).collect();
        Some(graph.add("BatchNormalization", &inputs, vec![("epsilon", Attribute::Float(self.eps))]))
    }

    fn takes_parts(&self) -> bool {
        false
    }

    fn needs_output(&self) -> bool {
        false
    }

    fn forward(&self, Forward { pass, input, output, parameters, memory, .. }: Forward<'_, T>) {
        let (c, size) = (self.shape.channels, self.shape.len());
        let [mean, scale] = match pass.phase {
            Phase::Train => {
                self.look(pass.samples, input, memory);
                let ([mean, scale, _], _) = kept(&memory.kept, c);
                [mean, scale]
            }
            Phase::Predict => self.learned(parameters, &mut memory.scratch),
        };
        let [weight, bias] = [0, 1].map(|index: usize| parameters[index].as_slice());
        output.par_chunks_mut(size).zip(input.par_chunks(size)).with_min_len(4).for_each(|(output, input)| {
            for (y, x) in output.chunks_exact_mut(c).zip(input.chunks_exact(c)) {
                for i in 0..c {
                    y[i] = (x[i] - mean[i]) * (scale[i] * weight[i]) + bias[i];
                }
            }
        });
    }

    fn backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input, gradient, input_gradient, parameters, parameter_gradients, memory, .. } = back;
        let (c, size, is_training) = (self.shape.channels, self.shape.len(), pass.phase == Phase::Train);
        let ([mean, scale], count) = if is_training {
            let ([mean, scale, _], count) = kept(&memory.kept, c);
            ([mean, scale], count)
        } else {
            (self.learned(parameters, &mut memory.more), T::one())
        };
        let sums = sum_samples(pass.samples, 2 * c, &mut memory.scratch, |index, sums| {
            let (of_weight, of_bias) = sums.split_at_mut(c);
            let sample = index * size..(index + 1) * size;
            for (x, g) in input[sample.clone()].chunks_exact(c).zip(gradient[sample].chunks_exact(c)) {
                for i in 0..c {
                    of_weight[i] += g[i] * ((x[i] - mean[i]) * scale[i]);
                    of_bias[i] += g[i];
                }
            }
        });
        let (of_weight, of_bias) = sums.split_at(c);
        parameter_gradients[0].as_mut_slice().copy_from_slice(of_weight);
        parameter_gradients[1].as_mut_slice().copy_from_slice(of_bias);
        // Of what does not move with the batch, nothing is taken away.
        let share = if is_training { T::one() / count } else { T::zero() };
        let weight = parameters[0].as_slice();
        let samples = input_gradient.par_chunks_mut(size).zip(input.par_chunks(size).zip(gradient.par_chunks(size)));
        samples.with_min_len(4).for_each(|(slopes, (input, gradient))| {
            let known = input.chunks_exact(c).zip(gradient.chunks_exact(c));
            for (slopes, (x, g)) in slopes.chunks_exact_mut(c).zip(known) {
                for i in 0..c {
                    let z = (x[i] - mean[i]) * scale[i];
                    slopes[i] = weight[i] * scale[i] * (g[i] - (of_bias[i] + z * of_weight[i]) * share);
                }
            }
        });
    }

    fn observe(&self, parameters: &mut [Tensor<T>], memory: &Memory<T>) {
        let ([mean, _, variance], count) = kept(&memory.kept, self.shape.channels);
        let momentum = T::from_f64(self.momentum);
        let mut approach = |parameter: usize, numbers: &[T]| {
            let running = parameters[parameter].as_mut_slice().iter_mut();
            running.zip(numbers).for_each(|(running, &number)| *running += (number - *running) * momentum);
        };
        approach(2, mean);
        if count > T::one() {
            approach(3, variance);
        }
    }
}
