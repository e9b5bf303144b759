//! What TIFF files say of their picture: the colour profile and EXIF. An EXIF block is a small TIFF file without
//! pixels, and a TIFF file has the same entries beside those that describe its pixels:
//! they are copied from the one to the other.
//!
//! Source: TIFF 6.0 (1992), section 2; CIPA DC-008 (EXIF 2.32), clause 4.6.

use std::io::{Cursor, Read, Seek, SeekFrom};

use crate::Metadata;
use crate::whole::is_big_tiff;

/// Entries of the main directory that say something of the picture, not of how it is stored: description, maker,
/// model, orientation, resolution,
/// software, date, artist, computer, rating, copyright, Windows' titles; and the directories of exposure and of place.
const KEPT: [u16; 21] = [
    270,
    271,
    272,
    ORIENTATION,
    282,
    283,
    UNIT,
    305,
    306,
    315,
    316,
    18246,
    18249,
    33432,
    34665,
    34853,
    40091,
    40092,
    40093,
    40094,
    40095,
];
const ORIENTATION: u16 = 274;
const UNIT: u16 = 296;

const PREDICTOR: u16 = 317;
const EXTRA_SAMPLES: u16 = 338;

/// The colour profile.
const PROFILE: u16 = 34675;

/// Entries that point to a directory: exposure, place, and compatibility.
const DIRECTORIES: [u16; 3] = [34665, 34853, 40965];

/// The type of a place.
const LONG: u16 = 4;

/// Bytes of the types, by their number.
const SIZES: [usize; 14] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

/// A type of EXIF 3.0.
const UTF_8: u16 = 129;

/// Most bytes that are read in all, each time some being charged for going there: no camera writes as many.
const MOST_BYTES: usize = 1 << 24;
const CHARGE: usize = 512;

/// Directories below each other.
const LEVELS: usize = 3;

struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    value: Value,
}

enum Value {
    /// As the file has it: the number itself, or where it stands.
    Field([u8; 4]),
    /// All of its bytes, the smallest first.
    Bytes(Vec<u8>),
    Directory(Vec<Entry>),
}

/// What a TIFF file says.
pub(crate) fn metadata_of_tiff(reader: &mut (impl Read + Seek)) -> Metadata {
    let mut source = Source { may_be_large: true, ..Source::new(reader) };
    let mut entries = source.main().unwrap_or_default();
    let profile = entries.extract_if(.., |entry| entry.tag == PROFILE).last();
    let icc = profile.and_then(|entry| match entry.value {
        Value::Bytes(bytes) => Some(bytes),
        _ => None,
    });
    // A resolution of no unit is what writers say who know of none.
    let has_unit = entries.iter().any(|entry| entry.tag == UNIT && entry.short() != Some(1));
    entries.retain(|entry| has_unit || ![282, 283, UNIT].contains(&entry.tag));
    entries.retain(|entry| !entry.is_upright());
    let block = || {
        let mut block = b"II*\0\0\0\0\0".to_vec();
        append(&mut block, &entries);
        block
    };
    Metadata { icc, exif: (!entries.is_empty()).then(block), ..Metadata::default() }
}

/// What an EXIF block has to say: not that the picture stands upright, which goes without saying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    Nothing,
    Something,
    /// Something, and something else that makes no sense.
    Partly,
    Nonsense,
}

impl Says {
    pub(crate) fn of(exif: &[u8]) -> Self {
        let mut reader = Cursor::new(exif);
        let mut source = Source::new(&mut reader);
        let Some(entries) = source.main() else { return Says::Nonsense };
        match source.is_damaged {
            true if entries.is_empty() => Says::Nonsense,
            true => Says::Partly,
            false if source.passed == 0 && entries.iter().all(Entry::is_upright) => Says::Nothing,
            false => Says::Something,
        }
    }
}

