use std::io::{self, Write};
use std::path::Path;

use glassbox_tensor::Image;
use image::codecs::gif::{GifEncoder, Repeat};
use image::codecs::{bmp::BmpEncoder, qoi::QoiEncoder, tga::TgaEncoder, webp::WebPEncoder};
use image::{Delay, ExtendedColorType, Frame, ImageEncoder, RgbaImage};

use crate::fit::fit;
use crate::tiff::write_tiff;
use crate::{Error, Format, Metadata, Picture, Pixels, PngWriter, write_atomically};

/// Settings of the packers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packing {
    /// Quality of JPEG files, 1 … 100; at the default, 90, no difference is visible.
    pub quality: u8,
    /// Effort for PNG files, 0 (not packed) … 9; from 7 on several ways are tried for each block.
    pub compression: u32,
}

impl Default for Packing {
    fn default() -> Self {
        Self { quality: 90, compression: 2 }
    }
}

/// A written picture, and what it lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Height, width and channels.
    pub shape: (usize, usize, usize),
    /// Name of the element type: `u8`, `u16` or `f32`.
    pub depth: &'static str,
    /// Losses: depth, alpha (shown over white), colour profile, EXIF, colours, chunks of a PNG.
    pub notes: Vec<String>,
}

/// Writes a picture in the format of the file's suffix, atomically.
///
/// A picture that the format cannot hold is converted to the nearest that it can.
///
/// # Errors
/// If the suffix is unknown, the picture is too large for the format, or the system reports an error.
pub fn write_picture(path: &Path, picture: Picture, packing: Packing) -> Result<Written, Error> {
    let format = Format::of_path(path)?;
    let (picture, notes) = fit(picture, format);
    let name = path.display().to_string();
    format.check_size(picture.pixels.dim()).map_err(|e| Error::write(&name, e))?;
    write_atomically(path, |file| encode(&picture, format, packing, file))?;
    Ok(Written { shape: picture.pixels.dim(), depth: picture.pixels.depth(), notes })
}

/// Writes frames as a GIF that repeats for ever, atomically.
///
/// # Shape
/// Each frame `[height, width, 3]`, all of the same size, shown for `milliseconds`. Only one is in memory at a time.
///
/// # Errors
/// If a side is longer than 65535, or the system reports an error.
pub fn write_animation(path: &Path, frames: impl Iterator<Item = Image<u8>>, milliseconds: u32) -> Result<(), Error> {
    write_atomically(path, |file| {
        let mut encoder = GifEncoder::new(file);
        encoder.set_repeat(Repeat::Infinite).map_err(io::Error::other)?;
        for frame in frames {
            let (height, width, channels) = frame.dim();
            let opaque = frame.as_slice().chunks_exact(channels).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]);
            let buffer = RgbaImage::from_raw(width as u32, height as u32, opaque.collect());
            let buffer = buffer.ok_or_else(|| io::Error::other("the frame is too large"))?;
            let delay = Delay::from_numer_denom_ms(milliseconds, 1);
            encoder.encode_frame(Frame::from_parts(buffer, 0, 0, delay)).map_err(io::Error::other)?;
        }
        Ok(())
    })
}

/// As [`write_picture`], to a writer; messages call it `name`.
///
/// # Errors
/// As [`write_picture`].
pub fn encode_picture(
    picture: Picture,
    format: Format,
    packing: Packing,
    writer: &mut dyn Write,
    name: &str,
) -> Result<Written, Error> {
    let (picture, notes) = fit(picture, format);
    format.check_size(picture.pixels.dim()).map_err(|e| Error::write(name, e))?;
    encode(&picture, format, packing, writer).map_err(|e| Error::write(name, e))?;
    Ok(Written { shape: picture.pixels.dim(), depth: picture.pixels.depth(), notes })
}

