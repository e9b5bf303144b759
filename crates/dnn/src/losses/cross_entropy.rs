use super::{Cells, Formulas, Loss, above_zero};
use crate::Real;
use crate::layers::written;

/// The cross-entropy of classes that exclude each other, `E = −Σ lᵢ·ln oᵢ`, the outputs being shares as `softmax` gives
/// them; `∂E/∂oᵢ = −lᵢ/oᵢ`.
///
/// After `softmax`, whose derivative is `oᵢ·(δᵢⱼ − oⱼ)`, the quotient cancels: `∂E/∂xⱼ = Σᵢ −lᵢ·(δᵢⱼ − oⱼ) = oⱼ·Σ l −
/// lⱼ`. This is used there, and is exact even where an output is 0. In the value an output of 0 counts as the least
/// positive number.
///
/// ```
/// use glassbox_dnn::losses::{Loss, CrossEntropy};
/// let e: f64 = CrossEntropy.value(&[0.25, 0.75], &[0.0, 1.0]);
/// assert!((e + 0.75f64.ln()).abs() < 1e-15);
/// let mut gradient = [0.0; 2];
/// CrossEntropy.fused_gradient(&[0.25, 0.75], &[0.0, 1.0], &mut gradient);
/// assert_eq!(gradient, [0.25, -0.25]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrossEntropy;

impl<T: Real> Loss<T> for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn formula(&self) -> &'static str {
        "−Σ lᵢ·ln oᵢ"
    }

    fn value(&self, outputs: &[T], target: &[T]) -> T {
        assert_eq!(outputs.len(), target.len(), "cross-entropy: outputs and labels of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        pairs.filter(|(_, l)| *l != T::zero()).map(|(o, l)| -l * above_zero(o).ln()).sum()
    }

    fn gradient(&self, outputs: &[T], target: &[T], gradient: &mut [T]) {
        assert_eq!(outputs.len(), target.len(), "cross-entropy: outputs and labels of one length");
        assert_eq!(outputs.len(), gradient.len(), "cross-entropy: outputs and gradient of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        gradient.iter_mut().zip(pairs).for_each(|(g, (o, l))| *g = -l / above_zero(o));
    }

    fn fuses_with(&self, layer: &str) -> bool {
        Self::fuses(layer)
    }

    fn fused_gradient(&self, outputs: &[T], target: &[T], gradient: &mut [T]) {
        let sum: T = target.iter().copied().sum();
        gradient.iter_mut().zip(outputs).zip(target).for_each(|((g, &o), &l)| *g = o * sum - l);
    }

    fn formulas(&self, cells: Cells) -> Option<Formulas> {
        let Cells { o, l, targets, .. } = cells;
        let above_zero = format!("MAX({o},{})", written(f64::MIN_POSITIVE));
        Some(Formulas {
            term: format!("-{l}*LN({above_zero})"),
            gradient: format!("-{l}/{above_zero}"),
            fused: Some(format!("{o}*SUM({targets})-{l}")),
        })
    }
}

impl CrossEntropy {
    pub(super) fn fuses(layer: &str) -> bool {
        layer == "softmax"
    }
}
