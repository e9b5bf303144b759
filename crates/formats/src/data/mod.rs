//! Labelled pictures: data sets as other people have them.
//!
//! [`open`] tells by its content what a path holds:
//!
//! | what | how it is laid out |
//! |---|---|
//! | npz | arrays `x_train`, `y_train`, `x_test`, `y_test`; or `images`, `labels`; or other names like these |
//! | IDX | a folder with MNIST's four files, `.gz` or not; or one file of a pair |
//! | CSV | a row a picture: its label and its pixels, `.gz` or not; or a folder with a train and a test file |
//! | pictures | a folder with a folder of pictures a class, in `train` and `test` or without them |
//!
//! Each becomes the same bytes: the same data in another container trains the same net.

mod csv;
mod folder;
mod idx;
mod labels;
mod layout;
mod loose;
mod npz;
mod part;
mod range;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use glassbox_tensor::Batch;

use self::part::assemble;
use crate::Error;

pub use self::loose::{loose_pictures, picture_files};
pub use self::npz::read_npz;

/// Most pictures of a part.
const MOST_PICTURES: usize = 1 << 24;

/// Most bytes of a file, and of all pixels of a part.
const MOST_BYTES: u64 = 1 << 32;

/// Most classes: a class number is a byte.
const MOST_CLASSES: usize = 256;

/// Pictures and their classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    /// `[n, height, width, channels]`, 0 … 255.
    pub images: Batch<u8>,
    /// `n` class numbers.
    pub labels: Vec<u8>,
}

impl Labelled {
    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// What a path holds, and how it was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSet {
    /// The path as it was named.
    pub name: String,
    /// `npz`, `idx`, `csv` or `pictures`.
    pub container: &'static str,
    /// The pictures to train on, or all if the set is in one part.
    pub train: Option<Labelled>,
    /// The pictures to test with, if they are a part of their own.
    pub test: Option<Labelled>,
    /// The names of the classes, first that of class 0; none if they are numbers only.
    pub class_names: Vec<String>,
    /// What was found and what was made of it, a sentence each.
    pub understood: Vec<String>,
}

/// Reads a data set, told by its content.
///
/// # Errors
/// If there is none, it is damaged or larger than the limits, or its parts do not fit each other. The message says
/// what was found and what is needed.
pub fn open(path: &Path) -> Result<DataSet, Error> {
    let name = path.display().to_string();
    let kind = std::fs::metadata(path).map_err(|e| Error::read(&name, e))?;
    let found = if kind.is_dir() {
        folder::open(path)?
    } else if !kind.is_file() {
        return Err(Error::invalid(&name, format!("is neither a file nor a folder; {NEEDED}")));
    } else if kind.len() > MOST_BYTES {
        return Err(too_large(&name, kind.len()));
    } else {
        match start_of(path)?.as_slice() {
            [b'P', b'K', ..] => return npz::open(path),
            start if idx::is_idx(start) => idx::open_pair(path)?,
            start if csv::is_text(start) => csv::open_one(path)?,
            _ => return Err(Error::invalid(&name, format!("is no data set; {NEEDED}"))),
        }
    };
    assemble(&name, found)
}

/// What a data set may be, for messages.
const NEEDED: &str = "an npz, a CSV (label,pixel0,…), MNIST's IDX files or a folder of pictures a class is needed";

fn too_large(name: &str, bytes: u64) -> Error {
    let gigabytes = |bytes: u64| bytes as f64 / 1e9;
    let problem =
        format!("is {:.1} GB; data sets of at most {:.1} GB are read", gigabytes(bytes), gigabytes(MOST_BYTES));
    Error::invalid(name, problem)
}

/// A file, unpacked if it is gzip.
fn unpacked(path: &Path) -> Result<Box<dyn BufRead>, Error> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|e| Error::read(&name, e))?;
    let mut reader = BufReader::with_capacity(1 << 17, file);
    let is_gzip = reader.fill_buf().map_err(|e| Error::read(&name, e))?.starts_with(b"\x1f\x8b");
    Ok(if is_gzip { Box::new(BufReader::new(MultiGzDecoder::new(reader))) } else { Box::new(reader) })
}

/// The first bytes of a file, unpacked.
fn start_of(path: &Path) -> Result<Vec<u8>, Error> {
    let mut start = Vec::new();
    let read = unpacked(path)?.take(1 << 12).read_to_end(&mut start);
    read.map_err(|e| Error::read(&path.display().to_string(), e))?;
    Ok(start)
}
