//! Files that hold arrays by name, in either of their formats.

use std::path::Path;

use glassbox_formats::npz::{Header, Npz, Source};
use glassbox_formats::safetensors::SafeTensors;
use glassbox_tensor::Tensor;

use super::Stored;
use crate::Error;

/// A file that is open for reading.
pub(super) enum Archive {
    Npz(Npz<Box<dyn Source>>),
    SafeTensors(SafeTensors),
}

/// Whether a file is of safetensors, by its suffix; any other is npz.
pub(super) fn is_safetensors(path: &Path) -> bool {
    path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("safetensors"))
}

impl Archive {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        Ok(if is_safetensors(path) { Self::SafeTensors(SafeTensors::open(path)?) } else { Self::Npz(Npz::open(path)?) })
    }

    /// An npz in memory.
    pub(super) fn of_bytes(bytes: &'static [u8], name: &str) -> Result<Self, Error> {
        Ok(Self::Npz(Npz::of_bytes(bytes, name)?))
    }

    /// The file as it was named.
    pub(super) fn file(&self) -> String {
        match self {
            Self::Npz(archive) => archive.file().into(),
            Self::SafeTensors(archive) => archive.file().into(),
        }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        match self {
            Self::Npz(archive) => archive.contains(name),
            Self::SafeTensors(archive) => archive.contains(name),
        }
    }

    /// A string, if there is one of that name.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Error> {
        match self {
            Self::Npz(archive) if archive.contains(name) => Ok(Some(archive.read_text(name)?)),
            Self::Npz(_) => Ok(None),
            Self::SafeTensors(archive) => Ok(archive.metadata(name).map(String::from)),
        }
    }

    pub(super) fn header(&mut self, name: &str) -> Result<Header, Error> {
        Ok(match self {
            Self::Npz(archive) => archive.header(name)?,
            Self::SafeTensors(archive) => archive.header(name)?,
        })
    }

    /// The names of all arrays.
    pub(super) fn names(&self) -> Vec<String> {
        match self {
            Self::Npz(archive) => archive.names(),
            Self::SafeTensors(archive) => archive.names(),
        }
    }

    /// An array of bytes.
    pub(super) fn read_bytes(&mut self, name: &str) -> Result<Tensor<u8>, Error> {
        Ok(match self {
            Self::Npz(archive) => archive.read(name)?,
            Self::SafeTensors(archive) => archive.read(name)?,
        })
    }

    /// An array of real numbers, rounded to the requested type.
    pub(super) fn read<T: Stored>(&mut self, name: &str) -> Result<Tensor<T>, Error> {
        let dtype = self.header(name)?.dtype;
        if ["f4", "f2", "BF16"].contains(&dtype.as_str()) {
            let tensor = match self {
                Self::Npz(archive) if dtype == "f4" => archive.read::<f32>(name)?,
                Self::SafeTensors(archive) if dtype == "f4" => archive.read::<f32>(name)?,
                Self::Npz(archive) => archive.read_halves(name)?,
                Self::SafeTensors(archive) => archive.read_halves(name)?,
            };
            return Ok(tensor.map(|value| T::from_f64(value.into())));
        }
        let tensor = match self {
            Self::Npz(archive) => archive.read::<f64>(name),
            Self::SafeTensors(archive) => archive.read::<f64>(name),
        };
        let tensor = tensor.map_err(|error| match error {
            glassbox_formats::Error::Invalid { file, problem } => {
                glassbox_formats::Error::Invalid { file, problem: format!("weights are f2, f4 or f8: {problem}") }
            }
            error => error,
        });
        Ok(tensor?.map(T::from_f64))
    }
}
