use std::io::{Read, Seek};
use std::path::Path;

use glassbox_formats::mnist::Labelled;
use glassbox_formats::npz::Npz;
use glassbox_tensor::{Tensor, shown};

use crate::{Dataset, Error};

/// A data set: pictures to train on, and pictures to test with.
#[derive(Clone, Debug)]
pub struct Data {
    /// Its name in messages.
    pub name: String,
    /// The pictures to train on.
    pub train: Labelled,
    /// The pictures to test with, which decide nothing.
    pub test: Labelled,
}

impl Data {
    /// Reads `x_train`, `y_train`, `x_test` and `y_test` of an npz file.
    ///
    /// # Errors
    /// As [`Labelled::read`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Self::read(&shown(path), || Npz::open(path))
    }

    /// Reads the same arrays of an archive that is opened twice, so that both parts are unpacked side by side;
    /// messages call it `name`.
    ///
    /// # Errors
    /// As [`Labelled::read`].
    pub fn read<R: Read + Seek>(
        name: &str,
        open: impl Fn() -> Result<Npz<R>, glassbox_formats::Error> + Sync,
    ) -> Result<Self, Error> {
        let part = |part| Labelled::read(&mut open()?, part);
        let (train, test) = rayon::join(|| part("train"), || part("test"));
        Ok(Self { name: name.into(), train: train?, test: test? })
    }

    /// How many classes there are: one more than the greatest label.
    pub fn classes(&self) -> usize {
        self.train.labels.iter().chain(&self.test.labels).max().map_or(1, |&label| usize::from(label) + 1)
    }
}

/// Some pictures as nets take them.
pub(super) fn pictures(labelled: &Labelled) -> Dataset<'_> {
    Dataset { images: &labelled.images, labels: &labelled.labels }
}

/// The pictures but the last `count`, and those.
pub(super) fn split(all: &Labelled, count: usize) -> [Labelled; 2] {
    let (n, height, width, channels) = all.images.dim();
    let part = |range: std::ops::Range<usize>| {
        let picture = height * width * channels;
        let pixels = all.images.as_slice()[range.start * picture..range.end * picture].to_vec();
        let shape = [range.len(), height, width, channels];
        Labelled {
            images: Tensor::from_vec(shape, pixels).expect("whole pictures"),
            labels: all.labels[range].to_vec(),
        }
    };
    [part(0..n - count), part(n - count..n)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pictures_are_split_off() {
        let images = Tensor::from_vec([3, 1, 2, 1], vec![1, 2, 3, 4, 5, 6]).unwrap();
        let [most, last] = split(&Labelled { images, labels: vec![7, 8, 9] }, 1);
        assert_eq!((most.images.as_slice(), &most.labels[..]), (&[1, 2, 3, 4][..], &[7, 8][..]));
        assert_eq!((last.images.as_slice(), &last.labels[..]), (&[5, 6][..], &[9][..]));
    }
}
