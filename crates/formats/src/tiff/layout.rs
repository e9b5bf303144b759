//! How the picture of a TIFF file is stored: every entry that says so is asked for.
//!
//! Source: TIFF 6.0 (1992); BigTIFF design, Adobe Mail List (2004).

use super::names::{Meaning, Packing};
use super::tags::{self, Tags};

/// What kind of number a sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Whole,
    Signed,
    Float,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Predictor {
    None,
    /// Each number is stored as its difference from the one on its left.
    Horizontal,
    /// The same for the bytes of a row, all first bytes before all second ones.
    Float,
}

/// A sample of a pixel that is alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Alpha {
    /// Which sample it is.
    pub(super) index: usize,
    /// Whether the colours are multiplied by it.
    pub(super) is_multiplied: bool,
}

/// How a picture is stored.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) height: usize,
    pub(super) width: usize,
    /// Samples a pixel, with extra ones.
    pub(super) samples: usize,
    /// Bits of a sample.
    pub(super) bits: u32,
    pub(super) kind: Kind,
    pub(super) meaning: Meaning,
    pub(super) alpha: Option<Alpha>,
    pub(super) packing: Packing,
    pub(super) predictor: Predictor,
    /// Whether the first bit of each byte is its lowest.
    pub(super) is_reversed: bool,
    /// Whether each sample of all pixels has strips or tiles of its own.
    pub(super) is_planar: bool,
    /// Whether the first byte of a number is its highest.
    pub(super) is_big_endian: bool,
    /// Height and width of a strip or tile.
    pub(super) chunk: (usize, usize),
    pub(super) is_tiled: bool,
    /// Offsets and lengths of the strips or tiles. Length 0: not known.
    pub(super) places: Vec<(u64, u64)>,
    /// How many pixels share a blueness and a redness: columns, rows.
    pub(super) subsampling: (usize, usize),
}

impl Layout {
    pub(super) fn of(tags: &Tags, is_big_endian: bool) -> Result<Self, String> {
        let damaged = |what: &str| format!("is damaged (tiff): {what}");
        let side = |tag| tags.number(tag).and_then(|side| usize::try_from(side).ok()).unwrap_or(0);
        let (height, width) = (side(tags::HEIGHT), side(tags::WIDTH));
        if height == 0 || width == 0 || height.max(width) > u32::MAX as usize {
            return Err(format!("is {width}×{height} pixels (tiff); there must be at least one"));
        }
        let samples = tags.number(tags::SAMPLES).unwrap_or(1) as u16 as usize;
        let packing = Packing::of(tags.number(tags::COMPRESSION).unwrap_or(1))?;
        let is_fax = matches!(packing, Packing::Fax3 | Packing::Fax4);
        let meaning = Meaning::of(tags.number(tags::MEANING), samples, is_fax)?;
        let bits = bits(&tags.numbers(tags::BITS))?;
        let kind = kind(&tags.numbers(tags::SAMPLE_FORMAT), meaning, bits)?;
        if samples < meaning.samples() {
            return Err(damaged(&format!("{samples} samples a pixel; {} has {}", meaning.name(), meaning.samples())));
        }
        if meaning == Meaning::Inks && ![None, Some(1)].contains(&tags.number(tags::INK_SET)) {
            return Err("has other inks than cyan, magenta, yellow and black, which are not understood".into());
        }
        let is_tiled = !tags.numbers(tags::TILE_OFFSETS).is_empty();
        let chunk = if is_tiled {
            (side(tags::TILE_HEIGHT), side(tags::TILE_WIDTH))
        } else {
            // Some writers mean all rows by the largest number.
            (tags.number(tags::ROWS_PER_STRIP).unwrap_or(u64::MAX).min(height as u64) as usize, width)
        };
        if chunk.0 == 0 || chunk.1 == 0 || chunk.0.max(chunk.1) > u32::MAX as usize {
            return Err(damaged("strips or tiles without a pixel"));
        }
        let is_planar = samples > 1 && tags.number(tags::PLANES) == Some(2);
        let planes = if is_planar { samples } else { 1 };
        let count = height.div_ceil(chunk.0).saturating_mul(width.div_ceil(chunk.1)).saturating_mul(planes);
        let (offsets, lengths) = if is_tiled {
            (tags.numbers(tags::TILE_OFFSETS), tags.numbers(tags::TILE_LENGTHS))
        } else {
            (tags.numbers(tags::STRIP_OFFSETS), tags.numbers(tags::STRIP_LENGTHS))
        };
        if offsets.len() < count {
            return Err(damaged(&format!("the places of {} strips or tiles; there are {count}", offsets.len())));
        }
        let lengths = lengths.into_iter().chain(std::iter::repeat(0));
        let layout = Self {
            height,
            width,
            samples,
            bits,
            kind,
            meaning,
            alpha: alpha(&tags.numbers(tags::EXTRA_SAMPLES), meaning, samples),
            packing,
            predictor: predictor(tags.number(tags::PREDICTOR), packing, kind)?,
            is_reversed: tags.number(tags::FILL_ORDER) == Some(2),
            is_planar,
            is_big_endian,
            chunk,
            is_tiled,
            places: offsets.into_iter().zip(lengths).take(count).collect(),
            subsampling: subsampling(&tags.numbers(tags::SUBSAMPLING), meaning, packing),
        };
        layout.check(tags)?;
        Ok(layout)
    }

