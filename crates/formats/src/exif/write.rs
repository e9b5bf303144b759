//! Directories of entries, written at the end of a file.

use super::{Entry, Value};

/// The entries of a file's main directory, as stored.
pub(super) fn own_entries(file: &[u8]) -> Option<Vec<Entry>> {
    let at = u32::from_le_bytes(*file.strip_prefix(b"II*\0")?.first_chunk()?) as usize;
    let directory = file.get(at..)?;
    let count = usize::from(u16::from_le_bytes(*directory.first_chunk()?));
    let entries = directory.get(2..)?.as_chunks::<12>().0.iter().take(count);
    Some(
        entries
            .map(|&[a, b, c, d, e, f, g, h, field @ ..]| Entry {
                tag: u16::from_le_bytes([a, b]),
                kind: u16::from_le_bytes([c, d]),
                count: u32::from_le_bytes([e, f, g, h]),
                value: Value::Field(field),
            })
            .collect(),
    )
}

/// Appends a directory with its values and makes it the main one.
pub(super) fn append(file: &mut Vec<u8>, entries: &[Entry]) {
    let at = directory(file, entries);
    file[4..8].copy_from_slice(&at.to_le_bytes());
}

/// Appends a directory and returns its offset.
fn directory(file: &mut Vec<u8>, entries: &[Entry]) -> u32 {
    let mut rows = Vec::new();
    for entry in entries {
        let field = match &entry.value {
            Value::Field(field) => *field,
            Value::Directory(entries) => directory(file, entries).to_le_bytes(),
            Value::Bytes(bytes) if bytes.len() <= 4 => {
                let mut field = [0; 4];
                field[..bytes.len()].copy_from_slice(bytes);
                field
            }
            Value::Bytes(bytes) => {
                let at = even_end(file);
                file.extend_from_slice(bytes);
                at.to_le_bytes()
            }
        };
        rows.extend_from_slice(&entry.tag.to_le_bytes());
        rows.extend_from_slice(&entry.kind.to_le_bytes());
        rows.extend_from_slice(&entry.count.to_le_bytes());
        rows.extend_from_slice(&field);
    }
    let at = even_end(file);
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
