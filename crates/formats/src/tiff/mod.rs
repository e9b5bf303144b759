//! TIFF pictures. The libraries for TIFF read some of the layouts only, so the pixels are put together here; the
//! packings are left to the libraries for them.
//!
//! What is read becomes `u8` (whole numbers of up to 8 bits), `u16` (up to 16 bits) or `f32`. Whole numbers of 1 … 16
//! bits are stretched to the full range of 8 or 16 bits. All others are kept as they are: floating-point numbers,
//! signed ones, and whole ones of 32 and 64 bits, which are rounded to the 24 bits of a `f32`. Alpha is always 0 …
//! full.

mod chunks;
mod colours;
mod lab;
mod layout;
mod names;
mod rows;
mod tags;
mod unpack;
mod write;

use std::io::{BufRead, Seek, SeekFrom};

use self::chunks::numbers;
use self::colours::{colours, result_channels};
use self::layout::{Kind, Layout};
use self::names::Meaning;
use self::tags::Tags;
pub(crate) use self::write::write_tiff;
use crate::limit::MOST_PICTURE_BYTES;
use crate::{Metadata, Pixels};

/// Most numbers in a row of a strip or tile.
const MOST_IN_A_ROW: u64 = 1 << 26;

/// Reads the first picture of a TIFF file. Of the metadata, the profile is used up if it is one for inks, and notes are
/// added. Otherwise says what is wrong. The reader is at its start.
pub(crate) fn read_tiff(reader: &mut (impl BufRead + Seek), metadata: &mut Metadata) -> Result<Pixels, String> {
    let unreadable = |e| format!("cannot be read: {e}");
    let is_big_endian = reader.fill_buf().map_err(unreadable)?.first() == Some(&b'M');
    let tags = Tags::read(reader).ok_or("is cut short or damaged (tiff): its directory cannot be read")?;
    let layout = Layout::of(&tags, is_big_endian)?;
    let length = reader.seek(SeekFrom::End(0)).map_err(unreadable)?;
    check_size(&layout, length)?;
    let others = layout.samples - layout.kept().count();
    if others > 0 {
        metadata.notes.push(format!("{others} samples a pixel that are neither colours nor alpha: left out"));
    }
    let (bits, file) = (layout.bits, (&tags, &layout));
    let (signed, full) = (|number: u64| signed(number, bits), full(&layout));
    let is_as_stored = layout.meaning == Meaning::Palette || matches!(bits, 8 | 16);
    match (layout.kind, bits) {
        (Kind::Whole, ..=8) if is_as_stored => colours(numbers(reader, file, |n: u8| n)?, file, full, metadata),
        (Kind::Whole, ..=16) if is_as_stored => colours(numbers(reader, file, |n: u16| n)?, file, full, metadata),
        (Kind::Whole, ..=8) => {
            let stretch = |n: u8| stretched(n.into(), bits, u8::MAX.into()) as u8;
            colours(numbers(reader, file, stretch)?, file, full, metadata)
        }
        (Kind::Whole, ..=16) => {
            let stretch = |n: u16| stretched(n.into(), bits, u16::MAX.into()) as u16;
            colours(numbers(reader, file, stretch)?, file, full, metadata)
        }
        (Kind::Whole, 32) => colours(numbers(reader, file, |n: u32| n as f32)?, file, full, metadata),
        (Kind::Whole, _) => colours(numbers(reader, file, |n: u64| n as f32)?, file, full, metadata),
        (Kind::Signed, ..=8) => colours(numbers(reader, file, |n: u8| signed(n.into()))?, file, full, metadata),
        (Kind::Signed, ..=16) => colours(numbers(reader, file, |n: u16| signed(n.into()))?, file, full, metadata),
        (Kind::Signed, 32) => colours(numbers(reader, file, |n: u32| signed(n.into()))?, file, full, metadata),
        (Kind::Signed, _) => colours(numbers(reader, file, signed)?, file, full, metadata),
        (Kind::Float, 16) => colours(numbers(reader, file, half)?, file, full, metadata),
        (Kind::Float, 32) => colours(numbers(reader, file, f32::from_bits)?, file, full, metadata),
        (Kind::Float, _) => colours(numbers(reader, file, |n| f64::from_bits(n) as f32)?, file, full, metadata),
    }
}