/// Puts what the encoder leaves out into a TIFF file, whose bytes stand with the smallest first: that the last
/// channel is alpha, not multiplied
/// into the others, and an EXIF block; a block that makes no sense is left out.
pub(crate) fn complete_tiff(file: &mut Vec<u8>, has_alpha: bool, exif: Option<&[u8]>) {
    let new = exif.and_then(|exif| Source::new(&mut Cursor::new(exif)).main()).unwrap_or_default();
    let Some(mut entries) = own_entries(file) else { return };
    // That nothing is predicted goes without saying where nothing is packed.
    entries.retain(|own| own.tag != PREDICTOR && (own.tag == PROFILE || new.iter().all(|new| new.tag != own.tag)));
    if has_alpha {
        entries.push(Entry { tag: EXTRA_SAMPLES, kind: 3, count: 1, value: Value::Field([2, 0, 0, 0]) });
    }
    entries.extend(new.into_iter().filter(|new| new.tag != PROFILE));
    entries.sort_by_key(|entry| entry.tag);
    // As many as there are tags at most, which is what a directory can count.
    entries.dedup_by_key(|entry| entry.tag);
    append(file, &entries);
}

/// The entries of a file's main directory as they stand.
fn own_entries(file: &[u8]) -> Option<Vec<Entry>> {
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

/// Appends a directory with all that belongs to it and makes it the main one.
fn append(file: &mut Vec<u8>, entries: &[Entry]) {
    let at = directory(file, entries);
    file[4..8].copy_from_slice(&at.to_le_bytes());
}

/// Appends a directory; where it stands.
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

impl Entry {
    /// Whether it says that the picture need not be turned.
    fn is_upright(&self) -> bool {
        self.tag == ORIENTATION && self.short() == Some(1)
    }

    fn short(&self) -> Option<u16> {
        match &self.value {
            Value::Bytes(bytes) => bytes.first_chunk().map(|bytes| u16::from_le_bytes(*bytes)),
            _ => None,
        }
    }
}

/// A file of either byte order.
struct Source<'a, R> {
    reader: &'a mut R,
    is_big: bool,
    /// Whether it is a BigTIFF, whose counts and places have eight bytes, and whether it may be: an EXIF block may not.
    is_large: bool,
    may_be_large: bool,
    /// Bytes that may still be read.
    left: usize,
    /// Entries of the main directory that are not kept.
    passed: usize,
    /// Whether an entry makes no sense.
    is_damaged: bool,
}

impl<'a, R: Read + Seek> Source<'a, R> {
    fn new(reader: &'a mut R) -> Self {
        Self {
            reader,
            is_big: false,
            is_large: false,
            may_be_large: false,
            left: MOST_BYTES,
            passed: 0,
            is_damaged: false,
        }
    }

    /// What is kept of the main directory.
    fn main(&mut self) -> Option<Vec<Entry>> {
        let head = self.bytes(0, 8)?;
        (self.is_big, self.is_large) = (head.starts_with(b"MM"), self.may_be_large && is_big_tiff(&head));
        if !self.is_large && !head.starts_with(b"MM\0*") && !head.starts_with(b"II*\0") {
            return None;
        }
        let place = if self.is_large { self.bytes(8, 8)? } else { head[4..].to_vec() };
        let at = self.number(&place);
        self.directory(at, LEVELS)
    }

    /// A directory, and those in it `depth` levels down, all told.
    fn directory(&mut self, at: u64, depth: usize) -> Option<Vec<Entry>> {
        let (count, row) = if self.is_large { (8, 20) } else { (2, 12) };
        let rows = self.bytes(at, count)?;
        // More than there are tags is nonsense, and more than a block can count.
        let rows = u64::from(u16::try_from(self.number(&rows)).ok()?) * row;
        let rows = self.bytes(at.checked_add(count as u64)?, usize::try_from(rows).ok()?)?;
        let mut entries = Vec::new();
        for row in rows.chunks_exact(row as usize) {
            let tag = self.number(&row[..2]) as u16;
            if depth == LEVELS && tag != PROFILE && !KEPT.contains(&tag) {
                self.passed += 1;
                continue;
            }
            let entry = self.entry(tag, row, depth);
            self.is_damaged |= entry.is_none();
            entries.extend(entry);
        }
        Some(entries)
    }

