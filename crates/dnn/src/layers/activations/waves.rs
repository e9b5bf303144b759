//! Activations that let every number through, as it is or in waves.

use super::{Arguments, Entry, Function, Notation};
use crate::onnx::Onnx;
use crate::{Error, Real};

/// `x` itself, with the derivative 1.
#[derive(Clone, Copy, Debug)]
pub struct Identity;

impl Function for Identity {
    const ENTRY: Entry = Entry {
        name: "identity",
        usage: "identity",
        summary: "every number as it is",
        formula: "x",
        is_activation: true,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("Identity", &[x], vec![]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        Some([notation.x.into(), "1".into()])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        x
    }

    #[inline(always)]
    fn slope<T: Real>(self, _: T, _: T) -> T {
        T::one()
    }
}

/// `sin x`, with the derivative `cos x`.
///
/// V. Sitzmann et al., *Implicit neural representations with periodic activation functions* (2020).
#[derive(Clone, Copy, Debug)]
pub struct Sin;

impl Function for Sin {
    const ENTRY: Entry = Entry { name: "sin", usage: "sin", summary: "a wave", formula: "sin x", is_activation: true };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        Some(graph.add("Sin", &[x], vec![]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        Some([notation.call("sin", notation.x), notation.call("cos", notation.x)])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        x.sin()
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, _: T) -> T {
        x.cos()
    }
}

/// `sin x / x`, and its limit 1 at 0.
///
/// The derivative is `(cos x·x − sin x) / x² = (cos x − y) / x`. Between −1 and 1, where that is a small difference of
/// large numbers, it is the derivative of the series `sin x / x = Σ (−1)ᵏ·x²ᵏ / (2k + 1)!`, `x·Σ (−1)ᵏ·2k·x²ᵏ⁻² / (2k +
/// 1)!` from `k = 1` on, 0 at 0.
#[derive(Clone, Copy, Debug)]
pub struct Sinc;

impl Function for Sinc {
    const ENTRY: Entry = Entry {
        name: "sinc",
        usage: "sinc",
        summary: "a wave that fades away from 0",
        formula: "sin x / x, 1 at 0",
        is_activation: true,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        // At 0 both are made 1, as is their quotient.
        let [zero, one] = [0.0, 1.0].map(|number| graph.scalar(number));
        let sine = graph.add("Sin", &[x], vec![]);
        let at_zero = graph.add("Equal", &[x, &zero], vec![]);
        let above = graph.add("Where", &[&at_zero, &one, &sine], vec![]);
        let below = graph.add("Where", &[&at_zero, &one, x], vec![]);
        Some(graph.add("Div", &[&above, &below], vec![]))
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        if x == T::zero() { T::one() } else { x.sin() / x }
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, y: T) -> T {
        if x.abs() >= T::one() {
            return (x.cos() - y) / x;
        }
        // By Horner's rule: a term is the one before it times −x²·(k + 1) / (k·(2k + 2)·(2k + 3)).
        let mut sum = T::one();
        for k in (1..10).rev() {
            let k = k as f64;
            sum = T::one() - x * x * T::from_f64((k + 1.0) / (k * (2.0 * k + 2.0) * (2.0 * k + 3.0))) * sum;
        }
        -x / T::from_f64(3.0) * sum
    }
}

/// `e^(−x²)`, a bell: 1 at 0, towards 0 on both sides.
///
/// The derivative is `−2x·e^(−x²) = −2x·y`.
#[derive(Clone, Copy, Debug)]
pub struct Gaussian;

impl Function for Gaussian {
    const ENTRY: Entry = Entry {
        name: "gaussian",
        usage: "gaussian",
        summary: "a bell: 1 at 0, towards 0 on both sides",
        formula: "e^(−x²)",
        is_activation: true,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        let square = graph.add("Mul", &[x, x], vec![]);
        let negative = graph.add("Neg", &[&square], vec![]);
        Some(graph.add("Exp", &[&negative], vec![]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        let Notation { x, y, .. } = notation;
        Some([notation.call("exp", &format!("-({x}*{x})")), format!("-2*{x}*{y}")])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        (-x * x).exponential()
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, y: T) -> T {
        T::from_f64(-2.0) * x * y
    }
}

/// `(√(x² + 1) − 1) / 2 + x`: half as steep far below 0 as at it, half as steep again far above.
///
/// The derivative of the root is `x / √(x² + 1)`, so that of the whole is `x / (2·√(x² + 1)) + 1`.
#[derive(Clone, Copy, Debug)]
pub struct BentIdentity;

impl Function for BentIdentity {
    const ENTRY: Entry = Entry {
        name: "bent-identity",
        usage: "bent-identity",
        summary: "x, bent a little at 0",
        formula: "(√(x² + 1) − 1) / 2 + x",
        is_activation: true,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str) -> Option<String> {
        let [one, half] = [1.0, 0.5].map(|number| graph.scalar(number));
        let square = graph.add("Mul", &[x, x], vec![]);
        let sum = graph.add("Add", &[&square, &one], vec![]);
        let root = graph.add("Sqrt", &[&sum], vec![]);
        let above = graph.add("Sub", &[&root, &one], vec![]);
        let bend = graph.add("Mul", &[&above, &half], vec![]);
        Some(graph.add("Add", &[&bend, x], vec![]))
    }

    fn formulas(self, notation: Notation) -> Option<[String; 2]> {
        let x = notation.x;
        let root = notation.call("sqrt", &format!("{x}*{x}+1"));
        Some([format!("({root}-1)/2+{x}"), format!("{x}/(2*{root})+1")])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        // √(x² + 1) − 1 by x² / (√(x² + 1) + 1), which keeps its digits near 0.
        let root = (x * x + T::one()).sqrt();
        T::from_f64(0.5) * x * (x / (root + T::one())) + x
    }

    #[inline(always)]
    fn slope<T: Real>(self, x: T, _: T) -> T {
        T::from_f64(0.5) * x / (x * x + T::one()).sqrt() + T::one()
    }
}
