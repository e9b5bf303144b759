use super::{Cells, Formulas, Loss};
use crate::Real;

/// The mean squared error, `E = (1/n)·Σ (oᵢ − lᵢ)²`, with `∂E/∂oᵢ = (2/n)·(oᵢ − lᵢ)`.
///
/// ```
/// use glassbox_dnn::losses::{Loss, MeanSquaredError};
/// assert_eq!(MeanSquaredError.value(&[0.5, 1.0], &[0.0, 1.0]), 0.125);
/// let mut gradient = [0.0; 2];
/// MeanSquaredError.gradient(&[0.5, 1.0], &[0.0, 1.0], &mut gradient);
/// assert_eq!(gradient, [0.5, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeanSquaredError;

impl<T: Real> Loss<T> for MeanSquaredError {
    fn name(&self) -> &'static str {
        "mean-squared-error"
    }

    fn formula(&self) -> &'static str {
        "(1/n)·Σ (oᵢ − lᵢ)²"
    }

    fn value(&self, outputs: &[T], target: &[T]) -> T {
        assert_eq!(outputs.len(), target.len(), "mean-squared-error: outputs and labels of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        pairs.map(|(o, l)| (o - l) * (o - l)).sum::<T>() / T::from_f64(outputs.len() as f64)
    }

    fn gradient(&self, outputs: &[T], target: &[T], gradient: &mut [T]) {
        assert_eq!(outputs.len(), target.len(), "mean-squared-error: outputs and labels of one length");
        assert_eq!(outputs.len(), gradient.len(), "mean-squared-error: outputs and gradient of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        let scale = T::from_f64(2.0 / outputs.len() as f64);
        gradient.iter_mut().zip(pairs).for_each(|(g, (o, l))| *g = scale * (o - l));
    }

    fn formulas(&self, cells: Cells) -> Option<Formulas> {
        let Cells { o, l, outputs, .. } = cells;
        let (term, gradient) = (format!("({o}-{l})*({o}-{l})/{outputs}"), format!("2/{outputs}*({o}-{l})"));
        Some(Formulas { term, gradient, fused: None })
    }
}
