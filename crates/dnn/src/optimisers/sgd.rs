use super::{Step, Update};
use crate::Real;

/// Stochastic gradient descent: `w ← w − η·g`.
#[derive(Clone, Copy)]
pub(super) struct Sgd<T> {
    rate: T,
}

impl<T: Real> Sgd<T> {
    pub(super) fn new(step: &Step) -> Self {
        Self { rate: T::from_f64(step.rate) }
    }
}

impl<T: Real> Update<T, 0> for Sgd<T> {
    #[inline(always)]
    fn update(self, w: T, g: T, _: &mut [T; 0]) -> T {
        w - self.rate * g
    }
}
