use glassbox_tensor::Batch;

use crate::{Error, Net, Real, Shape};

/// Most classes of a net: the confusion matrix has a number for each pair.
const MOST_CLASSES: usize = 1024;

/// Labelled pictures of one size.
#[derive(Clone, Copy, Debug)]
pub struct Dataset<'a> {
    /// `[n, height, width, channels]`, 0 … 255.
    pub images: &'a Batch<u8>,
    /// `n` class numbers.
    pub labels: &'a [u8],
}

impl Dataset<'_> {
    /// Their number.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The shape of one.
    pub fn shape(&self) -> Shape {
        shape_of(self.images)
    }

    /// Checks that these pictures fit a net.
    ///
    /// # Errors
    /// If there are not as many labels as pictures, the pictures are not of the shape that the net takes, or a label
    /// has no output, or there are more than 1024 outputs. A net that takes a list of numbers takes pictures of as many numbers.
    pub fn check<T: Real>(&self, net: &Net<T>) -> Result<(), Error> {
        let n = self.images.dim().0;
        let (labels, outputs) = (self.labels.len(), net.outputs());
        if n != labels {
            return Err(Error::Data(format!("{n} pictures but {labels} labels; one label a picture is needed")));
        }
        fits(self.shape(), net.input())?;
        if outputs > MOST_CLASSES {
            return Err(Error::Data(format!("this net has {outputs} outputs; at most {MOST_CLASSES} classes are allowed")));
        }
        match self.labels.iter().max() {
            Some(&label) if usize::from(label) >= outputs => {
                Err(Error::Data(format!("label {label} found; this net has {outputs} outputs, 0 … {}", outputs - 1)))
            }
            _ => Ok(()),
        }
    }

    /// The label of picture `index`.
    pub(crate) fn label(&self, index: u32) -> usize {
        usize::from(self.labels[index as usize])
    }
}

/// The shape of a picture of a batch.
pub(crate) fn shape_of(images: &Batch<u8>) -> Shape {
    let (_, height, width, channels) = images.dim();
    Shape::picture(height, width, channels)
}

/// Checks that pictures fit a net that takes `input`.
pub(crate) fn fits(pictures: Shape, input: Shape) -> Result<(), Error> {
    if pictures == input || input.is_flat() && pictures.len() == input.len() {
        return Ok(());
    }
    Err(Error::Data(format!("pictures of {pictures}; this net takes {input}")))
}
