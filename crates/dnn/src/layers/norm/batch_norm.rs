use glassbox_simd::{Aligned, dispatch};
use glassbox_tensor::Tensor;
use rayon::prelude::*;

use super::loops::{Add, AddProducts, AddSquares, InputGradient, Stretch, fold, period, repeat};
use crate::layers::sums::sum_samples;
use crate::layers::{Arguments, Entry, Kind, Layer, Parameter, Plain, Start};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward, Memory, Pass, Phase};
use crate::{Error, Real, Shape};

/// Each channel normalised to mean 0 and variance 1 over the batch, then scaled and shifted: `y = γ·z + β`, `z = (x −
/// μ)/√(σ² + ε)`.
///
/// In training `μ` and `σ²` are the mean and the variance (`Σ (x − μ)²/N`) of the `N` numbers of the channel, in all
/// pixels of all samples of the batch. Prediction uses a running mean and variance, which move by `momentum` towards
/// those of each batch; here the variance of the batch is `Σ (x − μ)²/(N − 1)`, as in PyTorch. With one number a
/// channel that variance is undefined, and the running one stays.
///
/// The derivation, with `g = ∂E/∂y`: `∂E/∂β = Σ g` and `∂E/∂γ = Σ g·z`, as for any line. In training a number matters
/// in three ways: as itself, through the mean and through the variance. With `r = 1/√(σ² + ε)`: `∂zₖ/∂xᵢ = r·(δᵢₖ −
/// 1/N) + (xₖ − μ)·∂r/∂xᵢ`, where `∂σ²/∂xᵢ = 2·(xᵢ − μ)/N` and so `∂r/∂xᵢ = −½·r³·2·(xᵢ − μ)/N = −r²·zᵢ/N`; together
/// `∂zₖ/∂xᵢ = r·(δᵢₖ − 1/N − zᵢ·zₖ/N)`. Summed over `k`: `∂E/∂xᵢ = γ·r·(gᵢ − (∂E/∂β)/N − zᵢ·(∂E/∂γ)/N)`. In prediction
/// `μ` and `σ²` are fixed, and `∂E/∂xᵢ = γ·r·gᵢ`.
///
/// Source: S. Ioffe, C. Szegedy, Batch normalization: accelerating deep network training by reducing internal covariate
/// shift (2015).
///
/// # Shape
/// `[n, h, w, c]` → `[n, h, w, c]`; `weight` (γ), `bias` (β), and, not trained, `mean` and `variance`, all `[c, 1]`.
#[derive(Clone, Debug)]
pub struct BatchNorm {
    shape: Shape,
    eps: f64,
    momentum: f64,
}

impl<T: Real> Plain<T> for BatchNorm {
    fn plain_forward(&self, Forward { pass, input: x, output: y, parameters, .. }: Forward<'_, T>) {
        let c = self.shape.channels;
        for channel in 0..c {
            let (mean, r) = self.statistics(pass, x, parameters, channel);
            let [weight, bias] = [0, 1].map(|index: usize| parameters[index].as_slice()[channel]);
            for i in (channel..y.len()).step_by(c) {
                y[i] = weight * (x[i] - mean) * r + bias;
            }
        }
    }

    fn plain_backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input: x, gradient: g, input_gradient, parameters, parameter_gradients, .. } = back;
        let c = self.shape.channels;
        let n = T::from_f64((x.len() / c) as f64);
        for channel in 0..c {
            let (mean, r) = self.statistics(pass, x, parameters, channel);
            let (weight, mut weight_gradient, mut bias_gradient) =
                (parameters[0].as_slice()[channel], T::zero(), T::zero());
            for i in (channel..x.len()).step_by(c) {
                weight_gradient += g[i] * (x[i] - mean) * r;
                bias_gradient += g[i];
            }
            for i in (channel..x.len()).step_by(c) {
                let z = (x[i] - mean) * r;
                input_gradient[i] = match pass.phase {
                    Phase::Train => weight * r * (g[i] - bias_gradient / n - z * weight_gradient / n),
                    Phase::Predict => weight * r * g[i],
                };
            }
            parameter_gradients[0].as_mut_slice()[channel] = weight_gradient;
            parameter_gradients[1].as_mut_slice()[channel] = bias_gradient;
        }
    }
}

