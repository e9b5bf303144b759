//! Paths that match a pattern, as a shell would find them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::{fs, mem};

use glob::{MatchOptions, Pattern, PatternError};

/// The paths that match a pattern.
#[derive(Debug, Default)]
pub struct Matched {
    /// The paths, sorted.
    pub paths: BTreeSet<PathBuf>,
    /// Folders that cannot be read.
    pub unread: Vec<(PathBuf, io::Error)>,
}

/// Whether a path is a pattern: it has `*`, `?` or `[`, and nothing has that name.
pub fn is_pattern(path: &Path) -> bool {
    has_wildcard(path.as_os_str()) && path.symlink_metadata().is_err()
}

fn has_wildcard(name: &OsStr) -> bool {
    name.as_encoded_bytes().iter().any(|byte| b"*?[".contains(byte))
}

/// The paths that match a pattern: `*` is any text, `?` a character, `[a-z]` one of these, `**` folders at any depth.
///
/// A part that is a name of its own stands for that name only: `scan[1]/*.png` looks into the folder `scan[1]`. Hidden
/// names must be written with their dot. Names that are not UTF-8 match, with a `?` for each part that is no text.
/// `**` follows no links.
///
/// # Errors
/// If a part is no pattern, such as `[a`.
pub fn matches(pattern: &Path) -> Result<Matched, PatternError> {
    let mut matched = Matched { paths: BTreeSet::from([PathBuf::new()]), unread: Vec::new() };
    let mut parts = pattern.components().peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        let folders = mem::take(&mut matched.paths);
        match part {
            Component::Normal(name) if name == "**" => {
                for folder in folders {
                    matched.add_below(folder, is_last);
                }
            }
            Component::Normal(name) if has_wildcard(name) => {
                let wanted = Pattern::new(&name.to_string_lossy())?;
                for folder in folders {
                    matched.add(folder, name, &wanted, is_last);
                }
            }
            literal => matched.paths.extend(folders.into_iter().map(|folder| folder.join(literal))),
        }
    }
    matched.paths.retain(|path| path.symlink_metadata().is_ok());
    Ok(matched)
}

impl Matched {
    /// Adds what matches in a folder; folders only, unless these are the `last` names.
    fn add(&mut self, folder: PathBuf, name: &OsStr, wanted: &Pattern, is_last: bool) {
        let itself = folder.join(name);
        if itself.symlink_metadata().is_ok() {
            self.paths.insert(itself);
            return;
        }
        let options = MatchOptions { require_literal_leading_dot: true, ..MatchOptions::new() };
        for name in self.names(&folder) {
            let path = folder.join(&name);
            if wanted.matches_with(&name.to_string_lossy(), options) && (is_last || path.is_dir()) {
                self.paths.insert(path);
            }
        }
    }

    /// Adds a folder and the folders in it, at any depth; or everything in them, if these are the `last` names.
    fn add_below(&mut self, folder: PathBuf, is_last: bool) {
        for name in self.names(&folder) {
            let path = folder.join(&name);
            let is_folder = path.is_dir() && !path.is_symlink();
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            if is_last {
                self.paths.insert(path.clone());
            }
            if is_folder {
                self.add_below(path, is_last);
            }
        }
        if !is_last {
            self.paths.insert(folder);
        }
    }

    fn names(&mut self, folder: &Path) -> Vec<std::ffi::OsString> {
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let names = |entries: fs::ReadDir| entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>();
        fs::read_dir(here).and_then(names).unwrap_or_else(|error| {
            // What is not there matches nothing.
            if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
                self.unread.push((here.into(), error));
            }
            Vec::new()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_in_a_shell() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("scan[1]/deep/deeper")).unwrap();
        fs::create_dir_all(at("scan2/.hidden")).unwrap();
        let files = ["scan[1]/a.png", "scan[1]/deep/b.png", "scan[1]/deep/deeper/c.png", "scan2/d.png", "scan2/.e.png"];
        for name in files.into_iter().chain(["scan2/.hidden/f.png", "scan2/*.jpg", "scan2/g.jpg"]) {
            fs::write(at(name), "").unwrap();
        }
        let found = |pattern: &str| -> Vec<_> {
            let found = matches(&at(pattern)).unwrap();
            assert!(found.unread.is_empty());
            let found = found.paths.iter().map(|path| path.strip_prefix(folder.path()).unwrap());
            found.map(|path| path.to_str().unwrap().to_string()).collect()
        };
        let cases: [(&str, &[&str]); 12] = [
            ("scan?/*.png", &["scan2/d.png"]),
            ("scan*/*.png", &["scan2/d.png", "scan[1]/a.png"]),
            ("scan[1]/*.png", &["scan[1]/a.png"]),
            ("scan[2-9]/[!a-c].png", &["scan2/d.png"]),
            ("*/deep/../*.png", &["scan[1]/deep/../a.png"]),
            ("**/*.png", &["scan2/d.png", "scan[1]/a.png", "scan[1]/deep/b.png", "scan[1]/deep/deeper/c.png"]),
            (
                "scan[1]/**",
                &[
                    "scan[1]/a.png",
                    "scan[1]/deep",
                    "scan[1]/deep/b.png",
                    "scan[1]/deep/deeper",
                    "scan[1]/deep/deeper/c.png",
                ],
            ),
            ("**/**/deeper/**/c.*", &["scan[1]/deep/deeper/c.png"]),
            ("scan2/.*.png", &["scan2/.e.png"]),
            // A name of its own.
            ("scan2/*.jpg", &["scan2/*.jpg"]),
            ("*.png", &[]),
            ("none/*.png", &[]),
        ];
        for (pattern, expected) in cases {
            assert_eq!(found(pattern), expected, "{pattern}");
        }
        assert!(is_pattern(&at("*.png")) && !is_pattern(&at("scan[1]")) && !is_pattern(&at("none.png")));
        for wrong in ["scan2/[a", "a**", "***"] {
            assert!(matches(&at(wrong)).is_err(), "{wrong}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_text_match_and_links_are_no_way_round() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join(OsStr::from_bytes(b"caf\xe9"));
        fs::create_dir(&odd).unwrap();
        fs::write(odd.join("a.png"), "").unwrap();
        fs::write(odd.join(OsStr::from_bytes(b"\xff.png")), "").unwrap();
        std::os::unix::fs::symlink(folder.path(), odd.join("round")).unwrap();
        let found = |pattern: &[u8]| matches(&folder.path().join(OsStr::from_bytes(pattern))).unwrap().paths.len();
        assert_eq!(
            [found(b"caf?/*.png"), found(b"**/*.png"), found(b"caf\xe9/?.png"), found(b"caf\xe9/*.txt")],
            [2, 2, 2, 0]
        );
    }
}
