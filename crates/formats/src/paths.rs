//! Which paths mean the same file: so that no output is written over an input or another output.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Most links that are followed from one to the next, as in Linux.
const MOST_LINKS: usize = 40;

/// An output that means the same file as an input or another output.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Clash {
    /// An output is an input.
    #[error("{}: {}", output.display(), of_input(output, input))]
    WithInput {
        /// The output as it was named.
        output: PathBuf,
        /// The input as it was named.
        input: PathBuf,
    },
    /// Two outputs are one file.
    #[error("{}: {}", output.display(), of_output(output, other))]
    WithOutput {
        /// The output as it was named.
        output: PathBuf,
        /// The output before it.
        other: PathBuf,
    },
}

fn of_input(output: &Path, input: &Path) -> String {
    if output == input {
        return "is both an input and an output".into();
    }
    format!("is an output, and the same file as the input {}", input.display())
}

fn of_output(output: &Path, other: &Path) -> String {
    if output == other {
        return "two outputs would be written to it".into();
    }
    format!("is the same file as {}, and both are outputs", other.display())
}

/// Makes sure that every output is another file than all inputs and all other outputs.
///
/// Links are followed, and hard links recognised where the system numbers its files. Of an output that does not exist
/// yet, the real folder and the name are compared. Devices and pipes are no files: they may be named twice. An output
/// may be a folder that is to be filled; what lies in it is not looked at.
///
/// ```
/// use glassbox_formats::check_outputs;
/// use std::path::Path;
/// let [data, model] = ["data.npz", "./sets/../data.npz"].map(Path::new);
/// assert_eq!(
///     check_outputs(&[data], &[model]).unwrap_err().to_string(),
///     "./sets/../data.npz: is an output, and the same file as the input data.npz",
/// );
/// ```
///
/// # Errors
/// The first output that is another file, too.
pub fn check_outputs(inputs: &[&Path], outputs: &[&Path]) -> Result<(), Clash> {
    let mut read: HashMap<Identity, &Path> = HashMap::with_capacity(inputs.len());
    for &input in inputs {
        read.extend(Identity::of(input).map(|identity| (identity, input)));
    }
    let mut written: HashMap<Identity, &Path> = HashMap::with_capacity(outputs.len());
    for &output in outputs {
        let Some(identity) = Identity::of(output) else { continue };
        if let Some(input) = read.get(&identity) {
            return Err(Clash::WithInput { output: output.into(), input: input.to_path_buf() });
        }
        if let Some(other) = written.insert(identity, output) {
            return Err(Clash::WithOutput { output: output.into(), other: other.into() });
        }
    }
    Ok(())
}

/// Whether two paths mean the same file, as in [`check_outputs`].
pub fn is_same_file(a: &Path, b: &Path) -> bool {
    check_outputs(&[a], &[b]).is_err()
}

/// What two paths have in common that mean the same file.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Identity {
    /// The device and the number of a file that exists.
    #[cfg(unix)]
    Numbered(u64, u64),
    /// The real path.
    Named(PathBuf),
}

impl Identity {
    /// None for devices and pipes.
    fn of(path: &Path) -> Option<Self> {
        match fs::metadata(path) {
            Ok(found) if !found.is_file() && !found.is_dir() => None,
            #[cfg(unix)]
            Ok(found) => {
                use std::os::unix::fs::MetadataExt;
                Some(Self::Numbered(found.dev(), found.ino()))
            }
            _ => Some(Self::Named(real_path(path))),
        }
    }
}

/// The path without links, `.` and `..`. What does not exist yet is taken as it is written.
pub(crate) fn real_path(path: &Path) -> PathBuf {
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        if let Ok(real) = fs::canonicalize(&path) {
            return real;
        }
        // A link to what does not exist yet.
        let Ok(target) = fs::read_link(&path) else { break };
        path = folder_of(&path).join(target);
    }
    if path.as_os_str().is_empty() || path == Path::new(".") || path.parent().is_none() {
        return path;
    }
    let mut real = real_path(&folder_of(&path));
    match path.file_name() {
        Some(name) => real.push(name),
        // The path ends with `..`.
        None => {
            real.pop();
        }
    }
    real
}

/// The folder in which a path's last name lies.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clash(inputs: &[PathBuf], outputs: &[PathBuf]) -> Option<Clash> {
        let [inputs, outputs] = [inputs, outputs].map(|paths| paths.iter().map(PathBuf::as_path).collect::<Vec<_>>());
        check_outputs(&inputs, &outputs).err()
    }

    #[test]
    fn files_are_the_same_by_any_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("below")).unwrap();
        fs::write(at("a"), "a").unwrap();
        fs::write(at("b"), "a").unwrap();
        fs::hard_link(at("a"), at("hard")).unwrap();
        assert_eq!(clash(&[at("a")], &[at("b"), at("new"), at("below/a")]), None);
        for other in [
            "a",
            "./a",
            "below/../a",
            #[cfg(unix)]
            "hard",
        ] {
            let (output, input) = (at(other), at("a"));
            assert_eq!(clash(&[at("b"), at("a")], &[at("new"), at(other)]), Some(Clash::WithInput { output, input }));
            let (output, other) = (at(other), at("a"));
            assert_eq!(clash(&[], &[at("b"), at("a"), output.clone()]), Some(Clash::WithOutput { output, other }));
        }
    }

    #[test]
    fn files_that_do_not_exist_yet_are_compared_by_folder_and_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("below")).unwrap();
        let is_same = |a: &str, b: &str| clash(&[], &[at(a), at(b)]).is_some();
        assert!(is_same("new", "below/../new") && is_same("none/deep/new", "none/./deep/x/../new"));
        assert!(!is_same("new", "below/new") && !is_same("none/new", "new") && !is_same("new", "old"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_to_what_does_not_exist_yet() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("below")).unwrap();
        symlink("below", at("folder")).unwrap();
        symlink("below/new", at("first")).unwrap();
        symlink("first", at("second")).unwrap();
        symlink("round", at("round")).unwrap();
        assert!(is_same_file(&at("folder/new"), &at("below/new")) && is_same_file(&at("second"), &at("folder/new")));
        assert!(!is_same_file(&at("second"), &at("new")) && is_same_file(&at("round"), &at("round")));
        assert!(!is_same_file(Path::new("/dev/null"), Path::new("/dev/null")));
    }
}
