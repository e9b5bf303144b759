use super::Loss;
use crate::Real;

/// The binary cross-entropy summed over the outputs, `E = −Σ lᵢ·ln oᵢ + (1 − lᵢ)·ln(1 − oᵢ)`, each output in 0 … 1, with
/// `∂E/∂oᵢ = (oᵢ − lᵢ) / (oᵢ·(1 − oᵢ))`.
///
/// Behind a sigmoid the denominator cancels σ′, and what is left at its input is `oᵢ − lᵢ`: the article's script, which
/// leaves σ′ out of its output delta, descends this loss (times 2/n) while it names the mean squared error.
///
/// An output of exactly 0 or 1 counts as the nearest number inside, so that neither value nor derivative is infinite.
///
/// ```
/// use glassbox_dnn::losses::{CrossEntropy, Loss};
/// let e: f64 = CrossEntropy.value(&[0.5, 0.5], &[0.0, 1.0]);
/// assert!((e - 2.0 * 2f64.ln()).abs() < 1e-15);
/// assert_eq!(CrossEntropy.gradient(&[0.5, 0.75], &[0.0, 1.0]), [2.0, -4.0 / 3.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrossEntropy;

impl<T: Real> Loss<T> for CrossEntropy {
    fn value(&self, outputs: &[T], wanted: &[T]) -> T {
        assert_eq!(outputs.len(), wanted.len(), "cross-entropy: outputs and labels of one length");
        outputs
            .iter()
            .zip(wanted)
            .map(|(&o, &l)| (inside(o), l))
            .fold(T::zero(), |sum, (o, l)| sum - (l * o.ln() + (T::one() - l) * (T::one() - o).ln()))
    }

    fn gradient(&self, outputs: &[T], wanted: &[T]) -> Vec<T> {
        assert_eq!(outputs.len(), wanted.len(), "cross-entropy: outputs and labels of one length");
        outputs.iter().zip(wanted).map(|(&o, &l)| (inside(o), l)).map(|(o, l)| (o - l) / (o * (T::one() - o))).collect()
    }
}

fn inside<T: Real>(o: T) -> T {
    o.max(T::min_positive_value()).min(T::one() - T::epsilon())
}
