/// Two shapes that do not fit: which operation noticed, what it expected, what it got.
///
/// ```
/// use glassbox_tensor::{Ix2, Tensor};
/// let error = Tensor::<f32, Ix2>::from_vec([2, 3], vec![0.0; 5]).unwrap_err();
/// assert_eq!(error.to_string(), "from_vec: expected 6 elements for shape [2, 3], got 5");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{operation}: expected {expected}, got {found}")]
pub struct ShapeError {
    /// The operation that noticed, as its caller knows it.
    pub operation: String,
    /// What it expected, in words.
    pub expected: String,
    /// What it got, in words.
    pub found: String,
}

impl ShapeError {
    /// Puts the three parts together.
    pub fn new(operation: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { operation: operation.into(), expected: expected.into(), found: found.into() }
    }
}
