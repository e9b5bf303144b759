use super::{Step, Update};
use crate::Real;

/// Momentum over the root of the mean square, both freed of the zero that they began with:
///
/// ```text
/// m ← β₁·m + (1 − β₁)·g        m̂ = m / (1 − β₁ᵗ)
/// v ← β₂·v + (1 − β₂)·g²       v̂ = v / (1 − β₂ᵗ)
/// w ← w − η·m̂ / (√v̂ + ε)
/// ```
///
/// β₁ = 0.9, β₂ = 0.999, ε = 1e-8, and `t` is the number of the step.
///
/// Source: D. Kingma, J. Ba, *Adam: a method for stochastic optimization* (2014).
#[derive(Clone, Copy)]
pub(super) struct Adam<T> {
    beta1: T,
    beta2: T,
    epsilon: T,
    /// `η / (1 − β₁ᵗ)`.
    rate: T,
    /// `1 / √(1 − β₂ᵗ)`.
    root: T,
}

impl<T: Real> Adam<T> {
    pub(super) fn new(step: &Step) -> Self {
        let (beta1, beta2, t) = (0.9f64, 0.999f64, step.number as f64);
        Self {
            beta1: T::from_f64(beta1),
            beta2: T::from_f64(beta2),
            epsilon: T::from_f64(1e-8),
            rate: T::from_f64(step.rate / (1.0 - beta1.powf(t))),
            root: T::from_f64(1.0 / (1.0 - beta2.powf(t)).sqrt()),
        }
    }
}

impl<T: Real> Update<T, 2> for Adam<T> {
    #[inline(always)]
    fn update(self, w: T, g: T, [m, v]: &mut [T; 2]) -> T {
        *m = self.beta1 * *m + (T::one() - self.beta1) * g;
        *v = self.beta2 * *v + (T::one() - self.beta2) * (g * g);
        w - self.rate * *m / (v.sqrt() * self.root + self.epsilon)
    }
}
