//! Activations that let positive numbers through and hold back negative ones, smoothly.

use super::{Arguments, Entry, Function, Notation, option_text, sigmoid, written};
use crate::onnx::{Attribute, Onnx};
use crate::{Error, Real};

/// `x` above 0 and `A·(eˣ − 1)` below, which ends at −A, so that nodes may be 0 on average.
///
/// The derivative is 1 above 0 and `A·eˣ = y + A` elsewhere.
///
/// D.-A. Clevert et al., *Fast and accurate deep network learning by exponential linear units* (2015).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elu {
    /// The limit of negative numbers, negated.
    pub alpha: f64,
}

impl Function for Elu {
    const ENTRY: Entry = Entry {
        name: "elu",
        usage: "elu [alpha A=1]",
        summary: "negative numbers bend towards −A",
        formula: "x if x > 0, else A·(eˣ − 1)",
        is_activation: true,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { alpha: arguments.number_in("alpha", 1.0, "any number", |_| true)? })
    }

    fn text(self) -> String {
        format!("elu{}", option_text("alpha", self.alpha, 1.0))
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("Elu", &[x], vec![("alpha", Attribute::Float(self.alpha))]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        let (Notation { x, y, .. }, alpha) = (notation, written(self.alpha));
        let (is_above, below) = (format!("{x}>0"), format!("{alpha}*({}-1)", notation.call("exp", x)));
        Some([notation.either(&is_above, x, &below), notation.either(&is_above, "1", &format!("{y}+{alpha}"))])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        let below = T::from_f64(self.alpha) * x.exponential_less_one();
        if x > T::zero() { x } else { below }
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, y: T) -> T {
        if x > T::zero() { T::one() } else { y + T::from_f64(self.alpha) }
    }
}

/// Selu's α: with it and [`GAMMA`] a mean of 0 and a variance of 1 stay what they are from layer to layer.
const ALPHA: f64 = 1.673_263_242_354_377_2;

/// Selu's γ.
const GAMMA: f64 = 1.050_700_987_355_480_5;

/// `G·elu(x)`, `G` and `A` chosen so that nodes of mean 0 and variance 1 lead to such nodes: `G = 1.0507…`, `A =
/// 1.67326…`.
///
/// The derivative is `G` above 0 and `G·A·eˣ = y + G·A` elsewhere.
///
/// G. Klambauer et al., *Self-normalizing neural networks* (2017).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Selu {
    /// The limit of negative numbers, negated and not yet times gamma.
    pub alpha: f64,
    /// The slope above 0.
    pub gamma: f64,
}

impl Function for Selu {
    const ENTRY: Entry = Entry {
        name: "selu",
        usage: "selu [alpha A=1.6732632423543772] [gamma G=1.0507009873554805]",
        summary: "elu that keeps mean 0 and variance 1 from layer to layer",
        formula: "G·(x if x > 0, else A·(eˣ − 1))",
        is_activation: true,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self {
            alpha: arguments.number_in("alpha", ALPHA, "any number", |_| true)?,
            gamma: arguments.number_in("gamma", GAMMA, "any number", |_| true)?,
        })
    }

    fn text(self) -> String {
        format!("selu{}{}", option_text("alpha", self.alpha, ALPHA), option_text("gamma", self.gamma, GAMMA))
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add(
            "Selu",
            &[x],
            vec![("alpha", Attribute::Float(self.alpha)), ("gamma", Attribute::Float(self.gamma))],
        ))
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        let gamma = T::from_f64(self.gamma);
        let below = T::from_f64(self.gamma * self.alpha) * x.exponential_less_one();
        if x > T::zero() { gamma * x } else { below }
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, y: T) -> T {
        if x > T::zero() { T::from_f64(self.gamma) } else { y + T::from_f64(self.gamma * self.alpha) }
    }
}

/// `x` above 0 and `A·(e^(x/A) − 1)` below: an elu with a derivative of 1 on both sides of 0 for every `A`.
///
/// The derivative is 1 above 0 and `e^(x/A) = y/A + 1` elsewhere.
///
/// J. Barron, *Continuously differentiable exponential linear units* (2017).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Celu {
    /// The limit of negative numbers, negated.
    pub alpha: f64,
}

impl Function for Celu {
    const ENTRY: Entry = Entry {
        name: "celu",
        usage: "celu [alpha A=1]",
        summary: "negative numbers bend towards −A, without a kink at 0",
        formula: "x if x > 0, else A·(e^(x/A) − 1)",
        is_activation: true,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { alpha: arguments.number_in("alpha", 1.0, "more than 0", |alpha| alpha > 0.0)? })
    }

    fn text(self) -> String {
        format!("celu{}", option_text("alpha", self.alpha, 1.0))
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("Celu", &[x], vec![("alpha", Attribute::Float(self.alpha))]))
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        let alpha = T::from_f64(self.alpha);
        let below = alpha * (x / alpha).exponential_less_one();
        if x > T::zero() { x } else { below }
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, y: T) -> T {
        if x > T::zero() { T::one() } else { y / T::from_f64(self.alpha) + T::one() }
    }
}

/// `ln(1 + eˣ)`, the smooth `max(0, x)`.
///
/// It is computed as `max(0, x) + ln(1 + e^−|x|)`, which is the same (for `x > 0`, `ln(eˣ·(e⁻ˣ + 1))`) and stays
/// finite. Its derivative is `eˣ / (1 + eˣ) = σ(x)`.
///
/// C. Dugas et al., *Incorporating second-order functional knowledge for better option pricing* (2000).
#[derive(Clone, Copy, Debug)]
pub struct Softplus;

