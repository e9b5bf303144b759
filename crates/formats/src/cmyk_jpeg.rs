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
