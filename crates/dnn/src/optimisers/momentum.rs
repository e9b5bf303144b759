use super::{Step, Update};
use crate::Real;

/// A ball that rolls on: `v ← β·v + g`, `w ← w − η·v`, β = 0.9.
///
/// Source: B. Polyak, *Some methods of speeding up the convergence of iteration methods* (1964).
#[derive(Clone, Copy)]
pub(super) struct Momentum<T> {
    rate: T,
    beta: T,
}

impl<T: Real> Momentum<T> {
    pub(super) fn new(step: &Step) -> Self {
        Self { rate: T::from_f64(step.rate), beta: T::from_f64(0.9) }
    }
}

impl<T: Real> Update<T, 1> for Momentum<T> {
    #[inline(always)]
    fn update(self, w: T, g: T, [v]: &mut [T; 1]) -> T {
        *v = self.beta * *v + g;
        w - self.rate * *v
    }
}
