//! Activations: a number in, a number out. What has no trained parameters is a few lines in a file of its family.

mod rectifiers;
mod squashing;

pub use rectifiers::Relu;
pub use squashing::{Sigmoid, sigmoid};

use glassbox_kernels::simd::{Task, dispatch};
use glassbox_tensor::Tensor;
use rayon::prelude::*;

use super::{Arguments, Entry, Kind, Layer};
use crate::onnx::Onnx;
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// Numbers that are worth a task of their own.
const CHUNK: usize = 1 << 14;

/// A function of one number, with its derivative.
pub trait Function: Copy + std::fmt::Debug + Send + Sync + Sized + 'static {
    /// What the registry knows of it.
    const ENTRY: Entry;

    /// Reads what is behind its name.
    ///
    /// # Errors
    /// If it is not what the function takes.
    fn parse(arguments: &mut Arguments) -> Result<Self, Error>;

    /// What was read.
    fn text(self) -> String {
        Self::ENTRY.name.into()
    }

    /// `f(x)` in ONNX operators, `x` being a value's name; gives back the name of `f(x)`, or none if ONNX cannot say it.
    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String>;

    /// `f(x)`. Mark it `#[inline(always)]`, as the derivative.
    fn value<T: Real>(self, x: T) -> T;

    /// `f′(x)`, where `y = f(x)`.
    fn slope<T: Real>(self, x: T, y: T) -> T;
}

/// A [`Function`] as a layer: `y = f(x)`, so `∂E/∂x = ∂E/∂y·f′(x)`, number by number.
///
/// # Shape
/// `[n, …]` → `[n, …]`
#[derive(Clone, Copy, Debug)]
pub struct Pointwise<F> {
    function: F,
    shape: Shape,
}

impl<F: Function> Kind for Pointwise<F> {
    const ENTRY: Entry = F::ENTRY;

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { function: F::parse(arguments)?, shape: arguments.input })
    }
}

impl<F: Function, T: Real> Layer<T> for Pointwise<F> {
    fn entry(&self) -> &'static Entry {
        &F::ENTRY
    }

    fn text(&self) -> String {
        self.function.text()
    }

    fn output(&self) -> Shape {
        self.shape
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        self.function.onnx(graph, input)
    }

    fn forward(&self, Forward { pass, input, output, .. }: Forward<'_, T>) {
        output.par_chunks_mut(CHUNK).zip(input.par_chunks(CHUNK)).for_each(|(output, input)| {
            dispatch(pass.level, Values { function: self.function, input, output });
        });
    }

    fn backward(&self, Backward { pass, input, output, gradient, input_gradient, .. }: Backward<'_, T>) {
        let known = input.par_chunks(CHUNK).zip(output.par_chunks(CHUNK)).zip(gradient.par_chunks(CHUNK));
        input_gradient.par_chunks_mut(CHUNK).zip(known).for_each(|(input_gradient, ((input, output), gradient))| {
            let function = self.function;
            dispatch(pass.level, Slopes { function, input, output, gradient, input_gradient });
        });
    }
}

struct Values<'a, F, T> {
    function: F,
    input: &'a [T],
    output: &'a mut [T],
}

impl<F: Function, T: Real> Task for Values<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (y, &x) in self.output.iter_mut().zip(self.input) {
            *y = self.function.value(x);
        }
    }
}

struct Slopes<'a, F, T> {
    function: F,
    input: &'a [T],
    output: &'a [T],
    gradient: &'a [T],
    input_gradient: &'a mut [T],
}

impl<F: Function, T: Real> Task for Slopes<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let n = self.input_gradient.len();
        let (input, output, gradient) = (&self.input[..n], &self.output[..n], &self.gradient[..n]);
        for i in 0..n {
            self.input_gradient[i] = gradient[i] * self.function.slope(input[i], output[i]);
        }
    }
}
