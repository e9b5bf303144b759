use super::adam::Adam;
use super::{Step, Update};
use crate::Real;

/// Adam whose weight decay shrinks the parameter itself and is no part of the gradient: `w ← w·(1 − η·λ)`, then Adam's
/// step.
///
/// Source: I. Loshchilov, F. Hutter, *Decoupled weight decay regularization* (2017).
#[derive(Clone, Copy)]
pub(super) struct AdamW<T> {
    adam: Adam<T>,
    /// `1 − η·λ`.
    shrink: T,
}

impl<T: Real> AdamW<T> {
    pub(super) fn new(step: &Step) -> Self {
        Self { adam: Adam::new(step), shrink: T::from_f64(1.0 - step.rate * step.decay) }
    }
}

impl<T: Real> Update<T, 2> for AdamW<T> {
    #[inline(always)]
    fn update(self, w: T, g: T, moments: &mut [T; 2]) -> T {
        self.adam.update(w * self.shrink, g, moments)
    }
}
