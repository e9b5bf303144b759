use super::Loss;
use crate::Real;

/// The Huber loss: squared near the goal, absolute far from it, so that a few wild samples do not rule. With `d = oᵢ −
/// lᵢ`, `E = (1/n)·Σ (|d| ≤ δ ? d²/2 : δ·(|d| − δ/2))`; `∂E/∂oᵢ = (1/n)·(d cut to −δ … δ)`.
///
/// Source: P. Huber, *Robust estimation of a location parameter*, Annals of Mathematical Statistics 35 (1964).
///
/// ```
/// use glassbox_dnn::losses::{Loss, Huber};
/// let huber = Huber { delta: 1.0 };
/// assert_eq!(huber.value(&[0.5, 3.0], &[0.0, 0.0]), (0.125 + 2.5) / 2.0);
/// let mut gradient = [0.0; 2];
/// huber.gradient(&[0.5, 3.0], &[0.0, 0.0], &mut gradient);
/// assert_eq!(gradient, [0.25, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    /// The distance at which the parabola ends.
    pub delta: f64,
}

impl<T: Real> Loss<T> for Huber {
    fn name(&self) -> &'static str {
        "huber"
    }

    fn formula(&self) -> &'static str {
        "(1/n)·Σ d²/2 where |d| ≤ δ, else δ·(|d| − δ/2), d = oᵢ − lᵢ"
    }

    fn value(&self, outputs: &[T], target: &[T]) -> T {
        assert_eq!(outputs.len(), target.len(), "huber: outputs and labels of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        let (delta, half) = (T::from_f64(self.delta), T::from_f64(0.5));
        let one = |d: T| if d <= delta { half * d * d } else { delta * (d - half * delta) };
        pairs.map(|(o, l)| one((o - l).abs())).sum::<T>() / T::from_f64(outputs.len() as f64)
    }

    fn gradient(&self, outputs: &[T], target: &[T], gradient: &mut [T]) {
        assert_eq!(outputs.len(), target.len(), "huber: outputs and labels of one length");
        assert_eq!(outputs.len(), gradient.len(), "huber: outputs and gradient of one length");
        let pairs = outputs.iter().copied().zip(target.iter().copied());
        let (delta, n) = (T::from_f64(self.delta), T::from_f64(outputs.len() as f64));
        gradient.iter_mut().zip(pairs).for_each(|(g, (o, l))| *g = (o - l).max(-delta).min(delta) / n);
    }
}
