//! Activations with trained parameters: the same function everywhere, its parameters the channel's.

use glassbox_simd::{Aligned, Level, Task, dispatch};
use glassbox_tensor::Tensor;
use rayon::prelude::*;

use super::CHUNK;
use crate::layers::{Arguments, Entry, Kind, Layer, Parameter};
use crate::onnx::Onnx;
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// Numbers that lie side by side at least while parameters are looked up.
const WIDTH: usize = 64;

/// A function of one number and `N` parameters, with its derivatives by all of them.
pub trait Bent<const N: usize>: Copy + std::fmt::Debug + Send + Sync + Sized + 'static {
    /// Its entry in the registry.
    const ENTRY: Entry;

    /// The names of its parameters and what they are to begin with.
    const PARAMETERS: [(&'static str, f64); N];

    /// Reads the words after its name.
    ///
    /// # Errors
    /// If it is not what the function takes.
    fn parse(arguments: &mut Arguments) -> Result<Self, Error>;

    /// The words that were read.
    fn text(self) -> String {
        Self::ENTRY.name.into()
    }

    /// Whether all channels have the same parameters.
    fn shared(self) -> bool;

    /// `f(x, p)` in ONNX operators, `x` being a value's name; gives back the name of `f(x, p)`. As constants, the
    /// parameters are of `shape`, which meets the channels of `x`.
    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str, parameters: [&[T]; N], shape: &[usize]) -> String;

    /// `f(x, p)`. Mark it `#[inline(always)]`, as the derivatives.
    fn value<T: Real>(self, x: T, p: [T; N]) -> T;

    /// `∂f/∂x` and `∂f/∂p`.
    fn derivatives<T: Real>(self, x: T, p: [T; N]) -> (T, [T; N]);
}

/// A bent function as a layer: `y = f(x, p)`, `p` being those of the channel, or the same for all.
///
/// The derivation: a number meets its own output only, so `∂E/∂x = ∂E/∂y·∂f/∂x`; a parameter meets every number of its
/// channel, in every pixel and sample, so `∂E/∂p = Σ ∂E/∂y·∂f/∂p` over these.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h, w, c]`; each parameter `[c]`, or `[1]`
#[derive(Clone, Copy, Debug)]
pub struct Trained<F, const N: usize> {
    function: F,
    shape: Shape,
}

impl<F: Bent<N>, const N: usize> Kind for Trained<F, N> {
    const ENTRY: Entry = F::ENTRY;

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { function: F::parse(arguments)?, shape: arguments.input })
    }
}

impl<F: Bent<N>, const N: usize> Trained<F, N> {
    /// Numbers of each parameter.
    fn unit(&self) -> usize {
        if self.function.shared() { 1 } else { self.shape.channels }
    }

    /// Numbers that are taken side by side: the channels, several times over if they are few, so that loops are long.
    fn width(&self) -> usize {
        self.unit() * WIDTH.div_ceil(self.unit())
    }

    /// Numbers of one task: whole rows of `width`, enough that the sums of a task are few beside them.
    fn chunk(&self) -> usize {
        self.width() * (CHUNK / self.width()).max(16)
    }

    /// The parameters, each as often as it takes to fill `width`.
    fn spread<'a, T: Real>(&self, parameters: &[Tensor<T>], scratch: &'a mut Aligned<T>) -> &'a [T] {
        let spread = scratch.room(N * self.width());
        for (row, parameter) in spread.chunks_exact_mut(self.width()).zip(parameters) {
            row.chunks_exact_mut(self.unit()).for_each(|place| place.copy_from_slice(parameter.as_slice()));
        }
        spread
    }
}

