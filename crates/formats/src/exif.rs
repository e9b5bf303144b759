//! Metadata of TIFF files: the colour profile and EXIF. An EXIF block is itself a small TIFF file without pixels, so
//! directory entries are copied from one to the other.
//!
//! Source: TIFF 6.0 (1992), section 2; CIPA DC-008 (EXIF 2.32), clause 4.6.

mod read;
mod write;

use std::io::{Cursor, Read, Seek};

use self::read::Source;
use self::write::{append, own_entries};
use crate::Metadata;
use crate::density::Density;

/// Entries of the main directory that describe the picture, not its storage: description, maker, model, orientation,
/// resolution, software, date, artist, computer, rating, copyright, Windows' titles; and the directories of exposure
/// and of GPS.
const KEPT: [u16; 21] = [
    270,
    271,
    272,
    ORIENTATION,
    ACROSS,
    DOWN,
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
const ACROSS: u16 = 282;
const DOWN: u16 = 283;
const UNIT: u16 = 296;

const PREDICTOR: u16 = 317;
const EXTRA_SAMPLES: u16 = 338;

/// The colour profile.
const PROFILE: u16 = 34675;

struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    value: Value,
}

enum Value {
    /// As stored: the number itself, or its offset.
    Field([u8; 4]),
    /// All of its bytes, little-endian.
    Bytes(Vec<u8>),
    Directory(Vec<Entry>),
}

/// Reads the colour profile and the EXIF entries of a TIFF file.
pub(crate) fn metadata_of_tiff(reader: &mut (impl Read + Seek)) -> Metadata {
    let mut source = Source::new(reader);
    source.may_be_large = true;
    let mut entries = source.main().unwrap_or_default();
    let profile = entries.extract_if(.., |entry| entry.tag == PROFILE).last();
    let icc = profile.and_then(|entry| match entry.value {
        Value::Bytes(bytes) => Some(bytes),
        _ => None,
    });
    // Writers that know no resolution give one without a unit.
    let has_unit = entries.iter().any(|entry| entry.tag == UNIT && entry.short() != Some(1));
    entries.retain(|entry| has_unit || ![ACROSS, DOWN, UNIT].contains(&entry.tag));
    entries.retain(|entry| !entry.is_upright());
    let block = || {
        let mut block = b"II*\0\0\0\0\0".to_vec();
        append(&mut block, &entries);
        block
    };
    Metadata { icc, exif: (!entries.is_empty()).then(block), ..Metadata::default() }
}

/// An EXIF block without the envelope that JPEG puts around it, which some writers of other formats copy.
pub(crate) fn without_envelope(mut exif: Vec<u8>) -> Vec<u8> {
    while let Some(rest) = exif.strip_prefix(b"Exif\0") {
        // The name is followed by a byte that is not always 0.
        exif = rest.get(1..).unwrap_or_default().to_vec();
    }
    exif
}

/// The resolution of an EXIF block.
pub(crate) fn density_of(exif: &[u8]) -> Option<Density> {
    let entries = Source::new(&mut Cursor::new(exif)).main()?;
    let of = |tag: u16| entries.iter().find(|entry| entry.tag == tag);
    let fraction = |tag: u16| match &of(tag)?.value {
        Value::Bytes(bytes) => {
            let [above, below] = *bytes.as_chunks().0.first_chunk()?;
            Some([above, below].map(u32::from_le_bytes))
        }
        _ => None,
    };
    Density::of_resolution([fraction(ACROSS)?, fraction(DOWN)?], of(UNIT).and_then(Entry::short).unwrap_or(2))
}

/// An EXIF block with this resolution, and what else the block `exif` says. Makers' notes may lose their way.
pub(crate) fn with_density(exif: Option<&[u8]>, density: Density) -> Vec<u8> {
    let mut entries = exif.and_then(|exif| Source::new(&mut Cursor::new(exif)).main()).unwrap_or_default();
    entries.retain(|entry| ![ACROSS, DOWN, UNIT].contains(&entry.tag));
    let (fractions, unit) = density.resolution();
    for (tag, fraction) in [ACROSS, DOWN].into_iter().zip(fractions) {
        let value = Value::Bytes(fraction.iter().flat_map(|number| number.to_le_bytes()).collect());
        entries.push(Entry { tag, kind: 5, count: 1, value });
    }
    entries.push(Entry { tag: UNIT, kind: 3, count: 1, value: Value::Bytes(unit.to_le_bytes().to_vec()) });
    entries.sort_by_key(|entry| entry.tag);
    let mut block = b"II*\0\0\0\0\0".to_vec();
    append(&mut block, &entries);
    block
}

/// Whether an EXIF block holds information. An upright orientation alone is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    Nothing,
    Something,
    /// Some entries are valid, others are damaged.
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

/// Adds to a little-endian TIFF file what the encoder leaves out: an EXIF block, and the note that the last channel is
/// alpha that is not multiplied into the others. A damaged block is left out.
pub(crate) fn complete_tiff(file: &mut Vec<u8>, has_alpha: bool, exif: Option<&[u8]>) {
    let new = exif.and_then(|exif| Source::new(&mut Cursor::new(exif)).main()).unwrap_or_default();
    let Some(mut entries) = own_entries(file) else { return };
    // Nothing is packed, so nothing needs a predictor.
    entries.retain(|own| own.tag != PREDICTOR && (own.tag == PROFILE || new.iter().all(|new| new.tag != own.tag)));
    if has_alpha {
        entries.push(Entry { tag: EXTRA_SAMPLES, kind: 3, count: 1, value: Value::Field([2, 0, 0, 0]) });
    }
    entries.extend(new.into_iter().filter(|new| new.tag != PROFILE));
    entries.sort_by_key(|entry| entry.tag);
    // One entry a tag: a directory counts its entries in 16 bits.
    entries.dedup_by_key(|entry| entry.tag);
    append(file, &entries);
}

impl Entry {
    /// Whether it is the orientation of an upright picture.
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
        // The width describes the storage.
        assert!(!block.windows(4).any(|part| part == [0x00, 0x01, 3, 0]));
        // This file has its own width, and a maker that is replaced.
        let mut file =
            b"II*\0\x08\0\0\0\x02\0\0\x01\x03\0\x01\0\0\0\x05\0\0\0\x0f\x01\x02\0\x02\0\0\0x\0\0\0\0\0\0\0".to_vec();
        complete_tiff(&mut file, false, Some(&block));
        assert_eq!(exif_of_tiff(&mut Cursor::new(&file)).unwrap().len(), block.len());
        assert!(file.windows(12).any(|part| part == [0, 1, 3, 0, 1, 0, 0, 0, 5, 0, 0, 0]));
    }

    #[test]
    fn what_is_damaged_is_left_out() {
        for length in 0..BIG.len() {
            // Truncated at any byte, or with any byte changed: no panic.
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
