use glassbox_simd::dispatch;
use glassbox_tensor::Tensor;
use rayon::prelude::*;

use super::loops::{Add, AddProducts, AddSquares, InputGradient, Stretch, fold, period, repeat};
use crate::layers::{Arguments, Entry, Kind, Layer, Parameter, Plain};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward, Pass};
use crate::{Error, Real, Shape};

/// Each group of neighbouring channels of a sample normalised to mean 0 and variance 1, then scaled and shifted channel
/// by channel: `y = γ·z + β`, `z = (x − μ)/√(σ² + ε)`.
///
/// `μ` and `σ²` are the mean and the variance (`Σ (x − μ)²/N`) of the `N = h·w·c/G` numbers of the group, in all pixels
/// of one sample. Other samples do not matter, so training and prediction are the same.
///
/// The derivation is that of [`BatchNorm`](super::BatchNorm), but `γ` differs within what shares a mean, so it belongs
/// to the gradient: with `g = ∂E/∂y`, `r = 1/√(σ² + ε)` and sums over the group, `∂E/∂xᵢ = r·(γᵢ·gᵢ − Σ γ·g/N −
/// zᵢ·Σ γ·g·z/N)`. Over a channel of all samples `∂E/∂β = Σ g` and `∂E/∂γ = Σ g·z`.
///
/// Source: Y. Wu, K. He, Group normalization (2018).
///
/// # Shape
/// `[n, h, w, c]` → `[n, h, w, c]`; `weight` (γ) and `bias` (β), both `[c, 1]`. `G` divides `c`.
#[derive(Clone, Debug)]
pub struct GroupNorm {
    shape: Shape,
    groups: usize,
    eps: f64,
}

impl<T: Real> Plain<T> for GroupNorm {
    fn plain_forward(&self, Forward { pass, input: x, output: y, parameters, .. }: Forward<'_, T>) {
        let [weight, bias] = [0, 1].map(|index: usize| parameters[index].as_slice());
        for sample in 0..pass.samples {
            for group in 0..self.groups {
                let (mean, r) = self.statistics(x, sample, group);
                for (i, c) in self.indices(sample, group) {
                    y[i] = weight[c] * (x[i] - mean) * r + bias[c];
                }
            }
        }
    }

    fn plain_backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input: x, gradient: g, input_gradient, parameters, parameter_gradients, .. } = back;
        let weight = parameters[0].as_slice();
        let n = T::from_f64(self.numbers() as f64);
        parameter_gradients.iter_mut().for_each(|gradient| gradient.as_mut_slice().fill(T::zero()));
        for sample in 0..pass.samples {
            for group in 0..self.groups {
                let (mean, r) = self.statistics(x, sample, group);
                let (mut sum, mut product) = (T::zero(), T::zero());
                for (i, c) in self.indices(sample, group) {
                    let z = (x[i] - mean) * r;
                    sum += weight[c] * g[i];
                    product += weight[c] * g[i] * z;
                    parameter_gradients[0].as_mut_slice()[c] += g[i] * z;
                    parameter_gradients[1].as_mut_slice()[c] += g[i];
                }
                for (i, c) in self.indices(sample, group) {
                    let z = (x[i] - mean) * r;
                    input_gradient[i] = r * (weight[c] * g[i] - sum / n - z * product / n);
                }
            }
        }
    }
}

impl GroupNorm {
    /// Channels of a group.
    fn width(&self) -> usize {
        self.shape.channels / self.groups
    }

    /// Numbers of a group in a sample: `N`.
    fn numbers(&self) -> usize {
        self.shape.pixels() * self.width()
    }

    /// The index of each number of a group in a sample, and its channel.
    fn indices(&self, sample: usize, group: usize) -> impl Iterator<Item = (usize, usize)> {
        let (shape, width) = (self.shape, self.width());
        (0..shape.pixels()).flat_map(move |pixel| {
            let first = sample * shape.len() + pixel * shape.channels;
            (group * width..(group + 1) * width).map(move |channel| (first + channel, channel))
        })
    }

