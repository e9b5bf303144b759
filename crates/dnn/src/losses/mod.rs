//! Losses: how far the outputs are from the labels, and which way is worse. One file each.

mod cross_entropy;
mod mean_squared_error;

pub use cross_entropy::CrossEntropy;
pub use mean_squared_error::MeanSquaredError;

use crate::Real;

/// A number for how wrong the outputs `o` of one sample are, given what was wanted, `l`.
pub trait Loss<T: Real>: std::fmt::Debug {
    /// The loss of one sample.
    ///
    /// # Panics
    /// If `outputs` and `wanted` differ in length.
    fn value(&self, outputs: &[T], wanted: &[T]) -> T;

    /// Its derivative by each output, ∂E/∂oᵢ.
    ///
    /// # Panics
    /// If `outputs` and `wanted` differ in length.
    fn gradient(&self, outputs: &[T], wanted: &[T]) -> Vec<T>;
}

/// One-hot: 1 at `label`, 0 elsewhere; a row of the article's `np.eye(classes)[label]`.
///
/// ```
/// assert_eq!(glassbox_dnn::losses::one_hot::<f32>(2, 4), [0.0, 0.0, 1.0, 0.0]);
/// ```
///
/// # Panics
/// If `label` is not below `classes`.
#[track_caller]
pub fn one_hot<T: Real>(label: u8, classes: usize) -> Vec<T> {
    assert!(usize::from(label) < classes, "one_hot: expected a label below {classes}, got {label}");
    (0..classes).map(|class| if class == usize::from(label) { T::one() } else { T::zero() }).collect()
}
