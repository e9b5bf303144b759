//! Operators that must know the whole picture before they make the first row, but never need all of it at once.

use crate::filter::{Operator, RowFilter, Window};
use crate::{Error, Pixel};

/// An operator that looks at the rows of a picture, once or several times, before it makes the first: what it learns is an [`Operator`].
pub trait StudyOperator: std::fmt::Debug + Send + Sync + 'static {
    /// What it keeps while it looks.
    type Study<T: Pixel>: Study<T>;

    /// Height, width and channels that come out when a picture of `shape` goes in.
    ///
    /// # Errors
    /// If the picture is too small.
    fn shape(&self, shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error>;

    /// What is seen around a place by the operator that is learnt.
    fn window(&self) -> Window;

    /// Begins to study a picture of `shape`, of which the last channel may be `alpha`.
    fn study<T: Pixel>(&self, shape: (usize, usize, usize), alpha: bool) -> Self::Study<T>;
}

/// What is known of one picture so far.
pub trait Study<T>: Send + 'static {
    /// What comes of it.
    type Learnt: Operator;

    /// Looks at whole rows, the first of which is row `first`: from above, some at a time.
    fn look(&mut self, first: usize, rows: &[T]);

    /// Behind the last row: whether to look at all of them once more.
    fn again(&mut self) -> bool;

    /// Behind the last look.
    fn learnt(self) -> Self::Learnt;
}

/// A [`StudyOperator`] with its type forgotten.
#[doc(hidden)]
pub trait StudyFilter: std::fmt::Debug + Send + Sync {
    fn shape(&self, shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error>;
    fn window(&self) -> Window;
    fn study_u8(&self, shape: (usize, usize, usize), alpha: bool) -> Box<dyn Learner<u8>>;
    fn study_u16(&self, shape: (usize, usize, usize), alpha: bool) -> Box<dyn Learner<u16>>;
    fn study_f32(&self, shape: (usize, usize, usize), alpha: bool) -> Box<dyn Learner<f32>>;
}

impl<O: StudyOperator> StudyFilter for O {
    fn shape(&self, shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        StudyOperator::shape(self, shape)
    }

    fn window(&self) -> Window {
        StudyOperator::window(self)
    }

    fn study_u8(&self, shape: (usize, usize, usize), alpha: bool) -> Box<dyn Learner<u8>> {
        Box::new(self.study::<u8>(shape, alpha))
    }

    fn study_u16(&self, shape: (usize, usize, usize), alpha: bool) -> Box<dyn Learner<u16>> {
        Box::new(self.study::<u16>(shape, alpha))
    }

    fn study_f32(&self, shape: (usize, usize, usize), alpha: bool) -> Box<dyn Learner<f32>> {
        Box::new(self.study::<f32>(shape, alpha))
    }
}

/// A [`Study`] with its type forgotten.
#[doc(hidden)]
pub trait Learner<T>: Send {
    fn look(&mut self, first: usize, rows: &[T]);
    fn again(&mut self) -> bool;
    fn learnt(self: Box<Self>) -> Box<dyn RowFilter>;
}

impl<T, S: Study<T>> Learner<T> for S {
    fn look(&mut self, first: usize, rows: &[T]) {
        Study::look(self, first, rows);
    }

    fn again(&mut self) -> bool {
        Study::again(self)
    }

    fn learnt(self: Box<Self>) -> Box<dyn RowFilter> {
        Box::new(Study::learnt(*self))
    }
}
