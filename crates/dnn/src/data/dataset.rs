use glassbox_tensor::Batch;
use rayon::prelude::*;

use crate::data::Augmenter;
use crate::pass::Pass;
use crate::run::feature;
use crate::{Error, Net, Real, Shape};

/// Labelled pictures of one size.
#[derive(Clone, Copy, Debug)]
pub struct Pictures<'a> {
    /// `[n, height, width, channels]`, 0 … 255.
    pub images: &'a Batch<u8>,
    /// `n` class numbers.
    pub labels: &'a [u8],
}

impl Pictures<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// What one of them is.
    pub fn shape(&self) -> Shape {
        shape_of(self.images)
    }

    /// Whether a net can be shown these pictures.
    ///
    /// # Errors
    /// If there are not as many labels as pictures, the pictures are not of the shape that the net takes, or a label has no output. A net that takes
    /// a list of numbers takes pictures of as many numbers.
    pub fn check<T: Real>(&self, net: &Net<T>) -> Result<(), Error> {
        let n = self.images.dim().0;
        let (labels, outputs) = (self.labels.len(), net.outputs());
        if n != labels {
            return Err(Error::Data(format!("{n} pictures but {labels} labels; one label a picture is needed")));
        }
        fits(self.shape(), net.input())?;
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

/// What one of some pictures is.
pub(crate) fn shape_of(images: &Batch<u8>) -> Shape {
    let (_, height, width, channels) = images.dim();
    Shape::picture(height, width, channels)
}

/// Whether pictures can be shown to a net that takes `input`.
pub(crate) fn fits(pictures: Shape, input: Shape) -> Result<(), Error> {
    if pictures == input || input.is_flat() && pictures.len() == input.len() {
        return Ok(());
    }
    Err(Error::Data(format!("pictures of {pictures}; this net takes {input}")))
}

/// What a net sees for each value of a pixel.
#[derive(Debug)]
pub(crate) struct Features<T>(Vec<T>);

impl<T: Real> Features<T> {
    pub(crate) fn new() -> Self {
        Self((0..=255).map(feature).collect())
    }

    /// Puts the chosen pictures into `input`, one behind the other.
    pub(crate) fn fill(&self, pictures: Pictures, chosen: &[u32], input: &mut [T]) {
        let pixels = input.len() / chosen.len().max(1);
        let rows = input.par_chunks_mut(pixels.max(1)).zip(chosen).with_min_len(16);
        rows.for_each(|(input, &index)| self.one(pictures, index, input));
    }

    /// The same, each picture changed as `augmenter` draws it for its place in this step.
    pub(crate) fn fill_augmented(
        &self,
        pictures: Pictures,
        chosen: &[u32],
        input: &mut [T],
        augmenter: &Augmenter,
        pass: Pass,
    ) {
        let pixels = input.len() / chosen.len().max(1);
        // A layer's number that no layer has.
        let pass = Pass { layer: (1 << 20) - 1, ..pass };
        let rows = input.par_chunks_mut(pixels.max(1)).zip(chosen).enumerate().with_min_len(4);
        rows.for_each_init(
            || vec![T::zero(); pixels],
            |picture, (sample, (input, &index))| {
                self.one(pictures, index, picture);
                augmenter.apply(&mut pass.generator(sample), picture, input);
            },
        );
    }

    fn one(&self, pictures: Pictures, index: u32, input: &mut [T]) {
        let picture = &pictures.images.as_slice()[index as usize * input.len()..][..input.len()];
        input.iter_mut().zip(picture).for_each(|(input, &pixel)| *input = self.0[usize::from(pixel)]);
    }
}
