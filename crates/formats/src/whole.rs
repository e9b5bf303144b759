//! Checks that decoders leave out: whether a file is complete, and whether it holds more than one picture.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use image::ImageFormat;

use crate::density::Density;
use crate::exif::{is_big_tiff, without_envelope};
use crate::limit::{MOST_METADATA_BYTES, metadata_bytes};
use crate::metadata::PngChunk;

/// The last chunk of every PNG, with its checksum.
const PNG_END: [u8; 12] = *b"\0\0\0\0IEND\xAE\x42\x60\x82";

/// Whether a PNG is complete. A decoder stops at the last row and does not check.
///
/// Source: ISO/IEC 15948 (2004), clause 5.
pub(crate) fn is_whole_png(reader: &mut (impl Read + Seek)) -> io::Result<bool> {
    let length = reader.seek(SeekFrom::End(0))?;
    let mut last = [0; 12];
    if length >= 12 {
        reader.seek(SeekFrom::End(-12))?;
        reader.read_exact(&mut last)?;
    }
    // Other bytes may follow the end: then walk through the chunks.
    let (mut found, mut at) = (last == PNG_END, 8);
    reader.seek(SeekFrom::Start(at))?;
    while !found && at + 12 <= length {
        let mut head = [0; 8];
        reader.read_exact(&mut head)?;
        let [a, b, c, d, kind @ ..] = head;
        found = kind == *b"IEND";
        // A relative seek stays within the buffer: there may be millions of small chunks.
        let rest = 4 + i64::from(u32::from_be_bytes([a, b, c, d]));
        reader.seek_relative(rest)?;
        at += 8 + rest as u64;
    }
    Ok(found)
}

/// Chunks that describe a PNG's colours, with the bytes of their content.
const PNG_MEANING: [(&[u8; 4], u32); 6] =
    [(b"cHRM", 32), (b"gAMA", 4), (b"sRGB", 1), (b"cICP", 4), (b"mDCV", 24), (b"cLLI", 8)];

/// What a PNG says besides the pixels and the colour profile.
#[derive(Default)]
pub(crate) struct PngBesides {
    /// The chunks of [`PNG_MEANING`].
    pub(crate) chunks: Vec<PngChunk>,
    pub(crate) density: Option<Density>,
    pub(crate) exif: Option<Vec<u8>>,
}

/// Walks through all chunks; EXIF may follow the pixels. Of several of one sort the first counts, and damaged ones are
/// skipped. The reader is at its start.
///
/// Source: PNG third edition (2025), clauses 5.6, 11.3.2 and 11.3.4.
pub(crate) fn png_besides(reader: &mut (impl Read + Seek)) -> PngBesides {
    let mut besides = PngBesides::default();
    // If a chunk cannot be read, the decoder says why.
    let _ = walk_png(reader, &mut besides);
    besides
}

fn walk_png(reader: &mut (impl Read + Seek), besides: &mut PngBesides) -> io::Result<()> {
    reader.seek_relative(8)?;
    let (mut is_before_pixels, mut size) = (true, None);
    loop {
        let [a, b, c, d, kind @ ..] = bytes::<8>(reader)?;
        let length = u32::from_be_bytes([a, b, c, d]);
        is_before_pixels &= kind != *b"IDAT";
        let is_wanted = match &kind {
            b"IEND" => break,
            b"eXIf" => besides.exif.is_none(),
            b"pHYs" => is_before_pixels && size.is_none() && length == 9,
            _ => {
                let is_new = besides.chunks.iter().all(|chunk| chunk.kind != kind);
                is_before_pixels && is_new && PNG_MEANING.contains(&(&kind, length))
            }
        };
        if !is_wanted || u64::from(length) > MOST_METADATA_BYTES {
            reader.seek_relative(i64::from(length) + 4)?;
            continue;
        }
        let content = metadata_bytes(reader, length.into()).ok_or(io::ErrorKind::UnexpectedEof)?;
        let chunk = PngChunk { kind, content };
        if bytes(reader)? != chunk.checksum() {
            continue;
        }
        match &kind {
            b"eXIf" => besides.exif = Some(without_envelope(chunk.content)),
            b"pHYs" => {
                size = Some(());
                besides.density = Density::of_phys(&chunk.content);
            }
            _ => besides.chunks.push(chunk),
        }
    }
    Ok(())
}

