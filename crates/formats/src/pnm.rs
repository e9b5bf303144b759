//! Portable bit maps, grey maps, pixel maps and arbitrary maps, plain and binary.
//!
//! Source: the manual pages pbm, pgm, ppm and pam of Netpbm.

use std::io::{BufRead, Read, Seek};

use glassbox_tensor::{Element, Image, quoted};

use crate::Pixels;
use crate::limit::{MOST_PICTURE_BYTES, bytes_left};

/// The parts of a header.
struct Header {
    height: usize,
    width: usize,
    channels: usize,
    most: u32,
    /// How the numbers are stored: as text, as bytes, or eight to a byte.
    stored: Stored,
    /// Whether 1 is black.
    is_negative: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stored {
    Plain,
    Binary,
    Bits,
}

/// Reads a picture.
///
/// # Errors
/// What is wrong with it, in words that follow its name.
pub(crate) fn read(reader: &mut (impl BufRead + Seek)) -> Result<Pixels, String> {
    let header = Header::read(reader)?;
    let Header { height, width, most, stored, .. } = header;
    if height == 0 || width == 0 {
        return Err(format!("is {width}×{height} pixels; there must be at least one"));
    }
    let bytes = header.bytes();
    if bytes > MOST_PICTURE_BYTES {
        return Err(format!(
            "is {width}×{height} pixels ({bytes} bytes); at most {MOST_PICTURE_BYTES} bytes are allowed"
        ));
    }
    let needed = match stored {
        Stored::Binary => bytes,
        Stored::Bits => height as u64 * width.div_ceil(8) as u64,
        // A digit a number; spaces between them may be left out if there is one bit.
        Stored::Plain => bytes / if most > 255 { 2 } else { 1 },
    };
    let left = bytes_left(reader).map_err(|e| format!("cannot be read: {e}"))?;
    if left < needed {
        return Err(format!("is cut short (pnm): {width}×{height} pixels need {needed} bytes, found {left}"));
    }
    Ok(match most {
        256.. => {
            let value = |number: u32| ((number.min(most) * 65535 + most / 2) / most) as u16;
            Pixels::U16(numbers::<u16>(reader, &header, value, |read, line, row| {
                read.read_exact(line)?;
                row.iter_mut().zip(line.as_chunks().0).for_each(|(to, from)| *to = u16::from_be_bytes(*from));
                Ok(())
            })?)
        }
        _ => {
            let value = |number: u32| ((number.min(most) * 255 + most / 2) / most) as u8;
            Pixels::U8(numbers::<u8>(reader, &header, value, |read, _, row| read.read_exact(row))?)
        }
    })
}

/// The bytes that the pixels will take, by the header. The reader is at its start.
pub(crate) fn size(reader: &mut impl BufRead) -> Option<u64> {
    Header::read(reader).ok().map(|header| header.bytes())
}

/// The numbers of all rows, scaled by `value`; `binary` reads a row of them.
fn numbers<T: Element + Into<u32>>(
    reader: &mut impl BufRead,
    header: &Header,
    value: impl Fn(u32) -> T,
    binary: impl Fn(&mut dyn Read, &mut [u8], &mut [T]) -> std::io::Result<()>,
) -> Result<Image<T>, String> {
    let &Header { height, width, channels, most, stored, is_negative } = header;
    let (line, is_full) = (width * channels, most == 255 || most == 65535);
    let mut image = Image::zeros([height, width, channels]);
    let mut bytes = vec![0; if stored == Stored::Bits { line.div_ceil(8) } else { line * size_of::<T>() }];
    let cut_short = |e: std::io::Error| format!("is cut short (pnm): {e}");
    for row in image.as_mut_slice().chunks_exact_mut(line) {
        match stored {
            Stored::Plain => {
                for to in &mut *row {
                    let number = plain_number(reader, is_negative)?;
                    *to = value(if is_negative { 1 - number } else { number });
                }
            }
            Stored::Bits => {
                reader.read_exact(&mut bytes).map_err(cut_short)?;
                let bit = |x: usize| u32::from(bytes[x / 8] >> (7 - x % 8) & 1);
                row.iter_mut().enumerate().for_each(|(x, to)| *to = value(1 - bit(x)));
            }
            Stored::Binary => {
                binary(reader, &mut bytes, row).map_err(cut_short)?;
                if !is_full {
                    row.iter_mut().for_each(|to| *to = value((*to).into()));
                }
            }
        }
    }
    Ok(image)
}

impl Header {
    /// The bytes of the pixels in memory.
    fn bytes(&self) -> u64 {
        let count = (self.height as u64).saturating_mul(self.width as u64).saturating_mul(self.channels as u64);
        count.saturating_mul(if self.most > 255 { 2 } else { 1 })
    }