fn encode(picture: &Picture, format: Format, packing: Packing, writer: &mut dyn Write) -> io::Result<()> {
    let metadata = &picture.metadata;
    match format {
        Format::Png => encode_png(picture, packing, writer),
        Format::Webp => with_metadata(WebPEncoder::new_lossless(writer), metadata, &picture.pixels),
        Format::Tiff => write_tiff(picture, writer),
        Format::Jpeg => encode_jpeg(picture, packing, writer),
        Format::Pgm | Format::Ppm | Format::Pnm => encode_pnm(&picture.pixels, writer),
        Format::Gif => {
            let (height, width, channels) = picture.pixels.dim();
            let image = picture.pixels.to_u8();
            let colour = if channels == 4 { ExtendedColorType::Rgba8 } else { ExtendedColorType::Rgb8 };
            let mut encoder = GifEncoder::new(writer);
            encoder.encode(image.as_slice(), width as u32, height as u32, colour).map_err(io::Error::other)
        }
        Format::Bmp => {
            let mut writer = writer;
            with_metadata(BmpEncoder::new(&mut writer), metadata, &picture.pixels)
        }
        Format::Qoi => with_metadata(QoiEncoder::new(writer), metadata, &picture.pixels),
        // Few programs unpack runs of greys, so nothing is packed.
        Format::Tga => with_metadata(TgaEncoder::new(writer).disable_rle(), metadata, &picture.pixels),
    }
}

/// Encodes with the metadata that the encoder supports.
fn with_metadata(mut encoder: impl ImageEncoder, metadata: &Metadata, pixels: &Pixels) -> io::Result<()> {
    // An encoder that cannot hold a profile returns an error; the picture is written without it.
    let _ = metadata.icc.clone().map(|icc| encoder.set_icc_profile(icc));
    let _ = metadata.exif.clone().map(|exif| encoder.set_exif_metadata(exif));
    use ExtendedColorType::*;
    let (height, width, channels) = pixels.dim();
    let colour = [L8, La8, Rgb8, Rgba8][channels - 1];
    let Pixels::U8(image) = pixels else { return Err(io::Error::other("more than 8 bits a number")) };
    encoder.write_image(image.as_slice(), width as u32, height as u32, colour).map_err(|error| match error {
        image::ImageError::IoError(error) => error,
        error => io::Error::other(error),
    })
}

fn encode_png(picture: &Picture, packing: Packing, writer: &mut dyn Write) -> io::Result<()> {
    let shape = picture.pixels.dim();
    let begin = |bits| PngWriter::new(writer, shape, bits, &picture.metadata, packing.compression);
    // Some rows at a time: the writer copies those that wait.
    let rows = (1 << 20) / (shape.1 * shape.2) + 1;
    let line = shape.1 * shape.2;
    match &picture.pixels {
        Pixels::U16(image) => {
            let mut png = begin(16)?;
            image.as_slice().chunks(rows * line).try_for_each(|rows| png.write_u16(rows))?;
            png.finish()?;
        }
        pixels => {
            let mut png = begin(8)?;
            match pixels {
                Pixels::U8(image) => image.as_slice().chunks(rows * line).try_for_each(|rows| png.write_u8(rows))?,
                pixels => png.write_u8(pixels.to_u8().as_slice())?,
            }
            png.finish()?;
        }
    }
    Ok(())
}

fn encode_jpeg(picture: &Picture, packing: Packing, writer: &mut dyn Write) -> io::Result<()> {
    let (height, width, channels) = picture.pixels.dim();
    let (width16, height16) = (width as u16, height as u16);
    let mut encoder = jpeg_encoder::Encoder::new(writer, packing.quality);
    let failed = |error: jpeg_encoder::EncodingError| match error {
        jpeg_encoder::EncodingError::IoError(error) => error,
        error => io::Error::other(error),
    };
    if let Some(icc) = &picture.metadata.icc {
        encoder.add_icc_profile(icc).map_err(failed)?;
    }
    if let Some(exif) = &picture.metadata.exif {
        encoder.add_exif_metadata(exif).map_err(failed)?;
    }
    let colour = if channels == 1 { jpeg_encoder::ColorType::Luma } else { jpeg_encoder::ColorType::Rgb };
    encoder.encode(picture.pixels.to_u8().as_slice(), width16, height16, colour).map_err(failed)
}

/// Portable grey map or pixel map in binary: a header in plain text, then the numbers, big-endian.
fn encode_pnm(pixels: &Pixels, writer: &mut dyn Write) -> io::Result<()> {
    let (height, width, channels) = pixels.dim();
    let magic = if channels == 1 { "P5" } else { "P6" };
    match pixels {
        Pixels::U16(image) => {
            write!(writer, "{magic}\n{width} {height}\n65535\n")?;
            let bytes: Vec<u8> = image.as_slice().iter().flat_map(|value| value.to_be_bytes()).collect();
            writer.write_all(&bytes)
        }
        _ => {
            write!(writer, "{magic}\n{width} {height}\n255\n")?;
            writer.write_all(pixels.to_u8().as_slice())
        }
    }
}
