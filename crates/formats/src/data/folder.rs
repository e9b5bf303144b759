//! Folders: MNIST's files, CSV files, or a folder of pictures a class.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::labels::{Labels, Names};
use super::layout::Layout;
use super::part::{Found, Part, listed};
use super::{MOST_BYTES, MOST_CLASSES, MOST_PICTURES, NEEDED, csv, idx, too_large};
use crate::numbers::Numbers;
use crate::{Error, Format, Pixels, read_picture};

/// Folders that hold a part, and not a class.
const TRAIN: [&str; 2] = ["train", "training"];
const TEST: [&str; 2] = ["test", "testing"];
const VALIDATION: [&str; 3] = ["val", "valid", "validation"];

pub(super) fn open(folder: &Path) -> Result<Found, Error> {
    let name = folder.display().to_string();
    let (folders, files) = entries(folder)?;
    if files.iter().any(|file| idx::is_named_idx(file)) {
        return idx::open_folder(folder, &files);
    }
    let tables: Vec<&PathBuf> = files.iter().filter(|file| csv::is_named_csv(file)).collect();
    let of_part = |part: &str| tables.iter().find(|file| file_name(file).to_lowercase().contains(part));
    match (of_part("train"), of_part("test"), &tables[..]) {
        (Some(train), Some(test), _) if train != test => return csv::open_two(train, test),
        (Some(one), ..) | (_, _, [one]) => return csv::open_one(one),
        _ => {}
    }
    let part = |words: &[&str]| folders.iter().find(|at| words.contains(&file_name(at).to_lowercase().as_str()));
    let (train, test) = match (part(&TRAIN), part(&TEST).or_else(|| part(&VALIDATION))) {
        (Some(train), test) => (Some(train.as_path()), test.map(PathBuf::as_path)),
        (None, Some(test)) if folders.len() == 1 => (None, Some(test.as_path())),
        (None, _) => (Some(folder), None),
    };
    let found = [train, test].map(|part| part.map(files_of).transpose());
    let [train, test] = found;
    let (train, test) = (train?, test?);
    let mut understood = vec!["a folder of pictures a class".to_string()];
    let passed: usize = train.iter().chain(&test).map(|files| files.passed_over).sum();
    if passed > 0 {
        understood.push(format!("{passed} files without the suffix of a picture are left aside"));
    }
    if train.as_ref().or(test.as_ref()).is_none_or(|files| files.paths.is_empty()) {
        let all: Vec<String> = folders.iter().chain(&files).map(|path| file_name(path)).collect();
        let holds = if all.is_empty() { "nothing".into() } else { listed(&all) };
        return Err(Error::invalid(&name, format!("holds no data set: found {holds}; {NEEDED}")));
    }
    let [train, test] = read(&name, [train, test.filter(|files| !files.paths.is_empty())], &mut understood)?;
    Ok(Found { container: "pictures", train, test, class_names: Vec::new(), white: Some(255.0), understood })
}

/// Folders and files of a folder, hidden ones left out, in the order of their names.
pub(super) fn entries(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Error> {
    let failed = |e| Error::read(&folder.display().to_string(), e);
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if !file_name(&path).starts_with('.') {
            all.push(path);
        }
        if all.len() > MOST_PICTURES {
            let problem = format!("holds more than {MOST_PICTURES} files");
            return Err(Error::invalid(&folder.display().to_string(), problem));
        }
    }
    all.sort();
    Ok(all.into_iter().partition(|path| path.is_dir()))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a file has the suffix of a picture.
pub(super) fn is_picture(file: &Path) -> bool {
    Format::from_suffix(&file.extension().unwrap_or_default().to_string_lossy()).is_some()
}

/// The pictures of a part, and their classes.
struct Files {
    paths: Vec<PathBuf>,
    labels: Labels,
    passed_over: usize,
}

fn files_of(part: &Path) -> Result<Files, Error> {
    let (folders, loose) = entries(part)?;
    let (mut paths, mut names, mut passed_over) = (Vec::new(), Names::default(), loose.len());
    for class in folders {
        let (_, files) = entries(&class)?;
        for file in files {
            if !is_picture(&file) {
                passed_over += 1;
                continue;
            }
            let problem = |_| {
                let problem = format!("holds more than {MOST_CLASSES} folders of pictures; one a class is needed");
                Error::invalid(&part.display().to_string(), problem)
            };
            names.push(&file_name(&class)).map_err(problem)?;
            paths.push(file);
        }
    }
    Ok(Files { paths, labels: names.labels(), passed_over })
}

/// Reads the pictures of both parts: grey if all of them are, otherwise in colours.
fn read(name: &str, parts: [Option<Files>; 2], understood: &mut Vec<String>) -> Result<[Option<Part>; 2], Error> {
    let all: Vec<&Path> = parts.iter().flatten().flat_map(|files| &files.paths).map(PathBuf::as_path).collect();
    let Some(&first) = all.first() else { return Ok([None, None]) };
    let (height, width, _) = read_picture(first, true)?.pixels.dim();
    let most = (all.len() * height * width) as u64 * 3;
    if most > MOST_BYTES {
        return Err(too_large(name, most));
    }
    let pictures: Vec<(Vec<u8>, usize, bool)> = all
        .par_iter()
        .map(|path| {
            let pixels = read_picture(path, true)?.pixels;
            let (h, w, channels) = pixels.dim();
            if (h, w) != (height, width) {
                return Err(Error::invalid(
                    &path.display().to_string(),
                    format!("is {w}×{h} pixels, {} {width}×{height}; pictures of one size are needed", first.display()),
                ));
            }
            // White shows through transparent pixels, as in `dnn predict`.
            Ok((bytes(&pixels), if channels < 3 { 1 } else { 3 }, !pixels.is_opaque()))
        })
        .collect::<Result<_, Error>>()?;
    let channels = pictures.iter().map(|(_, channels, _)| *channels).max().unwrap_or(1);
    let transparent = pictures.iter().filter(|(.., is_transparent)| *is_transparent).count();
    if transparent > 0 {
        understood.push(format!("{transparent} pictures have transparent pixels, which become white"));
    }
    let mut pictures = pictures.into_iter();
    Ok(parts.map(|files| {
        let Files { paths, labels, .. } = files?;
        let mut pixels = Vec::with_capacity(paths.len() * height * width * channels);
        for (bytes, own, _) in pictures.by_ref().take(paths.len()) {
            if own == channels {
                pixels.extend(bytes);
            } else {
                pixels.extend(bytes.iter().flat_map(|&grey| [grey; 3]));
            }
        }
        let n = paths.len();
        let layout = Layout { n, height, width, channels, channels_first: false, is_list: false };
        Some(Part { names: ["pictures", "folders"].map(String::from), pixels: Numbers::Bytes(pixels), layout, labels })
    }))
}

/// One or three bytes a pixel.
fn bytes(pixels: &Pixels) -> Vec<u8> {
    let shown = if pixels.dim().2 < 3 { pixels.luma_over(1.0) } else { pixels.colours_within(1.0, usize::MAX) };
    Pixels::F32(shown).to_u8().into_vec()
}
