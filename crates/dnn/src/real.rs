use glassbox_tensor::Element;
use num_traits::{Float, NumAssign};

/// A number a net can compute in: `f32` (the default) or `f64` (gradient checks, NumPy's precision).
pub trait Real: Element + Float + NumAssign + std::fmt::Display + std::iter::Sum {
    /// The nearest value to `x`.
    fn from_f64(x: f64) -> Self;

    /// The same value as `f64`: exact.
    fn as_f64(self) -> f64;
}

impl Real for f32 {
    fn from_f64(x: f64) -> Self {
        x as f32
    }

    fn as_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    fn from_f64(x: f64) -> Self {
        x
    }

    fn as_f64(self) -> f64 {
        self
    }
}
