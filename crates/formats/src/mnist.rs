//! Labelled pictures in the layout of Keras' `mnist.npz` and `cifar10.npz`.

use std::io::{Read, Seek};

use glassbox_tensor::Batch;

use crate::Error;
use crate::npz::Npz;

/// Most channels of a picture.
const MOST_CHANNELS: usize = 4;

/// Pictures and their classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    /// `[n, height, width, channels]`, 0 … 255; digits are light on dark.
    pub images: Batch<u8>,
    /// `n` class numbers.
    pub labels: Vec<u8>,
}

impl Labelled {
    /// Reads `x_<part>` and `y_<part>`: `part` is `train` or `test`.
    ///
    /// # Shape
    /// `x`: `[n, height, width]` (grey) or `[n, height, width, channels]` of `u1`, 1 to 4 channels. `y`: `[n]` or `[n,
    /// 1]` of whole numbers.
    ///
    /// # Errors
    /// If an array is missing or empty, has another type or shape, the lengths differ, or a class is not one of 0 …
    /// 255.
    pub fn read<R: Read + Seek>(archive: &mut Npz<R>, part: &str) -> Result<Self, Error> {
        let (x, y) = (format!("x_{part}"), format!("y_{part}"));
        let file = archive.file().to_string();
        let invalid = |problem: String| Error::invalid(&file, problem);
        // Both headers first: the pictures are large.
        let (x_shape, y_shape) = (archive.header(&x)?.shape, archive.header(&y)?.shape);
        let (n, height, width, channels) = match x_shape[..] {
            [n, height, width] => (n, height, width, 1),
            [n, height, width, channels] if channels <= MOST_CHANNELS => (n, height, width, channels),
            _ => {
                return Err(invalid(format!(
                    "{x} has shape {x_shape:?}; [n, height, width] or [n, height, width, channels] is needed, with \
                     at most {MOST_CHANNELS} channels, which stand last"
                )));
            }
        };
        let ([labels] | [labels, 1]) = y_shape[..] else {
            return Err(invalid(format!("{y} has shape {y_shape:?}; [n] is needed")));
        };
        if n != labels {
            return Err(invalid(format!("{x} holds {n} pictures, {y} {labels} labels; as many of each are needed")));
        }
        if x_shape.contains(&0) {
            return Err(invalid(format!("{x} has shape {x_shape:?}; it must not be empty")));
        }
        let labels = archive.read_classes(&y)?;
        let images =
            archive.read::<u8>(&x)?.reshape([n, height, width, channels]).map_err(|e| invalid(e.to_string()))?;
        Ok(Self { images, labels })
    }

    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}
