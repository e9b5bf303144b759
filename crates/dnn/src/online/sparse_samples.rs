use glassbox_tensor::Batch;
use rayon::prelude::*;

use crate::data::{fits, shape_of};
use crate::{Error, Shape};

/// Pictures listed at a time.
const CHUNK: usize = 1000;

/// Numbers a picture may have: a position and a value must fit in 32 bits.
const MOST_NUMBERS: usize = 1 << 24;

/// Labelled pictures for the per-sample loop: only the numbers that are not zero.
///
/// The lists are made once for all epochs: four bytes a number, 36 MB for MNIST's training set.
///
/// ```
/// use glassbox_dnn::SparseSamples;
/// use glassbox_tensor::Tensor;
/// let images = Tensor::from_vec([2, 1, 3, 1], vec![0, 9, 0, 1, 0, 2]).unwrap();
/// let samples = SparseSamples::new(&images, &[3, 5]).unwrap();
/// assert_eq!(samples.len(), 2);
/// assert_eq!(samples.active(1).collect::<Vec<_>>(), [(0, 1), (2, 2)]);
/// ```
#[derive(Clone, Debug)]
pub struct SparseSamples<'a> {
    labels: &'a [u8],
    shape: Shape,
    chunks: Vec<Lists>,
}

/// The lists of some pictures, one after the other.
#[derive(Clone, Debug, Default)]
struct Lists {
    /// Position · 256 + value.
    active: Vec<u32>,
    /// Where each picture's list ends.
    ends: Vec<usize>,
}

impl<'a> SparseSamples<'a> {
    /// Lists the numbers of the pictures.
    ///
    /// # Shape
    /// `images` `[n, height, width, channels]`, 0 … 255; `labels` `n` class numbers
    ///
    /// # Errors
    /// If there are not as many labels as pictures, or a picture has more than 2²⁴ numbers.
    pub fn new(images: &Batch<u8>, labels: &'a [u8]) -> Result<Self, Error> {
        let (n, shape) = (images.dim().0, shape_of(images));
        if n != labels.len() {
            return Err(Error::Data(format!(
                "{n} pictures but {} labels; one label a picture is needed",
                labels.len()
            )));
        }
        let numbers = shape.len();
        if !(1..=MOST_NUMBERS).contains(&numbers) {
            return Err(Error::Data(format!("pictures of {shape}; 1 to {MOST_NUMBERS} numbers are allowed")));
        }
        let chunks = images.as_slice().par_chunks(CHUNK * numbers).map(|chunk| Lists::new(chunk, numbers)).collect();
        Ok(Self { labels, shape, chunks })
    }

    /// How many samples there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Position and value of each number of picture `index` that is not zero, in order.
    ///
    /// # Panics
    /// If there is no such picture.
    #[inline(always)]
    pub fn active(&self, index: usize) -> impl Iterator<Item = (u32, u8)> {
        self.packed(index).iter().map(|packed| (packed >> 8, *packed as u8))
    }

    /// Position · 256 + value of each number of picture `index` that is not zero, in order.
    #[inline(always)]
    pub(crate) fn packed(&self, index: usize) -> &[u32] {
        let (lists, index) = (&self.chunks[index / CHUNK], index % CHUNK);
        let start = if index == 0 { 0 } else { lists.ends[index - 1] };
        &lists.active[start..lists.ends[index]]
    }

    /// The label of picture `index`.
    ///
    /// # Panics
    /// If there is no such picture.
    #[inline(always)]
    pub fn label(&self, index: usize) -> usize {
        usize::from(self.labels[index])
    }

    /// Checks that the samples fit a net of `inputs` inputs and `outputs` outputs.
    pub(crate) fn check(&self, inputs: usize, outputs: usize) -> Result<(), Error> {
        fits(self.shape, inputs.into())?;
        match self.labels.iter().max() {
            Some(&label) if usize::from(label) >= outputs => {
                Err(Error::Data(format!("label {label} found; this net has {outputs} outputs, 0 … {}", outputs - 1)))
            }
            _ => Ok(()),
        }
    }
}

impl Lists {
    fn new(images: &[u8], pixels: usize) -> Self {
        let mut lists = Lists::default();
        let mut found = vec![0; pixels + 8];
        for picture in images.chunks_exact(pixels) {
            let mut count = 0;
            // Eight pixels at a time, because most are zero together. Otherwise each pixel is written down and the
            // count moves only past those that are not zero: a branch would be mispredicted at every edge of a stroke.
            for (first, eight) in (0u32..).step_by(8).zip(picture.chunks(8)) {
                if eight.iter().fold(0, |any, pixel| any | pixel) != 0 {
                    for (position, &pixel) in (first..).zip(eight) {
                        found[count] = position << 8 | u32::from(pixel);
                        count += usize::from(pixel != 0);
                    }
                }
            }
            lists.active.extend_from_slice(&found[..count]);
            lists.ends.push(lists.active.len());
        }
        lists
    }
}