impl BatchNorm {
    /// `μ` and `1/√(σ² + ε)` of a channel: those of the batch in training, the running ones in prediction.
    fn statistics<T: Real>(&self, pass: Pass, x: &[T], parameters: &[Tensor<T>], channel: usize) -> (T, T) {
        let numbers = || x.iter().skip(channel).step_by(self.shape.channels).copied();
        let n = T::from_f64((x.len() / self.shape.channels) as f64);
        let (mean, variance) = match pass.phase {
            Phase::Train => {
                let mean = numbers().sum::<T>() / n;
                (mean, numbers().map(|x| (x - mean) * (x - mean)).sum::<T>() / n)
            }
            Phase::Predict => (parameters[2].as_slice()[channel], parameters[3].as_slice()[channel]),
        };
        (mean, T::one() / (variance + T::from_f64(self.eps)).sqrt())
    }
}

impl Kind for BatchNorm {
    const ENTRY: Entry = Entry {
        name: "batch-norm",
        usage: "batch-norm [eps E] [momentum M]",
        summary: "each channel to mean 0 and variance 1 over the batch, then scaled and shifted (eps 1e-5, \
                  momentum 0.1)",
        formula: "y = γ·(x − μ)/√(σ² + ε) + β",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let eps = arguments.number_in("eps", 1e-5, "more than 0, at most 1", |eps| eps > 0.0 && eps <= 1.0)?;
        let momentum = arguments.number_in("momentum", 0.1, "0 to 1", |momentum| (0.0..=1.0).contains(&momentum))?;
        Ok(Self { shape: arguments.input, eps, momentum })
    }
}

/// The state of a training pass: mean, 1/√(variance + ε) and unbiased variance of each channel, each repeated to the
/// length of the loops, and the numbers a channel.
fn saved<T: Real>(memory: &[T], period: usize) -> ([&[T]; 3], T) {
    let (mean, rest) = memory.split_at(period);
    let (scale, rest) = rest.split_at(period);
    let (variance, rest) = rest.split_at(period);
    ([mean, scale, variance], rest[0])
}

impl BatchNorm {
    /// Measures a batch into the memory that [`saved`] reads.
    ///
    /// Squared distances are taken from each sample's own mean `mₛ` over its `n` pixels, while the sample is in the
    /// cache: `Σ (x − μ)² = Σₛ (Σ (x − mₛ)² + n·(mₛ − μ)²)`.
    fn measure<T: Real>(&self, pass: Pass, input: &[T], memory: &mut Memory<T>) {
        let (c, size, pixels) = (self.shape.channels, self.shape.len(), T::from_f64(self.shape.pixels() as f64));
        let period = period(c);
        let looks = memory.scratch.numbers.room(pass.samples * 2 * period);
        let each = looks.par_chunks_exact_mut(2 * period).zip(input.par_chunks_exact(size));
        each.with_min_len(4).for_each(|(look, x)| {
            look.fill(T::zero());
            let (mean, sums) = look.split_at_mut(period);
            dispatch(pass.level, Add { x, sums: mean });
            fold(mean, c);
            mean.iter_mut().for_each(|mean| *mean /= pixels);
            dispatch(pass.level, AddSquares { x, mean, sums });
            fold(sums, c);
        });
        let looks = || looks.chunks_exact(2 * period).map(|look| look.split_at(period));
        let (samples, count) = (T::from_f64(pass.samples as f64), T::from_f64(pass.samples as f64) * pixels);
        let (mean, rest) = memory.saved.room(3 * period + 1).split_at_mut(period);
        let (scale, rest) = rest.split_at_mut(period);
        for i in 0..c {
            mean[i] = looks().map(|(mean, _)| mean[i]).fold(T::zero(), |sum, mean| sum + mean) / samples;
            let squares = looks().fold(T::zero(), |sum, (means, squares)| {
                let distance = means[i] - mean[i];
                sum + (squares[i] + pixels * distance * distance)
            });
            scale[i] = T::one() / (squares / count + T::from_f64(self.eps)).sqrt();
            rest[i] = squares / (count - T::one()).max(T::one());
        }
        repeat(mean, c);
        repeat(scale, c);
        rest[period] = count;
    }

