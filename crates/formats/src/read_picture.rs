use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Seek};
use std::path::Path;

use glassbox_tensor::shown;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use crate::by_library::{self, pixels, suffix_of};
use crate::cmyk_jpeg::decode_inks;
use crate::density::Density;
use crate::exif::{density_of, metadata_of_tiff};
use crate::jpeg::Jpeg;
use crate::kind::{START, format_of};
use crate::limit::picture_bytes;
use crate::tiff::{read_tiff, tiff_size};
use crate::whole::{holds_more, is_whole_png, png_besides};
use crate::{Error, Metadata, Picture, gif, guarded, pnm, webp};

/// Reads a picture, or the first frame of an animation. Its content decides the format, not its name.
///
/// With `auto_orient` the EXIF orientation is applied to the pixels.
///
/// # Errors
/// If the file cannot be read, is no picture of a known format, is damaged, or would take more than
/// [`MOST_PICTURE_BYTES`](crate::MOST_PICTURE_BYTES).
pub fn read_picture(path: &Path, auto_orient: bool) -> Result<Picture, Error> {
    let name = shown(path);
    let file = File::open(path).map_err(|e| Error::read(&name, e))?;
    let kind = file.metadata().map_err(|e| Error::read(&name, e))?.file_type();
    if kind.is_dir() {
        return Err(Error::invalid(&name, "is a folder; a picture is needed"));
    }
    if !kind.is_file() {
        return read_stream(file, &name, auto_orient);
    }
    decode(BufReader::with_capacity(1 << 17, file), &name, suffix(path).as_deref(), auto_orient)
}

/// As [`read_picture`], from what can be read only once; messages call it `name`.
///
/// # Errors
/// As [`read_picture`].
pub fn read_stream(mut reader: impl Read, name: &str, auto_orient: bool) -> Result<Picture, Error> {
    let mut start = Vec::new();
    reader.by_ref().take(START as u64).read_to_end(&mut start).map_err(|e| Error::read(name, e))?;
    // What is no picture may be endless.
    format_of(&start, None).map_err(|problem| Error::invalid(name, problem))?;
    decode_picture(&picture_bytes(Cursor::new(start).chain(reader), name)?, name, auto_orient)
}

/// As [`read_picture`], from bytes; messages call them `name`.
///
/// # Errors
/// As [`read_picture`].
pub fn decode_picture(bytes: &[u8], name: &str, auto_orient: bool) -> Result<Picture, Error> {
    decode(Cursor::new(bytes), name, None, auto_orient)
}

/// The bytes that the pixels of a file will take, by its header; 0 if it does not say.
pub fn picture_size(path: &Path) -> u64 {
    let size = || {
        let mut reader =
            BufReader::new(File::open(path).ok().filter(|file| file.metadata().is_ok_and(|m| m.is_file()))?);
        let format = format_of(reader.fill_buf().ok()?, suffix(path).as_deref()).ok()?;
        match format {
            // The library's decoder reads the whole file to find the header.
            ImageFormat::Jpeg => Jpeg::size(&mut reader),
            ImageFormat::Tiff => tiff_size(&mut reader),
            ImageFormat::Pnm => pnm::size(&mut reader),
            _ => ImageReader::with_format(reader, format).into_decoder().ok().map(|decoder| decoder.total_bytes()),
        }
    };
    guarded(size).ok().flatten().unwrap_or(0)
}

fn suffix(path: &Path) -> Option<String> {
    path.extension().map(|suffix| suffix.to_string_lossy().to_lowercase())
}

fn decode(
    mut reader: impl BufRead + Seek + Send,
    name: &str,
    suffix: Option<&str>,
    auto_orient: bool,
) -> Result<Picture, Error> {
    let start = reader.fill_buf().map_err(|e| Error::read(name, e))?;
    let format = format_of(start, suffix).map_err(|problem| Error::invalid(name, problem))?;
    guarded(|| decode_as(reader, format, name, auto_orient))
        .unwrap_or_else(|_| Err(Error::gave_up(name, suffix_of(format))))
}

