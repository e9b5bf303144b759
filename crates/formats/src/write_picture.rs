use std::io::{self, Write};
use std::path::Path;

use glassbox_tensor::{Image, shown};
use image::codecs::{bmp::BmpEncoder, qoi::QoiEncoder, tga::TgaEncoder, webp::WebPEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageError};
use jpeg_encoder::{PixelDensity, PixelDensityUnit};

use crate::fit::fit;
use crate::tiff::write_tiff;
use crate::{Density, Error, Format, Metadata, Picture, Pixels, PngWriter, gif, guarded, write_atomically};

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
    /// Losses: depth, alpha (shown over white), colour profile, EXIF, colours, the size of a pixel, chunks of a PNG;
    /// and whether the file was written in place.
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
    let (picture, mut notes) = fit(picture, format);
    let name = shown(path);
    format.check_size(picture.pixels.dim()).map_err(|e| Error::write(&name, e))?;
    let in_place = write_atomically(path, |file| encode(&picture, format, packing, file))?;
    notes.extend(in_place.map(|why| why.to_string()));
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
    write_atomically(path, |file| gif::write_moving(frames, milliseconds, file))?;
    Ok(())
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

/// Encodes a picture; a library that panics is an error.
fn encode(picture: &Picture, format: Format, packing: Packing, writer: &mut dyn Write) -> io::Result<()> {
    guarded(|| encode_as(picture, format, packing, writer)).unwrap_or_else(|gave_up| Err(io::Error::other(gave_up)))
}

fn encode_as(picture: &Picture, format: Format, packing: Packing, writer: &mut dyn Write) -> io::Result<()> {
    let metadata = &picture.metadata;
    match format {
        Format::Png => encode_png(picture, packing, writer),
        Format::Webp => with_metadata(WebPEncoder::new_lossless(writer), metadata, &picture.pixels),
        Format::Tiff => write_tiff(picture, writer),
        Format::Jpeg => encode_jpeg(picture, packing, writer),
        Format::Pgm | Format::Ppm | Format::Pnm => encode_pnm(&picture.pixels, writer),
        Format::Gif => match &picture.pixels {
            Pixels::U8(image) => gif::write(image, writer),
            other => gif::write(&other.to_u8(), writer),
        },
        Format::Bmp => {
            let metres = metadata.density.filter(|density| density.is_absolute).map_or([0; 2], Density::metres);
            let content = metres.map(u32::to_le_bytes).concat();
            let mut writer = Patched { writer, at: 0, place: BMP_DENSITY, content };
            with_metadata(BmpEncoder::new(&mut writer), metadata, &picture.pixels)
        }
        Format::Qoi => with_metadata(QoiEncoder::new(writer), metadata, &picture.pixels),
        // Few programs unpack runs of greys, so nothing is packed.
        Format::Tga => with_metadata(TgaEncoder::new(writer).disable_rle(), metadata, &picture.pixels),
    }
}

/// Where a BMP says how many pixels lie on a metre.
const BMP_DENSITY: usize = 38;

/// A writer that replaces some bytes on their way.
struct Patched<'a> {
    writer: &'a mut dyn Write,
    /// Bytes written.
    at: usize,
    place: usize,
    content: Vec<u8>,
}

impl Write for Patched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let end = self.place + self.content.len();
        let count = if self.at >= end {
            self.writer.write(bytes)?
        } else {
            // A few bytes at a time, which the file's buffer collects.
            let count = bytes.len().min(end - self.at);
            let place = |i: usize| (self.at + i).checked_sub(self.place);
            let patched = |(i, byte): (usize, &u8)| place(i).map_or(*byte, |place| self.content[place]);
            let patched: Vec<u8> = bytes[..count].iter().enumerate().map(patched).collect();
            self.writer.write_all(&patched)?;
            count
        };
        self.at += count;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
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
    encoder.write_image(image.as_slice(), width as u32, height as u32, colour).map_err(of_encoder)
}

/// The error of the system, or of an encoder.
fn of_encoder(error: ImageError) -> io::Error {
    match error {
        ImageError::IoError(error) => error,
        error => io::Error::other(error),
    }
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
                pixels => png.write_u8(&pixels.as_u8())?,
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
    if let Some(density) = picture.metadata.density.filter(|density| Format::Jpeg.holds_density(density)) {
        let ([across, down], unit) = density.jfif();
        let unit = match unit {
            0 => PixelDensityUnit::PixelAspectRatio,
            1 => PixelDensityUnit::Inches,
            _ => PixelDensityUnit::Centimeters,
        };
        encoder.set_density(PixelDensity { density: (across, down), unit });
    }
    let colour = if channels == 1 { jpeg_encoder::ColorType::Luma } else { jpeg_encoder::ColorType::Rgb };
    encoder.encode(&picture.pixels.as_u8(), width16, height16, colour).map_err(failed)
}

/// Portable grey map or pixel map in binary: a header in plain text, then the numbers, big-endian.
fn encode_pnm(pixels: &Pixels, writer: &mut dyn Write) -> io::Result<()> {
    let (height, width, channels) = pixels.dim();
    let magic = if channels == 1 { "P5" } else { "P6" };
    match pixels {
        Pixels::U16(image) => {
            write!(writer, "{magic}\n{width} {height}\n65535\n")?;
            let numbers = |part: &[u16]| part.iter().flat_map(|value| value.to_be_bytes()).collect::<Vec<u8>>();
            image.as_slice().chunks(1 << 16).try_for_each(|part| writer.write_all(&numbers(part)))
        }
        _ => {
            write!(writer, "{magic}\n{width} {height}\n255\n")?;
            writer.write_all(&pixels.as_u8())
        }
    }
}
