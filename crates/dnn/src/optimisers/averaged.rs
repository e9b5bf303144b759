use super::{Step, Update};
use crate::Real;

/// SGD whose model is the mean of all parameters so far: `w ← w − η·g`, `a ← a + (w − a) / t`, `t` the number of the
/// step.
///
/// Source: B. Polyak, A. Juditsky, *Acceleration of stochastic approximation by averaging* (1992).
#[derive(Clone, Copy)]
pub(super) struct Averaged<T> {
    rate: T,
    /// `1 / t`.
    share: T,
}

impl<T: Real> Averaged<T> {
    pub(super) fn new(step: &Step) -> Self {
        Self { rate: T::from_f64(step.rate), share: T::from_f64(1.0 / step.number as f64) }
    }
}

impl<T: Real> Update<T, 1> for Averaged<T> {
    #[inline(always)]
    fn update(self, w: T, g: T, [mean]: &mut [T; 1]) -> T {
        let w = w - self.rate * g;
        *mean += (w - *mean) * self.share;
        w
    }
}
