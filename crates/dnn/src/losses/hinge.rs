use super::Loss;
use crate::Real;

/// The hinge loss, one class against the rest, which demands a margin: with `tᵢ = 2·lᵢ − 1`, ±1 for labels of 1 and 0,
/// `E = (1/n)·Σ max(0, 1 − tᵢ·oᵢ)`; `∂E/∂oᵢ = −tᵢ/n` inside the margin, else 0.
///
/// ```
/// use glassbox_dnn::losses::{Loss, Hinge};
/// assert_eq!(Hinge.value(&[0.5, 2.0], &[0.0, 1.0]), 0.75);
/// let mut gradient = [0.0; 2];
/// Hinge.gradient(&[0.5, 2.0], &[0.0, 1.0], &mut gradient);
/// assert_eq!(gradient, [0.5, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hinge;

impl<T: Real> Loss<T> for Hinge {
    fn name(&self) -> &'static str {
        "hinge"
    }

    fn formula(&self) -> &'static str {
        "(1/n)·Σ max(0, 1 − tᵢ·oᵢ), tᵢ = 2·lᵢ − 1"
    }

    fn value(&self, outputs: &[T], target: &[T]) -> T {
        assert_eq!(outputs.len(), target.len(), "hinge: outputs and labels of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        let two = T::from_f64(2.0);
        let one = |(o, l): (T, T)| {
            let short = T::one() - (two * l - T::one()) * o;
            // Not `max`, which would make 0 of NaN.
            if short < T::zero() { T::zero() } else { short }
        };
        pairs.map(one).sum::<T>() / T::from_f64(outputs.len() as f64)
    }

    fn gradient(&self, outputs: &[T], target: &[T], gradient: &mut [T]) {
        assert_eq!(outputs.len(), target.len(), "hinge: outputs and labels of one length");
        assert_eq!(outputs.len(), gradient.len(), "hinge: outputs and gradient of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        let (two, n) = (T::from_f64(2.0), T::from_f64(outputs.len() as f64));
        for (g, (o, l)) in gradient.iter_mut().zip(pairs) {
            let t = two * l - T::one();
            *g = if t * o < T::one() { -t / n } else { T::zero() };
        }
    }
}
