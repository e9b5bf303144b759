use super::Loss;
use crate::Real;

/// The mean squared error, `E = (1/n)·Σ (oᵢ − lᵢ)²`, with `∂E/∂oᵢ = (2/n)·(oᵢ − lᵢ)`.
///
/// ```
/// use glassbox_dnn::losses::{Loss, MeanSquaredError};
/// assert_eq!(MeanSquaredError.value(&[0.5, 1.0], &[0.0, 1.0]), 0.125);
/// assert_eq!(MeanSquaredError.gradient(&[0.5, 1.0], &[0.0, 1.0]), [0.5, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeanSquaredError;

impl<T: Real> Loss<T> for MeanSquaredError {
    fn value(&self, outputs: &[T], wanted: &[T]) -> T {
        assert_eq!(outputs.len(), wanted.len(), "mean squared error: outputs and labels of one length");
        let sum: T = outputs.iter().zip(wanted).map(|(&o, &l)| (o - l) * (o - l)).sum();
        sum / T::from_f64(outputs.len() as f64)
    }

    fn gradient(&self, outputs: &[T], wanted: &[T]) -> Vec<T> {
        assert_eq!(outputs.len(), wanted.len(), "mean squared error: outputs and labels of one length");
        let scale = T::from_f64(2.0 / outputs.len() as f64);
        outputs.iter().zip(wanted).map(|(&o, &l)| scale * (o - l)).collect()
    }
}
