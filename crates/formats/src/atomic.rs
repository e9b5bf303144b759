use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use glassbox_tensor::shown;
use tempfile::NamedTempFile;

use crate::Error;
use crate::in_place::{InPlace, copy_over, is_immutable};
use crate::part::{self, without_name};
use crate::paths::{folder_of, real_path};

/// Writes a file so that nobody ever sees it half-written, as [`AtomicFile`] does.
///
/// ```
/// use std::io::Write;
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("greeting.txt");
/// glassbox_formats::write_atomically(&path, |file| file.write_all(b"hello")).unwrap();
/// assert_eq!(std::fs::read(&path).unwrap(), b"hello");
/// ```
///
/// # Errors
/// The error of `content` or of the system.
pub fn write_atomically(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Option<InPlace>, Error> {
    let mut file = AtomicFile::create(path)?;
    content(&mut file).map_err(|source| Error::write(&shown(path), source))?;
    file.commit()
}

/// A file that nobody ever sees half-written. The bytes go into a temporary file in the same folder;
/// [`commit`](AtomicFile::commit) flushes, synchronises and renames it. Without a commit, the old file stays.
///
/// An existing file keeps its permissions, and a symbolic link still points to its target. A device or a pipe
/// (`/dev/stdout`) cannot be replaced and is written to directly. A file that may be written to but not replaced gets
/// the finished bytes [in place](InPlace).
#[derive(Debug)]
pub struct AtomicFile {
    name: String,
    to: To,
}

#[derive(Debug)]
enum To {
    Device(BufWriter<File>),
    Part { part: BufWriter<NamedTempFile>, target: PathBuf },
}

impl AtomicFile {
    /// Starts to write the file.
    ///
    /// # Errors
    /// If it is a folder, or its folder is missing or cannot be written to.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let name = shown(path);
        let failed = |source| Error::write(&name, source);
        let to = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Err(failed(io::Error::other("it is a folder"))),
            Ok(found) if !found.is_file() => {
                To::Device(BufWriter::new(File::options().write(true).open(path).map_err(failed)?))
            }
            found => {
                // The target of a link is replaced, not the link.
                let target = real_path(path);
                let part = part::create(&target, found.ok().map(|found| found.permissions()));
                let part = part.map_err(|error| failed(in_folder(path, &target, error)))?;
                To::Part { part: BufWriter::with_capacity(1 << 16, part), target }
            }
        };
        Ok(Self { name, to })
    }

    /// Renames the temporary file to the target. Says so if that could not be, and the target was written in place.
    ///
    /// # Errors
    /// The error of the system; then the old file is still there, unless it was being written in place.
    pub fn commit(mut self) -> Result<Option<InPlace>, Error> {
        let Self { name, to } = &mut self;
        put(to).map_err(|source| Error::write(name, source))
    }
}

fn put(to: &mut To) -> io::Result<Option<InPlace>> {
    match to {
        To::Device(device) => device.flush().map(|()| None),
        To::Part { part, target } => {
            // Dropping a `BufWriter` would swallow a full disk.
            part.flush().map_err(without_name)?;
            part.get_ref().as_file().sync_all()?;
            match fs::rename(part.get_ref().path(), &target) {
                Ok(()) => Ok(None),
                Err(error) => copy_over(part.get_mut().as_file_mut(), target, error).map(Some),
            }
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            To::Device(device) => device.write(bytes),
            To::Part { part, .. } => part.write(bytes).map_err(without_name),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::Device(device) => device.flush(),
            To::Part { part, .. } => part.flush().map_err(without_name),
        }
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let To::Part { part, .. } = &self.to {
            part::forget(part.get_ref());
        }
    }
}

/// Checks that [`write_atomically`] could write to `path` now: useful before a long job. Says so if it would write in
/// place.
///
/// # Errors
/// If the folder is missing or cannot be written to, or the file is immutable.
pub fn check_writable(path: &Path) -> Result<Option<InPlace>, Error> {
    let failed = |source| Error::write(&shown(path), source);
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(failed(io::Error::other("it is a folder"))),
        Ok(found) if !found.is_file() => return Ok(None),
        _ => {}
    }
    let target = real_path(path);
    if is_immutable(&target) {
        return Err(failed(io::Error::other("it is immutable (chattr +i)")));
    }
    let in_place = InPlace::of(&target);
    if in_place.is_none() {
        let part = tempfile::tempfile_in(folder_of(&target));
        part.map_err(|error| failed(in_folder(path, &target, without_name(error))))?;
    }
    Ok(in_place)
}

/// The error of a new file for a path; its folder, or that of its target, may not be there.
fn in_folder(path: &Path, target: &Path, error: io::Error) -> io::Error {
    let problem = [path, target].map(folder_of).into_iter().find_map(|folder| match fs::metadata(&folder) {
        Err(missing) if missing.kind() == ErrorKind::NotFound => Some(format!("there is no folder {}", shown(&folder))),
        Ok(found) if !found.is_dir() => Some(format!("{} is no folder", shown(&folder))),
        _ => None,
    });
    problem.map_or(error, io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.bin");
        fs::write(&path, b"old").unwrap();
        let error = write_atomically(&path, |file| {
            file.write_all(&[0; 100_000])?;
            Err(io::Error::other("no more"))
        });
        assert_eq!(error.unwrap_err().to_string(), format!("{}: cannot be written: no more", path.display()));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_an_error() {
        let error = write_atomically(Path::new("/dev/full"), |file| file.write_all(&[0; 10])).unwrap_err();
        assert!(error.to_string().starts_with("/dev/full: cannot be written: No space left"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_survive() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&path, b"old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("target", &link).unwrap();
        let dangling = folder.path().join("dangling");
        std::os::unix::fs::symlink("not yet", &dangling).unwrap();
        write_atomically(&dangling, |file| file.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&dangling).unwrap().is_symlink() && folder.path().join("not yet").exists());
        write_atomically(&link, |file| file.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
