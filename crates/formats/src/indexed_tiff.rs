//! TIFF pictures of indexed colours, which the picture library does not read. They are decoded as greys, which are
//! then looked up in the colour table.
//!
//! Source: TIFF 6.0 (1992), section 5.

use std::io::{BufRead, Cursor, Seek};

use image::{DynamicImage, RgbImage};
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

use crate::limit::{MOST_PICTURE_BYTES, picture_bytes};
use crate::metadata::Block;
use crate::whole::is_big_tiff;

/// Values of the entry for the meaning of numbers: indices of colours, and greys of which 0 is black.
const INDEXED: u32 = 3;
const BLACK_IS_ZERO: u8 = 1;

/// The picture of a TIFF file, or what is wrong with it; none if its colours are not indexed. The reader is at its
/// start.
pub(crate) fn read_indexed_tiff(reader: &mut (impl BufRead + Seek)) -> Option<Result<DynamicImage, String>> {
    let meaning = Decoder::new(&mut *reader).ok()?.find_tag_unsigned::<u32>(Tag::PhotometricInterpretation);
    if meaning.ok()? != Some(INDEXED) {
        return None;
    }
    reader.rewind().ok()?;
    if is_big_tiff(reader.fill_buf().ok()?) {
        return Some(Err("has indexed colours in a BigTIFF, which are not understood; in a TIFF they are".into()));
    }
    let mut bytes = picture_bytes(reader, "").ok()?;
    let at = Block::new(&mut bytes).place_of(Tag::PhotometricInterpretation.to_u16().into())?;
    // The value may have either byte order and any length.
    bytes.get_mut(at..at + 4)?.iter_mut().filter(|byte| **byte != 0).for_each(|byte| *byte = BLACK_IS_ZERO);
    Some(look_up(bytes))
}

fn look_up(bytes: Vec<u8>) -> Result<DynamicImage, String> {
    let too_large = || format!("is too large: at most {MOST_PICTURE_BYTES} bytes are allowed");
    let damaged = |error| match error {
        TiffError::LimitsExceeded => too_large(),
        error => format!("is damaged or of a kind that is not understood (tiff): {error}"),
    };
    let mut limits = Limits::default();
    limits.decoding_buffer_size = MOST_PICTURE_BYTES as usize;
    limits.intermediate_buffer_size = MOST_PICTURE_BYTES as usize;
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(damaged)?.with_limits(limits);
    let (width, height) = decoder.dimensions().map_err(damaged)?;
    let size = u64::from(width) * u64::from(height) * 3;
    if size > MOST_PICTURE_BYTES {
        return Err(too_large());
    }
    let not_understood =
        "has indexed colours with alpha, or indices of a size that is not understood (tiff); 1, 2, 4 and 8 bits are";
    let ColorType::Gray(bits @ (1 | 2 | 4 | 8)) = decoder.colortype().map_err(damaged)? else {
        return Err(not_understood.into());
    };
    let colours = decoder.get_tag_u16_vec(Tag::ColorMap).map_err(damaged)?;
    let DecodingResult::U8(packed) = decoder.read_image().map_err(damaged)? else {
        return Err(not_understood.into());
    };
    // All reds, all greens, all blues, of 16 bits; some programs write 8 bits, low or high.
    let count = colours.len() / 3;
    let of_all = |is: fn(&u16) -> bool| colours.iter().all(is);
    let byte = match () {
        () if of_all(|colour| *colour < 256) => |colour| colour as u8,
        () if of_all(|colour| colour.is_multiple_of(256)) => |colour| (colour >> 8) as u8,
        () => |colour| ((u32::from(colour) + 128) / 257) as u8,
    };
    let colour = |index: u8| {
        let index = usize::from(index);
        (index < count).then(|| [0, count, 2 * count].map(|channel| byte(colours[channel + index])))
    };
    let pixels: Option<Vec<_>> = unpack(&packed, width as usize, bits).map(colour).collect();
    let pixels = pixels.ok_or_else(|| format!("is damaged (tiff): it has {count} colours and uses one beyond"))?;
    let is_whole = pixels.len() as u64 == u64::from(width) * u64::from(height);
    let picture = RgbImage::from_raw(width, height, pixels.into_flattened()).filter(|_| is_whole);
    picture.map(DynamicImage::ImageRgb8).ok_or_else(|| "is damaged (tiff): not as many pixels as it says".into())
}

/// Unpacks numbers of `bits` bits, the first in the high bits of a byte; each row starts with a new byte.
fn unpack(packed: &[u8], width: usize, bits: u8) -> impl Iterator<Item = u8> {
    let each = usize::from(8 / bits);
    let mask = (u16::MAX >> (16 - bits)) as u8;
    packed.chunks(width.div_ceil(each).max(1)).flat_map(move |row| {
        (0..width.min(row.len() * each)).map(move |x| row[x / each] >> (8 - bits - (x % each) as u8 * bits) & mask)
    })
}
