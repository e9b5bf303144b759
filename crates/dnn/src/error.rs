use std::fmt::Display;
use std::path::PathBuf;

/// An error in the input of a net.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A model text, or the arrays of a model file, that make no net.
    #[error("{0}")]
    Model(String),
    /// Pictures or labels that a net cannot take.
    #[error("{0}")]
    Data(String),
    /// A training that ran away, or a net whose answers are not numbers.
    #[error("{0}")]
    Diverged(String),
    /// A file that cannot be read or written, or is not what it should be.
    #[error(transparent)]
    File(#[from] glassbox_formats::Error),
    /// A setting of a training that cannot be.
    #[error("{name}: {problem}")]
    Setting {
        /// The setting: its flag on the command line without the dashes.
        name: &'static str,
        /// The value found and the values allowed.
        problem: String,
    },
    /// A folder of checkpoints in which no training can begin, because one has.
    #[error("{} is there: a training can go on from it, or begin in another folder", newest.display())]
    HasCheckpoints {
        /// The newest checkpoint.
        newest: PathBuf,
    },
    /// A checkpoint that is whole, but of another training: the one before it would not help.
    #[error("{0}")]
    OtherTraining(String),
}

impl Error {
    /// A setting that cannot be.
    pub(crate) fn setting(name: &'static str, problem: impl Display) -> Self {
        Self::Setting { name, problem: problem.to_string() }
    }

    /// The same error with the place where it was noticed in front: a file, a data set, an epoch. A file error names
    /// its file already.
    pub(crate) fn within(self, place: impl Display) -> Self {
        match self {
            Self::Model(problem) => Self::Model(format!("{place}: {problem}")),
            Self::Data(problem) => Self::Data(format!("{place}: {problem}")),
            Self::Diverged(problem) => Self::Diverged(format!("{place}: {problem}")),
            other => other,
        }
    }
}
