//! The limit on pictures of any format.

use std::io::Read;

use crate::Error;

/// Most bytes of an unpacked picture: enough for 40000×25000 grey pixels.
pub const MOST_PICTURE_BYTES: u64 = 1 << 30;

/// Reads all bytes of a picture; messages call it `name`. For pipes, which cannot be read twice.
///
/// # Errors
/// If it cannot be read, or there are more than [`MOST_PICTURE_BYTES`].
pub fn picture_bytes(reader: impl Read, name: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    reader.take(MOST_PICTURE_BYTES + 1).read_to_end(&mut bytes).map_err(|e| Error::read(name, e))?;
    if bytes.len() as u64 > MOST_PICTURE_BYTES {
        return Err(Error::invalid(name, format!("is too large: at most {MOST_PICTURE_BYTES} bytes are allowed")));
    }
    Ok(bytes)
}
