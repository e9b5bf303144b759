//! An operator with its type erased: what chains and the registry hold.

use super::{
    Border, ErasedMultiPass, ErasedPicture, ErasedRows, MultiPassOperator, Operator, PictureOperator, RegionOperator,
    Window,
};
use crate::Error;

/// An operator with its name and without its type.
#[derive(Debug)]
pub struct Filter {
    name: &'static str,
    pub(crate) kind: Kind,
}

/// The kinds of operators.
#[derive(Debug)]
pub(crate) enum Kind {
    Rows(Box<dyn ErasedRows>),
    /// Rows, after an analysis of the picture.
    MultiPass(Box<dyn ErasedMultiPass>),
    Regions(Box<dyn RegionOperator>),
    Picture(Box<dyn ErasedPicture>),
}

impl Filter {
    /// A filter that works row by row.
    pub fn rows(name: &'static str, operator: impl Operator) -> Self {
        Self { name, kind: Kind::Rows(Box::new(operator)) }
    }

    /// A filter that works row by row after an analysis of the picture.
    pub fn multi_pass(name: &'static str, operator: impl MultiPassOperator) -> Self {
        Self { name, kind: Kind::MultiPass(Box::new(operator)) }
    }

    /// A filter that makes one pixel from each region.
    pub fn regions(name: &'static str, operator: impl RegionOperator) -> Self {
        Self { name, kind: Kind::Regions(Box::new(operator)) }
    }

    /// A filter that works on pictures.
    pub fn picture(name: &'static str, operator: impl PictureOperator) -> Self {
        Self { name, kind: Kind::Picture(Box::new(operator)) }
    }

    /// The operator's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its window, if it works row by row without an analysis.
    pub fn window(&self) -> Option<Window> {
        match &self.kind {
            Kind::Rows(filter) => Some(filter.window()),
            Kind::MultiPass(_) | Kind::Regions(_) | Kind::Picture(_) => None,
        }
    }

    /// Height, width and channels of the output for a picture of `shape`.
    ///
    /// # Errors
    /// If the picture is too small.
    pub fn shape(&self, shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        let (height, width, channels) = shape;
        let too_small = |needed: (usize, usize)| Error::TooSmall {
            operator: self.name.into(),
            width,
            height,
            needed: format!("{}×{}", needed.1, needed.0),
        };
        if height == 0 || width == 0 || channels == 0 {
            return Err(too_small((1, 1)));
        }
        let (window, border, channels) = match &self.kind {
            Kind::Rows(filter) => (filter.window(), filter.border(), filter.channels(channels)),
            Kind::MultiPass(filter) => (filter.window(), filter.border(), channels),
            Kind::Regions(filter) => return filter.shape(shape),
            Kind::Picture(filter) => return filter.shape(shape),
        };
        let needed = if border == Border::Crop { (window.height(), window.width()) } else { (1, 1) };
        if height < needed.0 || width < needed.1 {
            return Err(too_small(needed));
        }
        let side = |side: usize, needed: usize| (side - needed) / window.stride + 1;
        Ok((side(height, needed.0), side(width, needed.1), channels))
    }
}
