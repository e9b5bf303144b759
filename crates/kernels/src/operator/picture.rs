//! Operators that need more of a picture than the rows of a window.

use std::any::Any;
use std::fmt::Debug;

use glassbox_tensor::Image;

use super::{Border, Dimensions};
use crate::{Error, Pixel};

/// The largest [`reach`](PictureOperator::reach) with which a picture in memory is cut into strips: with a larger one
/// the rows that two strips share cost more than the threads gain.
pub(crate) const MOST_REACH: usize = 15;

/// An operator from pictures to pictures.
pub trait PictureOperator: Debug + Send + Sync + 'static {
    /// Height, width and channels of the output for a picture of `shape`.
    ///
    /// # Errors
    /// If the picture is too small.
    fn shape(&self, shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error>;

    /// How many rows above and below a position it reads, if it does not need the whole picture; none by default.
    ///
    /// The engine then gives it strips, on several threads at once. Its output must be as high as the strip, and must
    /// not depend on where in the picture the strip stands. With a reach over 15 rows this is done only for pictures
    /// that are not in memory as a whole.
    fn reach(&self) -> Option<usize> {
        None
    }

    /// [`Border::Wrap`] if it needs the rows of the opposite end; it makes up every other border itself.
    fn border(&self) -> Border {
        Border::Clamp
    }

    /// Whether it treats alpha itself. Otherwise the engine first gives transparent pixels the colour around them.
    fn minds_alpha(&self) -> bool {
        false
    }

    /// The output, of the [`shape`](PictureOperator::shape) that was announced.
    fn run<T: Pixel>(&self, picture: &Image<T>) -> Image<T>;
}

/// A [`PictureOperator`] with its type erased.
pub(crate) trait ErasedPicture: Debug + Send + Sync {
    fn shape(&self, shape: Dimensions) -> Result<Dimensions, Error>;
    fn reach(&self) -> Option<usize>;
    fn border(&self) -> Border;
    fn minds_alpha(&self) -> bool;
    fn run_u8(&self, picture: &Image<u8>) -> Image<u8>;
    fn run_u16(&self, picture: &Image<u16>) -> Image<u16>;
    fn run_f32(&self, picture: &Image<f32>) -> Image<f32>;
}

impl<O: PictureOperator> ErasedPicture for O {
    fn shape(&self, shape: Dimensions) -> Result<Dimensions, Error> {
        PictureOperator::shape(self, shape)
    }

    fn reach(&self) -> Option<usize> {
        PictureOperator::reach(self)
    }

    fn border(&self) -> Border {
        PictureOperator::border(self)
    }

    fn minds_alpha(&self) -> bool {
        PictureOperator::minds_alpha(self)
    }

    fn run_u8(&self, picture: &Image<u8>) -> Image<u8> {
        self.run(picture)
    }

    fn run_u16(&self, picture: &Image<u16>) -> Image<u16> {
        self.run(picture)
    }

    fn run_f32(&self, picture: &Image<f32>) -> Image<f32> {
        self.run(picture)
    }
}

/// The output of an erased operator.
pub(crate) fn run_picture<T: Pixel>(filter: &dyn ErasedPicture, picture: &Image<T>) -> Image<T> {
    let picture: &dyn Any = picture;
    let made: Box<dyn Any> = if let Some(picture) = picture.downcast_ref() {
        Box::new(filter.run_u8(picture))
    } else if let Some(picture) = picture.downcast_ref() {
        Box::new(filter.run_u16(picture))
    } else {
        Box::new(filter.run_f32(picture.downcast_ref().expect("u8, u16 and f32 are all the pixels there are")))
    };
    *made.downcast().expect("of the same type")
}
