//! Pictures in folders.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use glassbox_formats::{Format, is_same_file};
use glassbox_tensor::shown;

/// An input, its path in the output folder, and why it cannot be read, if known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The path to read.
    pub input: PathBuf,
    /// The path in the output folder.
    pub place: PathBuf,
    /// The problem with it.
    pub problem: Option<String>,
}

impl Found {
    /// Checks that the input exists. The caller checks whether it is a folder.
    pub fn new(input: PathBuf, place: PathBuf) -> Self {
        let problem = match fs::metadata(&input) {
            Ok(_) => None,
            Err(error) if error.kind() == ErrorKind::NotFound && input.is_symlink() => {
                Some(format!("{}: is a link that leads nowhere", shown(&input)))
            }
            Err(error) => Some(format!("{}: cannot be read: {error}", shown(&input))),
        };
        Self { input, place, problem }
    }
}

/// The pictures of some folders.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    /// Files with suffixes of pictures, and folders that cannot be read, sorted by name, folder by folder.
    pub found: Vec<Found>,
    /// What was skipped: the paths as they were found, and why. The keys are real paths: each is there once.
    pub passed_over: BTreeMap<PathBuf, (PathBuf, PassedOver)>,
}

/// Why something in a folder is no input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassedOver {
    /// A file without the suffix of a picture.
    OtherSuffix,
    /// A link to a folder, which may lead to one of its parents.
    LinkToFolder,
    /// No file and no folder, such as a pipe.
    NoFile,
}

impl Pictures {
    /// Adds the pictures in a folder and in the folders in it, by their suffixes. Hidden ones are left out, and so is
    /// the folder `made`, where an earlier run may have written.
    pub fn add_folder(&mut self, folder: &Path, made: &Path) {
        self.add(folder, Path::new(""), made);
    }

    fn add(&mut self, folder: &Path, place: &Path, made: &Path) {
        let entries = match fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => {
                let problem = Some(format!("{}: cannot be read: {error}", shown(folder)));
                return self.found.push(Found { input: folder.into(), place: place.into(), problem });
            }
        };
        let mut names: Vec<_> = entries.iter().map(fs::DirEntry::file_name).collect();
        names.sort();
        let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
        for name in names.into_iter().filter(|name| !name.as_encoded_bytes().starts_with(b".")) {
            let (path, place) = (folder.join(&name), place.join(&name));
            let why = if path.is_dir() {
                if !path.is_symlink() {
                    if !is_same_file(&path, made) {
                        self.add(&path, &place, made);
                    }
                    continue;
                }
                PassedOver::LinkToFolder
            } else if path.exists() && !path.is_file() {
                PassedOver::NoFile
            } else if Format::is_read(&path) {
                self.found.push(Found::new(path, place));
                continue;
            } else {
                PassedOver::OtherSuffix
            };
            self.passed_over.entry(real.join(&name)).or_insert((path, why));
        }
    }

    /// Removes duplicates: the same file for the same path.
    pub fn dedup(&mut self) {
        let mut seen = BTreeSet::new();
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        self.found.retain(|found| seen.insert((real(&found.input), found.place.clone())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_found_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path("in/below")).unwrap();
        fs::create_dir_all(path("in/made")).unwrap();
        for name in [
            "in/b.png",
            "in/a.jpg",
            "in/below/c.tif",
            "in/below/D.PBM",
            "in/made/d.png",
            "in/.hidden.png",
            "in/notes.txt",
        ] {
            fs::write(path(name), "").unwrap();
        }
        let mut pictures = Pictures::default();
        pictures.add_folder(&path("in"), &path("in/made"));
        pictures.add_folder(&path("in/below/.."), &path("in/made"));
        pictures.dedup();
        let places: Vec<_> = pictures.found.iter().map(|found| found.place.to_str().unwrap()).collect();
        assert_eq!(places, ["a.jpg", "b.png", "below/D.PBM", "below/c.tif"]);
        assert_eq!(pictures.passed_over.len(), 1);
    }
}
