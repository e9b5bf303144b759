//! npz: NumPy's archive of named arrays, written so that `np.load(file, allow_pickle=False)` reads it, and read with
//! limits.

#[cfg(test)]
mod tests;

use std::io::{Cursor, Read, Seek, Write};
use std::path::Path;

use glassbox_tensor::{Tensor, bounded};
use zip::{CompressionMethod, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

pub use crate::array::{Array, Header, Value};
use crate::array::{MOST_ARRAYS, missing, read_data, read_halves};
use crate::numbers::{Numbers, read_numbers, read_texts, read_whole};
use crate::open::open;
use crate::{Error, npy, write_atomically};

/// Deflate packs at most 1032 bytes into one: an entry that claims more is false.
const MOST_DEFLATE_RATIO: u64 = 1032;

/// An archive opened for reading. An array is unpacked only by [`read`](Npz::read).
///
/// ```
/// use glassbox_formats::npz::{self, Array, Npz};
/// use glassbox_tensor::Tensor;
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("weights.npz");
/// let w = Tensor::from_vec([2, 2], vec![1.0f32, 2.0, 3.0, 4.0]).unwrap().into_dyn();
/// npz::write(&path, &[("w".into(), Array::F32(w.clone()))]).unwrap();
/// let mut archive = Npz::open(&path).unwrap();
/// assert_eq!(archive.read::<f32>("w").unwrap(), w);
/// ```
pub struct Npz<R> {
    file: String,
    archive: ZipArchive<R>,
}

/// Bytes that an archive is read from: a file, or memory.
pub trait Source: Read + Seek + Send {}

impl<R: Read + Seek + Send> Source for R {}

impl Npz<Box<dyn Source>> {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// If it cannot be read, is not a zip archive, or has too many entries or two of one name.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let (reader, name) = open(path, "an npz file")?;
        Self::new(Box::new(reader), &name)
    }

    /// Opens an archive in memory; messages will call it `name`.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn of_bytes(bytes: &'static [u8], name: &str) -> Result<Self, Error> {
        Self::new(Box::new(Cursor::new(bytes)), name)
    }
}

impl<R: Read + Seek> Npz<R> {
    /// Reads the directory of an archive; messages will call it `file`.
    ///
    /// # Errors
    /// If it cannot be read, is not a zip archive, or has too many entries or two of one name.
    pub fn new(reader: R, file: &str) -> Result<Self, Error> {
        let archive = ZipArchive::new(reader).map_err(|error| match error {
            ZipError::Io(source) if source.kind() != std::io::ErrorKind::UnexpectedEof => Error::read(file, source),
            ZipError::Io(_) | ZipError::InvalidArchive(_) => {
                Error::invalid(file, "is not an npz file (a zip archive of npy arrays), or only a part of one")
            }
            error => Error::invalid(file, format!("cannot be unpacked: {error}")),
        })?;
        if archive.len() > MOST_ARRAYS {
            return Err(Error::invalid(
                file,
                format!("holds {} arrays; at most {MOST_ARRAYS} are allowed", archive.len()),
            ));
        }
        if archive.has_duplicate_names() {
            return Err(Error::invalid(file, "holds two arrays of one name; each name may be there once"));
        }
        Ok(Self { file: file.into(), archive })
    }

