//! IDX: the format of MNIST's own files.
//!
//! Two zeros, a byte for the type of the numbers, a byte for the number of axes, their lengths as big-endian words of
//! 32 bits, the numbers.
//!
//! Source: Y. LeCun, C. Cortes, C. Burges, *The MNIST database of handwritten digits*.

use std::fs;
use std::path::{Path, PathBuf};

use super::labels::Labels;
use super::layout::Layout;
use super::part::{Found, Part};
use super::{MOST_BYTES, too_large, unpacked};
use crate::Error;
use crate::array::{Header, bytes_of};
use crate::numbers::{Numbers, read_numbers, read_whole};

/// Deflate packs at most 1032 bytes into one: a file that claims more is false.
const MOST_DEFLATE_RATIO: u64 = 1032;

/// Most axes of an array.
const MOST_AXES: u8 = 4;

/// Whether a file begins as IDX does.
pub(super) fn is_idx(start: &[u8]) -> bool {
    matches!(start, [0, 0, kind, axes, ..] if dtype(*kind).is_some() && (1..=MOST_AXES).contains(axes))
}

fn dtype(kind: u8) -> Option<&'static str> {
    Some(match kind {
        8 => "u1",
        9 => "i1",
        11 => "i2",
        12 => "i4",
        13 => "f4",
        14 => "f8",
        _ => return None,
    })
}

/// Whether a file is one of MNIST's by its name: `train-images-idx3-ubyte.gz`, `train-images.idx3-ubyte`.
pub(super) fn is_named_idx(path: &Path) -> bool {
    let name = name_of(path);
    name.contains("idx") && (name.contains("images") || name.contains("labels"))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// The files of a folder, paired by their names.
pub(super) fn open_folder(folder: &Path, files: &[PathBuf]) -> Result<Found, Error> {
    let folder = folder.display().to_string();
    let find = |part: &[&str], what: &str| {
        let is_it = |path: &&PathBuf| {
            let name = name_of(path);
            is_named_idx(path) && name.contains(what) && part.iter().any(|part| name.contains(part))
        };
        let mut found: Vec<&PathBuf> = files.iter().filter(is_it).collect();
        // The same file may lie there both unpacked and packed.
        if found.iter().any(|path| !name_of(path).ends_with(".gz")) {
            found.retain(|path| !name_of(path).ends_with(".gz"));
        }
        match found[..] {
            [] => Ok(None),
            [one] => Ok(Some(one.clone())),
            [one, two, ..] => {
                let problem = format!("holds both {} and {}; one data set is needed", name_of(one), name_of(two));
                Err(Error::invalid(&folder, problem))
            }
        }
    };
    let part = |words: &[&str]| match (find(words, "images")?, find(words, "labels")?) {
        (Some(images), Some(labels)) => read_pair(&images, &labels).map(Some),
        (None, None) => Ok(None),
        (Some(one), None) | (None, Some(one)) => {
            let problem = format!("holds {} without the other of the pair; images and labels are needed", name_of(&one));
            Err(Error::invalid(&folder, problem))
        }
    };
    let (train, test) = (part(&["train"])?, part(&["t10k", "test"])?);
    if train.is_none() && test.is_none() {
        return Err(Error::invalid(&folder, "holds IDX files, but none with train, t10k or test in its name"));
    }
    Ok(found(train, test))
}

/// One file of a pair; the other has the same name but for `images` and `labels`.
pub(super) fn open_pair(path: &Path) -> Result<Found, Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let other = if name.contains("images") {
        name.replace("images", "labels").replace("idx3", "idx1")
    } else {
        name.replace("labels", "images").replace("idx1", "idx3")
    };
    let other = path.with_file_name(other);
    if other == path || !other.exists() {
        let problem = "is one IDX file of two: …-images-idx3-ubyte and …-labels-idx1-ubyte are needed side by side";
        return Err(Error::invalid(&path.display().to_string(), problem));
    }
    let (images, labels) = if name.contains("images") { (path, &*other) } else { (&*other, path) };
    let part = read_pair(images, labels)?;
    let is_test = ["t10k", "test"].iter().any(|word| name.to_lowercase().contains(word));
    Ok(if is_test { found(None, Some(part)) } else { found(Some(part), None) })
}

fn found(train: Option<Part>, test: Option<Part>) -> Found {
    let names = train.iter().chain(&test).flat_map(|part| part.names.clone()).collect::<Vec<_>>().join(", ");
    let understood = vec![format!("IDX files as MNIST's; read are {names}")];
    Found { container: "idx", train, test, class_names: Vec::new(), white: None, understood }
}

fn read_pair(images: &Path, labels: &Path) -> Result<Part, Error> {
    let mut layout = None;
    let pixels = read(images, |header, reader| {
        layout = Some(Layout::of(&header.shape)?);
        read_numbers(header, reader)
    })?;
    let layout = layout.ok_or_else(|| Error::invalid(&images.display().to_string(), "is empty"))?;
    let labels_found = read(labels, |header, reader| match header.shape[..] {
        [_] => read_whole(header, reader).map(Numbers::Bytes),
        _ => Err(format!("has shape {:?}; a list of labels is needed", header.shape)),
    })?;
    let Numbers::Bytes(numbers) = labels_found else {
        return Err(Error::invalid(&labels.display().to_string(), "holds no labels"));
    };
    Ok(Part { names: [images, labels].map(name_of), pixels, layout, labels: Labels::Numbers(numbers) })
}

/// Reads a header, and what follows by `use_it`.
fn read(
    path: &Path,
    use_it: impl FnOnce(&Header, &mut dyn std::io::Read) -> Result<Numbers, String>,
) -> Result<Numbers, Error> {
    let name = path.display().to_string();
    let size = fs::metadata(path).map_err(|e| Error::read(&name, e))?.len();
    if size > MOST_BYTES {
        return Err(too_large(&name, size));
    }
    let invalid = |problem: String| Error::invalid(&name, problem);
    let mut reader = unpacked(path)?;
    let cut_short = |_| invalid("is cut short: an IDX header is not there".into());
    let mut start = [0; 4];
    reader.read_exact(&mut start).map_err(cut_short)?;
    let (true, Some(dtype)) = (is_idx(&start), dtype(start[2])) else {
        return Err(invalid("is not an IDX file: two zeros, a type and the number of axes are needed".into()));
    };
    let mut shape = Vec::new();
    for _ in 0..start[3] {
        let mut length = [0; 4];
        reader.read_exact(&mut length).map_err(cut_short)?;
        shape.push(u32::from_be_bytes(length) as usize);
    }
    let item = u64::from(dtype.as_bytes()[1] - b'0');
    let bytes = bytes_of(&shape, item).filter(|bytes| *bytes <= size.saturating_mul(MOST_DEFLATE_RATIO));
    let bytes = bytes.ok_or_else(|| invalid(format!("claims shape {shape:?}, but is of {size} bytes")))?;
    let header = Header { dtype: dtype.into(), shape, big_endian: true, fortran: false, bytes };
    use_it(&header, &mut reader).map_err(|problem| invalid(problem))
}
