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

    /// The results at all positions where the whole window is inside the input, `stride` apart.
    ///
    /// ```
    /// use glassbox_draw::Operation;
    /// use glassbox_tensor::Matrix;
    /// let input = Matrix::from_vec([2, 4], vec![1.0, 5.0, 0.0, 2.0, 3.0, 4.0, 9.0, 1.0]).unwrap();
    /// assert_eq!(Operation::Max([2, 2]).results(&input, 2).as_slice(), [5.0, 9.0]);
    /// assert_eq!(Operation::Average([2, 2]).results(&input, 2).as_slice(), [3.25, 3.0]);
    /// let mask = Matrix::from_vec([1, 2], vec![-1.0, 1.0]).unwrap();
    /// assert_eq!(Operation::Mask(mask).results(&input, 1).as_slice(), [4.0, -5.0, 2.0, 1.0, 5.0, -8.0]);
    /// ```
    ///
    /// # Shape
    /// `[rows, columns]` → `[(rows − height) / stride + 1, (columns − width) / stride + 1]`
    ///
    /// # Panics
    /// If the window is larger than the input, or the stride is 0.
    #[track_caller]
    pub fn results(&self, input: &Matrix<f64>, stride: usize) -> Matrix<f64> {
        let [height, width] = self.window();
        assert!(height <= input.nrows() && width <= input.ncols(), "results: expected a window inside the input");
        let positions = [(input.nrows() - height) / stride + 1, (input.ncols() - width) / stride + 1];
        Matrix::from_fn(positions, |(row, column)| {
            let offsets = (0..height).flat_map(|y| (0..width).map(move |x| [y, x]));
            let window = offsets.map(|[y, x]| input[[row * stride + y, column * stride + x]]);
            match self {
                Self::Mask(mask) => window.zip(mask.iter()).map(|(number, weight)| weight * number).sum(),
                Self::Max(_) => window.fold(f64::NEG_INFINITY, f64::max),
                Self::Average(_) => window.sum::<f64>() / (height * width) as f64,
            }
        })
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
