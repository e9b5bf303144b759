//! The entries of a TIFF file or an EXIF block.

use std::io::{Read, Seek, SeekFrom};

use super::kept::{is_kept, speaks_of_the_file};
use super::{Entry, UTF_8, Value};
use crate::whole::is_big_tiff;

/// Entries that point to a directory: exposure, GPS, and compatibility.
const DIRECTORIES: [u16; 3] = [34665, 34853, 40965];

/// The type of an offset.
const LONG: u16 = 4;

/// Bytes of a value, by the number of its type. The last three are of BigTIFF.
const SIZES: [usize; 19] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
const TYPES_OF_EXIF: usize = 14;

/// Most bytes that are read in all. Each read costs `CHARGE` bytes more. No camera writes that much.
const MOST_BYTES: usize = 1 << 24;
const CHARGE: usize = 512;

/// The same for the places of strips and tiles: enough for a gigabyte in tiles of 16×16 bytes.
const MOST_LAYOUT_BYTES: usize = 1 << 26;

/// Most levels of nested directories.
const LEVELS: usize = 3;

/// A file of either byte order, read entry by entry.
pub(crate) struct Source<'a, R> {
    reader: &'a mut R,
    is_big: bool,
    /// Whether it is a BigTIFF, whose counts and offsets have eight bytes.
    is_large: bool,
    /// Whether BigTIFF is allowed: an EXIF block is never one.
    pub(super) may_be_large: bool,
    /// Bytes that may still be read.
    left: usize,
    /// How many entries of the main directory were skipped.
    pub(super) passed: usize,
    /// Whether an entry is damaged, or of a type that its tag does not have.
    pub(super) is_damaged: bool,
    /// Whether a description was skipped because it speaks of the file.
    pub(super) spoke_of_file: bool,
    /// Entries of the main directory that are wanted for what they say of the storage; otherwise those that describe
    /// the picture are.
    layout: Option<&'static [u16]>,
}

impl<'a, R: Read + Seek> Source<'a, R> {
    pub(super) fn new(reader: &'a mut R) -> Self {
        Self {
            reader,
            is_big: false,
            is_large: false,
            may_be_large: false,
            left: MOST_BYTES,
            passed: 0,
            is_damaged: false,
            spoke_of_file: false,
            layout: None,
        }
    }

    /// The entries of a TIFF file's main directory that have these tags.
    pub(crate) fn layout(reader: &'a mut R, tags: &'static [u16]) -> Option<Vec<Entry>> {
        Self { may_be_large: true, left: MOST_LAYOUT_BYTES, layout: Some(tags), ..Self::new(reader) }.main()
    }

    /// The entries of the main directory that are wanted.
    pub(super) fn main(&mut self) -> Option<Vec<Entry>> {
        let head = self.bytes(0, 8)?;
        (self.is_big, self.is_large) = (head.starts_with(b"MM"), self.may_be_large && is_big_tiff(&head));
        if !self.is_large && !head.starts_with(b"MM\0*") && !head.starts_with(b"II*\0") {
            return None;
        }
        let place = if self.is_large { self.bytes(8, 8)? } else { head[4..].to_vec() };
        let at = self.number(&place);
        self.directory(at, LEVELS)
    }

    /// The entries of a directory, with its subdirectories down to `depth` levels.
    fn directory(&mut self, at: u64, depth: usize) -> Option<Vec<Entry>> {
        let (count, row) = if self.is_large { (8, 20) } else { (2, 12) };
        let rows = self.bytes(at, count)?;
        // There are at most as many entries as tags.
        let rows = u64::from(u16::try_from(self.number(&rows)).ok()?) * row;
        let rows = self.bytes(at.checked_add(count as u64)?, usize::try_from(rows).ok()?)?;
        let mut entries = Vec::new();
        for row in rows.chunks_exact(row as usize) {
            let tag = self.number(&row[..2]) as u16;
            let is_main = depth == LEVELS;
            if is_main && !self.layout.map_or_else(|| is_kept(tag), |tags| tags.contains(&tag)) {
                self.passed += 1;
                continue;
            }
            let entry = self.entry(tag, row, depth);
            match entry.filter(|entry| !is_main || self.layout.is_some() || entry.is_sound()) {
                None => self.is_damaged = true,
                Some(entry) if is_main && speaks_of_the_file(&entry) => self.spoke_of_file = true,
                Some(entry) => entries.push(entry),
            }
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
            _ if usize::from(kind) >= TYPES_OF_EXIF && self.layout.is_none() => return None,
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
        self.reader.seek(SeekFrom::Start(at)).ok()?;
        // Memory is taken for what is there, not for what is said to be.
        let mut bytes = Vec::new();
        self.reader.by_ref().take(length as u64).read_to_end(&mut bytes).ok()?;
        (bytes.len() == length).then_some(bytes)
    }
}
