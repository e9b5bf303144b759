use super::trained::Bent;
use super::{Arguments, Entry};
use crate::onnx::Onnx;
use crate::{Error, Real};

/// Between logarithm and power: `(e^αx − 1)/α + α` for `α > 0`, `x` for `α = 0`, `−ln(1 − α·(x + α))/α` for `α < 0`; α
/// is learned, one for the layer, 0 to begin with. At −1 it is the logarithm, at 1 the power.
///
/// For `α > 0`, `∂f/∂x = e^αx` and, with `z = αx`, `∂f/∂α = x·eᶻ/α − (eᶻ − 1)/α² + 1 = x²·(z·eᶻ − eᶻ + 1)/z² + 1`; the
/// quotient is `Σ (k + 1)/(k + 2)!·zᵏ`, which is 1/2 at 0.
///
/// For `α < 0`, with `m = x + α`, `v = α·m`, so `∂v/∂α = m + α`, and `u = 1 − v`: `∂f/∂x = 1/u` and
/// `∂f/∂α = ln u/α² + (m + α)/(α·u) = m²·(ln u + v/u)/v² + 1/u`; the quotient is `Σ (k + 1)/(k + 2)·vᵏ`, also 1/2 at 0.
///
/// So at `α = 0`, from both sides, `f = x`, `∂f/∂x = 1`, `∂f/∂α = x²/2 + 1`. The logarithm ends where `u` is 0; up to a
/// millionth above that and beyond, `u` counts as a millionth and x has no part in it.
///
/// # Shape
/// `[n, …]` → `[n, …]`; `alpha` `[1]`
///
/// L. Godfrey, M. Gashler, *A continuum among logarithmic, linear, and exponential functions* (2015).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoftExponential;

/// The least `u` whose logarithm is taken.
const LEAST: f64 = 1e-6;

/// Below this the quotients are taken by their series, because they are small differences of large numbers.
const NEAR: f64 = 0.125;

impl Bent<1> for SoftExponential {
    const ENTRY: Entry = Entry {
        name: "soft-exponential",
        usage: "soft-exponential",
        summary: "logarithm, identity, power or between them, as learned",
        formula: "(e^αx − 1)/α + α if α > 0, x if α = 0, −ln(1 − α·(x + α))/α if α < 0",
        is_activation: true,
    };

    const PARAMETERS: [(&'static str, f64); 1] = [("alpha", 0.0)];

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn shared(self) -> bool {
        true
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str, [alpha]: [&[T]; 1], _: &[usize]) -> String {
        let number = alpha[0].as_f64();
        if number == 0.0 {
            return graph.add("Identity", &[x], vec![]);
        }
        let [alpha, one, least] = [number, 1.0, LEAST].map(|number| graph.scalar(number));
        if number > 0.0 {
            let scaled = graph.add("Mul", &[x, &alpha], vec![]);
            let power = graph.add("Exp", &[&scaled], vec![]);
            let less = graph.add("Sub", &[&power, &one], vec![]);
            let quotient = graph.add("Div", &[&less, &alpha], vec![]);
            return graph.add("Add", &[&quotient, &alpha], vec![]);
        }
        let m = graph.add("Add", &[x, &alpha], vec![]);
        let v = graph.add("Mul", &[&m, &alpha], vec![]);
        let u = graph.add("Sub", &[&one, &v], vec![]);
        let u = graph.add("Max", &[&u, &least], vec![]);
        let log = graph.add("Log", &[&u], vec![]);
        let quotient = graph.add("Div", &[&log, &alpha], vec![]);
        graph.add("Neg", &[&quotient], vec![])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T, [alpha]: [T; 1]) -> T {
        if alpha == T::zero() {
            return x;
        }
        if alpha > T::zero() {
            return (alpha * x).exp_m1() / alpha + alpha;
        }
        let v = alpha * (x + alpha);
        let most = T::one() - T::from_f64(LEAST);
        -(-(if v > most { most } else { v })).ln_1p() / alpha
    }

    #[inline(always)]
    fn derivatives<T: Real>(self, x: T, [alpha]: [T; 1]) -> (T, [T; 1]) {
        let one = T::one();
        let near = T::from_f64(NEAR);
        if alpha >= T::zero() {
            let z = alpha * x;
            let power = z.exp();
            let quotient = if z.abs() < near { power_series(z) } else { (z * power - z.exp_m1()) / (z * z) };
            return (power, [x * x * quotient + one]);
        }
        let m = x + alpha;
        let v = alpha * m;
        let least = T::from_f64(LEAST);
        if v > one - least {
            return (T::zero(), [(-(one - least)).ln_1p() / (alpha * alpha)]);
        }
        let u = one - v;
        let quotient = if v.abs() < near { log_series(v) } else { ((-v).ln_1p() + v / u) / (v * v) };
        (one / u, [m * m * quotient + one / u])
    }
}

/// `Σ (k + 1)/(k + 2)!·zᵏ` by Horner's rule: a term is the one before it times `z·(k + 1)/(k·(k + 2))`.
fn power_series<T: Real>(z: T) -> T {
    let mut sum = T::one();
    for k in (1..12).rev() {
        let k = k as f64;
        sum = T::one() + z * T::from_f64((k + 1.0) / (k * (k + 2.0))) * sum;
    }
    sum * T::from_f64(0.5)
}

/// `Σ (k + 1)/(k + 2)·vᵏ` by Horner's rule.
fn log_series<T: Real>(v: T) -> T {
    let mut sum = T::zero();
    for k in (0..20).rev() {
        let k = k as f64;
        sum = sum * v + T::from_f64((k + 1.0) / (k + 2.0));
    }
    sum
}