impl Function for Softplus {
    const ENTRY: Entry = Entry {
        name: "softplus",
        usage: "softplus",
        summary: "the smooth max(0, x)",
        formula: "ln(1 + eˣ)",
        is_activation: true,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("Softplus", &[x], vec![]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        let x = notation.x;
        let power = notation.call("exp", &format!("-{}", notation.call("abs", x)));
        let rest = notation.call("ln", &format!("1+{power}"));
        let value = format!("{}+{rest}", notation.either(&format!("{x}>0"), x, "0"));
        Some([value, format!("1/(1+{})", notation.exp(&format!("-{x}")))])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        let rest = (-x.abs()).exponential().log_of_one_plus();
        if x > T::zero() { x + rest } else { rest }
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, _: T) -> T {
        sigmoid(x)
    }
}

/// `x·σ(x)`, also called swish.
///
/// `σ + x·σ·(1 − σ) = σ + y·(1 − σ)`.
///
/// S. Elfwing et al., *Sigmoid-weighted linear units* (2017); P. Ramachandran et al., *Searching for activation
/// functions* (2017).
#[derive(Clone, Copy, Debug)]
pub struct Silu;

impl Function for Silu {
    const ENTRY: Entry =
        Entry { name: "silu", usage: "silu", summary: "x times its sigmoid", formula: "x·σ(x)", is_activation: true };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        let share = graph.add("Sigmoid", &[x], vec![]);
        Some(graph.add("Mul", &[x, &share], vec![]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        let Notation { x, y, .. } = notation;
        let share = format!("1/(1+{})", notation.exp(&format!("-{x}")));
        Some([format!("{x}*({share})"), format!("{share}+{y}*(1-{share})")])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        x * sigmoid(x)
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, y: T) -> T {
        let share = sigmoid(x);
        share + y * (T::one() - share)
    }
}

/// `x·Φ(x)`, Φ being the share of a normal distribution below `x`; with `tanh`, Φ by a formula that is within 0.0005 of
/// it.
///
/// Exactly, the derivative is `Φ + x·φ` with the distribution's density `φ = Φ′ = e^(−x²/2) / √(2π)`. By the formula,
/// `Φ ≈ (1 + tanh u) / 2 = σ(2u)` with `u = √(2/π)·(x + 0.044715·x³)`, so the derivative is `σ + x·σ·(1 − σ)·2u′`.
///
/// D. Hendrycks, K. Gimpel, *Gaussian error linear units* (2016).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gelu {
    /// Whether Φ is taken by the formula.
    pub tanh: bool,
}

impl Function for Gelu {
    const ENTRY: Entry = Entry {
        name: "gelu",
        usage: "gelu [tanh]",
        summary: "x times the share of a normal distribution below it",
        formula: "x·Φ(x)",
        is_activation: true,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { tanh: arguments.flag("tanh") })
    }

    fn text(self) -> String {
        if self.tanh { "gelu tanh".into() } else { "gelu".into() }
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        let approximate = if self.tanh { "tanh" } else { "none" };
        Some(graph.add("Gelu", &[x], vec![("approximate", Attribute::Text(approximate))]))
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        if self.tanh { x * self.share(x) } else { x * x.normal_share() }
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, _: T) -> T {
        if self.tanh {
            let share = self.share(x);
            let steepness = T::from_f64(TWICE_ROOT) * (T::one() + T::from_f64(3.0 * CUBE) * x * x);
            return share + x * share * (T::one() - share) * steepness;
        }
        let density = (T::from_f64(-0.5) * x * x).exponential() * T::from_f64(DENSITY_AT_0);
        x.normal_share() + x * density
    }
}

/// `2·√(2/π)`, `0.044715` and `1/√(2π)` of [`Gelu`].
const TWICE_ROOT: f64 = 1.595_769_121_605_730_7;
const CUBE: f64 = 0.044_715;
const DENSITY_AT_0: f64 = 0.398_942_280_401_432_7;

impl Gelu {
    /// `σ(2u)`, which keeps its digits below 0, where `1 + tanh u` loses them.
    #[inline(always)]
    fn share<T: Real>(self, x: T) -> T {
        sigmoid(T::from_f64(TWICE_ROOT) * x * (T::one() + T::from_f64(CUBE) * x * x))
    }
}

/// `x·tanh(ln(1 + eˣ))`.
///
/// With `e = eˣ`, `tanh(ln(1 + e)) = ((1 + e)² − 1) / ((1 + e)² + 1) = n / d` where `n = e² + 2e` and `d = n + 2`; for
/// `x > 0` both are divided by `e²` and so finite. The derivative is `t + x·(1 − t²)·σ(x)`, since `tanh′ = 1 − t²` and
/// `(ln(1 + eˣ))′ = σ(x)`; and `1 − t² = (d − n)·(d + n) / d²`.
///
/// D. Misra, *Mish: a self regularized non-monotonic activation function* (2019).
#[derive(Clone, Copy, Debug)]
pub struct Mish;

impl Function for Mish {
    const ENTRY: Entry = Entry {
        name: "mish",
        usage: "mish",
        summary: "x times the tanh of its softplus",
        formula: "x·tanh(ln(1 + eˣ))",
        is_activation: true,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("Mish", &[x], vec![]))
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        let [n, rest] = self.parts(x);
        x * n / (n + rest)
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, _: T) -> T {
        let [n, rest] = self.parts(x);
        let d = n + rest;
        n / d + x * (rest * (d + n) / (d * d)) * sigmoid(x)
    }
}

impl Mish {
    /// `n` and `d − n`.
    #[inline(always)]
    fn parts<T: Real>(self, x: T) -> [T; 2] {
        let two = T::from_f64(2.0);
        let e = (-x.abs()).exponential();
        let [above, below] = [T::one() + two * e, e * e + two * e];
        if x > T::zero() { [above, two * e * e] } else { [below, two] }
    }
}
