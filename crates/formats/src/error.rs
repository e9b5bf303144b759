use std::fmt::Display;
use std::io;

use glassbox_tensor::bounded;

/// A problem with a file. Every message begins with its name.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system cannot read it.
    #[error("{file}: cannot be read: {source}")]
    Read {
        /// The file as the user named it.
        file: String,
        /// The error of the system.
        source: io::Error,
    },
    /// The system cannot write it.
    #[error("{file}: cannot be written: {source}")]
    Write {
        /// The file as the user named it.
        file: String,
        /// The error of the system.
        source: io::Error,
    },
    /// Its content is invalid.
    #[error("{file}: {problem}")]
    Invalid {
        /// The file as the user named it.
        file: String,
        /// What was found and what is allowed.
        problem: String,
    },
}

impl Error {
    pub(crate) fn invalid(file: &str, problem: impl Into<String>) -> Self {
        Self::Invalid { file: file.into(), problem: problem.into() }
    }

    /// A decoder panicked.
    pub(crate) fn gave_up(file: &str, format: &str) -> Self {
        let problem = "is damaged or of a kind that is not understood";
        Self::invalid(file, format!("{problem} ({format}): the decoder gave up"))
    }

    pub(crate) fn read(file: &str, source: io::Error) -> Self {
        Self::Read { file: file.into(), source }
    }

    pub(crate) fn write(file: &str, source: io::Error) -> Self {
        Self::Write { file: file.into(), source }
    }
}

/// The message of a decoder, not too long, with the name of a PNG's chunk written plainly. It may quote the file.
pub(crate) fn plain(error: &dyn Display) -> String {
    let text = error.to_string();
    let chunk = || {
        let (before, rest) = text.split_once("ChunkType { type: ")?;
        let (name, rest) = rest.split_once(',')?;
        Some(format!("{before}{name}{}", rest.split_once(" }")?.1))
    };
    bounded(&chunk().unwrap_or(text))
}