    /// An entry; none if it is damaged or of a type that is not known.
    fn entry(&mut self, tag: u16, row: &[u8], depth: usize) -> Option<Entry> {
        let (kind, rest) = (self.number(&row[2..4]) as u16, &row[4..]);
        let (count, field) = rest.split_at(rest.len() / 2);
        let (count, place) = (u32::try_from(self.number(count)).ok()?, self.number(field));
        if DIRECTORIES.contains(&tag) {
            let below = depth.checked_sub(1).filter(|below| *below > 0)?;
            let entries = self.directory(place, below)?;
            return Some(Entry { tag, kind: LONG, count: 1, value: Value::Directory(entries) });
        }
        let size = match kind {
            UTF_8 => 1,
            _ => *SIZES.get(usize::from(kind)).filter(|size| **size > 0)?,
        };
        let length = size.checked_mul(count as usize)?;
        let mut bytes = match field.get(..length) {
            Some(bytes) => bytes.to_vec(),
            None => self.bytes(place, length)?,
        };
        if self.is_big {
            // A fraction is two numbers.
            let size = if matches!(kind, 5 | 10) { 4 } else { size };
            bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
        }
        Some(Entry { tag, kind, count, value: Value::Bytes(bytes) })
    }

    /// A number of two, four or eight bytes.
    fn number(&self, bytes: &[u8]) -> u64 {
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        if self.is_big { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) }
    }

    fn bytes(&mut self, at: u64, length: usize) -> Option<Vec<u8>> {
        self.left = self.left.checked_sub(length.checked_add(CHARGE)?)?;
        let mut bytes = vec![0; length];
        self.reader.seek(SeekFrom::Start(at)).ok()?;
        self.reader.read_exact(&mut bytes).ok().map(|()| bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{complete_tiff, metadata_of_tiff};

    fn exif_of_tiff(file: &mut Cursor<impl AsRef<[u8]>>) -> Option<Vec<u8>> {
        metadata_of_tiff(file).exif
    }

    /// Big-endian: maker "glassbox", orientation 6, a width, and an exposure time of 1/250 in a directory of its own.
    const BIG: &[u8] = b"MM\0*\0\0\0\x08\0\x04\
        \x01\x00\0\x03\0\0\0\x01\0\x07\0\0\
        \x01\x0f\0\x02\0\0\0\x09\0\0\0\x3e\
        \x01\x12\0\x03\0\0\0\x01\0\x06\0\0\
        \x87\x69\0\x04\0\0\0\x01\0\0\0\x48\
        \0\0\0\0glassbox\0\0\0\x01\x82\x9a\0\x05\0\0\0\x01\0\0\0\x5a\0\0\0\0\0\0\0\x01\0\0\0\xfa";

    #[test]
    fn entries_of_a_tiff_become_a_block_and_go_into_another() {
        let block = exif_of_tiff(&mut Cursor::new(BIG)).unwrap();
        assert!(block.starts_with(b"II*\0") && block.windows(8).any(|part| part == b"glassbox"));
        assert!(block.windows(8).any(|part| part == [1, 0, 0, 0, 250, 0, 0, 0]));
        // Its width says how it is stored.
        assert!(!block.windows(4).any(|part| part == [0x00, 0x01, 3, 0]));
        // A file with a width of its own and a maker that goes.
        let mut file =
            b"II*\0\x08\0\0\0\x02\0\0\x01\x03\0\x01\0\0\0\x05\0\0\0\x0f\x01\x02\0\x02\0\0\0x\0\0\0\0\0\0\0".to_vec();
        complete_tiff(&mut file, false, Some(&block));
        assert_eq!(exif_of_tiff(&mut Cursor::new(&file)).unwrap().len(), block.len());
        assert!(file.windows(12).any(|part| part == [0, 1, 3, 0, 1, 0, 0, 0, 5, 0, 0, 0]));
    }

    #[test]
    fn what_is_damaged_is_left_out() {
        for length in 0..BIG.len() {
            // Cut anywhere, and with any byte another: no panic.
            let _ = exif_of_tiff(&mut Cursor::new(&BIG[..length]));
            let mut other = BIG.to_vec();
            other[length] ^= 0xff;
            let _ = exif_of_tiff(&mut Cursor::new(&other));
            let mut file = other[..length].to_vec();
            complete_tiff(&mut file, true, Some(&other));
        }
        assert!(exif_of_tiff(&mut Cursor::new(b"II+\0\x08\0\0\0\0\0\0\0\x10\0\0\0")).is_none());
        let mut file = b"not a TIFF".to_vec();
        complete_tiff(&mut file, true, Some(BIG));
        assert_eq!(file, b"not a TIFF");
    }
}
