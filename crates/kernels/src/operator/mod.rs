//! What an operator is.
//!
//! There are three kinds: an [`Operator`] makes a row from the few rows of its window, if need be after an [`Analysis`]
//! of the whole picture; a [`RegionOperator`] makes a pixel from each region of the picture; a [`PictureOperator`]
//! makes a picture from a picture. A [`Filter`] is one of these with its type erased, and with a [`Formula`] for one
//! number.

mod analysis;
mod border;
pub(crate) mod chunks;
mod filter;
mod formula;
mod neighbourhood;
mod picture;
mod regions;
mod rows;
mod window;

pub use analysis::{Analysis, MultiPassOperator};
pub(crate) use analysis::{ErasedMultiPass, analysis_of};
pub use border::Border;
pub use filter::Filter;
pub(crate) use filter::Kind;
pub(crate) use formula::Definition;
pub use formula::Formula;
pub use neighbourhood::{Depth, Neighbourhood, Picture, Term};
pub use picture::PictureOperator;
pub(crate) use picture::{ErasedPicture, MOST_REACH, run_picture};
pub use regions::{Reduce, RegionGrid, RegionOperator};
pub(crate) use rows::{ErasedKernel, ErasedRows, kernel_of, run_row};
pub use rows::{Kernel, Operator};
pub use window::{Rows, Window};

/// Height, width and channels of a picture.
pub(crate) type Dimensions = (usize, usize, usize);
