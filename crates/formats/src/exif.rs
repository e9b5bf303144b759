//! Metadata of TIFF files: the colour profile and EXIF. An EXIF block is itself a small TIFF file without pixels, so
//! directory entries are copied from one to the other.
//!
//! Source: TIFF 6.0 (1992), section 2; CIPA DC-008 (EXIF 2.32), clause 4.6.

mod kept;
mod read;
mod write;

use std::io::{Cursor, Read, Seek};

pub(crate) use self::read::{Source, is_big_tiff};
use self::write::{block, directory};
use crate::Metadata;
use crate::density::Density;

const ORIENTATION: u16 = 274;
const ACROSS: u16 = 282;
const DOWN: u16 = 283;
const UNIT: u16 = 296;

/// The colour profile.
const PROFILE: u16 = 34675;

/// A type of EXIF 3.0.
const UTF_8: u16 = 129;

/// An entry of a directory.
pub(crate) struct Entry {
    pub(crate) tag: u16,
    /// The number of its type.
    pub(crate) kind: u16,
    pub(crate) count: u32,
    pub(crate) value: Value,
}

pub(crate) enum Value {
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
    let density = density_in(&entries);
    // Writers that know no resolution give one without a unit.
    let has_unit = entries.iter().any(|entry| entry.tag == UNIT && entry.short() != Some(1));
    entries.retain(|entry| has_unit || !entry.is_of_density());
    entries.retain(|entry| !entry.is_upright());
    let left_out = [
        (source.is_damaged, "entries of the TIFF that make no sense: left out"),
        (source.spoke_of_file, SPOKE_OF_FILE),
    ];
    let notes = left_out.iter().filter(|(there, _)| *there).map(|(_, note)| (*note).into()).collect();
    Metadata { icc, exif: (!entries.is_empty()).then(|| block(&entries)), density, notes, ..Metadata::default() }
}

/// The note on a description that is left out.
pub(crate) const SPOKE_OF_FILE: &str = "the description speaks of how the file was built, not of the picture: left out";

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
    density_in(&Source::new(&mut Cursor::new(exif)).main()?)
}

fn density_in(entries: &[Entry]) -> Option<Density> {
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
    entries.retain(|entry| !entry.is_of_density());
    let (fractions, unit) = density.resolution();
    for (tag, fraction) in [ACROSS, DOWN].into_iter().zip(fractions) {
        let value = Value::Bytes(fraction.iter().flat_map(|number| number.to_le_bytes()).collect());
        entries.push(Entry { tag, kind: 5, count: 1, value });
    }
    entries.push(Entry { tag: UNIT, kind: 3, count: 1, value: Value::Bytes(unit.to_le_bytes().to_vec()) });
    entries.sort_by_key(|entry| entry.tag);
    block(&entries)
}

/// Whether an EXIF block holds information. An upright orientation is none, and how densely pixels lie is noted apart.
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
            false
                if source.passed == 0
                    && !source.spoke_of_file
                    && entries.iter().all(|entry| entry.is_upright() || entry.is_of_density()) =>
            {
                Says::Nothing
            }
            false => Says::Something,
        }
    }
}

/// Whether the description of an EXIF block speaks of a file's build.
pub(crate) fn speaks_of_file(exif: &[u8]) -> bool {
    let mut reader = Cursor::new(exif);
    let mut source = Source::new(&mut reader);
    let _ = source.main();
    source.spoke_of_file
}

/// The end of a little-endian TIFF file, from the even offset `start` on, and the offset of its directory: `own`
/// entries describe the storage, and an EXIF block the picture. What is damaged in the block is left out.
pub(crate) fn tiff_end(own: Vec<Entry>, exif: Option<&[u8]>, start: u32) -> (Vec<u8>, u32) {
    let mut entries = exif.and_then(|exif| Source::new(&mut Cursor::new(exif)).main()).unwrap_or_default();
    entries.retain(|new| new.tag != PROFILE);
    // TIFF knows one type of text.
    entries.iter_mut().filter(|entry| entry.kind == UTF_8).for_each(|entry| entry.kind = 2);
    // The size of a pixel is one statement of three entries.
    let size = [282, 283, UNIT];
    let has_size = entries.iter().any(|new| size.contains(&new.tag));
    entries.extend(own.into_iter().filter(|own| !has_size || !size.contains(&own.tag)));
    // One entry a tag, the first: a directory counts its entries in 16 bits.
    entries.sort_by_key(|entry| entry.tag);
    entries.dedup_by_key(|entry| entry.tag);
    let mut end = Vec::new();
    let at = directory(&mut end, start, &entries);
    (end, at)
}

