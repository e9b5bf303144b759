//! Activations that squeeze any number into a range.

use super::{Arguments, Entry, Function, Notation, option_text, written};
use crate::onnx::{Attribute, Onnx};
use crate::{Error, Real};

/// `σ(x) = 1 / (1 + e⁻ˣ)`, 0 … 1 for any finite or infinite `x`.
///
/// ```
/// use glassbox_dnn::layers::sigmoid;
/// assert_eq!(sigmoid(0.0), 0.5);
/// assert_eq!((sigmoid(-1e4), sigmoid(1e4)), (0.0, 1.0));
/// ```
#[inline(always)]
pub fn sigmoid<T: Real>(x: T) -> T {
    T::one() / (T::one() + (-x).exponential())
}

/// `σ(x) = 1 / (1 + e⁻ˣ)`: the article's activation.
///
/// `σ′ = e⁻ˣ / (1 + e⁻ˣ)² = σ·(1 − σ)`.
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

impl Function for Sigmoid {
    const ENTRY: Entry = Entry {
        name: "sigmoid",
        usage: "sigmoid",
        summary: "squeezes any number into 0 … 1: the article's activation",
        formula: "σ(x) = 1 / (1 + e⁻ˣ)",
        is_activation: true,
    };
    const SLOPE_IS_OF_VALUE: bool = true;

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("Sigmoid", &[x], vec![]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        let Notation { x, y, .. } = notation;
        Some([format!("1/(1+{})", notation.exp(&format!("-{x}"))), format!("{y}*(1-{y})")])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        sigmoid(x)
    }

    #[inline(always)]
    fn slope<T: Real>(self, _: T, y: T) -> T {
        y * (T::one() - y)
    }
}

/// `tanh x = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)`, −1 … 1 for any finite or infinite `x`.
///
/// With `d = e^(−2|x|) − 1`, which is between −1 and 0 and has all its digits near 0, it is `−d / (d + 2)` with the
/// sign of `x`.
///
/// ```
/// use glassbox_dnn::layers::tanh;
/// assert_eq!(tanh(0.0), 0.0);
/// assert_eq!((tanh(-1e4), tanh(1e4)), (-1.0, 1.0));
/// assert!((tanh(0.5) - 0.46211715726000975f64).abs() < 1e-15);
/// ```
#[inline(always)]
pub fn tanh<T: Real>(x: T) -> T {
    let d = (T::from_f64(-2.0) * x.abs()).exponential_less_one();
    let y = -d / (d + T::from_f64(2.0));
    if x < T::zero() { -y } else { y }
}

/// `tanh x = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)`: the sigmoid, twice as steep and around 0, `2·σ(2x) − 1`.
///
/// With `s = eˣ − e⁻ˣ` and `c = eˣ + e⁻ˣ`, each the other's derivative, `(s / c)′ = (c·c − s·s) / c² = 1 − tanh²`.
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

impl Function for Tanh {
    const ENTRY: Entry = Entry {
        name: "tanh",
        usage: "tanh",
        summary: "squeezes any number into −1 … 1",
        formula: "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)",
        is_activation: true,
    };
    const SLOPE_IS_OF_VALUE: bool = true;

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("Tanh", &[x], vec![]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        Some([notation.call("tanh", notation.x), format!("1-{0}*{0}", notation.y)])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        tanh(x)
    }

    #[inline(always)]
    fn slope<T: Real>(self, _: T, y: T) -> T {
        T::one() - y * y
    }
}

/// `arctan x`, −π/2 … π/2.
///
/// From `x = tan y` follows `dx/dy = 1 + tan² y = 1 + x²`, so `arctan′ = 1 / (1 + x²)`.
#[derive(Clone, Copy, Debug)]
pub struct Arctan;

impl Function for Arctan {
    const ENTRY: Entry = Entry {
        name: "arctan",
        usage: "arctan",
        summary: "squeezes any number into −π/2 … π/2, slowly",
        formula: "arctan x",
        is_activation: true,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("Atan", &[x], vec![]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        Some([notation.call("atan", notation.x), format!("1/(1+{0}*{0})", notation.x)])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        x.atan()
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, _: T) -> T {
        T::one() / (T::one() + x * x)
    }
}

/// `x / (1 + |x|)`: −1 … 1 without a power.
///
/// For `x ≥ 0`, `(1 + x − x) / (1 + x)² = 1 / (1 + x)²`; for `x < 0`, `(1 − x + x) / (1 − x)²`: in both `1 / (1 +
/// |x|)²`.
///
/// J. Bergstra et al., *Quadratic polynomials learn better image features* (2009).
#[derive(Clone, Copy, Debug)]
pub struct Softsign;

impl Function for Softsign {
    const ENTRY: Entry = Entry {
        name: "softsign",
        usage: "softsign",
        summary: "squeezes any number into −1 … 1, slowly and without a power",
        formula: "x / (1 + |x|)",
        is_activation: true,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("Softsign", &[x], vec![]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        let below = format!("(1+{})", notation.call("abs", notation.x));
        Some([format!("{}/{below}", notation.x), format!("1/({below}*{below})")])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        x / (T::one() + x.abs())
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, _: T) -> T {
        let r = T::one() / (T::one() + x.abs());
        r * r
    }
}

/// `x / √(1 + A·x²)`, the inverse square root unit: −1/√A … 1/√A.
///
/// With `s = 1 + A·x²`, `(s^½ − x·A·x·s^−½) / s = (s − A·x²)·s^(−3/2) = s^(−3/2)`.
///
/// B. Carlile et al., *Improving deep learning by inverse square root linear units* (2017).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Isru {
    /// The factor of x²: the greater, the closer the limits are to 0.
    pub alpha: f64,
}

impl Function for Isru {
    const ENTRY: Entry = Entry {
        name: "isru",
        usage: "isru [alpha A=1]",
        summary: "squeezes any number into −1/√A … 1/√A",
        formula: "x / √(1 + A·x²)",
        is_activation: true,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { alpha: arguments.number_in("alpha", 1.0, "more than 0", |alpha| alpha > 0.0)? })
    }