    /// `μ` and `1/√(σ² + ε)` of a group in a sample.
    fn statistics<T: Real>(&self, x: &[T], sample: usize, group: usize) -> (T, T) {
        let numbers = || self.indices(sample, group).map(|(i, _)| x[i]);
        let n = T::from_f64(self.numbers() as f64);
        let mean = numbers().sum::<T>() / n;
        let variance = numbers().map(|x| (x - mean) * (x - mean)).sum::<T>() / n;
        (mean, T::one() / (variance + T::from_f64(self.eps)).sqrt())
    }

    /// Gives every channel of a group the sum over its channels, divided by `N`, and repeats the pixel.
    fn share<T: Real>(&self, sums: &mut [T]) {
        let n = T::from_f64(self.numbers() as f64);
        for group in sums[..self.shape.channels].chunks_exact_mut(self.width()) {
            let mean = group.iter().copied().sum::<T>() / n;
            group.fill(mean);
        }
        repeat(sums, self.shape.channels);
    }

    /// Writes `μ` and `1/√(σ² + ε)` of a sample, repeated to the length of the loops.
    fn measure<T: Real>(&self, pass: Pass, x: &[T], known: &mut [T]) {
        let (mean, scale) = known.split_at_mut(known.len() / 2);
        mean.fill(T::zero());
        dispatch(pass.level, Add { x, sums: mean });
        fold(mean, self.shape.channels);
        self.share(mean);
        scale.fill(T::zero());
        dispatch(pass.level, AddSquares { x, mean, sums: scale });
        fold(scale, self.shape.channels);
        self.share(scale);
        scale.iter_mut().for_each(|variance| *variance = T::one() / (*variance + T::from_f64(self.eps)).sqrt());
    }
}

impl Kind for GroupNorm {
    const ENTRY: Entry = Entry {
        name: "group-norm",
        usage: "group-norm G [eps E]",
        summary: "G groups of channels, each to mean 0 and variance 1 in a sample, then scaled and shifted (eps 1e-5)",
        formula: "y = γ·(x − μ)/√(σ² + ε) + β",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let eps = arguments.number_in("eps", 1e-5, "more than 0, at most 1", |eps| eps > 0.0 && eps <= 1.0)?;
        let (shape, groups) = (arguments.input, arguments.count("the number of groups")?);
        if !shape.channels.is_multiple_of(groups) {
            return Err(arguments.wrong(format!("{groups} groups of {} channels; it must divide them", shape.channels)));
        }
        Ok(Self { shape, groups, eps })
    }
}