/// The largest stored number, after whole numbers of up to 16 bits were stretched.
fn full(layout: &Layout) -> f32 {
    match (layout.kind, layout.bits) {
        (Kind::Whole, ..=8) => u8::MAX.into(),
        (Kind::Whole, ..=16) => u16::MAX.into(),
        (Kind::Whole, bits) => (u64::MAX >> (64 - bits)) as f32,
        (Kind::Signed, bits) => (u64::MAX >> (65 - bits.max(2))) as f32,
        (Kind::Float, _) => 1.0,
    }
}

/// A number of some bits, in the range up to `full`.
fn stretched(number: u32, bits: u32, full: u32) -> u32 {
    let most = (1 << bits) - 1;
    (number * full + most / 2) / most
}

fn signed(number: u64, bits: u32) -> f32 {
    ((number << (64 - bits)) as i64 >> (64 - bits)) as f32
}

/// A floating-point number of 16 bits: 1 for the sign, 5 for the exponent, 10 for the rest.
fn half(bits: u16) -> f32 {
    let (exponent, rest) = (u32::from(bits) >> 10 & 31, u32::from(bits) & 1023);
    let size = match exponent {
        0 => rest as f32 / (1 << 24) as f32,
        31 => f32::from_bits(255 << 23 | rest << 13),
        _ => f32::from_bits((exponent + 112) << 23 | rest << 13),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// The bytes that the pixels of a TIFF will take, by its directory.
pub(crate) fn tiff_size(reader: &mut (impl BufRead + Seek)) -> Option<u64> {
    let is_big_endian = reader.fill_buf().ok()?.first() == Some(&b'M');
    let tags = Tags::read(reader)?;
    Layout::of(&tags, is_big_endian).ok().map(|layout| pixel_bytes(&layout))
}

/// The bytes of the pixels in memory.
fn pixel_bytes(layout: &Layout) -> u64 {
    let size = match (layout.kind, layout.bits) {
        (Kind::Whole, ..=8) => 1,
        (Kind::Whole, ..=16) => 2,
        _ => 4,
    };
    let channels = layout.kept().count().max(result_channels(layout)) as u64;
    (layout.height as u64).saturating_mul(layout.width as u64).saturating_mul(size * channels)
}

/// Refuses a picture that is too large, or whose data cannot fill it, before memory is taken for it.
fn check_size(layout: &Layout, length: u64) -> Result<(), String> {
    let (height, width, row) = (layout.height as u64, layout.width as u64, layout.row_bytes());
    let bytes = pixel_bytes(layout);
    if bytes > MOST_PICTURE_BYTES {
        return Err(format!(
            "is {width}×{height} pixels ({bytes} bytes); at most {MOST_PICTURE_BYTES} bytes are allowed"
        ));
    }
    let in_a_row = layout.chunk.1 as u64 * layout.samples_of_chunk() as u64;
    if in_a_row > MOST_IN_A_ROW {
        return Err(format!("has {in_a_row} numbers in a row of a strip or tile; at most {MOST_IN_A_ROW} are allowed"));
    }
    let held = layout.places.iter().map(|&(at, bytes)| {
        let rest = length.saturating_sub(at);
        if bytes == 0 { rest } else { bytes.min(rest) }
    });
    let held = held.fold(0, u64::saturating_add).min(length);
    let columns = layout.width.div_ceil(layout.chunk.1) as u64;
    let planes = if layout.is_planar { layout.samples as u64 } else { 1 };
    let needed = (height / layout.subsampling.1 as u64).saturating_mul(row).saturating_mul(columns * planes);
    if held.saturating_mul(layout.packing.most_from_a_byte(row)) < needed {
        return Err(format!("is cut short (tiff): {held} bytes of data cannot fill {width}×{height} pixels"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{half, signed, stretched};

    #[test]
    fn numbers_of_few_bits_are_understood() {
        // 1, -2, the largest, the smallest, infinity, as IEEE 754 has them.
        let halves = [0x3C00, 0xC000, 0x7BFF, 0x0001, 0x7C00].map(half);
        assert_eq!(halves, [1.0, -2.0, 65504.0, 5.960_464_5e-8, f32::INFINITY]);
        assert!(half(0x7E00).is_nan() && half(0x8000).is_sign_negative());
        assert_eq!([signed(0x80, 8), signed(0x7F, 8), signed(0b111, 3)], [-128.0, 127.0, -1.0]);
        assert_eq!(signed(u64::MAX, 64), -1.0);
        assert_eq!([stretched(3, 2, 255), stretched(1, 2, 255), stretched(4095, 12, 65535)], [255, 85, 65535]);
    }
}
