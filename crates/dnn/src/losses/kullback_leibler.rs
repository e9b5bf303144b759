use super::{Loss, inside};
use crate::Real;

/// The Kullback–Leibler divergence of two distributions, `E = Σ lᵢ·ln(lᵢ / oᵢ)`, with `∂E/∂oᵢ = −lᵢ/oᵢ`; a target of 0
/// adds nothing.
///
/// It differs from the cross-entropy by a term without the outputs, and is 0 where outputs and targets agree. After
/// `softmax` the gradient by its input is `oᵢ·Σ l − lᵢ`.
///
/// ```
/// use glassbox_dnn::losses::{Loss, KullbackLeibler};
/// assert_eq!(KullbackLeibler.value(&[0.5, 0.5], &[0.5, 0.5]), 0.0);
/// let mut gradient = [0.0; 2];
/// KullbackLeibler.gradient(&[0.5, 0.5], &[0.0, 1.0], &mut gradient);
/// assert_eq!(gradient, [0.0, -2.0]);
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

    fn value(&self, outputs: &[T], target: &[T]) -> T {
        assert_eq!(outputs.len(), target.len(), "kullback-leibler: outputs and labels of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        pairs.filter(|(_, l)| *l > T::zero()).map(|(o, l)| l * (l / inside(o)).ln()).sum()
    }

    fn gradient(&self, outputs: &[T], target: &[T], gradient: &mut [T]) {
        assert_eq!(outputs.len(), target.len(), "kullback-leibler: outputs and labels of one length");
        assert_eq!(outputs.len(), gradient.len(), "kullback-leibler: outputs and gradient of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        gradient.iter_mut().zip(pairs).for_each(|(g, (o, l))| *g = -l / inside(o));
    }

    fn fuses_with(&self, layer: &str) -> bool {
        super::CrossEntropy::fuses(layer)
    }

    fn fused_gradient(&self, outputs: &[T], target: &[T], gradient: &mut [T]) {
        super::CrossEntropy.fused_gradient(outputs, target, gradient);
    }
}
