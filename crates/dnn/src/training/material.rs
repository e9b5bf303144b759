use std::borrow::Cow;

use glassbox_formats::data::Labelled;
use glassbox_tensor::Image;

use super::data::split;
use super::{Data, Pictures};
use crate::{Dataset, shuffled};

/// What a net is trained with: labelled pictures for nets that classify or draw, pictures alone for nets that restore.
#[derive(Clone, Copy, Debug)]
pub enum Material<'a> {
    /// Pictures of one size with their classes.
    Labelled(&'a Data),
    /// Pictures of any size.
    Pictures(&'a Pictures),
}

impl<'a> From<&'a Data> for Material<'a> {
    fn from(data: &'a Data) -> Self {
        Self::Labelled(data)
    }
}

impl<'a> From<&'a Pictures> for Material<'a> {
    fn from(pictures: &'a Pictures) -> Self {
        Self::Pictures(pictures)
    }
}

impl<'a> Material<'a> {
    /// Its name in messages.
    pub fn name(self) -> &'a str {
        match self {
            Self::Labelled(data) => &data.name,
            Self::Pictures(pictures) => &pictures.name,
        }
    }

    /// What was found and what was made of it, a sentence each.
    pub fn understood(self) -> &'a [String] {
        match self {
            Self::Labelled(data) => &data.understood,
            Self::Pictures(pictures) => &pictures.understood,
        }
    }

    /// Pictures to train on, and pictures to test with.
    pub fn counts(self) -> [usize; 2] {
        self.parts().map(|part| part.len())
    }

    /// The pictures to train on, and those to test with.
    pub(super) fn parts(self) -> [Part<'a>; 2] {
        match self {
            Self::Labelled(data) => [&data.train, &data.test].map(|part| Part::Labelled(Cow::Borrowed(part))),
            Self::Pictures(all) => [&all.train, &all.test].map(|part| Part::Pictures(Cow::Borrowed(part.as_slice()))),
        }
    }

    /// A checksum of what is trained on.
    pub(super) fn checksum(self) -> u32 {
        match self {
            Self::Labelled(data) => {
                glassbox_formats::checksum(&[data.train.images.as_slice(), data.train.labels.as_slice()])
            }
            Self::Pictures(pictures) => {
                let all: Vec<&[u8]> = pictures.train.iter().map(|picture| picture.as_slice()).collect();
                glassbox_formats::checksum(&all)
            }
        }
    }
}

/// A part of the material.
#[derive(Clone, Debug)]
pub(super) enum Part<'a> {
    Labelled(Cow<'a, Labelled>),
    Pictures(Cow<'a, [Image<u8>]>),
}

impl Part<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Part::Labelled(labelled) => labelled.len(),
            Part::Pictures(pictures) => pictures.len(),
        }
    }

    /// The part without `count` pictures that are drawn by `seed`, of each class its share, and these.
    pub(super) fn split(&self, count: usize, seed: u64) -> [Part<'static>; 2] {
        match self {
            Part::Labelled(labelled) => split(labelled, count, seed).map(|part| Part::Labelled(Cow::Owned(part))),
            Part::Pictures(pictures) => {
                let order = shuffled(pictures.len(), seed, 0);
                let of = |chosen: &[u32]| -> Vec<Image<u8>> {
                    let mut chosen = chosen.to_vec();
                    chosen.sort_unstable();
                    chosen.into_iter().map(|index| pictures[index as usize].clone()).collect()
                };
                let (held_out, rest) = order.split_at(count);
                [rest, held_out].map(|part| Part::Pictures(Cow::Owned(of(part))))
            }
        }
    }
}

/// Some pictures as nets take them.
pub(super) fn dataset(labelled: &Labelled) -> Dataset<'_> {
    Dataset { images: &labelled.images, labels: &labelled.labels }
}
