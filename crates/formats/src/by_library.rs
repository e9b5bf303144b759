//! Pictures that the picture library decodes.

use std::io::{BufRead, ErrorKind, Seek};

use glassbox_tensor::{Element, Image};
use image::error::UnsupportedErrorKind;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use crate::error::plain;
use crate::limit::{MOST_METADATA_BYTES, MOST_PICTURE_BYTES, bytes_left};
use crate::{Error, Pixels};

/// Room for the metadata of a PNG and some of its rows.
const PNG_ROOM: u64 = 4 * MOST_METADATA_BYTES;

/// Decodes a picture. With `wants_icc` the second result is its colour profile.
pub(crate) fn decode(
    mut reader: impl BufRead + Seek,
    format: ImageFormat,
    name: &str,
    wants_icc: bool,
) -> Result<(DynamicImage, Option<Vec<u8>>), Error> {
    let invalid = |problem: String| Error::invalid(name, problem);
    let suffix = suffix_of(format);
    let failed = |error: ImageError| match error {
        // An impossible offset is the fault of the picture.
        ImageError::IoError(e)
            if !matches!(e.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidInput)
                && e.raw_os_error().is_some() =>
        {
            Error::read(name, e)
        }
        ImageError::IoError(e) if e.kind() == ErrorKind::UnexpectedEof => {
            invalid(format!("is cut short ({suffix}): {e}"))
        }
        ImageError::Limits(_) => invalid(format!("is too large: at most {MOST_PICTURE_BYTES} bytes are allowed")),
        ImageError::Unsupported(error) => invalid(match error.kind() {
            UnsupportedErrorKind::Color(_) => format!("has colours of a kind that is not read ({suffix})"),
            _ => format!("is of a kind that is not read ({suffix})"),
        }),
        error => invalid(format!("is damaged or of a kind that is not understood ({suffix}): {}", plain(&error))),
    };
    let length = bytes_left(&mut reader).map_err(|e| Error::read(name, e))?;
    let start = start_of(&mut reader, name)?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_PICTURE_BYTES);
    if format == ImageFormat::Png {
        let across = start.get(16..20).and_then(|width| width.first_chunk()).copied().map_or(0, u32::from_be_bytes);
        limits.max_alloc = Some(PNG_ROOM + 16 * u64::from(across));
    }
    let mut reader = ImageReader::with_format(reader, format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    // Not every decoder respects the limits, so this is checked before memory is allocated.
    let ((width, height), bytes) = (decoder.dimensions(), decoder.total_bytes());
    if bytes > MOST_PICTURE_BYTES {
        return Err(invalid(format!(
            "is {width}×{height} pixels ({bytes} bytes); at most {MOST_PICTURE_BYTES} bytes are allowed"
        )));
    }
    if bytes == 0 {
        return Err(invalid(format!("is {width}×{height} pixels; there must be at least one")));
    }
    if length < fewest_bytes(format, &start, u64::from(width) * u64::from(height)) {
        return Err(invalid(format!("is cut short ({suffix}): {length} bytes cannot be {width}×{height} pixels")));
    }
    let icc = if wants_icc { decoder.icc_profile().ok().flatten() } else { None };
    let icc = icc.filter(|icc| icc.len() as u64 <= MOST_METADATA_BYTES);
    Ok((DynamicImage::from_decoder(decoder).map_err(failed)?, icc))
}

/// What a format is called in messages.
pub(crate) fn suffix_of(format: ImageFormat) -> &'static str {
    format.extensions_str().first().copied().unwrap_or("?")
}

fn start_of(reader: &mut (impl BufRead + Seek), name: &str) -> Result<[u8; 32], Error> {
    let mut start = [0; 32];
    let found = reader.fill_buf().map_err(|e| Error::read(name, e))?;
    let count = found.len().min(start.len());
    start[..count].copy_from_slice(&found[..count]);
    Ok(start)
}

/// Fewest bytes of a file that holds so many pixels, by the densest packing of its format.
///
/// Source: TGA 2.0 (1991); QOI 1.0 (2022); RFC 1951 (1996): 258 bytes take two bits at least; BMP (Windows 3).
fn fewest_bytes(format: ImageFormat, start: &[u8; 32], pixels: u64) -> u64 {
    match format {
        ImageFormat::Tga => {
            let depth = u64::from(start[16]).div_ceil(8);
            // Runs of at most 128 pixels.
            if start[2] & 8 != 0 { pixels.div_ceil(128) * (1 + depth) } else { pixels * depth }
        }
        ImageFormat::Qoi => pixels.div_ceil(62),
        ImageFormat::Png => {
            let channels = [1, 1, 3, 1, 2, 1, 4].get(usize::from(start[25])).copied().unwrap_or(1);
            pixels * channels * u64::from(start[24]) / 8 / 1032
        }
        ImageFormat::Bmp if start[30] == 0 && start[14] >= 40 => pixels * u64::from(start[28]) / 8,
        _ => 0,
    }
}

/// The pixels of a picture.
pub(crate) fn pixels(image: DynamicImage) -> Pixels {
    let (width, height) = (image.width() as usize, image.height() as usize);
    fn shaped<T: Element>(height: usize, width: usize, channels: usize, values: Vec<T>) -> Image<T> {
        Image::from_vec([height, width, channels], values).expect("as many values as the decoder's picture has")
    }
    match image {
        DynamicImage::ImageLuma8(image) => Pixels::U8(shaped(height, width, 1, image.into_raw())),
        DynamicImage::ImageLumaA8(image) => Pixels::U8(shaped(height, width, 2, image.into_raw())),
        DynamicImage::ImageRgb8(image) => Pixels::U8(shaped(height, width, 3, image.into_raw())),
        DynamicImage::ImageRgba8(image) => Pixels::U8(shaped(height, width, 4, image.into_raw())),
        DynamicImage::ImageLuma16(image) => Pixels::U16(shaped(height, width, 1, image.into_raw())),
        DynamicImage::ImageLumaA16(image) => Pixels::U16(shaped(height, width, 2, image.into_raw())),
        DynamicImage::ImageRgb16(image) => Pixels::U16(shaped(height, width, 3, image.into_raw())),
        DynamicImage::ImageRgba16(image) => Pixels::U16(shaped(height, width, 4, image.into_raw())),
        DynamicImage::ImageRgb32F(image) => Pixels::F32(shaped(height, width, 3, image.into_raw())),
        DynamicImage::ImageRgba32F(image) => Pixels::F32(shaped(height, width, 4, image.into_raw())),
        other => Pixels::U8(shaped(height, width, 4, other.into_rgba8().into_raw())),
    }
}