    fn read(reader: &mut impl BufRead) -> Result<Self, String> {
        let mut magic = [0; 2];
        reader.read_exact(&mut magic).map_err(|e| format!("is cut short (pnm): {e}"))?;
        if magic == *b"P7" {
            return Self::arbitrary(reader);
        }
        let [width, height] = [number(reader)?, number(reader)?].map(|side| side as usize);
        let is_negative = matches!(magic, [_, b'1' | b'4']);
        let most = if is_negative { 1 } else { number(reader)? };
        let stored = match magic[1] {
            b'1'..=b'3' => Stored::Plain,
            b'4' => Stored::Bits,
            _ => Stored::Binary,
        };
        let channels = if matches!(magic[1], b'3' | b'6') { 3 } else { 1 };
        Self { height, width, channels, most, stored, is_negative }.checked()
    }

    /// The lines of a PAM's header.
    fn arbitrary(reader: &mut impl BufRead) -> Result<Self, String> {
        let mut numbers = [("WIDTH", None), ("HEIGHT", None), ("DEPTH", None), ("MAXVAL", None)];
        loop {
            let mut line = Vec::new();
            let ended = reader.by_ref().take(1 << 12).read_until(b'\n', &mut line).map_err(|e| e.to_string())? == 0;
            let text = String::from_utf8_lossy(&line);
            let mut words = text.split_ascii_whitespace();
            match (words.next(), words.next()) {
                _ if ended => return Err("is damaged (pnm): its header has no ENDHDR".into()),
                (Some("ENDHDR"), None) => break,
                (None, _) | (Some("TUPLTYPE"), _) => {}
                (Some(word), _) if word.starts_with('#') => {}
                (Some(name), Some(value)) if numbers.iter().any(|(known, _)| *known == name) => {
                    let value: u32 = value
                        .parse()
                        .map_err(|_| format!("is damaged (pnm): {name} is a whole number, found {}", quoted(value)))?;
                    let place = numbers.iter_mut().find(|(known, _)| *known == name);
                    if place.is_some_and(|(_, place)| place.replace(value).is_some()) {
                        return Err(format!("is damaged (pnm): its header has two lines {name}"));
                    }
                }
                (Some(other), _) => {
                    return Err(format!("is damaged (pnm): a line of its header begins with {}", quoted(other)));
                }
            }
        }
        let [width, height, channels, most] = numbers
            .map(|(name, value)| value.ok_or_else(|| format!("is damaged (pnm): its header has no line {name}")));
        let (channels, most) = (channels? as usize, most?);
        if !(1..=4).contains(&channels) {
            return Err(format!("has {channels} channels (pnm); 1 to 4 are read"));
        }
        let (height, width) = (height? as usize, width? as usize);
        Self { height, width, channels, most, stored: Stored::Binary, is_negative: false }.checked()
    }

    fn checked(self) -> Result<Self, String> {
        match self.most {
            1..=65535 => Ok(self),
            most => Err(format!("is damaged (pnm): its largest number is 1 to 65535, found {most}")),
        }
    }
}

/// The next byte that is not part of a remark, or none at the end.
fn byte(reader: &mut impl BufRead) -> Result<Option<u8>, String> {
    let mut next = || -> Result<Option<u8>, String> {
        let byte = reader.fill_buf().map(|bytes| bytes.first().copied()).map_err(|e| format!("cannot be read: {e}"))?;
        reader.consume(byte.is_some().into());
        Ok(byte)
    };
    let mut found = next()?;
    if found == Some(b'#') {
        while !matches!(found, None | Some(b'\n' | b'\r')) {
            found = next()?;
        }
    }
    Ok(found)
}

/// A whole number of the header or of a plain picture, with the white space before it and the byte after it.
fn number(reader: &mut impl BufRead) -> Result<u32, String> {
    let mut value: Option<u32> = None;
    loop {
        match (byte(reader)?, value) {
            (Some(b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | b' '), None) => {}
            (None, None) => return Err("is cut short (pnm): a number is missing".into()),
            (None | Some(b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | b' '), Some(value)) => return Ok(value),
            (Some(digit @ b'0'..=b'9'), _) => {
                let longer = value.unwrap_or(0).checked_mul(10).and_then(|v| v.checked_add(u32::from(digit - b'0')));
                value = Some(longer.ok_or("is damaged (pnm): a number is too large")?);
            }
            (Some(other), _) => {
                let found = quoted(&char::from(other).to_string());
                return Err(format!("is damaged (pnm): a number is needed, found {found}"));
            }
        }
    }
}

/// A number of a plain picture; bits need no space between them.
fn plain_number(reader: &mut impl BufRead, is_bit: bool) -> Result<u32, String> {
    if !is_bit {
        return number(reader);
    }
    loop {
        match byte(reader)? {
            Some(b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | b' ') => {}
            Some(digit @ (b'0' | b'1')) => return Ok(u32::from(digit - b'0')),
            None => return Err("is cut short (pnm): a bit is missing".into()),
            Some(other) => {
                let found = quoted(&char::from(other).to_string());
                return Err(format!("is damaged (pnm): bits are 0 or 1, found {found}"));
            }
        }
    }
}
