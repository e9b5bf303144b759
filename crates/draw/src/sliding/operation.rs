use glassbox_tensor::Matrix;

/// An operation on the numbers in a window.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Multiplies them by a mask and adds the products.
    Mask(Matrix<f64>),
    /// Takes the maximum of a window `[height, width]`.
    Max([usize; 2]),
    /// Takes the mean of a window `[height, width]`.
    Average([usize; 2]),
}

impl Operation {
    /// Height and width of the window.
    pub fn window(&self) -> [usize; 2] {
        match self {
            Self::Mask(mask) => [mask.nrows(), mask.ncols()],
            Self::Max(window) | Self::Average(window) => *window,
        }
    }

    /// The title of the table in the middle.
    pub(super) fn title(&self) -> &'static str {
        match self {
            Self::Mask(_) => "mask",
            Self::Max(_) => "max pooling",
            Self::Average(_) => "average pooling",
        }
    }
}
