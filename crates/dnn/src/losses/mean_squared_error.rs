use super::Loss;
use crate::Real;

/// The mean squared error, `E = (1/n)·Σ (oᵢ − lᵢ)²`, with `∂E/∂oᵢ = (2/n)·(oᵢ − lᵢ)`.
///
/// ```
/// use glassbox_dnn::losses::{Loss, MeanSquaredError};
/// assert_eq!(MeanSquaredError.value(&[0.5, 1.0], &[0.0, 1.0]), 0.125);
/// let mut slopes = [0.0; 2];
/// MeanSquaredError.gradient(&[0.5, 1.0], &[0.0, 1.0], &mut slopes);
/// assert_eq!(slopes, [0.5, 0.0]);
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

    fn value(&self, outputs: &[T], wanted: &[T]) -> T {
        assert_eq!(outputs.len(), wanted.len(), "mean-squared-error: outputs and labels of one length");
        let pairs = outputs.iter().copied().zip(wanted.iter().copied());
        pairs.map(|(o, l)| (o - l) * (o - l)).sum::<T>() / T::from_f64(outputs.len() as f64)
    }

    fn gradient(&self, outputs: &[T], wanted: &[T], slopes: &mut [T]) {
        assert_eq!(outputs.len(), wanted.len(), "mean-squared-error: outputs and labels of one length");
        assert_eq!(outputs.len(), slopes.len(), "mean-squared-error: outputs and slopes of one length");
        let pairs = outputs.iter().copied().zip(wanted.iter().copied());
        let scale = T::from_f64(2.0 / outputs.len() as f64);
        slopes.iter_mut().zip(pairs).for_each(|(slope, (o, l))| *slope = scale * (o - l));
    }
}
