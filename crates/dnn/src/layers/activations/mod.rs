//! Activations: a number in, a number out. A function without trained parameters is a few lines in the file of its
//! family; one with parameters has its own file.

mod apl;
mod log_softmax;
mod maxout;
mod prelu;
mod rectifiers;
mod rrelu;
mod smooth;
mod soft_exponential;
mod softmax;
mod squashing;
mod srelu;
mod trained;
mod waves;

pub use apl::Apl;
pub use log_softmax::LogSoftmax;
pub use maxout::Maxout;
pub use prelu::Prelu;
pub use rectifiers::{HardSwish, Isrlu, LeakyRelu, Relu, ThresholdedRelu};
pub use rrelu::Rrelu;
pub use smooth::{Celu, Elu, Gelu, Mish, Selu, Silu, Softplus};
pub use soft_exponential::SoftExponential;
pub use softmax::Softmax;
pub use squashing::{Arctan, HardSigmoid, Isru, Sigmoid, Softsign, Step, Tanh, sigmoid, tanh};
pub use srelu::Srelu;
pub use trained::Trained;
pub use waves::{BentIdentity, Gaussian, Identity, Sin, Sinc};

use glassbox_simd::{Level, Task, dispatch};
use glassbox_tensor::Tensor;
use rayon::prelude::*;

use super::{Arguments, Entry, InPlace, Kind, Layer, Notation, Relation, written};
use crate::onnx::Onnx;
use crate::pass::{Backward, Forward, Pass};
use crate::{Error, Real, Shape};

/// Numbers of one task.
const CHUNK: usize = 1 << 14;

/// A function of one number, with its derivative.
pub trait Function: Copy + std::fmt::Debug + Send + Sync + Sized + 'static {
    /// Its entry in the registry.
    const ENTRY: Entry;

    /// Whether [`slope`](Function::slope) reads only `y`.
    const SLOPE_IS_OF_VALUE: bool = false;

    /// Reads the words after its name.
    ///
    /// # Errors
    /// If it is not what the function takes.
    fn parse(arguments: &mut Arguments) -> Result<Self, Error>;

    /// The words that were read.
    fn text(self) -> String {
        Self::ENTRY.name.into()
    }

    /// `f(x)` in ONNX operators, from the name of `x` to the name of `f(x)`; none if ONNX has no such operators.
    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String>;

    /// `f(x)` and `f′(x)` as formulas of databases and spreadsheets; none if they have no such function.
    fn formulas(self, _notation: Notation) -> Option<[String; 2]> {
        None
    }

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

    fn relation(&self, notation: Notation) -> Option<Relation> {
        self.function.formulas(notation).map(|[value, slope]| Relation::Formula { value, slope })
    }

    fn in_place(&self) -> Option<&dyn InPlace<T>> {
        F::SLOPE_IS_OF_VALUE.then_some(self)
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

impl<F: Function, T: Real> InPlace<T> for Pointwise<F> {
    fn forward_in_place(&self, pass: Pass, numbers: &mut [T]) {
        numbers.par_chunks_mut(CHUNK).for_each(|numbers| {
            dispatch(pass.level, ValuesInPlace { function: self.function, numbers });
        });
    }

    fn backward_in_place(&self, pass: Pass, output: &[T], gradient: &mut [T]) {
        gradient.par_chunks_mut(CHUNK).zip(output.par_chunks(CHUNK)).for_each(|(gradient, output)| {
            dispatch(pass.level, SlopesInPlace { function: self.function, output, gradient });
        });
    }
}

/// An option as the model language writes it, if it is not what it is without being written.
fn option_text(name: &str, value: f64, default: f64) -> String {
    if value == default { String::new() } else { format!(" {name} {value}") }
}

/// The shape of `numbers` numbers, one a channel or one for all, that meets samples of `shape` in ONNX, `[n, c, h, w]`
/// or `[n, c]`.
fn channel_shape(shape: Shape, numbers: usize) -> Vec<usize> {
    if shape.is_flat() { vec![numbers] } else { vec![numbers, 1, 1] }
}

struct Values<'a, F, T> {
    function: F,
    input: &'a [T],
    output: &'a mut [T],
}

impl<F: Function, T: Real> Task for Values<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
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
    fn run(self, _: Level) {
        let n = self.input_gradient.len();
        let (input, output, gradient) = (&self.input[..n], &self.output[..n], &self.gradient[..n]);
        for i in 0..n {
            self.input_gradient[i] = gradient[i] * self.function.slope(input[i], output[i]);
        }
    }
}

struct ValuesInPlace<'a, F, T> {
    function: F,
    numbers: &'a mut [T],
}

impl<F: Function, T: Real> Task for ValuesInPlace<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        for number in self.numbers {
            *number = self.function.value(*number);
        }
    }
}

struct SlopesInPlace<'a, F, T> {
    function: F,
    output: &'a [T],
    gradient: &'a mut [T],
}

impl<F: Function, T: Real> Task for SlopesInPlace<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        for (gradient, &y) in self.gradient.iter_mut().zip(self.output) {
            *gradient *= self.function.slope(y, y);
        }
    }
}
