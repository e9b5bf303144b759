use super::{Step, Update};
use crate::Real;

/// AdaGrad that forgets: `s ← ρ·s + (1 − ρ)·g²`, `w ← w − η·g / (√s + ε)`, ρ = 0.99, ε = 1e-8.
///
/// Source: T. Hinton, *Neural networks for machine learning*, lecture 6e (2012).
#[derive(Clone, Copy)]
pub(super) struct RmsProp<T> {
    rate: T,
    rho: T,
    epsilon: T,
}

impl<T: Real> RmsProp<T> {
    pub(super) fn new(step: &Step) -> Self {
        Self { rate: T::from_f64(step.rate), rho: T::from_f64(0.99), epsilon: T::from_f64(1e-8) }
    }
}

impl<T: Real> Update<T, 1> for RmsProp<T> {
    #[inline(always)]
    fn update(self, w: T, g: T, [s]: &mut [T; 1]) -> T {
        *s = self.rho * *s + (T::one() - self.rho) * (g * g);
        w - self.rate * g / (s.sqrt() + self.epsilon)
    }
}
