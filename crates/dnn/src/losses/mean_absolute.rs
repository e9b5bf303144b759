use super::Loss;
use crate::Real;

/// The mean absolute error, `E = (1/n)·Σ |oᵢ − lᵢ|`, with `∂E/∂oᵢ = ±1/n`, the sign being that of `oᵢ − lᵢ`; 0 where
/// they are equal.
///
/// ```
/// use glassbox_dnn::losses::{Loss, MeanAbsolute};
/// assert_eq!(MeanAbsolute.value(&[0.5, 1.0], &[0.0, 1.0]), 0.25);
/// let mut gradient = [0.0; 2];
/// MeanAbsolute.gradient(&[0.5, 1.0], &[0.0, 1.0], &mut gradient);
/// assert_eq!(gradient, [0.5, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeanAbsolute;

impl<T: Real> Loss<T> for MeanAbsolute {
    fn name(&self) -> &'static str {
        "mean-absolute"
    }

    fn formula(&self) -> &'static str {
        "(1/n)·Σ |oᵢ − lᵢ|"
    }

    fn value(&self, outputs: &[T], target: &[T]) -> T {
        assert_eq!(outputs.len(), target.len(), "mean-absolute: outputs and labels of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        pairs.map(|(o, l)| (o - l).abs()).sum::<T>() / T::from_f64(outputs.len() as f64)
    }

    fn gradient(&self, outputs: &[T], target: &[T], gradient: &mut [T]) {
        assert_eq!(outputs.len(), target.len(), "mean-absolute: outputs and labels of one length");
        assert_eq!(outputs.len(), gradient.len(), "mean-absolute: outputs and gradient of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        let share = T::one() / T::from_f64(outputs.len() as f64);
        for (g, (o, l)) in gradient.iter_mut().zip(pairs) {
            *g = if o > l {
                share
            } else if o < l {
                -share
            } else {
                T::zero()
            };
        }
    }
}
