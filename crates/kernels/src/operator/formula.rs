//! How one number of an output is made.
//!
//! Every operator has two implementations: a fast one for whole rows, and a formula for one number, written for
//! readers. The formula stands at the top of the operator's file. [`Filter::formula`](super::Filter::formula) applies it to a picture, and the
//! laws in tests/ compare every number of the fast implementation with it.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use super::{Border, Dimensions, Neighbourhood, Picture, Term, Window};

/// A formula: a number, not yet stored, from the numbers around it.
pub(crate) type Number = dyn Fn(&Neighbourhood) -> f64 + Send + Sync;

/// A formula that needs to know the whole picture first.
pub(crate) type AfterAnalysis = dyn Fn(&Picture) -> Arc<Number> + Send + Sync;

/// How a filter's numbers are defined.
pub(crate) enum Definition {
    Local(Arc<Number>),
    AfterAnalysis(Box<AfterAnalysis>),
}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(if matches!(self, Self::Local(_)) { "Local" } else { "AfterAnalysis" })
    }
}

/// A filter's formula, applied to one picture.
pub struct Formula<'a> {
    pub(super) picture: Picture<'a>,
    pub(super) number: Arc<Number>,
    pub(super) border: Border,
    pub(super) window: Window,
    pub(super) shape: Dimensions,
}

impl Formula<'_> {
    /// Height, width and channels of the output.
    pub fn shape(&self) -> (usize, usize, usize) {
        self.shape
    }

    /// The number of row `y`, column `x` and `channel` of the output, as it is stored.
    ///
    /// # Panics
    /// If it lies outside the [`shape`](Formula::shape).
    #[track_caller]
    pub fn number(&self, y: usize, x: usize, channel: usize) -> f64 {
        self.picture.depth().store(self.value([y, x, channel], None))
    }

    /// The value from which the number is made by rounding and saturation, and what the formula reads for it, in order.
    ///
    /// ```
    /// use glassbox_kernels::filters;
    /// use glassbox_tensor::Image;
    /// let picture = Image::from_vec([1, 2, 1], vec![10u8, 40]).unwrap();
    /// let (value, terms) = filters::parse("avg-pool:size=1").unwrap().formula(&picture).unwrap().terms(0, 1, 0);
    /// assert_eq!((value, terms[0].x, terms[0].number), (40.0, 1, 40.0));
    /// ```
    ///
    /// # Panics
    /// If it lies outside the [`shape`](Formula::shape).
    #[track_caller]
    pub fn terms(&self, y: usize, x: usize, channel: usize) -> (f64, Vec<Term>) {
        let terms = RefCell::default();
        (self.value([y, x, channel], Some(&terms)), terms.take())
    }

    #[track_caller]
    fn value(&self, [y, x, channel]: [usize; 3], terms: Option<&RefCell<Vec<Term>>>) -> f64 {
        let (height, width, channels) = self.shape;
        assert!(
            y < height && x < width && channel < channels,
            "Formula: expected a place in {height}×{width}×{channels}, got ({y}, {x}, {channel})"
        );
        let Window { above, left, stride, .. } = self.window;
        // The first whole window is not at the edge.
        let first = if self.border == Border::Crop { (above, left) } else { (0, 0) };
        (self.number)(&Neighbourhood {
            picture: &self.picture,
            border: self.border,
            window: self.window,
            centre: ((y * stride + first.0) as isize, (x * stride + first.1) as isize),
            channel,
            output: (y, x, channel),
            terms,
        })
    }
}
