//! Temporary files beside their targets: hidden, locked by the process that writes them, and removed when it is gone.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use tempfile::NamedTempFile;

use crate::in_place::is_refusal;
use crate::lock::{is_at, lock};
use crate::paths::folder_of;

const PREFIX: &str = ".glassbox-";
const SUFFIX: &str = ".part";

#[derive(Default)]
struct Parts {
    /// Files of this process: [`remove_unfinished`] removes them.
    unfinished: BTreeSet<PathBuf>,
    /// Folders whose abandoned files were removed.
    swept: BTreeSet<PathBuf>,
}

static PARTS: LazyLock<Mutex<Parts>> = LazyLock::new(Mutex::default);

/// Removes every unfinished temporary file, for a program that ends at once: no new one can be started after this.
pub fn remove_unfinished() {
    let parts = PARTS.lock().unwrap_or_else(PoisonError::into_inner);
    for path in &parts.unfinished {
        // If a file cannot be removed it stays: nobody is left to be told.
        let _ = fs::remove_file(path);
    }
    std::mem::forget(parts);
}

/// A new file beside `target`, with its permissions; or in the folder for temporary files, if `target` can be written
/// to but its folder cannot. The first one in a folder removes those that killed processes left there.
pub(crate) fn create(target: &Path, permissions: Option<fs::Permissions>) -> io::Result<NamedTempFile> {
    let folder = folder_of(target);
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // A new file gets the usual permissions; `tempfile` alone would allow only the owner.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // Held while the file is made, so that no file exists unlisted.
    let mut parts = PARTS.lock().unwrap_or_else(PoisonError::into_inner);
    if parts.swept.insert(folder.clone()) {
        remove_abandoned(&folder);
    }
    let mut is_beside = true;
    let part = loop {
        let part = match builder.tempfile_in(&folder) {
            Err(error) if is_refusal(&error) && File::options().write(true).open(target).is_ok() => {
                // Only the owner may read it there.
                is_beside = false;
                tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile().map_err(without_name)?
            }
            part => part.map_err(without_name)?,
        };
        // Another process may take the new file for an abandoned one before it is locked.
        if lock(part.as_file()) && is_at(part.as_file(), part.path()) {
            break part;
        }
    };
    parts.unfinished.insert(part.path().to_path_buf());
    drop(parts);
    if let Some(permissions) = permissions.filter(|_| is_beside) {
        part.as_file().set_permissions(permissions)?;
    }
    Ok(part)
}

/// Forgets a file that is finished or removed.
pub(crate) fn forget(part: &NamedTempFile) {
    PARTS.lock().unwrap_or_else(PoisonError::into_inner).unfinished.remove(part.path());
}

/// Removes the temporary files whose process is gone: those that nobody has locked. One that cannot be locked or
/// removed stays.
fn remove_abandoned(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_part = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        // Opening a pipe might wait for ever.
        if !is_part || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let Ok(file) = File::options().write(true).open(entry.path()) else { continue };
        match file.try_lock() {
            Ok(()) => drop(fs::remove_file(entry.path())),
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
        }
    }
}

/// Removes the name of the temporary file, which no user knows, from an error.
pub(crate) fn without_name(error: io::Error) -> io::Error {
    let text = error.to_string();
    io::Error::new(error.kind(), text.split(" at path ").next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_abandoned_files_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in [".glassbox-gone.part", ".glassbox-used.part", "notes.part", ".glassbox-notes"] {
            fs::write(at(name), "").unwrap();
        }
        let used = File::open(at(".glassbox-used.part")).unwrap();
        used.try_lock().unwrap();
        let part = create(&at("new"), None).unwrap();
        assert!(!at(".glassbox-gone.part").exists() && part.path().exists());
        assert!(at(".glassbox-used.part").exists() && at("notes.part").exists() && at(".glassbox-notes").exists());
        // A folder is looked through once.
        drop(used);
        drop(create(&at("new"), None).unwrap());
        assert!(at(".glassbox-used.part").exists());
        forget(&part);
    }
}
