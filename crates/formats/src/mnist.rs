//! Labelled pictures in the layout of Keras' `mnist.npz`.

use std::io::{Read, Seek};

use glassbox_tensor::{Ix3, Tensor};

use crate::Error;
use crate::npz::Npz;

/// Pictures and what they show.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    /// `[n, height, width]`, 0 … 255, light on dark.
    pub images: Tensor<u8, Ix3>,
    /// `n` class numbers.
    pub labels: Vec<u8>,
}

impl Labelled {
    /// Reads `x_<part>` and `y_<part>`: `part` is `train` or `test`.
    ///
    /// # Errors
    /// If one of the arrays is missing, of another type than `u1`, of another rank, empty, or they differ in length.
    pub fn read<R: Read + Seek>(archive: &mut Npz<R>, part: &str) -> Result<Self, Error> {
        let (x, y) = (format!("x_{part}"), format!("y_{part}"));
        let file = archive.file().to_string();
        let invalid = |problem: String| Error::invalid(&file, problem);
        // Both headers before the data: the pictures are large.
        let (x_shape, y_shape) = (archive.header(&x)?.shape, archive.header(&y)?.shape);
        let [n, height, width] = x_shape[..] else {
            return Err(invalid(format!("{x} has shape {x_shape:?}; [n, height, width] is needed")));
        };
        let [labels] = y_shape[..] else {
            return Err(invalid(format!("{y} has shape {y_shape:?}; [n] is needed")));
        };
        if n != labels {
            return Err(invalid(format!("{x} holds {n} pictures, {y} {labels} labels; as many of each are needed")));
        }
        if n * height * width == 0 {
            return Err(invalid(format!("{x} has shape {x_shape:?}; it must not be empty")));
        }
        let labels = archive.read::<u8>(&y)?.into_vec();
        let images = archive.read::<u8>(&x)?.reshape([n, height, width]).map_err(|e| invalid(e.to_string()))?;
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
