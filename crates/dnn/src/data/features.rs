use glassbox_tensor::{Batch, Matrix};
use rayon::prelude::*;

use super::Dataset;
use super::augment::Augmenter;
use crate::Real;
use crate::pass::Pass;

/// Pixels as features: `pixel / 255`, divided in `f32` as in the article's script, a row a picture.
///
/// # Shape
/// `[n, height, width, channels]`, 0 … 255 → `[n, height·width·channels]`, 0 … 1
///
/// # Panics
/// Never: there are as many features as pixels.
pub fn features<T: Real>(images: &Batch<u8>) -> Matrix<T> {
    let (n, height, width, channels) = images.dim();
    let values = images.as_slice().iter().map(|&pixel| feature(pixel)).collect();
    Matrix::from_vec([n, height * width * channels], values).expect("as many as there were")
}

/// `pixel / 255`, divided in `f32` as the article's script does.
#[inline(always)]
pub(crate) fn feature<T: Real>(pixel: u8) -> T {
    T::from_f64(f64::from(f32::from(pixel) / 255.0))
}

/// The feature for each value of a pixel.
#[derive(Debug)]
pub(crate) struct Features<T>(Vec<T>);

impl<T: Real> Features<T> {
    pub(crate) fn new() -> Self {
        Self((0..=255).map(feature).collect())
    }

    /// Writes the chosen pictures to `input`, one after the other.
    pub(crate) fn fill(&self, pictures: Dataset, chosen: &[u32], input: &mut [T]) {
        let pixels = input.len() / chosen.len().max(1);
        let rows = input.par_chunks_mut(pixels.max(1)).zip(chosen).with_min_len(16);
        rows.for_each(|(input, &index)| self.one(pictures, index, input));
    }

    /// The same, each picture changed by the draw of `augmenter` for its index in this step.
    pub(crate) fn fill_augmented(
        &self,
        pictures: Dataset,
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

    fn one(&self, pictures: Dataset, index: u32, input: &mut [T]) {
        let picture = &pictures.images.as_slice()[index as usize * input.len()..][..input.len()];
        input.iter_mut().zip(picture).for_each(|(input, &pixel)| *input = self.0[usize::from(pixel)]);
    }
}