impl Entry {
    /// Whether it is the orientation of an upright picture.
    fn is_upright(&self) -> bool {
        self.tag == ORIENTATION && self.short() == Some(1)
    }

    /// Whether it says how densely pixels lie.
    fn is_of_density(&self) -> bool {
        [ACROSS, DOWN, UNIT].contains(&self.tag)
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

    use super::{Entry, Value, metadata_of_tiff, speaks_of_file, tiff_end};

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
        // The storage is described by the file, the maker by the block.
        let own = [(256, 5), (271, 9)].map(|(tag, value)| {
            let value = Value::Bytes(vec![value, 0]);
            Entry { tag, kind: 3, count: 1, value }
        });
        let (end, at) = tiff_end(own.into(), Some(&block), 8);
        let file = [b"II*\0", &at.to_le_bytes()[..], &end].concat();
        assert_eq!(exif_of_tiff(&mut Cursor::new(&file)).unwrap(), block);
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
            tiff_end(Vec::new(), Some(&other), 8);
        }
        assert!(exif_of_tiff(&mut Cursor::new(b"II+\0\x08\0\0\0\0\0\0\0\x10\0\0\0")).is_none());
    }

    /// A little-endian block with one entry of four bytes.
    fn of_one(tag: u16, kind: u16, count: u32, value: [u8; 4]) -> Vec<u8> {
        let head = b"II*\0\x08\0\0\0\x01\0".as_slice();
        [head, &tag.to_le_bytes(), &kind.to_le_bytes(), &count.to_le_bytes(), &value, &[0; 4]].concat()
    }

    #[test]
    fn entries_have_the_types_of_their_tags() {
        for (tag, kind, count, sound) in [
            (274, 3, 1, true),
            (274, 4, 1, false),
            (274, 3, 2, false),
            (282, 2, 4, false),
            (271, 2, 4, true),
            (271, 129, 4, true),
            (271, 2, 0, false),
            (40091, 1, 4, true),
            (40091, 16, 1, false),
        ] {
            let block = of_one(tag, kind, count, [6, 0, 0, 0]);
            let metadata = metadata_of_tiff(&mut Cursor::new(&block));
            assert_eq!((metadata.exif.is_some(), metadata.notes.len()), (sound, usize::from(!sound)), "{tag} {kind}");
            assert_eq!(tiff_end(Vec::new(), Some(&block), 8).0.len(), if sound { 18 } else { 6 }, "{tag} {kind}");
        }
    }

    #[test]
    fn descriptions_of_a_file_are_told_from_those_of_a_picture() {
        let block = |text: &str| {
            let mut block = of_one(270, 2, text.len() as u32, [26, 0, 0, 0]);
            block.extend_from_slice(text.as_bytes());
            block
        };
        for (text, of_file) in [
            ("ImageJ=1.11a\nimages=3\n", true),
            ("{\"shape\": [3, 12, 16]}", true),
            ("<?xml version=\"1.0\"?>\n<!-- made by hand -->\n<OME xmlns=\"...", true),
            ("Aperio Image Library v11\n46000x32914", true),
            ("Written with ImageJ=good", false),
            ("<?xml version=\"1.0\"?><note>at the sea</note>", false),
            ("A shape: round", false),
        ] {
            let block = block(text);
            assert_eq!(speaks_of_file(&block), of_file, "{text}");
            let metadata = metadata_of_tiff(&mut Cursor::new(&block));
            assert_eq!((metadata.exif.is_none(), metadata.notes.len()), (of_file, usize::from(of_file)), "{text}");
        }
    }
}
