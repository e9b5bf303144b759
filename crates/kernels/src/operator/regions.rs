//! Operators that make one pixel from each region of a picture.

use std::fmt::Debug;
use std::ops::Range;

use crate::Error;

/// An operator each of whose results is the maximum or the mean of a region of the picture, however large.
///
/// Regions are reduced row by row, so that no region need be in memory. In pictures with alpha, colours are weighted by
/// how visible they are.
pub trait RegionOperator: Debug + Send + Sync + 'static {
    /// Height, width and channels of the output: those of [`grids`](RegionOperator::grids).
    ///
    /// # Errors
    /// If the picture is too small.
    fn shape(&self, shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error>;

    /// The regions of a picture of `height` × `width`: one grid, or several that are drawn side by side, each at the
    /// size of the largest.
    fn grids(&self, height: usize, width: usize) -> Vec<RegionGrid>;

    /// How a region becomes a pixel.
    fn reduce(&self) -> Reduce;
}

/// A grid of regions, at least one: the rows of each grid row and the columns of each grid column. Both the starts and
/// the ends ascend.
#[derive(Clone, Debug)]
pub struct RegionGrid {
    /// Rows of the picture, for each row of the grid.
    pub rows: Vec<Range<usize>>,
    /// Columns of the picture, for each column of the grid.
    pub columns: Vec<Range<usize>>,
}

/// How the numbers of a region become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduce {
    /// Their maximum.
    Max,
    /// Their mean.
    Mean,
}
