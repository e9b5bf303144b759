use super::trained::Bent;
use super::{Arguments, Entry};
use crate::onnx::Onnx;
use crate::{Error, Real};

/// Three straight lines, learned for each channel: `x` between `tₗ` and `tᵣ`, slope `aₗ` below, slope `aᵣ` above. To
/// begin with, `tₗ = 0`, `aₗ = 0.2`, `tᵣ = 1`, `aᵣ = 1`: a leaky rectifier.
///
/// Above, `tᵣ + aᵣ·(x − tᵣ)` has `∂f/∂x = aᵣ`, `∂f/∂tᵣ = 1 − aᵣ`, `∂f/∂aᵣ = x − tᵣ`, and so below; between, `∂f/∂x = 1`
/// and the parameters have no part. Should `tₗ` come to be above `tᵣ`, the line above comes first.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h, w, c]`; `low` (tₗ), `low-slope` (aₗ), `high` (tᵣ), `high-slope` (aᵣ) `[c]`
///
/// X. Jin et al., *Deep learning with S-shaped rectified linear activation units* (2015).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Srelu;

impl Bent<4> for Srelu {
    const ENTRY: Entry = Entry {
        name: "srelu",
        usage: "srelu",
        summary: "three straight lines, learned for each channel",
        formula: "tᵣ + aᵣ·(x − tᵣ) if x ≥ tᵣ, tₗ + aₗ·(x − tₗ) if x ≤ tₗ, else x",
        is_activation: true,
    };

    const PARAMETERS: [(&'static str, f64); 4] = [("low", 0.0), ("low-slope", 0.2), ("high", 1.0), ("high-slope", 1.0)];

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn shared(self) -> bool {
        false
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str, parameters: [&[T]; 4], shape: &[usize]) -> String {
        let [low, low_slope, high, high_slope] = parameters.map(|numbers| graph.real(shape, numbers.to_vec()));
        let mut line = |end: &str, slope: &str| {
            let rest = graph.add("Sub", &[x, end], vec![]);
            let rise = graph.add("Mul", &[&rest, slope], vec![]);
            graph.add("Add", &[&rise, end], vec![])
        };
        let (below, above) = (line(&low, &low_slope), line(&high, &high_slope));
        let is_low = graph.add("LessOrEqual", &[x, &low], vec![]);
        let is_high = graph.add("GreaterOrEqual", &[x, &high], vec![]);
        let rest = graph.add("Where", &[&is_low, &below, x], vec![]);
        graph.add("Where", &[&is_high, &above, &rest], vec![])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T, [low, low_slope, high, high_slope]: [T; 4]) -> T {
        let above = high + high_slope * (x - high);
        let below = low + low_slope * (x - low);
        let rest = if x <= low { below } else { x };
        if x >= high { above } else { rest }
    }

    #[inline(always)]
    fn derivatives<T: Real>(self, x: T, [low, low_slope, high, high_slope]: [T; 4]) -> (T, [T; 4]) {
        let (zero, one) = (T::zero(), T::one());
        if x >= high {
            (high_slope, [zero, zero, one - high_slope, x - high])
        } else if x <= low {
            (low_slope, [one - low_slope, x - low, zero, zero])
        } else {
            (one, [zero; 4])
        }
    }
}
