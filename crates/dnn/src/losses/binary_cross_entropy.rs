use super::{Cells, Formulas, Loss, inside};
use crate::Real;
use crate::layers::written;

/// The binary cross-entropy summed over the outputs, `E = −Σ lᵢ·ln oᵢ + (1 − lᵢ)·ln(1 − oᵢ)`, each output in 0 … 1,
/// with `∂E/∂oᵢ = (oᵢ − lᵢ) / (oᵢ·(1 − oᵢ))`.
///
/// After a sigmoid the denominator cancels σ′, which leaves `oᵢ − lᵢ` at its input: the article's script, which omits
/// σ′ from its output delta, descends this loss (times 2/n) although it names the mean squared error.
///
/// An output of exactly 0 or 1 counts as the nearest number inside, so that neither value nor derivative is infinite.
///
/// ```
/// use glassbox_dnn::losses::{Loss, BinaryCrossEntropy};
/// let e: f64 = BinaryCrossEntropy.value(&[0.5, 0.5], &[0.0, 1.0]);
/// assert!((e - 2.0 * 2f64.ln()).abs() < 1e-15);
/// let mut gradient = [0.0; 2];
/// BinaryCrossEntropy.gradient(&[0.5, 0.75], &[0.0, 1.0], &mut gradient);
/// assert_eq!(gradient, [2.0, -4.0 / 3.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BinaryCrossEntropy;

impl<T: Real> Loss<T> for BinaryCrossEntropy {
    fn name(&self) -> &'static str {
        "binary-cross-entropy"
    }

    fn formula(&self) -> &'static str {
        "−Σ lᵢ·ln oᵢ + (1 − lᵢ)·ln(1 − oᵢ)"
    }

    fn value(&self, outputs: &[T], target: &[T]) -> T {
        assert_eq!(outputs.len(), target.len(), "binary-cross-entropy: outputs and labels of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        pairs
            .map(|(o, l)| (inside(o), l))
            .fold(T::zero(), |sum, (o, l)| sum - (l * o.ln() + (T::one() - l) * (T::one() - o).ln()))
    }

    fn gradient(&self, outputs: &[T], target: &[T], gradient: &mut [T]) {
        assert_eq!(outputs.len(), target.len(), "binary-cross-entropy: outputs and labels of one length");
        assert_eq!(outputs.len(), gradient.len(), "binary-cross-entropy: outputs and gradient of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        for (g, (o, l)) in gradient.iter_mut().zip(pairs) {
            let o = inside(o);
            *g = (o - l) / (o * (T::one() - o));
        }
    }

    fn fuses_with(&self, layer: &str) -> bool {
        layer == "sigmoid"
    }

    fn fused_gradient(&self, outputs: &[T], target: &[T], gradient: &mut [T]) {
        gradient.iter_mut().zip(outputs).zip(target).for_each(|((g, &o), &l)| *g = o - l);
    }

    fn formulas(&self, cells: Cells) -> Option<Formulas> {
        let Cells { o, l, .. } = cells;
        let (least, most) = (written(f64::MIN_POSITIVE), written(1.0 - f64::EPSILON));
        let o_inside = format!("MIN(MAX({o},{least}),{most})");
        Some(Formulas {
            term: format!("-({l}*LN({o_inside})+(1-{l})*LN(1-{o_inside}))"),
            gradient: format!("({o_inside}-{l})/({o_inside}*(1-{o_inside}))"),
            fused: Some(format!("{o}-{l}")),
        })
    }
}
