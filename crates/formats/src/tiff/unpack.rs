//! Unpacks the data of a strip or tile.

use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};

use fax::Color;
use fax::decoder::{DecodeStatus, Group3Decoder, Group4Decoder, pels};
use flate2::bufread::ZlibDecoder;
use weezl::{BitOrder, LzwStatus, decode};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::layout::Layout;
use super::names::Packing;

/// The bytes of a strip or tile of `rows` rows. `packed` ends with it.
pub(super) fn unpacked<'a>(
    packed: impl Read + 'a,
    layout: &Layout,
    jpeg_tables: &[u8],
    rows: usize,
) -> io::Result<Box<dyn Read + 'a>> {
    // JPEG has an order of its own.
    let is_reversed = layout.is_reversed && layout.packing != Packing::Jpeg;
    let packed: Box<dyn Read + 'a> = if is_reversed { Box::new(Reversed(packed)) } else { Box::new(packed) };
    let mut packed = BufReader::new(packed);
    Ok(match layout.packing {
        Packing::None => Box::new(packed),
        Packing::Deflate => Box::new(ZlibDecoder::new(packed)),
        Packing::Lzw => {
            // Before 1993 the order was another one; a file then began with a clear code of nine bits, lowest first.
            let is_old = matches!(packed.fill_buf()?, [0, second, ..] if second & 1 != 0);
            let decoder = if is_old {
                decode::Configuration::new(BitOrder::Lsb, 8)
            } else {
                decode::Configuration::with_tiff_size_switch(BitOrder::Msb, 8)
            };
            Box::new(Lzw { packed, decoder: decoder.with_yield_on_full_buffer(true).build() })
        }
        Packing::PackBits => Box::new(PackBits { packed, left: 0, repeated: None }),
        Packing::Jpeg => Box::new(Cursor::new(jpeg(packed, layout, jpeg_tables, rows)?)),
        Packing::Fax3 | Packing::Fax4 => Box::new(Cursor::new(fax(packed, layout, rows)?)),
    })
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

/// Turns the bits of each byte round.
struct Reversed<R>(R);

impl<R: Read> Read for Reversed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(out)?;
        out[..count].iter_mut().for_each(|byte| *byte = byte.reverse_bits());
        Ok(count)
    }
}

struct Lzw<R> {
    packed: R,
    decoder: decode::Decoder,
}

impl<R: BufRead> Read for Lzw<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let result = self.decoder.decode_bytes(self.packed.fill_buf()?, out);
            self.packed.consume(result.consumed_in);
            match result.status {
                Ok(LzwStatus::Ok) if result.consumed_out == 0 => {}
                Ok(_) => return Ok(result.consumed_out),
                Err(_) => return Err(damaged("its LZW codes make no sense")),
            }
        }
    }
}

/// Runs of bytes: a byte n below 128 before n + 1 bytes, one above 128 before a byte that occurs 257 - n times.
///
/// Source: TIFF 6.0 (1992), section 9.
struct PackBits<R> {
    packed: R,
    /// Bytes of the run that are left.
    left: usize,
    repeated: Option<u8>,
}

impl<R: BufRead> Read for PackBits<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.left == 0 {
            let [head, ..] = *self.packed.fill_buf()? else { return Ok(0) };
            self.packed.consume(1);
            (self.left, self.repeated) = match head {
                0..128 => (usize::from(head) + 1, None),
                128 => (0, None),
                _ => {
                    let mut byte = [0];
                    self.packed.read_exact(&mut byte)?;
                    (257 - usize::from(head), Some(byte[0]))
                }
            };
        }
        let most = out.len().min(self.left);
        let count = match self.repeated {
            Some(byte) => {
                out[..most].fill(byte);
                most
            }
            None => self.packed.read(&mut out[..most])?,
        };
        self.left -= count;
        Ok(count)
    }
}

/// A JPEG, to which tables that all strips or tiles share are prepended. Its colours stay as they are.
fn jpeg(mut packed: impl Read, layout: &Layout, tables: &[u8], rows: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    packed.read_to_end(&mut bytes)?;
    // Without the end of the tables, and the beginning of the picture.
    if let Some(tables) = tables.strip_suffix(&[0xFF, 0xD9])
        && let Some(picture) = bytes.strip_prefix(&[0xFF, 0xD8])
    {
        bytes = [tables, picture].concat();
    }
    let damaged = |_| damaged("its JPEG data are damaged or of a kind that is not understood");
    // Otherwise grey would stand for what is damaged.
    let options = DecoderOptions::default().set_strict_mode(true);
    let options = options.set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&bytes), options);
    decoder.decode_headers().map_err(damaged)?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    let colours = decoder.input_colorspace();
    let samples = colours.map_or(0, |colours| colours.num_components());
    if width != layout.chunk.1 || !(rows..=layout.chunk.0.max(rows)).contains(&height) {
        return Err(self::damaged("a JPEG of another size than its strip or tile"));
    }
    let most = layout.packing.most_from_a_byte(0).saturating_mul(bytes.len() as u64);
    if width as u64 * height as u64 * samples as u64 > most {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    if samples != layout.samples_of_chunk() {
        return Err(self::damaged("a JPEG of other colours than the file says"));
    }
    if let Some(colours) = colours {
        decoder.set_options(options.jpeg_set_out_colorspace(colours));
    }
    decoder.decode().map_err(damaged)
}

/// A fax: 1 is black.
fn fax(packed: impl BufRead, layout: &Layout, rows: usize) -> io::Result<Vec<u8>> {
    let wide = |_| damaged("a fax of more than 65535 columns");
    let width = u16::try_from(layout.chunk.1).map_err(wide)?;
    let mut bytes = packed.bytes();
    let row_bytes = usize::from(width).div_ceil(8);
    let mut out = Vec::with_capacity(row_bytes * rows);
    let mut push = |changes: &[u16]| {
        let mut row = vec![0; row_bytes];
        for (x, _) in pels(changes, width).enumerate().filter(|(_, colour)| *colour == Color::Black) {
            row[x / 8] |= 0x80 >> (x % 8);
        }
        out.extend(row);
    };
    let broken = |_| damaged("its fax codes make no sense");
    if layout.packing == Packing::Fax4 {
        let mut decoder = Group4Decoder::new(&mut bytes, width)?;
        for _ in 0..rows {
            match decoder.advance().map_err(broken)? {
                DecodeStatus::End => return Err(ErrorKind::UnexpectedEof.into()),
                DecodeStatus::Incomplete => push(decoder.transition()),
            }
        }
    } else {
        let mut decoder = Group3Decoder::new(&mut bytes).map_err(broken)?;
        for row in 1..=rows {
            // The last row may have no line end behind it.
            let status = decoder.advance();
            push(decoder.transitions());
            if row < rows && status.map_err(broken)? == DecodeStatus::End {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }
    Ok(out)
}
