use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use glassbox_tensor::shown;

use crate::Error;

/// Opens a file of arrays and returns its name for messages; `needed` says what it should be.
pub(crate) fn open(path: &Path, needed: &str) -> Result<(BufReader<File>, String), Error> {
    let name = shown(path);
    let file = File::open(path).map_err(|e| Error::read(&name, e))?;
    if file.metadata().is_ok_and(|found| found.is_dir()) {
        return Err(Error::invalid(&name, format!("is a folder; {needed} is needed")));
    }
    Ok((BufReader::with_capacity(1 << 17, file), name))
}
