//! An operator with its type erased: what chains and the registry hold.

use std::sync::Arc;

use super::{
    Border, Definition, ErasedMultiPass, ErasedPicture, ErasedRows, Formula, MultiPassOperator, Neighbourhood,
    Operator, Picture, PictureOperator, RegionOperator, Window,
};
use crate::Error;

/// An operator with its name and its formula, and without its type.
#[derive(Debug)]
pub struct Filter {
    name: &'static str,
    pub(crate) kind: Kind,
    pub(super) definition: Definition,
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
    /// A filter that works row by row; `formula` says how one number is made.
    pub fn rows(
        name: &'static str,
        operator: impl Operator,
        formula: impl Fn(&Neighbourhood) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, Kind::Rows(Box::new(operator)), formula)
    }

    /// A filter that works row by row after an analysis of the picture; so does its formula.
    pub fn multi_pass<F: Fn(&Neighbourhood) -> f64 + Send + Sync + 'static>(
        name: &'static str,
        operator: impl MultiPassOperator,
        formula: impl Fn(&Picture) -> F + Send + Sync + 'static,
    ) -> Self {
        let definition = Definition::AfterAnalysis(Box::new(move |picture| Arc::new(formula(picture))));
        Self { name, kind: Kind::MultiPass(Box::new(operator)), definition }
    }

    /// A filter that makes one pixel from each region; `formula` says how one number is made.
    pub fn regions(
        name: &'static str,
        operator: impl RegionOperator,
        formula: impl Fn(&Neighbourhood) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, Kind::Regions(Box::new(operator)), formula)
    }

    /// A filter that works on pictures; `formula` says how one number is made.
    pub fn picture(
        name: &'static str,
        operator: impl PictureOperator,
        formula: impl Fn(&Neighbourhood) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, Kind::Picture(Box::new(operator)), formula)
    }

    fn new(name: &'static str, kind: Kind, formula: impl Fn(&Neighbourhood) -> f64 + Send + Sync + 'static) -> Self {
        Self { name, kind, definition: Definition::Local(Arc::new(formula)) }
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

    /// The filter's formula, applied to a picture: how each number of the output is made.
    ///
    /// ```
    /// use glassbox_kernels::{Engine, filters};
    /// use glassbox_tensor::Image;
    /// let picture = Image::from_vec([3, 3, 1], vec![10u8, 10, 10, 10, 30, 10, 10, 10, 20]).unwrap();
    /// let sharpen = filters::parse("sharpen").unwrap();
    /// let formula = sharpen.formula(&picture).unwrap();
    /// // 5·30 − 10 − 10 − 10 − 10
    /// assert_eq!(formula.number(1, 1, 0), 110.0);
    /// assert_eq!(Engine::default().run(&[sharpen], &picture).unwrap()[[1, 1, 0]], 110);
    /// ```
    ///
    /// # Errors
    /// If the picture is too small.
    pub fn formula<'a>(&self, picture: impl Into<Picture<'a>>) -> Result<Formula<'a>, Error> {
        let picture = picture.into();
        let shape = self.shape(picture.shape())?;
        let (border, window) = match &self.kind {
            Kind::Rows(filter) => (filter.border(), filter.window()),
            Kind::MultiPass(filter) => (Border::Crop, filter.window()),
            Kind::Picture(filter) => (filter.border(), Window::centred(1)),
            Kind::Regions(_) => (Border::Crop, Window::centred(1)),
        };
        let number = match &self.definition {
            Definition::Local(number) => number.clone(),
            Definition::AfterAnalysis(number) => number(&picture),
        };
        Ok(Formula { picture, number, border, window, shape })
    }
}
