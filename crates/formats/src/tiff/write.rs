//! Writes TIFF files: little-endian, not packed, in strips.
//!
//! Source: TIFF 6.0 (1992).

use std::io::{self, Write};

use super::tags;
use crate::exif::{Entry, Value, tiff_end};
use crate::{Picture, Pixels};

/// Bytes of a strip, at least one row.
const STRIP: usize = 1 << 16;

/// The most bytes of pixels: offsets have 32 bits, and metadata follow.
const MOST_BYTES: usize = u32::MAX as usize - (1 << 26);

/// Entries for the columns and rows of a unit, the unit, and the colour profile.
const PER_UNIT: [u16; 2] = [282, 283];
const UNIT: u16 = 296;
const PROFILE: u16 = 34675;

/// Writes a picture with its metadata.
pub(crate) fn write_tiff(picture: &Picture, writer: &mut dyn Write) -> io::Result<()> {
    let (height, width, channels) = picture.pixels.dim();
    let (bytes, format) = match picture.pixels {
        Pixels::U8(_) => (1, 1),
        Pixels::U16(_) => (2, 1),
        Pixels::F32(_) => (4, 3),
    };
    let row = width * channels * bytes;
    let length = height * row;
    if length > MOST_BYTES {
        return Err(io::Error::other(format!("{length} bytes of pixels; TIFF holds at most {MOST_BYTES}")));
    }
    let rows = (STRIP / row.max(1)).max(1);
    let strips: Vec<_> = (0..height).step_by(rows).map(|first| (first * row, rows.min(height - first) * row)).collect();
    let shorts = |tag, values: Vec<u16>| {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Entry { tag, kind: 3, count: values.len() as u32, value: Value::Bytes(bytes) }
    };
    let longs = |tag, values: Vec<usize>| {
        let bytes = values.iter().flat_map(|value| (*value as u32).to_le_bytes()).collect();
        Entry { tag, kind: 4, count: values.len() as u32, value: Value::Bytes(bytes) }
    };
    let mut entries = vec![
        longs(tags::WIDTH, vec![width]),
        longs(tags::HEIGHT, vec![height]),
        shorts(tags::BITS, vec![8 * bytes as u16; channels]),
        shorts(tags::COMPRESSION, vec![1]),
        // Black is 0, or RGB.
        shorts(tags::MEANING, vec![if channels < 3 { 1 } else { 2 }]),
        longs(tags::STRIP_OFFSETS, strips.iter().map(|(at, _)| 8 + at).collect()),
        shorts(tags::SAMPLES, vec![channels as u16]),
        longs(tags::ROWS_PER_STRIP, vec![rows]),
        longs(tags::STRIP_LENGTHS, strips.iter().map(|(_, length)| *length).collect()),
        shorts(tags::SAMPLE_FORMAT, vec![format; channels]),
        // One a unit, and no unit: nothing is known of the size.
        shorts(UNIT, vec![1]),
    ];
    entries.extend(PER_UNIT.map(|tag| {
        let one = [1, 0, 0, 0, 1, 0, 0, 0];
        Entry { tag, kind: 5, count: 1, value: Value::Bytes(one.to_vec()) }
    }));
    if picture.pixels.has_alpha() {
        // The colours are not multiplied by it.
        entries.push(shorts(tags::EXTRA_SAMPLES, vec![2]));
    }
    if let Some(icc) = &picture.metadata.icc {
        entries.push(Entry { tag: PROFILE, kind: 7, count: icc.len() as u32, value: Value::Bytes(icc.clone()) });
    }
    let end = (8 + length).next_multiple_of(2);
    let (directory, at) = tiff_end(entries, picture.metadata.exif.as_deref(), end as u32);
    writer.write_all(b"II*\0")?;
    writer.write_all(&at.to_le_bytes())?;
    match &picture.pixels {
        Pixels::U8(image) => writer.write_all(image.as_slice())?,
        Pixels::U16(image) => little_endian(image.as_slice(), |number| number.to_le_bytes(), writer)?,
        Pixels::F32(image) => little_endian(image.as_slice(), |number| number.to_le_bytes(), writer)?,
    }
    writer.write_all(&[0][..end - 8 - length])?;
    writer.write_all(&directory)
}

/// Writes numbers, some at a time.
fn little_endian<T: Copy, const N: usize>(
    numbers: &[T],
    bytes: impl Fn(T) -> [u8; N],
    writer: &mut dyn Write,
) -> io::Result<()> {
    numbers.chunks(STRIP).try_for_each(|numbers| {
        let bytes: Vec<_> = numbers.iter().flat_map(|number| bytes(*number)).collect();
        writer.write_all(&bytes)
    })
}