/// Whether a file says that more pictures or frames follow the first. The reader is at its start.
///
/// Source: GIF 89a (1990); PNG third edition (2025), clause 11.3.6; TIFF 6.0 (1992), section 2; WebP container (2012).
pub(crate) fn holds_more(reader: &mut (impl BufRead + Seek), format: ImageFormat) -> bool {
    let more = match format {
        ImageFormat::Gif => gif_holds_more(reader),
        ImageFormat::Png => png_holds_more(reader),
        ImageFormat::Tiff => tiff_holds_more(reader),
        // The flags follow the names of the file, the format and the chunk, and two lengths.
        ImageFormat::WebP => bytes::<21>(reader).map(|head| head[12..16] == *b"VP8X" && head[20] & 2 != 0),
        _ => Ok(false),
    };
    more.unwrap_or(false)
}

fn bytes<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes).map(|()| bytes)
}

/// An animation announces before the first pixels how many frames there are, and whether those pixels are the first
/// frame.
fn png_holds_more(reader: &mut (impl Read + Seek)) -> io::Result<bool> {
    reader.seek_relative(8)?;
    let (mut frames, mut pictures) = (0, 1);
    loop {
        let [a, b, c, d, kind @ ..] = bytes::<8>(reader)?;
        let mut rest = 4 + i64::from(u32::from_be_bytes([a, b, c, d]));
        match &kind {
            b"acTL" => {
                frames = u32::from_be_bytes(bytes(reader)?);
                rest -= 4;
            }
            b"fcTL" => pictures = 0,
            b"IDAT" | b"IEND" => return Ok(frames.saturating_add(pictures) > 1),
            _ => {}
        }
        reader.seek_relative(rest)?;
    }
}

/// A directory ends with the offset of the next.
fn tiff_holds_more(reader: &mut (impl Read + Seek)) -> io::Result<bool> {
    let head = bytes::<8>(reader)?;
    let is_big = head.starts_with(b"MM");
    let short = if is_big { u16::from_be_bytes } else { u16::from_le_bytes };
    let long = if is_big { u32::from_be_bytes } else { u32::from_le_bytes };
    let longer = if is_big { u64::from_be_bytes } else { u64::from_le_bytes };
    if !is_big_tiff(&head) {
        let [.., a, b, c, d] = head;
        reader.seek(SeekFrom::Start(long([a, b, c, d]).into()))?;
        let count = short(bytes(reader)?);
        reader.seek_relative(12 * i64::from(count))?;
        return Ok(bytes(reader)? != [0; 4]);
    }
    let at = longer(bytes(reader)?);
    reader.seek(SeekFrom::Start(at))?;
    let end = longer(bytes(reader)?).checked_mul(20).and_then(|rows| rows.checked_add(at)?.checked_add(8));
    let Some(end) = end else { return Ok(false) };
    reader.seek(SeekFrom::Start(end))?;
    Ok(bytes(reader)? != [0; 8])
}

