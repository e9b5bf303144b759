//! Pictures in folders.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use glassbox_formats::Format;

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
                Some(format!("{}: is a link that leads nowhere", input.display()))
            }
            Err(error) => Some(format!("{}: cannot be read: {error}", input.display())),
        };
        Self { input, place, problem }
    }
}

/// The pictures of some folders.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    /// Files with suffixes of pictures, and folders that cannot be read, sorted by name, folder by folder.
    pub found: Vec<Found>,
    /// What was skipped: files with another suffix, and paths that are no files, such as pipes.
    pub passed_over: BTreeSet<PathBuf>,
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
                let problem = Some(format!("{}: cannot be read: {error}", folder.display()));
                return self.found.push(Found { input: folder.into(), place: place.into(), problem });
            }
        };
        let mut names: Vec<_> = entries.iter().map(fs::DirEntry::file_name).collect();
        names.sort();
        for name in names.into_iter().filter(|name| !name.as_encoded_bytes().starts_with(b".")) {
            let (path, place) = (folder.join(&name), place.join(&name));
            // A link to a folder may lead to one of its parents.
            if path.is_dir() && !path.is_symlink() && !is_same_file(&path, made) {
                self.add(&path, &place, made);
            } else if (path.is_file() || !path.exists()) && Format::is_read(&path) {
                self.found.push(Found::new(path, place));
            } else if !path.is_dir() {
                self.passed_over.insert(fs::canonicalize(&path).unwrap_or(path));
            }
        }
    }

    /// Removes duplicates: the same file for the same path.
    pub fn dedup(&mut self) {
        let mut seen = BTreeSet::new();
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        self.found.retain(|found| seen.insert((real(&found.input), found.place.clone())));
    }
}

/// Whether two paths, with links followed, lead to the same existing file or folder.
pub fn is_same_file(a: &Path, b: &Path) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
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
