use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::Error;

/// Writes a file so that it is never seen half-written: into a temporary file beside it, flushed and synchronised, then
/// renamed over it. If anything fails, what was at `path` before is still there.
///
/// An existing file keeps its permissions, and a symbolic link goes on pointing where it did. A device or a pipe
/// (`/dev/stdout`) cannot be replaced and is written to directly.
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
/// What `content` or the system reports.
pub fn write_atomically(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let failed = |source| Error::write(&path.display().to_string(), source);
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(failed(io::Error::other("it is a folder"))),
        Ok(found) if !found.is_file() => {
            let mut device = BufWriter::new(File::options().write(true).open(path).map_err(failed)?);
            content(&mut device).and_then(|()| device.flush()).map_err(failed)
        }
        found => replace(&behind_links(path), found.ok().map(|found| found.permissions()), content).map_err(failed),
    }
}

/// Whether [`write_atomically`] could write to `path` now: worth asking before a long job whose result goes there.
///
/// # Errors
/// If the folder is missing or cannot be written to.
pub fn check_writable(path: &Path) -> Result<(), Error> {
    let failed = |source| Error::write(&path.display().to_string(), source);
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(failed(io::Error::other("it is a folder"))),
        Ok(found) if !found.is_file() => Ok(()),
        _ => tempfile::tempfile_in(folder_of(&behind_links(path))).map(|_| ()).map_err(failed),
    }
}

/// Where a file really is, or would be: not a link but what it points to is replaced.
fn behind_links(path: &Path) -> PathBuf {
    match (fs::canonicalize(path), fs::read_link(path)) {
        (Ok(real), _) => real,
        (Err(_), Ok(target)) => folder_of(path).join(target),
        _ => path.to_path_buf(),
    }
}

fn folder_of(target: &Path) -> PathBuf {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn replace(
    target: &Path,
    permissions: Option<fs::Permissions>,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".glassbox-").suffix(".part");
    // A new file gets what any program's new file gets; `tempfile` alone would keep it from everyone else.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut part = builder.tempfile_in(folder_of(target))?;
    if let Some(permissions) = permissions {
        part.as_file().set_permissions(permissions)?;
    }
    let mut buffered = BufWriter::with_capacity(1 << 16, part.as_file_mut());
    content(&mut buffered)?;
    // Dropping a `BufWriter` would swallow a full disk.
    buffered.flush()?;
    drop(buffered);
    part.as_file().sync_all()?;
    part.persist(target).map_err(|error| error.error)?;
    Ok(())
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
