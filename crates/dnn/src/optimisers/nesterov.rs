use super::{Step, Update};
use crate::Real;

/// Momentum with the gradient of the point ahead: `v ← β·v + g`, `w ← w − η·(g + β·v)`, β = 0.9.
///
/// Source: Y. Nesterov (1983), in the form of I. Sutskever et al., *On the importance of initialization and momentum*
/// (2013).
#[derive(Clone, Copy)]
pub(super) struct Nesterov<T> {
    rate: T,
    beta: T,
}

impl<T: Real> Nesterov<T> {
    pub(super) fn new(step: &Step) -> Self {
        Self { rate: T::from_f64(step.rate), beta: T::from_f64(0.9) }
    }
}

impl<T: Real> Update<T, 1> for Nesterov<T> {
    #[inline(always)]
    fn update(self, w: T, g: T, [v]: &mut [T; 1]) -> T {
        *v = self.beta * *v + g;
        w - self.rate * (g + self.beta * *v)
    }
}
