//! Directories of entries, written at the end of a file.

use super::{Entry, Value};

/// An EXIF block: a header and a directory with its values.
pub(super) fn block(entries: &[Entry]) -> Vec<u8> {
    let mut block = b"II*\0\0\0\0\0".to_vec();
    let at = directory(&mut block, 0, entries);
    block[4..8].copy_from_slice(&at.to_le_bytes());
    block
}

/// Appends a directory with its values to the part of a file that begins at the offset `start`, which is even. Returns
/// the offset of the directory.
pub(super) fn directory(file: &mut Vec<u8>, start: u32, entries: &[Entry]) -> u32 {
    let mut rows = Vec::new();
    for entry in entries {
        let field = match &entry.value {
            Value::Directory(entries) => directory(file, start, entries).to_le_bytes(),
            Value::Bytes(bytes) if bytes.len() <= 4 => {
                let mut field = [0; 4];
                field[..bytes.len()].copy_from_slice(bytes);
                field
            }
            Value::Bytes(bytes) => {
                let at = start + even_end(file);
                file.extend_from_slice(bytes);
                at.to_le_bytes()
            }
        };
        rows.extend_from_slice(&entry.tag.to_le_bytes());
        rows.extend_from_slice(&entry.kind.to_le_bytes());
        rows.extend_from_slice(&entry.count.to_le_bytes());
        rows.extend_from_slice(&field);
    }
    let at = start + even_end(file);
    file.extend_from_slice(&(entries.len() as u16).to_le_bytes());
    file.extend_from_slice(&rows);
    // No directory follows.
    file.extend_from_slice(&[0; 4]);
    at
}

fn even_end(file: &mut Vec<u8>) -> u32 {
    file.resize(file.len().next_multiple_of(2), 0);
    file.len() as u32
}