impl<F: Bent<N>, const N: usize, T: Real> Layer<T> for Trained<F, N> {
    fn entry(&self) -> &'static Entry {
        &F::ENTRY
    }

    fn text(&self) -> String {
        self.function.text()
    }

    fn output(&self) -> Shape {
        self.shape
    }

    fn parameters(&self) -> Vec<Parameter> {
        F::PARAMETERS.iter().map(|&(name, start)| Parameter::constant(name, &[self.unit()], start)).collect()
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], parameters: &[Tensor<T>]) -> Option<String> {
        let shape = super::channel_shape(self.shape, self.unit());
        let numbers = std::array::from_fn(|k| parameters[k].as_slice());
        Some(self.function.onnx(graph, input, numbers, &shape))
    }

    fn forward(&self, Forward { pass, input, output, parameters, memory, .. }: Forward<'_, T>) {
        let (function, width, chunk) = (self.function, self.width(), self.chunk());
        let parameters = self.spread(parameters, &mut memory.scratch.numbers);
        output.par_chunks_mut(chunk).zip(input.par_chunks(chunk)).for_each(|(output, input)| {
            dispatch(pass.level, Values::<F, T, N> { function, width, parameters, input, output });
        });
    }

    fn backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input, gradient, input_gradient, parameters, parameter_gradients, memory, .. } = back;
        let (function, width, chunk) = (self.function, self.width(), self.chunk());
        let spread = self.spread(parameters, &mut memory.scratch.numbers);
        // Each task has its own sums, added in order afterwards, so that the number of threads changes no bit.
        let sums = memory.scratch.more.room(input.len().div_ceil(chunk) * N * width);
        let known = input.par_chunks(chunk).zip(gradient.par_chunks(chunk)).zip(sums.par_chunks_mut(N * width));
        let backward = |((input, gradient), sums), input_gradient| {
            dispatch(
                pass.level,
                Slopes::<F, T, N> { function, width, parameters: spread, input, gradient, input_gradient, sums },
            );
        };
        if input_gradient.is_empty() {
            known.for_each(|known| backward(known, &mut []));
        } else {
            let both = known.zip(input_gradient.par_chunks_mut(chunk));
            both.for_each(|(known, input_gradient)| backward(known, input_gradient));
        }
        parameter_gradients.iter_mut().for_each(|tensor| tensor.as_mut_slice().fill(T::zero()));
        for sums in sums.chunks_exact(N * width) {
            for (sums, tensor) in sums.chunks_exact(width).zip(&mut *parameter_gradients) {
                for sums in sums.chunks_exact(self.unit()) {
                    tensor.as_mut_slice().iter_mut().zip(sums).for_each(|(sum, &more)| *sum += more);
                }
            }
        }
    }
}

/// The `N` parameters that meet number `i` of a row.
#[inline(always)]
fn of_place<T: Real, const N: usize>(parameters: [&[T]; N], i: usize) -> [T; N] {
    let mut p = [T::zero(); N];
    for k in 0..N {
        p[k] = parameters[k][i];
    }
    p
}

/// The rows of `numbers`, `width` long each, cut to their first `n` numbers.
#[inline(always)]
fn rows<T, const N: usize>(numbers: &[T], width: usize, n: usize) -> [&[T]; N] {
    let mut rows: [&[T]; N] = [&[]; N];
    for k in 0..N {
        rows[k] = &numbers[k * width..k * width + n];
    }
    rows
}

struct Values<'a, F, T, const N: usize> {
    function: F,
    width: usize,
    parameters: &'a [T],
    input: &'a [T],
    output: &'a mut [T],
}

impl<F: Bent<N>, T: Real, const N: usize> Task for Values<'_, F, T, N> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        for (output, input) in self.output.chunks_mut(self.width).zip(self.input.chunks(self.width)) {
            let n = input.len();
            let (output, parameters) = (&mut output[..n], rows(self.parameters, self.width, n));
            for i in 0..n {
                output[i] = self.function.value(input[i], of_place(parameters, i));
            }
        }
    }
}

struct Slopes<'a, F, T, const N: usize> {
    function: F,
    width: usize,
    parameters: &'a [T],
    input: &'a [T],
    gradient: &'a [T],
    /// Empty if not needed.
    input_gradient: &'a mut [T],
    /// One for each of `parameters`.
    sums: &'a mut [T],
}

impl<F: Bent<N>, T: Real, const N: usize> Task for Slopes<'_, F, T, N> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        self.sums.fill(T::zero());
        for (row, (input, gradient)) in self.input.chunks(self.width).zip(self.gradient.chunks(self.width)).enumerate()
        {
            let n = input.len();
            let (gradient, parameters) = (&gradient[..n], rows::<T, N>(self.parameters, self.width, n));
            if !self.input_gradient.is_empty() {
                let input_gradient = &mut self.input_gradient[row * self.width..][..n];
                for i in 0..n {
                    input_gradient[i] = gradient[i] * self.function.derivatives(input[i], of_place(parameters, i)).0;
                }
            }
            for (k, sums) in self.sums.chunks_exact_mut(self.width).enumerate() {
                let sums = &mut sums[..n];
                for i in 0..n {
                    sums[i] += gradient[i] * self.function.derivatives(input[i], of_place(parameters, i)).1[k];
                }
            }
        }
    }
}
