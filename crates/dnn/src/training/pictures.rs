use std::path::Path;

use glassbox_formats::Pixels;
use glassbox_formats::data::{Labelled, loose_pictures};
use glassbox_tensor::{Image, shown};

use super::Data;
use crate::{Error, shuffled};

/// One picture of so many tests, if there are none for that; at most so many.
const TEST_SHARE: usize = 10;
const MOST_TEST: usize = 100;

/// The seed that they are drawn by: not that of the training, so that every command sees the same ones.
const SEED: u64 = 0;

/// Pictures of any size without labels, their brightness alone: what restoring nets are trained with.
#[derive(Clone, Debug)]
pub struct Pictures {
    /// Their name in messages.
    pub name: String,
    /// `[height, width, 1]`, 0 … 255, to train on.
    pub train: Vec<Image<u8>>,
    /// Those to test with, which decide nothing.
    pub test: Vec<Image<u8>>,
    /// What was found and what was made of it, a sentence each.
    pub understood: Vec<String>,
}

impl Pictures {
    /// Reads all pictures in a folder and its folders, or a data set of labelled pictures, whose labels are left aside.
    /// The folders `train` and `test` are the parts, if both are there.
    ///
    /// # Errors
    /// If there are none, or one cannot be read, or they are more than a few GB.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        if !path.is_dir() {
            return Ok(Data::open(path)?.into());
        }
        let parts = ["train", "test"].map(|part| path.join(part));
        let [train, test] = if parts.iter().all(|part| part.is_dir()) {
            [loose_pictures(&parts[0])?, loose_pictures(&parts[1])?]
        } else {
            drawn(loose_pictures(path)?)
        };
        if train.is_empty() {
            return Ok(Data::open(path)?.into());
        }
        let understood = vec![format!("{} pictures to train on and {} to test with", train.len(), test.len())];
        Ok(Self { name: shown(path), train, test, understood })
    }
}

impl From<Data> for Pictures {
    fn from(data: Data) -> Self {
        let Data { name, train, test, understood, .. } = data;
        Self { name, train: brightness(train), test: brightness(test), understood }
    }
}

/// The pictures that stay and those that are drawn to test with.
fn drawn(all: Vec<Image<u8>>) -> [Vec<Image<u8>>; 2] {
    let count = all.len().div_ceil(TEST_SHARE).min(MOST_TEST).min(all.len().saturating_sub(1));
    let order = shuffled(all.len(), SEED, 0);
    let mut is_test = vec![false; all.len()];
    order.iter().take(count).for_each(|&index| is_test[index as usize] = true);
    let mut parts = [Vec::new(), Vec::new()];
    all.into_iter().zip(is_test).for_each(|(picture, is_test)| parts[usize::from(is_test)].push(picture));
    parts
}

/// The brightness of pictures.
fn brightness(labelled: Labelled) -> Vec<Image<u8>> {
    let (_, height, width, channels) = labelled.images.dim();
    let pictures = labelled.images.as_slice().chunks_exact((height * width * channels).max(1));
    let pictures = pictures.map(|pixels| {
        let picture = Image::from_vec([height, width, channels], pixels.to_vec()).expect("a picture of the batch");
        if channels == 1 { picture } else { Pixels::F32(Pixels::U8(picture).luma_over(1.0)).to_u8() }
    });
    pictures.collect()
}
