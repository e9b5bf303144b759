use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::Error;

/// The file in a locked folder; it holds the number of the process.
const NAME: &str = ".glassbox-lock";

/// A folder that one process alone writes into, until this is dropped or the process is gone, however it ends.
///
/// Only processes that ask for the lock respect it. A file system without locks gives it to everybody.
#[derive(Debug)]
pub struct FolderLock {
    path: PathBuf,
    _file: File,
}

impl FolderLock {
    /// Takes the lock of a folder that exists.
    ///
    /// ```
    /// use glassbox_formats::FolderLock;
    /// # let folder = tempfile::tempdir().unwrap();
    /// let lock = FolderLock::take(folder.path()).unwrap();
    /// assert!(FolderLock::take(folder.path()).unwrap_err().to_string().contains("in use by process"));
    /// drop(lock);
    /// assert!(FolderLock::take(folder.path()).is_ok());
    /// ```
    ///
    /// # Errors
    /// If another process, or another part of this one, has it; or the folder cannot be written to.
    pub fn take(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(NAME);
        let failed = |source| Error::write(&path.display().to_string(), source);
        loop {
            let options = File::options().read(true).write(true).create(true).truncate(false).open(&path);
            let mut file = options.map_err(failed)?;
            if !lock(&file) {
                let mut process = String::new();
                let by = match file.read_to_string(&mut process) {
                    Ok(_) if !process.is_empty() => format!("process {}", process.trim_end()),
                    _ => "another process".into(),
                };
                let problem = format!("is in use by {by}; wait until it ends, or name another folder");
                return Err(Error::invalid(&folder.display().to_string(), problem));
            }
            // The one before may have removed the file after it was opened here.
            if is_at(&file, &path) {
                let written = file.set_len(0).and_then(|()| file.rewind());
                written.and_then(|()| writeln!(file, "{}", std::process::id())).map_err(failed)?;
                return Ok(Self { path, _file: file });
            }
        }
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Elsewhere `is_at` cannot tell that a file was removed.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Locks a file for this process, unless another has it; whether it did. Where there are no locks it says it did.
pub(crate) fn lock(file: &File) -> bool {
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

/// Whether an open file is still the one of that path.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let there = fs::symlink_metadata(path).ok().zip(file.metadata().ok());
        there.is_some_and(|(a, b)| (a.dev(), a.ino()) == (b.dev(), b.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true
    }
}
