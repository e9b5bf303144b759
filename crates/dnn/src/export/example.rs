use glassbox_tensor::Batch;

use crate::{About, Net, Real, Shape};

/// A picture that goes with an exported net, for its reader to begin with.
#[derive(Clone, Debug)]
pub struct Example {
    /// `[1, height, width, channels]`, 0 … 255, as many numbers as the net takes.
    pub picture: Batch<u8>,
    /// Its class.
    pub label: u8,
}

impl Example {
    /// What is given for a net, or a black picture of class 0.
    ///
    /// # Panics
    /// If it has another number of pixels than the net has inputs.
    #[track_caller]
    pub(super) fn given<T: Real>(given: Option<&Self>, net: &Net<T>, about: &About) -> Self {
        let usual = about.picture.filter(|picture| picture.len() == net.inputs()).unwrap_or(net.input());
        let black = || Batch::zeros([1, usual.height, usual.width, usual.channels]);
        let example = given.cloned().unwrap_or_else(|| Self { picture: black(), label: 0 });
        assert_eq!(example.picture.len(), net.inputs(), "export: as many pixels as the net has inputs");
        example
    }

    /// The shape of the picture.
    pub(super) fn shape(&self) -> Shape {
        let (_, height, width, channels) = self.picture.dim();
        Shape::picture(height, width, channels)
    }
}
