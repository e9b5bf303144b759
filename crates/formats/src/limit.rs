//! The limits on pictures of any format.

use std::io::{Read, Seek, SeekFrom};

use crate::Error;

/// Most bytes of an unpacked picture: enough for 40000×25000 grey pixels.
pub const MOST_PICTURE_BYTES: u64 = 1 << 30;

/// Most bytes of a colour profile or of EXIF that are kept.
pub(crate) const MOST_METADATA_BYTES: u64 = 1 << 24;

/// Reads all bytes of a picture; messages call it `name`. For pipes, which cannot be read twice.
///
/// # Errors
/// If it cannot be read, or there are more than [`MOST_PICTURE_BYTES`].
pub(crate) fn picture_bytes(reader: impl Read, name: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    reader.take(MOST_PICTURE_BYTES + 1).read_to_end(&mut bytes).map_err(|e| Error::read(name, e))?;
    if bytes.len() as u64 > MOST_PICTURE_BYTES {
        return Err(Error::invalid(name, format!("is too large: at most {MOST_PICTURE_BYTES} bytes are allowed")));
    }
    Ok(bytes)
}

/// Reads `length` bytes of metadata. None if the file ends before, or they are more than [`MOST_METADATA_BYTES`].
pub(crate) fn metadata_bytes(reader: &mut impl Read, length: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let all = length <= MOST_METADATA_BYTES && reader.take(length).read_to_end(&mut bytes).ok()? as u64 == length;
    all.then_some(bytes)
}

/// The number of bytes from the reader's place to the end. The place stays.
pub(crate) fn bytes_left(reader: &mut impl Seek) -> std::io::Result<u64> {
    let at = reader.stream_position()?;
    let end = reader.seek(SeekFrom::End(0))?;
    reader.seek(SeekFrom::Start(at))?;
    Ok(end.saturating_sub(at))
}