impl<T: Real> Layer<T> for GroupNorm {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        let eps = if self.eps == 1e-5 { String::new() } else { format!(" eps {}", self.eps) };
        format!("group-norm {}{eps}", self.groups)
    }

    fn output(&self) -> Shape {
        self.shape
    }

    fn parameters(&self) -> Vec<Parameter> {
        let shape = [self.shape.channels, 1];
        vec![Parameter::constant("weight", &shape, 1.0), Parameter::constant("bias", &shape, 0.0)]
    }

    fn multiplications(&self) -> u64 {
        self.shape.len() as u64
    }

    fn plain(&self) -> Option<&dyn Plain<T>> {
        Some(self)
    }

    // The operator of that name is newer than the version that we write, so its parts stand here: each group as a
    // channel, normalised by itself, and back.
    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], parameters: &[Tensor<T>]) -> Option<String> {
        let (groups, channels) = (self.groups, self.shape.channels);
        let picture = graph.picture(input, self.shape);
        let in_groups = graph.whole(vec![0, groups as i64, -1]);
        let grouped = graph.add("Reshape", &[&picture, &in_groups], vec![]);
        let ones = graph.real(&[groups], vec![T::one(); groups]);
        let zeros = graph.real(&[groups], vec![T::zero(); groups]);
        let eps = vec![("epsilon", Attribute::Float(self.eps))];
        let normal = graph.add("InstanceNormalization", &[&grouped, &ones, &zeros], eps);
        let sides = [channels, self.shape.height, self.shape.width].map(|side| side as i64);
        let as_before = graph.whole([&[0], &sides[..]].concat());
        let normal = graph.add("Reshape", &[&normal, &as_before], vec![]);
        let [weight, bias] = [0, 1].map(|i: usize| graph.real(&[channels, 1, 1], parameters[i].as_slice().to_vec()));
        let scaled = graph.add("Mul", &[&normal, &weight], vec![]);
        let output = graph.add("Add", &[&scaled, &bias], vec![]);
        Some(graph.settle(output, self.shape))
    }

    fn needs_output(&self) -> bool {
        false
    }

    fn forward(&self, Forward { pass, input, output, parameters, memory, .. }: Forward<'_, T>) {
        let (c, size, period) = (self.shape.channels, self.shape.len(), period(self.shape.channels));
        let known = memory.saved.room(pass.samples * 2 * period).par_chunks_exact_mut(2 * period);
        let lines = memory.scratch.numbers.room(pass.samples * 2 * period).par_chunks_exact_mut(2 * period);
        let samples = output.par_chunks_mut(size).zip(input.par_chunks(size)).zip(known.zip(lines));
        samples.for_each(|((y, x), (known, lines))| {
            self.measure(pass, x, known);
            let (mean, scale) = known.split_at(period);
            let (stretch, bias) = lines.split_at_mut(period);
            for i in 0..c {
                stretch[i] = scale[i] * parameters[0].as_slice()[i];
                bias[i] = parameters[1].as_slice()[i];
            }
            repeat(stretch, c);
            repeat(bias, c);
            dispatch(pass.level, Stretch { x, mean, scale: stretch, bias, y });
        });
    }

    fn backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input, gradient, input_gradient, parameters, parameter_gradients, memory, .. } = back;
        let (c, size, period) = (self.shape.channels, self.shape.len(), period(self.shape.channels));
        let weight = parameters[0].as_slice();
        let known = memory.saved.get()[..pass.samples * 2 * period].par_chunks_exact(2 * period);
        // Of each channel of each sample: Σ g·(x − μ) and Σ g.
        let sums = memory.scratch.numbers.room(pass.samples * 2 * period);
        let samples = sums.par_chunks_exact_mut(2 * period).zip(known.clone());
        samples.zip(input.par_chunks(size).zip(gradient.par_chunks(size))).for_each(|((sums, known), (x, g))| {
            sums.fill(T::zero());
            let (products, sums) = sums.split_at_mut(period);
            dispatch(pass.level, AddProducts { x, g, mean: &known[..period], products, sums });
            fold(products, c);
            fold(sums, c);
        });
        let [of_weight, of_bias] = parameter_gradients else { unreachable!("a weight and a bias") };
        let (of_weight, of_bias) = (of_weight.as_mut_slice(), of_bias.as_mut_slice());
        of_weight.fill(T::zero());
        of_bias.fill(T::zero());
        for (sums, known) in sums.chunks_exact(2 * period).zip(memory.saved.get().chunks_exact(2 * period)) {
            for i in 0..c {
                of_weight[i] += sums[i] * known[period + i];
                of_bias[i] += sums[period + i];
            }
        }
        let lines = memory.scratch.more.room(pass.samples * 3 * period).par_chunks_exact_mut(3 * period);
        let samples = input_gradient.par_chunks_mut(size).zip(input.par_chunks(size).zip(gradient.par_chunks(size)));
        samples.zip(lines.zip(sums.par_chunks_exact(2 * period).zip(known))).for_each(
            |((input_gradient, (x, g)), (lines, (sums, known)))| {
                let (mean, scale) = known.split_at(period);
                let (stretch, rest) = lines.split_at_mut(period);
                let (tilt, shift) = rest.split_at_mut(period);
                for i in 0..c {
                    stretch[i] = weight[i] * scale[i];
                    tilt[i] = weight[i] * sums[i] * scale[i] * scale[i] * scale[i];
                    shift[i] = weight[i] * sums[period + i] * scale[i];
                }
                repeat(stretch, c);
                self.share(tilt);
                self.share(shift);
                dispatch(pass.level, InputGradient { x, g, mean, scale: stretch, tilt, shift, input_gradient });
            },
        );
    }
}