/// Walks through the blocks to a second picture.
fn gif_holds_more(reader: &mut (impl Read + Seek)) -> io::Result<bool> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let head = bytes::<13>(reader)?;
    reader.seek_relative(table(head[10]))?;
    let mut pictures = 0;
    loop {
        match bytes(reader)? {
            [0x2C] if pictures == 1 => return Ok(true),
            [0x2C] => {
                pictures += 1;
                let place = bytes::<9>(reader)?;
                // Its colour table, and the bits of a code.
                reader.seek_relative(table(place[8]) + 1)?;
            }
            [0x21] => reader.seek_relative(1)?,
            _ => return Ok(false),
        }
        // Blocks with their lengths; the last has length 0.
        loop {
            let [length] = bytes(reader)?;
            if length == 0 {
                break;
            }
            reader.seek_relative(length.into())?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::ImageFormat;

    use super::{PNG_END, holds_more, is_whole_png};

    #[test]
    fn chunks_are_walked_through_to_the_end() {
        let is_whole = |parts: &[&[u8]]| is_whole_png(&mut Cursor::new(parts.concat())).unwrap();
        let (start, data) = (b"\x89PNG\r\n\x1a\n", b"\0\0\0\x03IDATabc....");
        assert!(is_whole(&[start, data, data, &PNG_END]) && is_whole(&[start, data, &PNG_END, b"and more"]));
        assert!(
            !is_whole(&[start, data]) && !is_whole(&[start, &data[..14]]) && !is_whole(&[start, data, &PNG_END[..9]])
        );
        assert!(!is_whole(&[start, b"\xff\xff\xff\xffIDAT....", data]) && !is_whole(&[start]) && !is_whole(&[]));
    }

    #[test]
    fn more_pictures_are_seen() {
        let more = |format, parts: &[&[u8]]| holds_more(&mut Cursor::new(parts.concat()), format);
        let (start, size, data) = (b"\x89PNG\r\n\x1a\n", b"\0\0\0\x01IHDR.....", b"\0\0\0\x03IDATabc....");
        let animated = |frames| [b"\0\0\0\x08acTL\0\0\0".as_slice(), &[frames], &[0; 8]].concat();
        let first = b"\0\0\0\x02fcTL......";
        assert!(more(ImageFormat::Png, &[start, size, &animated(2), first, data]));
        assert!(!more(ImageFormat::Png, &[start, size, &animated(1), first, data]));
        // The first pixels are no frame.
        assert!(more(ImageFormat::Png, &[start, size, &animated(1), data, first]));
        assert!(!more(ImageFormat::Png, &[start, size, data]));
        assert!(!more(ImageFormat::Png, &[start, size, data, &animated(2)]) && !more(ImageFormat::Png, &[start]));
        let tiff = |next: &[u8]| more(ImageFormat::Tiff, &[b"MM\0*\0\0\0\x08\0\x01", &[1; 12], next]);
        assert!(tiff(b"\0\0\0\x20") && !tiff(&[0; 4]) && !tiff(&[]));
        let large = |next: &[u8]| {
            let (head, count) = (b"MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10", b"\0\0\0\0\0\0\0\x01");
            more(ImageFormat::Tiff, &[head, count, &[1; 20], next])
        };
        assert!(large(b"\0\0\0\0\0\0\0\x20") && !large(&[0; 8]) && !large(&[]));
        assert!(!more(ImageFormat::Tiff, &[b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0", &[0xff; 8]]));
        assert!(more(ImageFormat::Tiff, &[b"II*\0\x09\0\0\0.\x01\0", &[1; 12], &[9, 0, 0, 0]]));
        let webp = |flags| more(ImageFormat::WebP, &[b"RIFF....WEBPVP8X....", &[flags]]);
        assert!(webp(0x12) && !webp(0x10) && !more(ImageFormat::WebP, &[b"RIFF....WEBPVP8L....\x02"]));
        // A global table of two colours, a local one, a comment before the picture, and two blocks of data.
        let (head, remark) = (b"GIF89a\x01\0\x01\0\x80\0\0abcdef", b"\x21\xfe\x02hi\0");
        let picture = b"\x2c\0\0\0\0\x01\0\x01\0\x80ABCDEF\x02\x01.\x02..\0";
        assert!(more(ImageFormat::Gif, &[head, picture, remark, picture, b";"]));
        assert!(!more(ImageFormat::Gif, &[head, remark, picture, remark, b";", picture]));
        assert!(!more(ImageFormat::Gif, &[head, picture]) && !more(ImageFormat::Gif, &[]));
    }
}
