use glassbox_tensor::Batch;

use crate::Shape;

/// A picture that goes with an exported net, for its reader to begin with.
#[derive(Clone, Debug)]
pub struct Example {
    /// `[1, height, width, channels]`, 0 … 255, as many numbers as the net takes.
    pub picture: Batch<u8>,
    /// Its class.
    pub label: u8,
}

impl Example {
    /// A black picture of class 0.
    pub(super) fn black(shape: Shape) -> Self {
        Self { picture: Batch::zeros([1, shape.height, shape.width, shape.channels]), label: 0 }
    }

    /// The shape of the picture.
    pub(super) fn shape(&self) -> Shape {
        let (_, height, width, channels) = self.picture.dim();
        Shape::picture(height, width, channels)
    }
}
