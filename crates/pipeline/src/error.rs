use glassbox_formats::MOST_PICTURE_BYTES;

/// A problem on the way from one file to another.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that cannot be read or written, or is no picture.
    #[error(transparent)]
    File(#[from] glassbox_formats::Error),
    /// An operator that cannot take the picture.
    #[error(transparent)]
    Operator(#[from] glassbox_kernels::Error),
    /// An operator that would make a picture of more bytes than are allowed.
    #[error(
        "{operator}: would make {width}×{height} pixels ({bytes} bytes); at most {MOST_PICTURE_BYTES} bytes are allowed"
    )]
    TooLarge {
        /// The operator.
        operator: String,
        /// Width of its output.
        width: usize,
        /// Height of its output.
        height: usize,
        /// Bytes of its output.
        bytes: u128,
    },
    /// Work on the picture as a whole that failed.
    #[error("{0}")]
    Whole(String),
    /// A picture that must be read several times has changed.
    #[error("{input}: was changed or taken away while it was read")]
    Changed {
        /// The file.
        input: String,
    },
    /// Something that should never happen.
    #[error("{input}: could not be worked on: a fault of this program")]
    Unforeseen {
        /// The input.
        input: String,
    },
    /// A picture for which the system gave no thread.
    #[error("{input}: the system gives no thread more to read ahead; with one thread none is needed")]
    NoThread {
        /// The file.
        input: String,
        /// The error of the system.
        source: std::io::Error,
    },
    /// A problem with an input that was known before it was opened.
    #[error("{0}")]
    Input(String),
    /// An error that does not name its input, with the input.
    #[error("{input}: {source}")]
    With {
        /// The input.
        input: String,
        /// The error.
        source: Box<Error>,
    },
}

impl Error {
    /// Puts the input before an error that does not name it.
    pub(crate) fn with(self, input: &str) -> Self {
        Self::With { input: input.into(), source: Box::new(self) }
    }

    /// The operator's error, if it is one.
    pub fn of_operator(&self) -> Option<&glassbox_kernels::Error> {
        match self {
            Self::Operator(error) => Some(error),
            Self::With { source, .. } => source.of_operator(),
            _ => None,
        }
    }
}
