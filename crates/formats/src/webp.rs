//! The metadata of a WebP file. The picture library asks for memory before it knows whether a file has as much.
//!
//! Source: WebP container specification (2012).

use std::io::{BufRead, Seek};

use crate::exif::without_envelope;
use crate::limit::{bytes_left, metadata_bytes};

/// What a WebP says besides the pixels.
#[derive(Default)]
pub(crate) struct Besides {
    pub(crate) exif: Option<Vec<u8>>,
    pub(crate) icc: Option<Vec<u8>>,
}

/// Walks through the chunks; of several of one sort the first counts. The reader is at its start.
pub(crate) fn besides(reader: &mut (impl BufRead + Seek)) -> std::io::Result<Besides> {
    let mut besides = Besides::default();
    let mut left = bytes_left(reader)?.saturating_sub(12);
    reader.seek_relative(12)?;
    let mut head = [0; 8];
    while left >= 8 && reader.read_exact(&mut head).is_ok() {
        let [kind @ .., a, b, c, d] = head;
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        // A chunk of an odd length is followed by a byte.
        let padded = length.next_multiple_of(2);
        left -= 8;
        let read = match &kind {
            b"EXIF" if besides.exif.is_none() && length <= left => {
                besides.exif = metadata_bytes(reader, length).map(without_envelope);
                besides.exif.is_some()
            }
            b"ICCP" if besides.icc.is_none() && length <= left => {
                besides.icc = metadata_bytes(reader, length);
                besides.icc.is_some()
            }
            _ => false,
        };
        if padded > left {
            break;
        }
        reader.seek_relative((padded - if read { length } else { 0 }) as i64)?;
        left -= padded;
    }
    Ok(besides)
}
