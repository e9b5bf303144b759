//! Activations that let positive numbers through and hold back negative ones, in one way or the other.

use super::{Arguments, Entry, Function, Notation, option_text, written};
use crate::onnx::{Attribute, Onnx};
use crate::{Error, Real};

/// `max(0, x)`, with the derivative 1 above 0 and 0 elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Relu;

impl Function for Relu {
    const ENTRY: Entry = Entry {
        name: "relu",
        usage: "relu",
        summary: "negative numbers become 0",
        formula: "max(0, x)",
        is_activation: true,
    };
    const SLOPE_IS_OF_VALUE: bool = true;

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("Relu", &[x], vec![]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        let Notation { x, y, .. } = notation;
        Some([notation.either(&format!("{x}>0"), x, "0"), notation.either(&format!("{y}>0"), "1", "0")])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        // Not `max`, which would turn NaN, the sign of a training that ran away, into 0.
        if x < T::zero() { T::zero() } else { x }
    }

    #[inline(always)]
    fn slope<T: Real>(self, _: T, y: T) -> T {
        if y > T::zero() { T::one() } else { T::zero() }
    }
}

/// `x` above 0 and `A·x` below, so that no node falls silent for good; the derivative is 1 above 0 and `A` elsewhere.
///
/// A. Maas et al., *Rectifier nonlinearities improve neural network acoustic models* (2013).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyRelu {
    /// The slope below 0.
    pub alpha: f64,
}

impl Function for LeakyRelu {
    const ENTRY: Entry = Entry {
        name: "leaky-relu",
        usage: "leaky-relu [alpha A=0.01]",
        summary: "negative numbers become A times as large",
        formula: "x if x > 0, else A·x",
        is_activation: true,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { alpha: arguments.number_in("alpha", 0.01, "any number", |_| true)? })
    }

    fn text(self) -> String {
        format!("leaky-relu{}", option_text("alpha", self.alpha, 0.01))
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("LeakyRelu", &[x], vec![("alpha", Attribute::Float(self.alpha))]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        let (x, alpha) = (notation.x, written(self.alpha));
        let is_above = format!("{x}>0");
        Some([notation.either(&is_above, x, &format!("{alpha}*{x}")), notation.either(&is_above, "1", &alpha)])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        if x > T::zero() { x } else { T::from_f64(self.alpha) * x }
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, _: T) -> T {
        if x > T::zero() { T::one() } else { T::from_f64(self.alpha) }
    }
}

/// `x` above `A` and 0 elsewhere, with the derivative 1 above `A` and 0 elsewhere; at `A` it jumps.
///
/// K. Konda et al., *Zero-bias autoencoders and the benefits of co-adapting features* (2014).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThresholdedRelu {
    /// The threshold.
    pub alpha: f64,
}

impl Function for ThresholdedRelu {
    const ENTRY: Entry = Entry {
        name: "thresholded-relu",
        usage: "thresholded-relu [alpha A=1]",
        summary: "numbers up to A become 0",
        formula: "x if x > A, else 0",
        is_activation: true,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { alpha: arguments.number_in("alpha", 1.0, "0 or more", |alpha| alpha >= 0.0)? })
    }

    fn text(self) -> String {
        format!("thresholded-relu{}", option_text("alpha", self.alpha, 1.0))
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("ThresholdedRelu", &[x], vec![("alpha", Attribute::Float(self.alpha))]))
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        if x <= T::from_f64(self.alpha) { T::zero() } else { x }
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, _: T) -> T {
        if x > T::from_f64(self.alpha) { T::one() } else { T::zero() }
    }
}

/// `x` from 0 up and the inverse square root unit `x / √(1 + A·x²)` below, which ends at −1/√A.
///
/// The derivative is 1 from 0 up and, as of `isru`, `(1 + A·x²)^(−3/2)` below: 1 at 0, too, and the second derivative
/// is 0 on both sides.
///
/// B. Carlile et al., *Improving deep learning by inverse square root linear units* (2017).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Isrlu {
    /// The factor of x²: the greater, the closer the limit is to 0.
    pub alpha: f64,
}

impl Function for Isrlu {
    const ENTRY: Entry = Entry {
        name: "isrlu",
        usage: "isrlu [alpha A=1]",
        summary: "negative numbers are squeezed into −1/√A … 0",
        formula: "x if x ≥ 0, else x / √(1 + A·x²)",
        is_activation: true,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { alpha: arguments.number_in("alpha", 1.0, "more than 0", |alpha| alpha > 0.0)? })
    }

    fn text(self) -> String {
        format!("isrlu{}", option_text("alpha", self.alpha, 1.0))
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        // Only min(x, 0) goes under the root, which is 1 for the other numbers.
        let [alpha, one, zero] = [self.alpha, 1.0, 0.0].map(|number| graph.scalar(number));
        let below = graph.add("Min", &[x, &zero], vec![]);
        let square = graph.add("Mul", &[&below, &below], vec![]);
        let scaled = graph.add("Mul", &[&square, &alpha], vec![]);
        let sum = graph.add("Add", &[&scaled, &one], vec![]);
        let root = graph.add("Sqrt", &[&sum], vec![]);
        Some(graph.add("Div", &[x, &root], vec![]))
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        let below = x / (T::one() + T::from_f64(self.alpha) * x * x).sqrt();
        if x >= T::zero() { x } else { below }
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, _: T) -> T {
        let r = T::one() / (T::one() + T::from_f64(self.alpha) * x * x).sqrt();
        if x >= T::zero() { T::one() } else { r * r * r }
    }
}

/// `x·max(0, min(1, x/6 + 1/2))`: `silu` with a sigmoid of straight lines.
///
/// Between −3 and 3 it is `x²/6 + x/2` with the derivative `x/3 + 1/2`; beside, 0 or `x`, with 0 or 1.
///
/// A. Howard et al., *Searching for MobileNetV3* (2019).
#[derive(Clone, Copy, Debug)]
pub struct HardSwish;

impl Function for HardSwish {
    const ENTRY: Entry = Entry {
        name: "hard-swish",
        usage: "hard-swish",
        summary: "silu of pieces: 0, a parabola, x",
        formula: "x·max(0, min(1, x/6 + 1/2))",
        is_activation: true,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("HardSwish", &[x], vec![]))
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        let three = T::from_f64(3.0);
        let share = x / T::from_f64(6.0) + T::from_f64(0.5);
        let y = if x < three { x * share } else { x };
        if x < -three { T::zero() } else { y }
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, _: T) -> T {
        let three = T::from_f64(3.0);
        let slope = if x < three { x / three + T::from_f64(0.5) } else { T::one() };
        if x < -three { T::zero() } else { slope }
    }
}
