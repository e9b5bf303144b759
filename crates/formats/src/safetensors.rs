//! safetensors, the format of Hugging Face's libraries: a header in JSON, then the arrays, one after the other.
//!
//! Format: <https://github.com/huggingface/safetensors#format>. It has no checksum, so changed numbers go unnoticed.

mod header;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use glassbox_tensor::{Tensor, shown};

pub use crate::array::{Array, Header, Value};
use crate::array::{missing, read_data, read_halves};
use crate::open::open;
use crate::{Error, write_atomically};
use header::{Contents, Entry, MOST_HEADER_BYTES};

/// A file opened for reading. The whole header is checked; an array is read only by [`read`](SafeTensors::read).
///
/// ```
/// use glassbox_formats::safetensors::{self, Array, SafeTensors};
/// use glassbox_tensor::Tensor;
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("weights.safetensors");
/// let w = Tensor::from_vec([2, 2], vec![1.0f32, 2.0, 3.0, 4.0]).unwrap().into_dyn();
/// safetensors::write(&path, &[("w".into(), Array::F32(w.clone()))], &[("model".into(), "dense 2".into())]).unwrap();
/// let mut file = SafeTensors::open(&path).unwrap();
/// assert_eq!(file.metadata("model"), Some("dense 2"));
/// assert_eq!(file.header("w").unwrap().shape, [2, 2]);
/// assert_eq!(file.read::<f32>("w").unwrap(), w);
/// ```
#[derive(Debug)]
pub struct SafeTensors<R = BufReader<File>> {
    file: String,
    reader: R,
    contents: Contents,
    /// Where the arrays begin in the file.
    data: u64,
}

impl SafeTensors<BufReader<File>> {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// If it cannot be read, or its header is invalid.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let (reader, name) = open(path, "a safetensors file")?;
        Self::new(reader, &name)
    }
}

impl<R: Read + Seek> SafeTensors<R> {
    /// Reads the header; messages will call the file `file`.
    ///
    /// # Errors
    /// If it cannot be read, or its header is invalid: the arrays must follow each other without gaps from the end of
    /// the header to the end of the file, each as long as its type and shape require.
    pub fn new(mut reader: R, file: &str) -> Result<Self, Error> {
        let failed = |source| Error::read(file, source);
        let invalid = |problem: String| Error::invalid(file, problem);
        let length = reader.seek(SeekFrom::End(0)).map_err(failed)?;
        reader.seek(SeekFrom::Start(0)).map_err(failed)?;
        let Some(rest) = length.checked_sub(8) else {
            return Err(invalid(format!("is {length} bytes long; a safetensors file has at least 8")));
        };
        let mut announced = [0; 8];
        reader.read_exact(&mut announced).map_err(failed)?;
        let announced = u64::from_le_bytes(announced);
        let most = rest.min(MOST_HEADER_BYTES);
        if announced > most {
            return Err(invalid(format!(
                "is no safetensors file: it begins with a header length of {announced}; \
                 at most {most} bytes are allowed in a file of {length}"
            )));
        }
        let mut text = vec![0; announced as usize];
        reader.read_exact(&mut text).map_err(failed)?;
        let contents = Contents::parse(&text, rest - announced).map_err(invalid)?;
        Ok(Self { file: file.into(), reader, contents, data: 8 + announced })
    }

    /// The file as it was named.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The arrays' names, sorted.
    pub fn names(&self) -> Vec<String> {
        self.contents.entries.keys().cloned().collect()
    }

    /// Whether there is an array of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.contents.entries.contains_key(name)
    }

    /// What the file says about itself under `key`.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.contents.metadata.get(key).map(String::as_str)
    }

    /// Type and shape of an array.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn header(&self, name: &str) -> Result<Header, Error> {
        self.entry(name).map(|entry| entry.header.clone())
    }

    /// An array whose elements are of type `T`.
    ///
    /// # Errors
    /// If there is none of that name, it is of another type, or the system would not read it.
    pub fn read<T: Value>(&mut self, name: &str) -> Result<Tensor<T>, Error> {
        self.with_entry(name, |header, data| read_data(header, data))
    }

    /// Numbers of 16 bits (`F16`, `BF16`), widened to `f32`.
    ///
    /// # Errors
    /// As [`read`](SafeTensors::read).
    pub fn read_halves(&mut self, name: &str) -> Result<Tensor<f32>, Error> {
        self.with_entry(name, |header, data| read_halves(header, data))
    }

    fn with_entry<O>(
        &mut self,
        name: &str,
        use_it: impl FnOnce(&Header, &mut dyn Read) -> Result<O, String>,
    ) -> Result<O, Error> {
        let Entry { header, begin } = self.entry(name)?.clone();
        let failed = |source| Error::read(&self.file, source);
        self.reader.seek(SeekFrom::Start(self.data + begin)).map_err(failed)?;
        let mut data = self.reader.by_ref().take(header.bytes);
        use_it(&header, &mut data).map_err(|problem| Error::invalid(&self.file, format!("{name} {problem}")))
    }

    fn entry(&self, name: &str) -> Result<&Entry, Error> {
        let entry = self.contents.entries.get(name);
        entry.ok_or_else(|| Error::invalid(&self.file, missing(name, &self.names())))
    }
}

/// Writes a file, atomically, the same bytes for the same arrays; an [`Array::Text`] becomes metadata under its name.
///
/// # Errors
/// If two arrays or two texts have the same name, an array is called `__metadata__`, a limit of [`SafeTensors::open`]
/// is exceeded, or the system reports an error.
pub fn write(path: &Path, arrays: &[(String, Array)], metadata: &[(String, String)]) -> Result<(), Error> {
    let (texts, mut numbers): (Vec<_>, Vec<_>) = arrays.iter().partition(|(_, array)| header::item(array).is_none());
    // The widest types first, so that each array is aligned; otherwise in the given order.
    numbers.sort_by_key(|(_, array)| std::cmp::Reverse(header::item(array)));
    let texts = texts.into_iter().filter_map(|(name, array)| match array {
        Array::Text(text) => Some((name, text)),
        _ => None,
    });
    let metadata = texts.chain(metadata.iter().map(|(key, text)| (key, text)));
    let text = header::compose(&numbers, metadata).map_err(|problem| Error::invalid(&shown(path), problem))?;
    write_atomically(path, |file| {
        file.write_all(&(text.len() as u64).to_le_bytes())?;
        file.write_all(text.as_bytes())?;
        numbers.iter().try_for_each(|(_, array)| write_data(array, file))
    })?;
    Ok(())
}

fn write_data(array: &Array, writer: &mut dyn Write) -> std::io::Result<()> {
    match array {
        Array::U8(tensor) => Value::encode(tensor.as_slice(), writer),
        Array::U16(tensor) => Value::encode(tensor.as_slice(), writer),
        Array::F32(tensor) => Value::encode(tensor.as_slice(), writer),
        Array::F64(tensor) => Value::encode(tensor.as_slice(), writer),
        Array::Text(_) => Ok(()),
    }
}
