use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, ErrorKind, Seek};
use std::path::Path;

use glassbox_tensor::{Element, Image};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use crate::cmyk_jpeg::{decode_inks, has_inks};
use crate::error::plain;
use crate::exif::metadata_of_tiff;
use crate::limit::{MOST_PICTURE_BYTES, picture_bytes};
use crate::tiff::read_tiff;
use crate::whole::{holds_more, is_big_tiff, is_whole_jpeg, is_whole_png, png_meaning};
use crate::{Error, Metadata, Picture, Pixels};

const KNOWN: &str = "png, jpeg, gif, bmp, tiff, webp, pnm, qoi and tga are understood";

/// Reads a picture, or the first frame of an animation. Its content decides the format, not its name.
///
/// With `auto_orient` the EXIF orientation is applied to the pixels.
///
/// # Errors
/// If the file cannot be read, is no picture of a known format, is damaged, or would take more than
/// [`MOST_PICTURE_BYTES`].
pub fn read_picture(path: &Path, auto_orient: bool) -> Result<Picture, Error> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|e| Error::read(&name, e))?;
    let kind = file.metadata().map_err(|e| Error::read(&name, e))?.file_type();
    if kind.is_dir() {
        return Err(Error::invalid(&name, "is a folder; a picture is needed"));
    }
    if !kind.is_file() {
        return decode_picture(&picture_bytes(file, &name)?, &name, auto_orient);
    }
    let suffix = path.extension().map(|suffix| suffix.to_string_lossy().to_lowercase());
    decode(BufReader::with_capacity(1 << 17, file), &name, suffix.as_deref(), auto_orient)
}

/// As [`read_picture`], from bytes; messages call them `name`.
///
/// # Errors
/// As [`read_picture`].
pub fn decode_picture(bytes: &[u8], name: &str, auto_orient: bool) -> Result<Picture, Error> {
    decode(Cursor::new(bytes), name, None, auto_orient)
}

fn decode(reader: impl BufRead + Seek, name: &str, suffix: Option<&str>, auto_orient: bool) -> Result<Picture, Error> {
    let invalid = |problem: String| Error::invalid(name, problem);
    let mut reader = ImageReader::new(reader).with_guessed_format().map_err(|e| Error::read(name, e))?;
    if reader.format().is_none() {
        let mut inner = reader.into_inner();
        let start = inner.fill_buf().map_err(|e| Error::read(name, e))?;
        let kind = match start {
            start if is_big_tiff(start) => ImageFormat::Tiff,
            [] => return Err(invalid(format!("is empty; {KNOWN}"))),
            // Only TGA has no signature at its start.
            _ if suffix == Some("tga") => ImageFormat::Tga,
            _ => return Err(invalid(format!("is not a picture of a known format; {KNOWN}"))),
        };
        reader = ImageReader::with_format(inner, kind);
    }
    let (mut metadata, mut is_first_of_more, mut inks) = (Metadata::default(), false, None);
    if let Some(kind) = reader.format() {
        let mut inner = reader.into_inner();
        let failed = |e| Error::read(name, e);
        match kind {
            ImageFormat::Jpeg => {
                let bytes = picture_bytes(&mut inner, name)?;
                if !is_whole_jpeg(&bytes) {
                    return Err(invalid("is cut short (jpg): its end is missing".into()));
                }
                inks = has_inks(&bytes).then_some(bytes);
            }
            ImageFormat::Png if !is_whole_png(&mut inner).map_err(failed)? => {
                return Err(invalid("is cut short (png): its end is missing".into()));
            }
            ImageFormat::Tiff => metadata = metadata_of_tiff(&mut inner),
            _ => {}
        }
        inner.rewind().map_err(failed)?;
        if kind == ImageFormat::Png {
            // If the chunks cannot be read, the decoder says why.
            metadata.png = png_meaning(&mut inner).unwrap_or_default();
            inner.rewind().map_err(failed)?;
        }
        is_first_of_more = holds_more(&mut inner, kind);
        inner.rewind().map_err(failed)?;
        reader = ImageReader::with_format(inner, kind);
    }
    let (mut pixels, orientation) = if reader.format() == Some(ImageFormat::Tiff) {
        let orientation = metadata.exif.as_deref().and_then(Orientation::from_exif_chunk);
        let pixels = read_tiff(&mut reader.into_inner(), &mut metadata).map_err(invalid)?;
        (pixels, orientation.unwrap_or(Orientation::NoTransforms))
    } else {
        let is_gif = reader.format() == Some(ImageFormat::Gif);
        let (mut image, orientation) = decoded(reader, name, &mut metadata, inks)?;
        // The decoder gives every GIF an alpha channel.
        if let DynamicImage::ImageRgba8(colours) = &image
            && is_gif
            && colours.pixels().all(|pixel| pixel.0[3] == u8::MAX)
        {
            image = DynamicImage::ImageRgb8(image.into_rgb8());
        }
        (pixels(image), orientation)
    };
    if auto_orient {
        pixels = pixels.upright(orientation);
        use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
        if matches!(orientation, Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH) {
            metadata.turn();
        }
        if let Some(exif) = metadata.exif.as_mut() {
            // There may be no orientation to reset.
            let _ = Orientation::remove_from_exif_chunk(exif);
        }
    }
    Ok(Picture { pixels, metadata, is_first_of_more })
}

/// Decodes a picture, returns it with its orientation, and completes `metadata`. `inks` are the bytes of a JPEG of four
/// colours.
fn decoded(
    mut reader: ImageReader<impl BufRead + Seek>,
    name: &str,
    metadata: &mut Metadata,
    inks: Option<Vec<u8>>,
) -> Result<(DynamicImage, Orientation), Error> {
    let invalid = |problem: String| Error::invalid(name, problem);
    let format = reader.format().and_then(|format| format.extensions_str().first()).copied().unwrap_or("?");
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_PICTURE_BYTES);
    reader.limits(limits);
    let failed = |error: ImageError| match error {
        // An impossible offset is the fault of the picture.
        ImageError::IoError(e)
            if !matches!(e.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidInput)
                && e.raw_os_error().is_some() =>
        {
            Error::read(name, e)
        }
        ImageError::IoError(e) if e.kind() == ErrorKind::UnexpectedEof => {
            invalid(format!("is cut short ({format}): {e}"))
        }
        ImageError::Limits(_) => invalid(format!("is too large: at most {MOST_PICTURE_BYTES} bytes are allowed")),
        error => invalid(format!("is damaged or of a kind that is not understood ({format}): {}", plain(&error))),
    };
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
    metadata.icc = metadata.icc.take().or_else(|| decoder.icc_profile().ok().flatten());
    metadata.exif = metadata.exif.take().or_else(|| decoder.exif_metadata().ok().flatten());
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    // What cannot be decoded, the library's decoder says in its words.
    if let Some(image) = inks.and_then(|bytes| decode_inks(&bytes, metadata)) {
        return Ok((DynamicImage::ImageRgb8(image), orientation));
    }
    Ok((DynamicImage::from_decoder(decoder).map_err(failed)?, orientation))
}

fn pixels(image: DynamicImage) -> Pixels {
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