    /// The file as it was named.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The arrays' names, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = self.archive.file_names().filter_map(Result::ok);
        let mut names: Vec<_> = entries.filter_map(|name| name.strip_suffix(".npy").map(String::from)).collect();
        names.sort();
        names
    }

    /// Whether there is an array of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.archive.index_for_name(&format!("{name}.npy")).is_some()
    }

    /// Type and shape of an array. Only [`read`](Npz::read) compares the archive's checksum.
    ///
    /// # Errors
    /// If there is none of that name or its header cannot be trusted.
    pub fn header(&mut self, name: &str) -> Result<Header, Error> {
        self.with_entry(name, |header, _| Ok(header))
    }

    /// An array whose elements are of type `T`. Big-endian and Fortran-ordered arrays are converted.
    ///
    /// # Errors
    /// If there is none of that name, it is of another type, or it is not what its header announces.
    pub fn read<T: Value>(&mut self, name: &str) -> Result<Tensor<T>, Error> {
        self.with_entry(name, |header, data| read_data(&header, data))
    }

    /// Numbers of any type.
    pub(crate) fn read_numbers(&mut self, name: &str) -> Result<Numbers, Error> {
        self.with_entry(name, |header, data| read_numbers(&header, data))
    }

    /// Whole numbers from 0 to 255 of any type.
    pub(crate) fn read_whole(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        self.with_entry(name, |header, data| read_whole(&header, data))
    }

    /// Hands each string of an array to `take`, whose error says what is wrong with the array.
    pub(crate) fn read_texts(
        &mut self,
        name: &str,
        take: impl FnMut(String) -> Result<(), String>,
    ) -> Result<(), Error> {
        self.with_entry(name, |header, data| read_texts(&header, data, take))
    }

    /// Numbers of 16 bits (`f2`), widened to `f32`.
    ///
    /// # Errors
    /// As [`read`](Npz::read).
    pub fn read_halves(&mut self, name: &str) -> Result<Tensor<f32>, Error> {
        self.with_entry(name, |header, data| read_halves(&header, data))
    }

    /// A string.
    ///
    /// # Errors
    /// As [`read`](Npz::read).
    pub fn read_text(&mut self, name: &str) -> Result<String, Error> {
        self.with_entry(name, |header, data| npy::read_text(&header, data))
    }

    fn with_entry<O>(
        &mut self,
        name: &str,
        use_it: impl FnOnce(Header, &mut dyn Read) -> Result<O, String>,
    ) -> Result<O, Error> {
        let file = self.file.clone();
        let problem = |problem: String| Error::invalid(&file, format!("{} {problem}", bounded(name)));
        let Some(place) = self.archive.index_for_name(&format!("{name}.npy")) else {
            return Err(Error::invalid(&file, missing(name, &self.names())));
        };
        let raw = self.archive.by_index_raw(place).map_err(|error| problem(format!("cannot be found: {error}")))?;
        let method = raw.compression();
        if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(problem(format!("is packed by {method}; only NumPy's own ways are read: stored and deflated")));
        }
        drop(raw);
        let mut entry =
            self.archive.by_index(place).map_err(|error| problem(format!("cannot be unpacked: {error}")))?;
        let (packed, size) = (entry.compressed_size(), entry.size());
        let header = npy::read_header(&mut entry).map_err(problem)?;
        // The zip directory, the header and the packed size must agree before memory is allocated.
        let possible = packed.saturating_mul(MOST_DEFLATE_RATIO);
        if header.bytes > size || size > possible {
            return Err(problem(format!(
                "claims {} bytes ({} of {:?}), but the archive holds {size} for it, packed in {packed}",
                header.bytes, header.dtype, header.shape
            )));
        }
        use_it(header, &mut entry).map_err(problem)
    }
}

/// Writes an archive, atomically, not compressed, the same bytes for the same arrays.
///
/// # Errors
/// If the system reports an error.
pub fn write(path: &Path, arrays: &[(String, Array)]) -> Result<(), Error> {
    write_atomically(path, |file| {
        let mut archive = ZipWriter::new_stream(file);
        for (name, array) in arrays {
            let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
            archive.start_file(format!("{name}.npy"), options)?;
            write_array(array, &mut archive)?;
        }
        archive.finish()?;
        Ok(())
    })?;
    Ok(())
}

fn write_array(array: &Array, writer: &mut dyn Write) -> std::io::Result<()> {
    match array {
        Array::U8(tensor) => npy::write(tensor, writer),
        Array::U16(tensor) => npy::write(tensor, writer),
        Array::F32(tensor) => npy::write(tensor, writer),
        Array::F64(tensor) => npy::write(tensor, writer),
        Array::Text(text) => npy::write_text(text, writer),
    }
}
