//! The entries of a TIFF file that describe how its picture is stored.

use std::io::{Read, Seek};

use crate::exif::{Entry, Source, Value};

pub(super) const WIDTH: u16 = 256;
pub(super) const HEIGHT: u16 = 257;
pub(super) const BITS: u16 = 258;
pub(super) const COMPRESSION: u16 = 259;
pub(super) const MEANING: u16 = 262;
pub(super) const FILL_ORDER: u16 = 266;
pub(super) const STRIP_OFFSETS: u16 = 273;
pub(super) const SAMPLES: u16 = 277;
pub(super) const ROWS_PER_STRIP: u16 = 278;
pub(super) const STRIP_LENGTHS: u16 = 279;
pub(super) const PLANES: u16 = 284;
pub(super) const FAX_OPTIONS: u16 = 292;
pub(super) const PREDICTOR: u16 = 317;
pub(super) const COLOUR_MAP: u16 = 320;
pub(super) const TILE_WIDTH: u16 = 322;
pub(super) const TILE_HEIGHT: u16 = 323;
pub(super) const TILE_OFFSETS: u16 = 324;
pub(super) const TILE_LENGTHS: u16 = 325;
pub(super) const INK_SET: u16 = 332;
pub(super) const EXTRA_SAMPLES: u16 = 338;
pub(super) const SAMPLE_FORMAT: u16 = 339;
pub(super) const JPEG_TABLES: u16 = 347;
pub(super) const LUMA: u16 = 529;
pub(super) const SUBSAMPLING: u16 = 530;
pub(super) const BLACK_AND_WHITE: u16 = 532;

const ALL: &[u16] = &[
    WIDTH,
    HEIGHT,
    BITS,
    COMPRESSION,
    MEANING,
    FILL_ORDER,
    STRIP_OFFSETS,
    SAMPLES,
    ROWS_PER_STRIP,
    STRIP_LENGTHS,
    PLANES,
    FAX_OPTIONS,
    PREDICTOR,
    COLOUR_MAP,
    TILE_WIDTH,
    TILE_HEIGHT,
    TILE_OFFSETS,
    TILE_LENGTHS,
    INK_SET,
    EXTRA_SAMPLES,
    SAMPLE_FORMAT,
    JPEG_TABLES,
    LUMA,
    SUBSAMPLING,
    BLACK_AND_WHITE,
];

/// The entries, with their values.
pub(super) struct Tags(Vec<Entry>);

impl Tags {
    pub(super) fn read(reader: &mut (impl Read + Seek)) -> Option<Self> {
        Source::layout(reader, ALL).map(Self)
    }

    /// The type and the bytes of a value.
    fn value(&self, tag: u16) -> Option<(u16, &[u8])> {
        let entry = self.0.iter().find(|entry| entry.tag == tag)?;
        match &entry.value {
            Value::Bytes(bytes) => Some((entry.kind, bytes)),
            Value::Directory(_) => None,
        }
    }

    /// Whole numbers, of any type of them; none if there is no such entry, or it holds something else.
    pub(super) fn numbers(&self, tag: u16) -> Vec<u64> {
        let Some((kind, bytes)) = self.value(tag) else { return Vec::new() };
        let size = match kind {
            1 | 7 => 1,
            3 => 2,
            4 | 13 => 4,
            16 | 18 => 8,
            _ => return Vec::new(),
        };
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
        bytes.chunks_exact(size).map(number).collect()
    }

    /// The first of the whole numbers.
    pub(super) fn number(&self, tag: u16) -> Option<u64> {
        self.numbers(tag).first().copied()
    }

    /// `N` fractions.
    pub(super) fn fractions<const N: usize>(&self, tag: u16) -> Option<[f32; N]> {
        let (_, bytes) = self.value(tag).filter(|(kind, _)| *kind == 5)?;
        let numbers = bytes.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes) as f32);
        let numbers: Vec<_> = numbers.collect();
        let fractions: Vec<_> = numbers.chunks_exact(2).map(|pair| pair[0] / pair[1]).collect();
        fractions.try_into().ok().filter(|fractions: &[f32; N]| fractions.iter().all(|number| number.is_finite()))
    }

    pub(super) fn bytes(&self, tag: u16) -> &[u8] {
        self.value(tag).map(|(_, bytes)| bytes).unwrap_or_default()
    }
}
