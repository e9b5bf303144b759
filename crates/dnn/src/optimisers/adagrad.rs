use super::{Step, Update};
use crate::Real;

/// A parameter that has moved much moves less: `s ← s + g²`, `w ← w − η·g / (√s + ε)`, ε = 1e-10.
///
/// Source: J. Duchi, E. Hazan, Y. Singer, *Adaptive subgradient methods* (2011).
#[derive(Clone, Copy)]
pub(super) struct AdaGrad<T> {
    rate: T,
    epsilon: T,
}

impl<T: Real> AdaGrad<T> {
    pub(super) fn new(step: &Step) -> Self {
        Self { rate: T::from_f64(step.rate), epsilon: T::from_f64(1e-10) }
    }
}

impl<T: Real> Update<T, 1> for AdaGrad<T> {
    #[inline(always)]
    fn update(self, w: T, g: T, [s]: &mut [T; 1]) -> T {
        *s += g * g;
        w - self.rate * g / (s.sqrt() + self.epsilon)
    }
}