    /// Refuses what no reader below understands together.
    fn check(&self, tags: &Tags) -> Result<(), String> {
        let is_fax = matches!(self.packing, Packing::Fax3 | Packing::Fax4);
        if is_fax && (self.bits, self.samples_of_chunk()) != (1, 1) {
            return Err("is packed as a fax and has more than one bit a pixel, which is not understood".into());
        }
        if self.packing == Packing::Fax3 && tags.number(tags::FAX_OPTIONS).unwrap_or(0) & 1 != 0 {
            return Err("is packed by the fax code of two dimensions (group 3), which is not understood".into());
        }
        if self.packing == Packing::Jpeg && self.bits != 8 {
            return Err(format!("is packed by JPEG with {} bits, which is not understood; 8 bits are", self.bits));
        }
        let is_whole = self.kind == Kind::Whole;
        let needs_whole = matches!(self.meaning, Meaning::YCbCr | Meaning::Lab { .. });
        if needs_whole && !(is_whole && matches!(self.bits, 8 | 16)) || self.meaning == Meaning::Palette && !is_whole {
            let name = self.meaning.name();
            return Err(format!("has {name} of {} bits or of no whole numbers, which is not understood", self.bits));
        }
        let is_plain = !self.is_planar && self.samples == 3 && self.predictor == Predictor::None;
        if self.subsampling != (1, 1) && !(is_plain && self.bits == 8) {
            let found = "in planes, with alpha, with a predictor or of 16 bits";
            return Err(format!("has colours in less detail than brightness, {found}, which is not understood"));
        }
        Ok(())
    }

    /// Samples of a pixel that a strip or tile holds.
    pub(super) fn samples_of_chunk(&self) -> usize {
        if self.is_planar { 1 } else { self.samples }
    }

    /// Bytes of a row of a strip or tile before it is packed; of subsampled colours, of as many rows as share them.
    pub(super) fn row_bytes(&self) -> u64 {
        let (across, down) = self.subsampling;
        if self.subsampling == (1, 1) {
            (self.chunk.1 as u64 * self.samples_of_chunk() as u64 * u64::from(self.bits)).div_ceil(8)
        } else {
            self.chunk.1.div_ceil(across) as u64 * (across * down + 2) as u64
        }
    }

    /// The samples that are kept: those of the meaning, and alpha.
    pub(super) fn kept(&self) -> impl Iterator<Item = usize> + Clone {
        (0..self.meaning.samples()).chain(self.alpha.map(|alpha| alpha.index))
    }
}

fn bits(bits: &[u64]) -> Result<u32, String> {
    match bits {
        [] => Ok(1),
        [first, others @ ..] if others.iter().all(|other| other == first) => match first {
            1..=16 | 32 | 64 => Ok(*first as u32),
            _ => Err(format!("has {first} bits a sample, which is not understood; 1 to 16, 32 and 64 are")),
        },
        _ => {
            let list: Vec<_> = bits.iter().take(8).map(u64::to_string).collect();
            Err(format!("has samples of {} bits, which is not understood; samples of one size are", list.join(", ")))
        }
    }
}

fn kind(formats: &[u64], meaning: Meaning, bits: u32) -> Result<Kind, String> {
    let first = formats.first().copied().unwrap_or(1);
    // Of Lab, the meaning says which samples are signed.
    if matches!(meaning, Meaning::Lab { .. }) {
        return Ok(Kind::Whole);
    }
    if formats.iter().any(|other| *other != first) {
        return Err("has samples of different kinds of numbers, which are not understood".into());
    }
    match (first, bits) {
        // 4: nothing is known of them.
        (0 | 1 | 4, _) => Ok(Kind::Whole),
        (2, _) => Ok(Kind::Signed),
        (3, 16 | 32 | 64) => Ok(Kind::Float),
        (3, _) => Err(format!("has floating-point numbers of {bits} bits, which are not understood; 16, 32 and 64 are")),
        (5 | 6, _) => Err("has complex numbers, which are not understood".into()),
        _ => Err(format!("has numbers of kind {first}, which are not understood")),
    }
}

fn predictor(number: Option<u64>, packing: Packing, kind: Kind) -> Result<Predictor, String> {
    match number {
        // Other packings know none.
        _ if !matches!(packing, Packing::Lzw | Packing::Deflate | Packing::None) => Ok(Predictor::None),
        None | Some(1) => Ok(Predictor::None),
        Some(2) => Ok(Predictor::Horizontal),
        Some(3) if kind == Kind::Float => Ok(Predictor::Float),
        Some(3) => Err("is damaged (tiff): whole numbers with the predictor of floating-point ones".into()),
        Some(number) => Err(format!("has predictor {number}, which is not understood; 1, 2 and 3 are")),
    }
}

/// Alpha is the first extra sample that is said to be it. If nothing is said, a single extra sample is alpha.
fn alpha(extra: &[u64], meaning: Meaning, samples: usize) -> Option<Alpha> {
    let first = meaning.samples();
    if extra.is_empty() {
        return (samples == first + 1).then_some(Alpha { index: first, is_multiplied: false });
    }
    let at = extra.iter().take(samples - first).position(|kind| matches!(kind, 1 | 2))?;
    Some(Alpha { index: first + at, is_multiplied: extra[at] == 1 })
}

/// JPEG has its own.
fn subsampling(numbers: &[u64], meaning: Meaning, packing: Packing) -> (usize, usize) {
    match numbers {
        _ if meaning != Meaning::YCbCr || packing == Packing::Jpeg => (1, 1),
        [across @ (1 | 2 | 4), down @ (1 | 2 | 4)] => (*across as usize, *down as usize),
        _ => (2, 2),
    }
}
