use std::path::Path;

use glassbox_formats::data::{self, DataSet, Labelled};
use glassbox_tensor::Batch;

use crate::{Error, Prepare, spread};

/// The seed by which test pictures are drawn from a data set that has none. It is not that of the training, so that
/// every command sees the same ones.
const SEED: u64 = 0;

/// One picture of so many is drawn.
const TEST_SHARE: usize = 5;

/// A data set: pictures to train on, and pictures to test with.
#[derive(Clone, Debug)]
pub struct Data {
    /// Its name in messages.
    pub name: String,
    /// The pictures to train on.
    pub train: Labelled,
    /// The pictures to test with, which decide nothing.
    pub test: Labelled,
    /// The names of the classes, first that of class 0; none if they are numbers.
    pub class_names: Vec<String>,
    /// How pictures from outside are made like these.
    pub prepare: Prepare,
    /// The seed of the pictures of a class of noise, if there is one.
    pub noise_seed: Option<u64>,
    /// What was found and what was made of it, a sentence each.
    pub understood: Vec<String>,
}

impl Data {
    /// Reads a data set of any kind that [`glassbox_formats::data`] knows.
    ///
    /// # Errors
    /// As [`open`](data::open).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(data::open(path.as_ref())?.into())
    }

    /// How many classes there are: one more than the greatest label, and at least as many as names.
    pub fn classes(&self) -> usize {
        let labels = self.train.labels.iter().chain(&self.test.labels);
        labels.max().map_or(1, |&label| usize::from(label) + 1).max(self.class_names.len())
    }

    /// Gives every class the number that its name has among `class_names`: those of a net.
    ///
    /// # Errors
    /// If a class has a name that is not among them.
    pub fn numbered_as(mut self, class_names: &[String]) -> Result<Self, Error> {
        if self.class_names.is_empty() || class_names.is_empty() {
            return Ok(self);
        }
        let number = |name: &String| {
            let place = class_names.iter().position(|known| known == name).and_then(|place| u8::try_from(place).ok());
            let known = || class_names.join(", ");
            place.ok_or_else(|| Error::Data(format!("class {name:?} is none of the net's: {}", known())))
        };
        let numbers: Vec<u8> = self.class_names.iter().map(number).collect::<Result<_, _>>()?;
        for label in self.train.labels.iter_mut().chain(&mut self.test.labels) {
            *label = numbers[usize::from(*label)];
        }
        self.class_names = class_names.to_vec();
        Ok(self)
    }
}

impl From<DataSet> for Data {
    /// Draws test pictures if there are none: a fifth of each class, the same each time.
    fn from(set: DataSet) -> Self {
        let DataSet { name, train, test, class_names, mut understood, .. } = set;
        let nothing_like = |part: &Labelled| {
            let (_, height, width, channels) = part.images.dim();
            Labelled { images: Batch::zeros([0, height, width, channels]), labels: Vec::new() }
        };
        let (train, test) = match (train, test) {
            (Some(train), Some(test)) => (train, test),
            (Some(all), None) if !all.is_empty() => {
                let count = (all.len() / TEST_SHARE).max(1).min(all.len() - 1);
                let [train, test] = split(&all, count, SEED);
                understood.push(format!(
                    "there is no test part: {} of {} pictures, a fifth of each class, are drawn for it, always the \
                     same",
                    test.len(),
                    all.len()
                ));
                (train, test)
            }
            (None, Some(test)) => {
                understood.push("there are no pictures to train on".into());
                (nothing_like(&test), test)
            }
            _ => {
                let none = Labelled { images: Batch::zeros([0, 1, 1, 1]), labels: Vec::new() };
                (none.clone(), none)
            }
        };
        Self { name, train, test, class_names, prepare: Prepare::None, noise_seed: None, understood }
    }
}

/// The pictures that stay, and `count` that are drawn by `seed`, of each class its share.
pub(super) fn split(all: &Labelled, count: usize, seed: u64) -> [Labelled; 2] {
    let (_, height, width, channels) = all.images.dim();
    let picture = height * width * channels;
    let chosen = spread(&all.labels, count, seed);
    [false, true].map(|part| {
        let of_part = || chosen.iter().enumerate().filter(|(_, is_chosen)| **is_chosen == part).map(|(at, _)| at);
        let mut pixels = Vec::with_capacity(of_part().count() * picture);
        of_part().for_each(|at| pixels.extend_from_slice(&all.images.as_slice()[at * picture..(at + 1) * picture]));
        let labels: Vec<u8> = of_part().map(|at| all.labels[at]).collect();
        let images = Batch::from_vec([labels.len(), height, width, channels], pixels).expect("whole pictures");
        Labelled { images, labels }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_go_with_their_labels() {
        let images = Batch::from_vec([6, 1, 2, 1], (0..12).collect()).unwrap();
        let parts = split(&Labelled { images, labels: vec![0, 0, 3, 3, 6, 6] }, 3, 1);
        assert_eq!(parts.each_ref().map(Labelled::len), [3, 3]);
        for part in parts {
            assert_eq!(part.labels, [0, 3, 6]);
            for (pixels, label) in part.images.as_slice().chunks(2).zip(part.labels) {
                assert!(pixels[0] / 4 * 3 == label && pixels[1] == pixels[0] + 1);
            }
        }
    }
}
