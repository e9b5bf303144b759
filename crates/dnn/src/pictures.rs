use glassbox_tensor::{Ix3, Tensor};
use rayon::prelude::*;

use crate::augment::Augmenter;
use crate::evaluate::feature;
use crate::pass::Pass;
use crate::{Error, Net, Real};

/// Labelled pictures of one size.
#[derive(Clone, Copy, Debug)]
pub struct Pictures<'a> {
    /// `[n, height, width]`, 0 … 255.
    pub images: &'a Tensor<u8, Ix3>,
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

    /// Whether a net can be shown these pictures.
    ///
    /// # Errors
    /// If there are not as many labels as pictures, the pictures do not have as many pixels as the net has inputs, or a label has no output.
    pub fn check<T: Real>(&self, net: &Net<T>) -> Result<(), Error> {
        let (n, height, width) = self.images.dim();
        let (labels, inputs, outputs) = (self.labels.len(), net.inputs(), net.outputs());
        if n != labels {
            return Err(Error::Data(format!("{n} pictures but {labels} labels; one label a picture is needed")));
        }
        if height * width != inputs {
            return Err(Error::Data(format!("pictures of {height}×{width} pixels; this net takes {inputs} inputs")));
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
