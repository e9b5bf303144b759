//! The data set of a command: a file, or the built-in MNIST.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use glassbox_dnn::training::{self, Material, Pictures};
use glassbox_dnn::{Error, Model, Prepare, Purpose};
use glassbox_formats::data::Labelled;
#[cfg(feature = "mnist")]
use glassbox_formats::{data::read_npz, npz::Npz};
use glassbox_tensor::{Batch, shown};

use crate::outcome::wrong_flag;
use crate::run::Common;

/// MNIST, as data/README.md describes it.
#[cfg(feature = "mnist")]
static BUILT_IN: &[u8] = include_bytes!("../../../../data/mnist.npz");

/// Which data set.
#[derive(Args, Clone, Debug)]
pub(super) struct Data {
    /// Labelled pictures: an npz, a folder with MNIST's IDX files, a CSV, or a folder with a folder of pictures a
    /// class; `dnn data PATH` says what it is understood as [default: MNIST, built in]
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
}

/// What was read to train a net.
pub(super) enum Read {
    Labelled(Box<training::Data>),
    Pictures(Pictures),
}

impl Read {
    /// The same with a class of noise, for a net that tells classes.
    pub(super) fn with_noise_class(self, purpose: Purpose, seed: u64) -> Result<Self, Error> {
        match self {
            Read::Labelled(data) if purpose == Purpose::Classify => {
                Ok(Read::Labelled(Box::new(data.with_noise_class(seed)?)))
            }
            _ => {
                let problem = format!("is for nets that tell classes; this one learns to {}", purpose.task());
                Err(Error::Setting { name: "noise-class", problem })
            }
        }
    }

    pub(super) fn material(&self) -> Material<'_> {
        match self {
            Read::Labelled(data) => (&**data).into(),
            Read::Pictures(pictures) => pictures.into(),
        }
    }
}

/// Which part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Part {
    /// The training set
    Train,
    /// The test set
    Test,
}

/// How pictures are prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PrepareName {
    /// As MNIST's digits: cropped, 20×20 in 28×28, the centre of mass in the middle
    Digit,
    /// As they are
    None,
}

impl From<PrepareName> for Prepare {
    fn from(name: PrepareName) -> Self {
        match name {
            PrepareName::Digit => Prepare::Digit,
            PrepareName::None => Prepare::None,
        }
    }
}

impl Part {
    pub(super) fn name(self) -> &'static str {
        match self {
            Part::Train => "train",
            Part::Test => "test",
        }
    }
}

impl Data {
    /// This path, or the built-in MNIST.
    pub(super) fn of(path: Option<PathBuf>) -> Self {
        Self { data: path }
    }

    /// The name of the data set in messages.
    pub(super) fn name(&self) -> String {
        self.data.as_ref().map_or("MNIST (built in)".into(), |path| shown(path))
    }

    /// The file or folder, if it is one.
    pub(super) fn path(&self) -> Option<&Path> {
        self.data.as_deref()
    }

    pub(super) fn read(&self) -> anyhow::Result<training::Data> {
        match &self.data {
            Some(path) => Ok(training::Data::open(path)?),
            None => built_in(&self.name()),
        }
    }

    /// What a net for this purpose is trained with.
    pub(super) fn read_to_train(&self, purpose: Purpose) -> anyhow::Result<Read> {
        Ok(match (purpose, &self.data) {
            (Purpose::Restore(_), Some(path)) => Read::Pictures(Pictures::open(path)?),
            (Purpose::Restore(_), None) => Read::Pictures(self.read()?.into()),
            _ => Read::Labelled(Box::new(self.read()?)),
        })
    }

    /// A part for a model, its classes numbered as the model's; a model without names for them gets those of the data.
    pub(super) fn read_for(&self, model: &mut Model, part: Part, common: &Common) -> anyhow::Result<Labelled> {
        let data = match model.about.noise_seed {
            Some(seed) => self.read()?.with_noise_class(seed)?,
            None => self.read()?,
        };
        let data = data.numbered_as(&model.about.class_names).with_context(|| self.name())?;
        data.understood.iter().for_each(|sentence| common.detail(&format!("{}: {sentence}", data.name)));
        let samples = match part {
            Part::Train => data.train,
            Part::Test => data.test,
        };
        if samples.is_empty() {
            anyhow::bail!("{}: has no {} pictures", data.name, part.name());
        }
        if model.about.class_names.is_empty() {
            model.about.class_names = data.class_names;
        }
        Ok(samples)
    }

    /// A picture of a part, as [`read_for`](Self::read_for) reads it, and its label, which one of the net's outputs is
    /// for.
    pub(super) fn picture_for(
        &self,
        model: &mut Model,
        part: Part,
        index: usize,
        common: &Common,
    ) -> anyhow::Result<(Batch<u8>, u8)> {
        let samples = self.read_for(model, part, common)?;
        if index >= samples.len() {
            let last = samples.len() - 1;
            return Err(wrong_flag("--index", format!("found {index}; the {} set has 0 … {last}", part.name())));
        }
        let (_, height, width, channels) = samples.images.dim();
        let numbers = height * width * channels;
        let pixels = samples.images.as_slice()[index * numbers..][..numbers].to_vec();
        let picture = Batch::from_vec([1, height, width, channels], pixels)?;
        let label = samples.labels[index];
        let outputs = model.classify(&picture).with_context(|| self.name())?.len();
        if usize::from(label) >= outputs {
            anyhow::bail!("the label is {label}; this net has {outputs} outputs");
        }
        Ok((picture, label))
    }
}

#[cfg(feature = "mnist")]
fn built_in(name: &str) -> anyhow::Result<training::Data> {
    let open = || Npz::new(std::io::Cursor::new(BUILT_IN), "built-in MNIST");
    let data = training::Data::from(read_npz(name, open)?);
    Ok(training::Data { prepare: Prepare::Digit, understood: Vec::new(), ..data })
}

#[cfg(not(feature = "mnist"))]
fn built_in(_name: &str) -> anyhow::Result<training::Data> {
    Err(wrong_flag("--data", "this build has no MNIST in it: name a data set"))
}
