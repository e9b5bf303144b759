//! Operators that read the whole picture before they make the first row, but never need all of it at once.

use std::any::Any;
use std::fmt::Debug;

use super::{Border, Dimensions, ErasedRows, Operator, Window};
use crate::Pixel;

/// An operator that analyses the rows of a picture, in one pass or several, before it makes the first: the analysis
/// yields an [`Operator`].
pub trait MultiPassOperator: Debug + Send + Sync + 'static {
    /// The state of an analysis.
    type Analysis<T: Pixel>: Analysis<T>;

    /// The window of the operator that the analysis yields.
    fn window(&self) -> Window;

    /// The border of that operator.
    fn border(&self) -> Border;

    /// Begins the analysis of a picture of `shape`; `alpha`: its last channel is alpha.
    fn analysis<T: Pixel>(&self, shape: (usize, usize, usize), alpha: bool) -> Self::Analysis<T>;
}

/// The analysis of one picture.
pub trait Analysis<T>: Send + 'static {
    /// What it yields.
    type Operator: Operator;

    /// Takes in whole rows, from the top, the first of them row `first`.
    fn add(&mut self, first: usize, rows: &[T]);

    /// Called after the last row: whether to go through all rows once more.
    fn needs_another_pass(&mut self) -> bool;

    /// Called after the last pass.
    fn finish(self) -> Self::Operator;
}

/// A [`MultiPassOperator`] with its type erased.
pub(crate) trait ErasedMultiPass: Debug + Send + Sync {
    fn window(&self) -> Window;
    fn border(&self) -> Border;
    fn analysis_u8(&self, shape: Dimensions, alpha: bool) -> Box<dyn ErasedAnalysis<u8>>;
    fn analysis_u16(&self, shape: Dimensions, alpha: bool) -> Box<dyn ErasedAnalysis<u16>>;
    fn analysis_f32(&self, shape: Dimensions, alpha: bool) -> Box<dyn ErasedAnalysis<f32>>;
}

impl<O: MultiPassOperator> ErasedMultiPass for O {
    fn window(&self) -> Window {
        MultiPassOperator::window(self)
    }

    fn border(&self) -> Border {
        MultiPassOperator::border(self)
    }

    fn analysis_u8(&self, shape: Dimensions, alpha: bool) -> Box<dyn ErasedAnalysis<u8>> {
        Box::new(self.analysis::<u8>(shape, alpha))
    }

    fn analysis_u16(&self, shape: Dimensions, alpha: bool) -> Box<dyn ErasedAnalysis<u16>> {
        Box::new(self.analysis::<u16>(shape, alpha))
    }

    fn analysis_f32(&self, shape: Dimensions, alpha: bool) -> Box<dyn ErasedAnalysis<f32>> {
        Box::new(self.analysis::<f32>(shape, alpha))
    }
}

/// The analysis of an erased operator.
pub(crate) fn analysis_of<T: Pixel>(
    filter: &dyn ErasedMultiPass,
    shape: Dimensions,
    alpha: bool,
) -> Box<dyn ErasedAnalysis<T>> {
    let analysis: Box<dyn Any> = match T::NAME {
        "u8" => Box::new(filter.analysis_u8(shape, alpha)),
        "u16" => Box::new(filter.analysis_u16(shape, alpha)),
        _ => Box::new(filter.analysis_f32(shape, alpha)),
    };
    *analysis.downcast().expect("u8, u16 and f32 are all the pixels there are")
}

/// An [`Analysis`] with its type erased.
pub(crate) trait ErasedAnalysis<T>: Send {
    fn add(&mut self, first: usize, rows: &[T]);
    fn needs_another_pass(&mut self) -> bool;
    fn finish(self: Box<Self>) -> Box<dyn ErasedRows>;
}

impl<T, A: Analysis<T>> ErasedAnalysis<T> for A {
    fn add(&mut self, first: usize, rows: &[T]) {
        Analysis::add(self, first, rows);
    }

    fn needs_another_pass(&mut self) -> bool {
        Analysis::needs_another_pass(self)
    }

    fn finish(self: Box<Self>) -> Box<dyn ErasedRows> {
        Box::new(Analysis::finish(*self))
    }
}
