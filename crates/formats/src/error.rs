use std::fmt::Display;
use std::io;

/// What can go wrong with a file. Every message begins with the file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system would not read it.
    #[error("{file}: cannot be read: {source}")]
    Read {
        /// The file as the user named it.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The system would not write it.
    #[error("{file}: cannot be written: {source}")]
    Write {
        /// The file as the user named it.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is not what it should be: what was found and what is allowed.
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

    pub(crate) fn read(file: &str, source: io::Error) -> Self {
        Self::Read { file: file.into(), source }
    }

    pub(crate) fn write(file: &str, source: io::Error) -> Self {
        Self::Write { file: file.into(), source }
    }
}

/// What a PNG decoder says, but for how it writes a chunk's name to itself.
pub(crate) fn plain(error: &dyn Display) -> String {
    let text = error.to_string();
    let chunk = || {
        let (before, rest) = text.split_once("ChunkType { type: ")?;
        let (name, rest) = rest.split_once(',')?;
        Some(format!("{before}{name}{}", rest.split_once(" }")?.1))
    };
    chunk().unwrap_or(text)
}
