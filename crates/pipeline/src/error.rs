use glassbox_formats::MOST_PICTURE_BYTES;

/// What can go wrong on the way from one file to another.
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
        /// Width of what it would make.
        width: usize,
        /// Height of what it would make.
        height: usize,
        /// Bytes of what it would make.
        bytes: u128,
    },
    /// Of a picture that must be read more than once the file is no longer the same.
    #[error("{input}: was changed or taken away while it was read")]
    Changed {
        /// The file.
        input: String,
    },
    /// Something that was known to be wrong with an input before it was opened.
    #[error("{0}")]
    Input(String),
    /// An error that does not name its input, with it.
    #[error("{input}: {source}")]
    With {
        /// The input.
        input: String,
        /// The error.
        source: Box<Error>,
    },
}

impl Error {
    /// The error with the input in front, which it does not name.
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
