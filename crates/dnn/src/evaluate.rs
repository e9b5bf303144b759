use glassbox_tensor::{Ix3, Matrix, Tensor};
use rayon::prelude::*;

use crate::losses::{Loss, MeanSquaredError, one_hot};
use crate::{Error, Net, Real, Samples};

/// Samples that pass through the net at a time: their nodes stay in the cache.
const BATCH: usize = 500;

/// Where the largest number stands, the first of them if there are several, as NumPy has it.
///
/// ```
/// assert_eq!(glassbox_dnn::argmax(&[0.1, 0.7, 0.7]), 1);
/// ```
#[inline(always)]
pub fn argmax<T: PartialOrd + Copy>(values: &[T]) -> usize {
    (1..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}

/// Pixels as a net sees them: `pixel / 255`, divided in `f32` as the article's script does, a row a picture.
///
/// # Shape
/// `[n, height, width]`, 0 … 255 → `[n, height·width]`, 0 … 1
///
/// # Panics
/// Never: there is a number for each pixel.
pub fn features<T: Real>(images: &Tensor<u8, Ix3>) -> Matrix<T> {
    let (n, height, width) = images.dim();
    let values = images.as_slice().iter().map(|&pixel| feature(pixel)).collect();
    Matrix::from_vec([n, height * width], values).expect("a number a pixel")
}

/// `pixel / 255`, divided in `f32` as the article's script does.
#[inline(always)]
pub(crate) fn feature<T: Real>(pixel: u8) -> T {
    T::from_f64(f64::from(f32::from(pixel) / 255.0))
}

/// How well a net does on labelled pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Pictures whose largest output is the label's.
    pub hits: usize,
    /// Pictures.
    pub total: usize,
    /// Mean over the pictures of the mean squared error.
    pub loss: f64,
    /// `confusion[label][answer]`: how many pictures of a class got which answer.
    pub confusion: Vec<Vec<usize>>,
}

impl Evaluation {
    /// Hits of the total, 0 … 1; 0 for no pictures.
    pub fn accuracy(&self) -> f64 {
        self.hits as f64 / self.total.max(1) as f64
    }
}

/// Shows every picture to the net and compares its answers with the labels.
///
/// # Shape
/// `images` `[n, height, width]`, `labels` `n` numbers below the net's number of outputs
///
/// # Errors
/// If the pictures do not have as many pixels as the net has inputs, or a label has no output.
///
/// # Panics
/// Never: the shapes are checked first.
pub fn evaluate<T: Real>(net: &Net<T>, images: &Tensor<u8, Ix3>, labels: &[u8]) -> Result<Evaluation, Error> {
    Samples::new(images, labels)?.check(net.inputs(), net.outputs())?;
    let classes = net.outputs();
    let pixels = images.shape()[1] * images.shape()[2];
    let batches = images.as_slice().par_chunks(BATCH * pixels).zip(labels.par_chunks(BATCH));
    let parts = batches.map(|(pixels_of, labels)| {
        let shape = [labels.len(), images.shape()[1], images.shape()[2]];
        let images = Tensor::from_vec(shape, pixels_of.to_vec()).expect("as many pixels as pictures");
        let outputs = net.predict(&features(&images));
        let mut part = Evaluation { hits: 0, total: 0, loss: 0.0, confusion: vec![vec![0; classes]; classes] };
        for (output, &label) in outputs.as_slice().chunks_exact(classes).zip(labels) {
            let answer = argmax(output);
            part.confusion[usize::from(label)][answer] += 1;
            part.loss += MeanSquaredError.value(output, &one_hot(label, classes)).as_f64();
        }
        part
    });
    // Added up in order, so that the loss does not depend on which thread was first.
    let mut whole = Evaluation { hits: 0, total: labels.len(), loss: 0.0, confusion: vec![vec![0; classes]; classes] };
    for part in parts.collect::<Vec<_>>() {
        whole.loss += part.loss / labels.len() as f64;
        for (row, part) in whole.confusion.iter_mut().zip(part.confusion) {
            row.iter_mut().zip(part).for_each(|(sum, count)| *sum += count);
        }
    }
    whole.hits = (0..classes).map(|class| whole.confusion[class][class]).sum();
    Ok(whole)
}
