//! What decoders leave unsaid: whether a file goes on to its end.

use std::io::{self, Read, Seek, SeekFrom};

/// The last chunk of every PNG, with its checksum.
const PNG_END: [u8; 12] = *b"\0\0\0\0IEND\xAE\x42\x60\x82";

/// Whether a PNG goes on to its end: a decoder is content once it has all rows.
///
/// Source: ISO/IEC 15948 (2004), clause 5.
pub(crate) fn is_whole_png(reader: &mut (impl Read + Seek)) -> io::Result<bool> {
    let length = reader.seek(SeekFrom::End(0))?;
    let mut last = [0; 12];
    if length >= 12 {
        reader.seek(SeekFrom::End(-12))?;
        reader.read_exact(&mut last)?;
    }
    // Something else may follow: then chunks are walked through.
    let (mut found, mut at) = (last == PNG_END, 8);
    reader.seek(SeekFrom::Start(at))?;
    while !found && at + 12 <= length {
        let mut head = [0; 8];
        reader.read_exact(&mut head)?;
        let [a, b, c, d, kind @ ..] = head;
        found = kind == *b"IEND";
        // Within what was read already: there may be millions of small ones.
        let rest = 4 + i64::from(u32::from_be_bytes([a, b, c, d]));
        reader.seek_relative(rest)?;
        at += 8 + rest as u64;
    }
    Ok(found)
}

/// Whether a JPEG goes on to its end: a decoder makes up what is missing. An end within what a segment holds, as that of a small picture in the
/// EXIF data, is not the picture's.
///
/// Source: ITU-T T.81 (1992), annex B.
pub(crate) fn is_whole_jpeg(mut bytes: &[u8]) -> bool {
    // Zeros behind 0xFF are data, and so are its repetitions; restarts stand among data.
    while let Some(at) = bytes.windows(2).position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF | 0xD0..=0xD8))
    {
        let marker = bytes[at + 1];
        if marker == 0xD9 {
            return true;
        }
        let Some(length) = bytes[at + 2..].first_chunk::<2>() else { return false };
        // Of a segment with its length.
        bytes = bytes.get(at + 2 + usize::from(u16::from_be_bytes(*length))..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{PNG_END, is_whole_jpeg as is_whole, is_whole_png};

    #[test]
    fn the_end_is_looked_for_behind_segments() {
        let start = [0xFF, 0xD8, 0xFF, 0xE1, 0, 5, 0xFF, 0xD9, 7];
        let scan = [0xFF, 0xDA, 0, 2, 1, 0xFF, 0, 2, 0xFF, 0xD3, 3];
        assert!(!is_whole(&start));
        assert!(!is_whole(&[&start[..], &scan].concat()));
        assert!(is_whole(&[&start[..], &scan, &[0xFF, 0xFF, 0xD9]].concat()));
        assert!(!is_whole(&[]) && !is_whole(&[0xFF, 0xE1]) && !is_whole(&[0xFF, 0xE1, 0xFF, 0xFF, 1]));
    }

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
}