/// Decodes a picture of a known format. The reader is at its start.
fn decode_as(
    mut reader: impl BufRead + Seek + Send,
    format: ImageFormat,
    name: &str,
    auto_orient: bool,
) -> Result<Picture, Error> {
    let (invalid, failed) = (|problem: String| Error::invalid(name, problem), |e| Error::read(name, e));
    let mut is_first_of_more = holds_more(&mut reader, format);
    reader.rewind().map_err(failed)?;
    let mut metadata = Metadata::default();
    let mut pixels = match format {
        ImageFormat::Jpeg => {
            let bytes = picture_bytes(&mut reader, name)?;
            let mut jpeg = Jpeg::new(&bytes).map_err(invalid)?;
            let besides = jpeg.besides();
            (metadata.exif, metadata.icc, metadata.density) = (besides.exif, besides.icc, besides.density);
            is_first_of_more |= besides.holds_more;
            let decode = || {
                if let Some(apart) = jpeg.decode_apart() {
                    return apart.map_err(invalid);
                }
                // What cannot be decoded, the library's decoder says in its words.
                let inks = jpeg.has_inks().then(|| decode_inks(&bytes, &mut metadata)).flatten();
                match inks {
                    Some(image) => Ok(DynamicImage::ImageRgb8(image)),
                    None => by_library::decode(Cursor::new(&bytes), format, name, false).map(|(image, _)| image),
                }
            };
            let (checked, image) = rayon::join(|| jpeg.check(), decode);
            checked.map_err(invalid)?;
            pixels(image?)
        }
        ImageFormat::Pnm => {
            return Ok(Picture { is_first_of_more, ..pnm::read(&mut reader).map_err(invalid)?.into() });
        }
        ImageFormat::Gif => {
            let (pixels, icc) = gif::read(&mut reader).map_err(invalid)?;
            return Ok(Picture { pixels, metadata: Metadata { icc, ..metadata }, is_first_of_more });
        }
        ImageFormat::Tiff => {
            metadata = metadata_of_tiff(&mut reader);
            reader.rewind().map_err(failed)?;
            read_tiff(&mut reader, &mut metadata).map_err(invalid)?
        }
        _ => {
            match format {
                ImageFormat::Png => {
                    if !is_whole_png(&mut reader).map_err(failed)? {
                        return Err(invalid("is cut short (png): its end is missing".into()));
                    }
                    reader.rewind().map_err(failed)?;
                    let besides = png_besides(&mut reader);
                    (metadata.png, metadata.density, metadata.exif) = (besides.chunks, besides.density, besides.exif);
                }
                ImageFormat::WebP => {
                    let besides = webp::besides(&mut reader).map_err(failed)?;
                    (metadata.icc, metadata.exif) = (besides.icc, besides.exif);
                }
                ImageFormat::Bmp => metadata.density = density_of_bmp(&mut reader),
                _ => {}
            }
            reader.rewind().map_err(failed)?;
            let (image, icc) = by_library::decode(reader, format, name, format != ImageFormat::WebP)?;
            metadata.icc = metadata.icc.or(icc);
            pixels(image)
        }
    };
    // A ratio says less than a size.
    if metadata.density.is_none_or(|density| !density.is_absolute) {
        metadata.density = metadata.exif.as_deref().and_then(density_of).or(metadata.density);
    }
    let orientation = metadata.exif.as_deref().and_then(Orientation::from_exif_chunk);
    if let Some(orientation) = orientation.filter(|_| auto_orient) {
        pixels = pixels.upright(orientation);
        use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
        if matches!(orientation, Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH) {
            metadata.density = metadata.density.map(Density::turned);
        }
        if let Some(exif) = metadata.exif.as_mut() {
            // There may be no orientation to reset.
            let _ = Orientation::remove_from_exif_chunk(exif);
        }
    }
    Ok(Picture { pixels, metadata, is_first_of_more })
}

/// Pixels a metre, which headers of 40 bytes and more hold.
fn density_of_bmp(reader: &mut impl Read) -> Option<Density> {
    let mut head = [0; 46];
    reader.read_exact(&mut head).ok()?;
    let number = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| head[at + i]));
    let [across, down] = [38, 42].map(|at| number(at) as i32);
    (number(14) >= 40).then(|| Density::of_metres(across.max(0) as u32, down.max(0) as u32))?
}