    /// The mean and 1/√(variance + ε) that hold in prediction.
    fn learned<'a, T: Real>(&self, parameters: &[Tensor<T>], scratch: &'a mut Aligned<T>) -> [&'a [T]; 2] {
        let (c, period) = (self.shape.channels, period(self.shape.channels));
        let (mean, scale) = scratch.room(2 * period).split_at_mut(period);
        mean[..c].copy_from_slice(parameters[2].as_slice());
        for (scale, &variance) in scale.iter_mut().zip(parameters[3].as_slice()) {
            *scale = T::one() / (variance + T::from_f64(self.eps)).sqrt();
        }
        repeat(mean, c);
        repeat(scale, c);
        [mean, scale]
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

    fn plain(&self) -> Option<&dyn Plain<T>> {
        Some(self)
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
        let (c, size, period) = (self.shape.channels, self.shape.len(), period(self.shape.channels));
        let [mean, scale] = match pass.phase {
            Phase::Train => {
                self.measure(pass, input, memory);
                let ([mean, scale, _], _) = saved(memory.saved.get(), period);
                [mean, scale]
            }
            Phase::Predict => self.learned(parameters, &mut memory.scratch.numbers),
        };
        let (stretch, bias) = memory.scratch.more.room(2 * period).split_at_mut(period);
        for i in 0..c {
            stretch[i] = scale[i] * parameters[0].as_slice()[i];
            bias[i] = parameters[1].as_slice()[i];
        }
        repeat(stretch, c);
        repeat(bias, c);
        output.par_chunks_mut(size).zip(input.par_chunks(size)).with_min_len(4).for_each(|(y, x)| {
            dispatch(pass.level, Stretch { x, mean, scale: stretch, bias, y });
        });
    }

    fn backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input, gradient, input_gradient, parameters, parameter_gradients, memory, .. } = back;
        let (c, size, period) = (self.shape.channels, self.shape.len(), period(self.shape.channels));
        let known;
        // In prediction the mean and the variance are fixed, so nothing is subtracted.
        let ([mean, scale], share) = match pass.phase {
            Phase::Train => {
                let ([mean, scale, _], count) = saved(memory.saved.get(), period);
                ([mean, scale], T::one() / count)
            }
            Phase::Predict => {
                known = self.learned(parameters, &mut memory.saved);
                (known, T::zero())
            }
        };
        let sums = sum_samples(pass.samples, 2 * period, &mut memory.scratch.numbers, |index, sums| {
            let (products, sums) = sums.split_at_mut(period);
            let sample = index * size..(index + 1) * size;
            let (x, g) = (&input[sample.clone()], &gradient[sample]);
            dispatch(pass.level, AddProducts { x, g, mean, products, sums });
            fold(products, c);
            fold(sums, c);
        });
        let (products, sums) = sums.split_at(period);
        let lines = memory.scratch.more.room(3 * period);
        let (stretch, rest) = lines.split_at_mut(period);
        let (tilt, shift) = rest.split_at_mut(period);
        for i in 0..c {
            let of_weight = products[i] * scale[i];
            parameter_gradients[0].as_mut_slice()[i] = of_weight;
            parameter_gradients[1].as_mut_slice()[i] = sums[i];
            stretch[i] = parameters[0].as_slice()[i] * scale[i];
            tilt[i] = stretch[i] * scale[i] * of_weight * share;
            shift[i] = stretch[i] * sums[i] * share;
        }
        for line in [&mut *stretch, &mut *tilt, &mut *shift] {
            repeat(line, c);
        }
        let (scale, tilt, shift) = (&*stretch, &*tilt, &*shift);
        let samples = input_gradient.par_chunks_mut(size).zip(input.par_chunks(size).zip(gradient.par_chunks(size)));
        samples.with_min_len(4).for_each(|(input_gradient, (x, g))| {
            dispatch(pass.level, InputGradient { x, g, mean, scale, tilt, shift, input_gradient });
        });
    }

    fn observe(&self, parameters: &mut [Tensor<T>], memory: &Memory<T>) {
        let ([mean, _, variance], count) = saved(memory.saved.get(), period(self.shape.channels));
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
