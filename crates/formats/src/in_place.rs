//! Files that no other can take the place of: the finished bytes are copied over the old ones.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Seek};
use std::path::Path;

use crate::paths::folder_of;

/// Why a file is written in place, not replaced as a whole: for a moment others can see a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InPlace {
    /// It is mounted by itself, as containers do it.
    Mounted,
    /// Its folder takes no new file.
    Folder,
}

impl fmt::Display for InPlace {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            InPlace::Mounted => "written in place: it is mounted by itself and cannot be replaced",
            InPlace::Folder => "written in place: its folder does not let it be replaced",
        })
    }
}

impl InPlace {
    /// Why a file would be written in place; none if it can be replaced, cannot be written to, or is not there.
    pub(crate) fn of(target: &Path) -> Option<Self> {
        File::options().write(true).open(target).ok()?;
        if is_mounted(target) {
            return Some(Self::Mounted);
        }
        tempfile::tempfile_in(folder_of(target)).is_err_and(|error| is_refusal(&error)).then_some(Self::Folder)
    }
}

/// Whether the system refuses a new file in a folder.
pub(crate) fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

/// Copies a finished file over a file that is there, because of the error of renaming it.
///
/// # Errors
/// The error of renaming if the file cannot be written to, otherwise of writing.
pub(crate) fn copy_over(part: &mut File, target: &Path, error: io::Error) -> io::Result<InPlace> {
    let why = match error.kind() {
        ErrorKind::ResourceBusy => InPlace::Mounted,
        ErrorKind::CrossesDevices => InPlace::Folder,
        _ if is_refusal(&error) => InPlace::Folder,
        _ => return Err(error),
    };
    let mut over = File::options().write(true).truncate(true).open(target).map_err(|_| error)?;
    part.rewind()?;
    io::copy(part, &mut over)?;
    over.sync_all()?;
    Ok(why)
}

#[cfg(target_os = "linux")]
fn has(target: &Path, attribute: rustix::fs::StatxAttributes) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
    let found = statx(CWD, target, AtFlags::empty(), StatxFlags::empty());
    found.is_ok_and(|found| found.stx_attributes.contains(attribute))
}

#[cfg(target_os = "linux")]
fn is_mounted(target: &Path) -> bool {
    has(target, rustix::fs::StatxAttributes::MOUNT_ROOT)
}

#[cfg(not(target_os = "linux"))]
fn is_mounted(_: &Path) -> bool {
    false
}

/// Whether nobody may change, rename or replace a file, whatever its permissions.
#[cfg(target_os = "linux")]
pub(crate) fn is_immutable(target: &Path) -> bool {
    has(target, rustix::fs::StatxAttributes::IMMUTABLE)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn is_immutable(_: &Path) -> bool {
    false
}
