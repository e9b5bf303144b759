use super::{Loss, inside};
use crate::Real;

/// The Kullback–Leibler divergence of two distributions, `E = Σ lᵢ·ln(lᵢ / oᵢ)`, with `∂E/∂oᵢ = −lᵢ/oᵢ`; a wanted 0 adds nothing.
///
/// It differs from the cross-entropy by what does not depend on the outputs, and is 0 where outputs and wanted agree. Behind `softmax` the
/// derivative by what goes into it is `oᵢ·Σ l − lᵢ`.
///
/// ```
/// use glassbox_dnn::losses::{Loss, KullbackLeibler};
/// assert_eq!(KullbackLeibler.value(&[0.5, 0.5], &[0.5, 0.5]), 0.0);
/// let mut slopes = [0.0; 2];
/// KullbackLeibler.gradient(&[0.5, 0.5], &[0.0, 1.0], &mut slopes);
/// assert_eq!(slopes, [0.0, -2.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KullbackLeibler;

impl<T: Real> Loss<T> for KullbackLeibler {
    fn name(&self) -> &'static str {
        "kullback-leibler"
    }

    fn formula(&self) -> &'static str {
        "Σ lᵢ·ln(lᵢ / oᵢ)"
    }

    fn value(&self, outputs: &[T], wanted: &[T]) -> T {
        assert_eq!(outputs.len(), wanted.len(), "kullback-leibler: outputs and labels of one length");
        let pairs = outputs.iter().copied().zip(wanted.iter().copied());
        pairs.filter(|(_, l)| *l > T::zero()).map(|(o, l)| l * (l / inside(o)).ln()).sum()
    }

    fn gradient(&self, outputs: &[T], wanted: &[T], slopes: &mut [T]) {
        assert_eq!(outputs.len(), wanted.len(), "kullback-leibler: outputs and labels of one length");
        assert_eq!(outputs.len(), slopes.len(), "kullback-leibler: outputs and slopes of one length");
        let pairs = outputs.iter().copied().zip(wanted.iter().copied());
        slopes.iter_mut().zip(pairs).for_each(|(slope, (o, l))| *slope = -l / inside(o));
    }

    fn fuses_with(&self, layer: &str) -> bool {
        super::CrossEntropy::fuses(layer)
    }

    fn fused_gradient(&self, outputs: &[T], wanted: &[T], slopes: &mut [T]) {
        super::CrossEntropy.fused_gradient(outputs, wanted, slopes);
    }
}