    fn text(self) -> String {
        format!("isru{}", option_text("alpha", self.alpha, 1.0))
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        let [alpha, one] = [self.alpha, 1.0].map(|number| graph.scalar(number));
        let square = graph.add("Mul", &[x, x], vec![]);
        let scaled = graph.add("Mul", &[&square, &alpha], vec![]);
        let sum = graph.add("Add", &[&scaled, &one], vec![]);
        let root = graph.add("Sqrt", &[&sum], vec![]);
        Some(graph.add("Div", &[x, &root], vec![]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        let (x, alpha) = (notation.x, written(self.alpha));
        let root = notation.call("sqrt", &format!("1+{alpha}*{x}*{x}"));
        Some([format!("{x}/{root}"), format!("1/({root}*{root}*{root})")])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        x / (T::one() + T::from_f64(self.alpha) * x * x).sqrt()
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, _: T) -> T {
        let r = T::one() / (T::one() + T::from_f64(self.alpha) * x * x).sqrt();
        r * r * r
    }
}

/// `max(0, min(1, A·x + B))`: a sigmoid of three straight lines, so that its derivative is `A` on the slope and 0
/// beside it.
///
/// M. Courbariaux et al., *BinaryConnect* (2015); A and B as ONNX has them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HardSigmoid {
    /// The slope.
    pub alpha: f64,
    /// The value at 0.
    pub beta: f64,
}

impl Function for HardSigmoid {
    const ENTRY: Entry = Entry {
        name: "hard-sigmoid",
        usage: "hard-sigmoid [alpha A=0.2] [beta B=0.5]",
        summary: "a sigmoid of three straight lines",
        formula: "max(0, min(1, A·x + B))",
        is_activation: true,
    };
    const SLOPE_IS_OF_VALUE: bool = true;

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self {
            alpha: arguments.number_in("alpha", 0.2, "any number", |_| true)?,
            beta: arguments.number_in("beta", 0.5, "any number", |_| true)?,
        })
    }

    fn text(self) -> String {
        format!("hard-sigmoid{}{}", option_text("alpha", self.alpha, 0.2), option_text("beta", self.beta, 0.5))
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add(
            "HardSigmoid",
            &[x],
            vec![("alpha", Attribute::Float(self.alpha)), ("beta", Attribute::Float(self.beta))],
        ))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        let (alpha, y) = (written(self.alpha), notation.y);
        let line = format!("{alpha}*{}+{}", notation.x, written(self.beta));
        let most = notation.either(&format!("{line}>1"), "1", &line);
        let value = notation.either(&format!("{line}<0"), "0", &most);
        let below_one = notation.either(&format!("{y}<1"), &alpha, "0");
        Some([value, notation.either(&format!("{y}>0"), &below_one, "0")])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        let line = T::from_f64(self.alpha) * x + T::from_f64(self.beta);
        // Not `max` and `min`, which would turn NaN into a number.
        let line = if line < T::zero() { T::zero() } else { line };
        if line > T::one() { T::one() } else { line }
    }

    #[inline(always)]
    fn slope<T: Real>(self, _: T, y: T) -> T {
        let inside = y > T::zero() && y < T::one();
        if inside { T::from_f64(self.alpha) } else { T::zero() }
    }
}

/// 1 from 0 up and 0 below: the first of all activations. Its derivative is 0 wherever it has one, so nothing before it
/// learns.
///
/// F. Rosenblatt, *The perceptron* (1958).
#[derive(Clone, Copy, Debug)]
pub struct Step;

impl Function for Step {
    const ENTRY: Entry = Entry {
        name: "step",
        usage: "step",
        summary: "1 from 0 up, 0 below; nothing before it learns",
        formula: "1 if x ≥ 0, else 0",
        is_activation: true,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        let [zero, one] = [0.0, 1.0].map(|number| graph.scalar(number));
        let on = graph.add("GreaterOrEqual", &[x, &zero], vec![]);
        Some(graph.add("Where", &[&on, &one, &zero], vec![]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        Some([notation.either(&format!("{}>=0", notation.x), "1", "0"), "0".into()])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        // NaN is on neither side and stays what it is.
        let below = if x < T::zero() { T::zero() } else { x };
        if x >= T::zero() { T::one() } else { below }
    }

    #[inline(always)]
    fn slope<T: Real>(self, _: T, _: T) -> T {
        T::zero()
    }
}
