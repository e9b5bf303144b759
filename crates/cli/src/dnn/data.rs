//! The data set of a command: a file, or the built-in MNIST.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use glassbox_dnn::training;
use glassbox_formats::mnist::Labelled;
use glassbox_formats::npz::Npz;
use glassbox_tensor::shown;

/// MNIST, as data/README.md describes it.
#[cfg(feature = "mnist")]
static BUILT_IN: &[u8] = include_bytes!("../../../../data/mnist.npz");

/// Which data set.
#[derive(Args, Clone, Debug)]
pub(super) struct Data {
    /// Labelled pictures: an npz file with x_train and x_test, [n, h, w] or [n, h, w, c] of u1, and y_train and
    /// y_test, whole numbers [default: MNIST, built in]
    #[arg(long, value_name = "FILE.npz")]
    data: Option<PathBuf>,
}

/// Which part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Part {
    /// The training set
    Train,
    /// The test set
    Test,
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
    /// The name of the data set in messages.
    pub(super) fn name(&self) -> String {
        self.data.as_ref().map_or("MNIST (built in)".into(), |path| shown(path))
    }

    pub(super) fn read(&self, part: Part) -> anyhow::Result<Labelled> {
        match &self.data {
            Some(path) => Ok(Labelled::read(&mut Npz::open(path)?, part.name())?),
            None => built_in(part),
        }
    }

    /// Both parts.
    pub(super) fn read_both(&self) -> anyhow::Result<training::Data> {
        match &self.data {
            Some(path) => Ok(training::Data::open(path)?),
            None => both_built_in(&self.name()),
        }
    }
}

#[cfg(feature = "mnist")]
fn open_built_in() -> Result<Npz<std::io::Cursor<&'static [u8]>>, glassbox_formats::Error> {
    Npz::new(std::io::Cursor::new(BUILT_IN), "built-in MNIST")
}

#[cfg(feature = "mnist")]
fn built_in(part: Part) -> anyhow::Result<Labelled> {
    Ok(Labelled::read(&mut open_built_in()?, part.name())?)
}

#[cfg(feature = "mnist")]
fn both_built_in(name: &str) -> anyhow::Result<training::Data> {
    Ok(training::Data::read(name, open_built_in)?)
}

#[cfg(not(feature = "mnist"))]
fn built_in(_part: Part) -> anyhow::Result<Labelled> {
    Err(no_built_in())
}

#[cfg(not(feature = "mnist"))]
fn both_built_in(_name: &str) -> anyhow::Result<training::Data> {
    Err(no_built_in())
}

#[cfg(not(feature = "mnist"))]
fn no_built_in() -> anyhow::Error {
    crate::outcome::wrong_flag("--data", "this build has no MNIST in it: name an npz file")
}
