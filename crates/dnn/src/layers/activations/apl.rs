use glassbox_simd::{Level, Task, dispatch};
use glassbox_tensor::Tensor;
use rayon::prelude::*;

use crate::layers::{Arguments, Entry, Kind, Layer, Parameter, Start};
use crate::onnx::Onnx;
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// A rectifier with S more bends, learned for each channel: `max(0, x) + Σₛ aₛ·max(0, bₛ − x)`. To begin with, the
/// slopes `a` are 0 and the bends `b` are drawn at random, because bends at one place would learn the same and stay
/// together.
///
/// Piece `s` matters where `x < bₛ`: there it adds `−aₛ` to `∂f/∂x`, `∂f/∂aₛ = bₛ − x` and `∂f/∂bₛ = aₛ`; elsewhere all
/// three are 0. The rectifier adds 1 to `∂f/∂x` where `x > 0`. A parameter meets every number of its channel, so its
/// gradient is the sum over pixels and samples.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h, w, c]`; `slope` (a), `bend` (b) `[S, c]`
///
/// F. Agostinelli et al., *Learning activation functions to improve deep neural networks* (2014).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apl {
    shape: Shape,
    pieces: usize,
}

const PIECES: usize = 2;
const MOST_PIECES: usize = 64;

impl Kind for Apl {
    const ENTRY: Entry = Entry {
        name: "apl",
        usage: "apl [pieces S=2]",
        summary: "a rectifier with S more bends, learned for each channel",
        formula: "max(0, x) + Σ a·max(0, b − x)",
        is_activation: true,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let pieces = arguments.count_option("pieces")?.unwrap_or(PIECES);
        if pieces > MOST_PIECES {
            return Err(arguments.wrong(format!("pieces is {pieces}; 1 to {MOST_PIECES} are allowed")));
        }
        Ok(Self { shape: arguments.input, pieces })
    }
}

impl<T: Real> Layer<T> for Apl {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        if self.pieces == PIECES { "apl".into() } else { format!("apl pieces {}", self.pieces) }
    }

    fn output(&self) -> Shape {
        self.shape
    }

    fn parameters(&self) -> Vec<Parameter> {
        let shape = [self.pieces, self.shape.channels];
        // As if six inputs led to six outputs: within about ±1 by the usual rules, where the numbers that come in are,
        // too.
        let start = Start::Random { fan_in: 6, fan_out: 6 };
        vec![
            Parameter::constant("slope", &shape, 0.0),
            Parameter { name: "bend", shape: shape.to_vec(), start, trained: true },
        ]
    }

    fn multiplications(&self) -> u64 {
        self.shape.len() as u64 * self.pieces as u64
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], parameters: &[Tensor<T>]) -> Option<String> {
        let c = self.shape.channels;
        let shape = super::channel_shape(self.shape, c);
        let mut sum = graph.add("Relu", &[input], vec![]);
        let [slopes, bends] = [0, 1].map(|k| parameters[k].as_slice().chunks_exact(c));
        for (slope, bend) in slopes.zip(bends) {
            let [slope, bend] = [slope, bend].map(|numbers| graph.real(&shape, numbers.to_vec()));
            let rest = graph.add("Sub", &[&bend, input], vec![]);
            let above = graph.add("Relu", &[&rest], vec![]);
            let piece = graph.add("Mul", &[&above, &slope], vec![]);
            sum = graph.add("Add", &[&sum, &piece], vec![]);
        }
        Some(sum)
    }

    fn forward(&self, Forward { pass, input, output, parameters, .. }: Forward<'_, T>) {
        let c = self.shape.channels;
        let [slopes, bends] = [0, 1].map(|k| parameters[k].as_slice());
        output.par_chunks_mut(self.shape.len()).zip(input.par_chunks(self.shape.len())).for_each(|(output, input)| {
            dispatch(pass.level, Values { c, slopes, bends, input, output });
        });
    }

    fn backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input, gradient, input_gradient, parameters, parameter_gradients, .. } = back;
        let (c, size) = (self.shape.channels, self.shape.len());
        let [slopes, bends] = [0, 1].map(|k| parameters[k].as_slice());
        let samples = input_gradient.par_chunks_mut(size).zip(input.par_chunks(size)).zip(gradient.par_chunks(size));
        samples.for_each(|((input_gradient, input), gradient)| {
            dispatch(pass.level, InputGradient { c, slopes, bends, input, gradient, input_gradient });
        });
        let [slope_sums, bend_sums] = parameter_gradients else { return };
        // A piece a task, each over all samples, so that no partial sums are left to add.
        let pieces = slope_sums.as_mut_slice().par_chunks_mut(c).zip(bend_sums.as_mut_slice().par_chunks_mut(c));
        pieces.zip(slopes.par_chunks(c).zip(bends.par_chunks(c))).for_each(
            |((slope_sums, bend_sums), (slopes, bends))| {
                dispatch(pass.level, Sums { slopes, bends, input, gradient, slope_sums, bend_sums });
            },
        );
    }
}

/// `max(0, x)`, NaN staying what it is.
#[inline(always)]
fn positive<T: Real>(x: T) -> T {
    if x < T::zero() { T::zero() } else { x }
}

struct Values<'a, T> {
    c: usize,
    slopes: &'a [T],
    bends: &'a [T],
    input: &'a [T],
    output: &'a mut [T],
}

impl<T: Real> Task for Values<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        let c = self.c;
        for (output, input) in self.output.chunks_exact_mut(c).zip(self.input.chunks_exact(c)) {
            for i in 0..c {
                output[i] = positive(input[i]);
            }
            for (slopes, bends) in self.slopes.chunks_exact(c).zip(self.bends.chunks_exact(c)) {
                for i in 0..c {
                    output[i] += slopes[i] * positive(bends[i] - input[i]);
                }
            }
        }
    }
}

struct InputGradient<'a, T> {
    c: usize,
    slopes: &'a [T],
    bends: &'a [T],
    input: &'a [T],
    gradient: &'a [T],
    input_gradient: &'a mut [T],
}

impl<T: Real> Task for InputGradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        let c = self.c;
        let rows = self.input.chunks_exact(c).zip(self.gradient.chunks_exact(c));
        for (input_gradient, (input, gradient)) in self.input_gradient.chunks_exact_mut(c).zip(rows) {
            for i in 0..c {
                input_gradient[i] = if input[i] > T::zero() { gradient[i] } else { T::zero() };
            }
            for (slopes, bends) in self.slopes.chunks_exact(c).zip(self.bends.chunks_exact(c)) {
                for i in 0..c {
                    input_gradient[i] -= if input[i] < bends[i] { gradient[i] * slopes[i] } else { T::zero() };
                }
            }
        }
    }
}

/// The gradients of one piece's parameters.
struct Sums<'a, T> {
    slopes: &'a [T],
    bends: &'a [T],
    input: &'a [T],
    gradient: &'a [T],
    slope_sums: &'a mut [T],
    bend_sums: &'a mut [T],
}

impl<T: Real> Task for Sums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        let Self { slopes, bends, input, gradient, slope_sums, bend_sums } = self;
        let c = slopes.len();
        slope_sums.fill(T::zero());
        bend_sums.fill(T::zero());
        for (input, gradient) in input.chunks_exact(c).zip(gradient.chunks_exact(c)) {
            for i in 0..c {
                let rest = bends[i] - input[i];
                let matters = rest > T::zero();
                slope_sums[i] += if matters { gradient[i] * rest } else { T::zero() };
                bend_sums[i] += if matters { gradient[i] * slopes[i] } else { T::zero() };
            }
        }
    }
}
