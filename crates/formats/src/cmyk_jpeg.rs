//! JPEGs of printing inks. The picture library would convert them without their profile.
//!
//! Source: ITU-T T.81 (1992), annex B; Adobe Technical Note 5116 (1992), section 18.

use image::RgbImage;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::Metadata;
use crate::cmyk::inks_to_rgb;

/// Whether a JPEG has four colours.
pub(crate) fn has_inks(bytes: &[u8]) -> bool {
    segments(bytes).any(|(marker, content)| is_frame(marker) && content.get(5) == Some(&4))
}

/// The picture of a JPEG of four colours. Its profile is used up. None if it cannot be decoded.
pub(crate) fn decode_inks(bytes: &[u8], metadata: &mut Metadata) -> Option<RgbImage> {
    let options = DecoderOptions::default().set_strict_mode(false);
    let options = options.set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().ok()?;
    let (colours, (width, height)) = (decoder.input_colorspace()?, decoder.dimensions()?);
    // As they are stored.
    decoder.set_options(options.jpeg_set_out_colorspace(colours));
    let mut pixels = decoder.decode().ok()?;
    if colours == ColorSpace::YCCK {
        pixels.chunks_exact_mut(4).for_each(to_inks);
    }
    // Stored is how much of each ink is missing.
    pixels.iter_mut().for_each(|ink| *ink = 255 - *ink);
    metadata.notes.extend(inks_to_rgb(&mut pixels, false, metadata.icc.take().as_deref()));
    RgbImage::from_raw(u32::try_from(width).ok()?, u32::try_from(height).ok()?, pixels)
}

/// Turns brightness, blueness and redness into what is missing of red, green and blue. The fourth number is black.
fn to_inks(pixel: &mut [u8]) {
    let [y, blue, red] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
    let (blue, red) = (blue - 128.0, red - 128.0);
    let colours = [y + 1.402 * red, y - 0.344_136 * blue - 0.714_136 * red, y + 1.772 * blue];
    pixel[..3].copy_from_slice(&colours.map(|colour| 255 - (colour + 0.5) as u8));
}

fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

/// Markers and contents of the segments before the first scan.
fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        // Any number of 0xFF may precede a marker.
        let at = rest.iter().position(|byte| *byte != 0xFF).filter(|at| *at > 0)?;
        let (marker, length) = (rest[at], rest.get(at + 1..at + 3)?);
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let content = rest.get(at + 3..at + 1 + length)?;
        rest = &rest[at + 1 + length..];
        (marker != 0xDA).then_some((marker, content))
    })
}
