//! Data sets as npz archives: which arrays are what.

use std::io::{Read, Seek};
use std::path::Path;

use super::labels::{Labels, Names, of_one_hot};
use super::layout::Layout;
use super::part::{Found, Part, assemble, listed};
use super::{DataSet, MOST_CLASSES, MOST_PICTURES};
use crate::Error;
use crate::npz::Npz;

/// What pictures are called, the likeliest first.
const PICTURES: [&str; 8] = ["x", "images", "image", "pictures", "data", "imgs", "features", "arr0"];
/// What labels are called.
const LABELS: [&str; 6] = ["y", "labels", "label", "target", "targets", "arr1"];
/// What the names of classes are called.
const CLASS_NAMES: [&str; 5] = ["classnames", "classes", "targetnames", "labelnames", "names"];

const NEEDED: &str = "x_train, y_train, x_test and y_test; images and labels; X and y; or data and target are needed";

/// An archive's arrays of a part.
struct Pair {
    pictures: String,
    labels: String,
}

/// Reads a file.
pub(super) fn open(path: &Path) -> Result<DataSet, Error> {
    read_npz(&path.display().to_string(), || Npz::open(path))
}

/// Reads the data set of an npz archive, which is opened for each part, so that both are unpacked side by side;
/// messages call it `name`.
///
/// # Shape
/// Pictures: `[n, height·width]`, `[n, height, width]`, `[n, height, width, channels]` or `[n, channels, height,
/// width]` of numbers of any type. Labels: `[n]` or `[n, 1]` of whole numbers or text, or `[n, classes]`, one-hot.
///
/// # Errors
/// If no arrays are named like pictures and labels, or they are not what is needed.
pub fn read_npz<R: Read + Seek>(
    name: &str,
    open: impl Fn() -> Result<Npz<R>, Error> + Sync,
) -> Result<DataSet, Error> {
    let mut archive = open()?;
    let names = archive.names();
    let [train, test] = ["train", "test"].map(|part| pair(&names, part));
    let whole = if train.is_none() && test.is_none() { pair(&names, "") } else { None };
    let train = train.or(whole);
    if train.is_none() && test.is_none() {
        let found = if names.is_empty() { "no arrays at all".into() } else { listed(&names) };
        return Err(Error::invalid(name, format!("holds no pictures with labels: found {found}; {NEEDED}")));
    }
    let class_names = class_names(&mut archive, &names)?;
    let part = |pair: &Option<Pair>| pair.as_ref().map(|pair| read_part(&mut open()?, pair)).transpose();
    let (train_part, test_part) = rayon::join(|| part(&train), || part(&test));
    let of_parts = train.iter().chain(&test).flat_map(|pair| [&pair.pictures, &pair.labels]);
    let used: Vec<String> = of_parts.cloned().collect();
    let mut understood = vec![format!("an npz archive; read are {}", listed(&used))];
    let other: Vec<String> = names.iter().filter(|name| !used.contains(name) && !is_class_names(name)).cloned().collect();
    if !other.is_empty() {
        understood.push(format!("left aside are {}", listed(&other)));
    }
    let (train, test) = (train_part?, test_part?);
    assemble(name, Found { container: "npz", train, test, class_names, white: None, understood })
}

/// A name without case, signs and the part that it names: `x` of `X_train`.
fn core(name: &str, part: &str) -> Option<String> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let words: &[&str] = match part {
        "train" => &["training", "train"],
        "test" => &["testing", "test", "t10k"],
        _ => return Some(plain),
    };
    let (before, after) = words.iter().find_map(|word| plain.split_once(word))?;
    Some(format!("{before}{after}"))
}

fn pair(names: &[String], part: &str) -> Option<Pair> {
    let find = |known: &[&str]| {
        let named = |known: &&str| names.iter().find(|name| core(name, part).as_deref() == Some(*known)).cloned();
        known.iter().find_map(named)
    };
    Some(Pair { pictures: find(&PICTURES)?, labels: find(&LABELS)? })
}

fn is_class_names(name: &str) -> bool {
    core(name, "").is_some_and(|name| CLASS_NAMES.contains(&name.as_str()))
}

/// The classes' names, if an array of text has them.
fn class_names<R: Read + Seek>(archive: &mut Npz<R>, names: &[String]) -> Result<Vec<String>, Error> {
    for name in names.iter().filter(|name| is_class_names(name)) {
        let header = archive.header(name)?;
        if header.is_text() && matches!(header.shape[..], [classes] if (1..=MOST_CLASSES).contains(&classes)) {
            let mut all = Vec::new();
            archive.read_texts(name, |text| {
                all.push(text);
                Ok(())
            })?;
            return Ok(all);
        }
    }
    Ok(Vec::new())
}

fn read_part<R: Read + Seek>(archive: &mut Npz<R>, pair: &Pair) -> Result<Part, Error> {
    let Pair { pictures, labels } = pair;
    let file = archive.file().to_string();
    // Both headers first: the pictures are large.
    let (x_shape, y) = (archive.header(pictures)?.shape, archive.header(labels)?);
    let layout = Layout::of(&x_shape).map_err(|problem| Error::invalid(&file, format!("{pictures} {problem}")))?;
    let classes = match y.shape[..] {
        [n] | [n, 1] if n <= MOST_PICTURES => 1,
        [n, classes] if n <= MOST_PICTURES && classes > 1 && !y.is_text() => classes,
        _ => {
            let problem = format!("{labels} has shape {:?}; [n], or [n, classes] and one-hot, is needed", y.shape);
            return Err(Error::invalid(&file, problem));
        }
    };
    if y.shape[0] != layout.n {
        let problem = format!("{pictures} holds {} pictures, {labels} {} labels", layout.n, y.shape[0]);
        return Err(Error::invalid(&file, format!("{problem}; as many of each are needed")));
    }
    let found = if y.is_text() {
        let mut names = Names::default();
        archive.read_texts(labels, |text| names.push(&text))?;
        names.labels()
    } else {
        let whole = archive.read_whole(labels)?;
        let of_rows = || of_one_hot(&whole, classes).map_err(|e| Error::invalid(&file, format!("{labels} {e}")));
        Labels::Numbers(if classes > 1 { of_rows()? } else { whole })
    };
    let pixels = archive.read_numbers(pictures)?;
    Ok(Part { names: [pictures.clone(), labels.clone()], pixels, layout, labels: found })
}
