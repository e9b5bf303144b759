use std::io::{self, Write};

use png::{BitDepth, ColorType};
use rayon::prelude::*;

use super::pack::pack;
use crate::Metadata;
use crate::metadata::PngChunk;

/// Bytes of a block, which is packed on its own. It does not depend on the number of threads, so neither does the
/// file.
const BLOCK_BYTES: usize = 1 << 18;

/// A PNG file that is written row by row and packed block by block on all threads.
pub struct PngWriter<W> {
    to: W,
    level: u32,
    /// Bytes of a row and of a pixel.
    line: usize,
    pixel: usize,
    /// The last packed row, then the rows that wait.
    rows: Vec<u8>,
    /// Packed rows, and all rows of the picture.
    done: usize,
    height: usize,
    checksum: simd_adler32::Adler32,
}

impl<W: Write> PngWriter<W> {
    /// Begins a file: `bits` 8 or 16, `compression` from 0 (none) to 9 (hardest).
    ///
    /// # Errors
    /// If the picture is too large for PNG, or the system reports an error.
    ///
    /// # Panics
    /// If there are not 1 to 4 channels of 8 or 16 bits.
    pub fn new(
        mut to: W,
        shape: (usize, usize, usize),
        bits: usize,
        metadata: &Metadata,
        compression: u32,
    ) -> io::Result<Self> {
        let (height, width, channels) = shape;
        assert!(
            (1..=4).contains(&channels) && (bits == 8 || bits == 16),
            "PngWriter: {channels} channels of {bits} bits"
        );
        let side = |side: usize| {
            let most = i32::MAX as u32;
            u32::try_from(side)
                .ok()
                .filter(|side| (1..=most).contains(side))
                .ok_or_else(|| io::Error::other(format!("{width}×{height} pixels; PNG holds 1 to {most} a side")))
        };
        let mut info = png::Info::with_size(side(width)?, side(height)?);
        info.bit_depth = if bits == 8 { BitDepth::Eight } else { BitDepth::Sixteen };
        info.color_type =
            [ColorType::Grayscale, ColorType::GrayscaleAlpha, ColorType::Rgb, ColorType::Rgba][channels - 1];
        info.icc_profile = metadata.icc.as_deref().map(Into::into);
        info.exif_metadata = metadata.exif.as_deref().map(Into::into);
        // The library writes the chunks before the pixels, and an end, which must come later.
        let mut head = Vec::new();
        png::Encoder::with_info(&mut head, info)?.write_header()?;
        head.truncate(head.len() - END_BYTES);
        to.write_all(&head)?;
        metadata.png.iter().try_for_each(|chunk| write(&mut to, chunk))?;
        if let Some(density) = metadata.density {
            chunk(&mut to, b"pHYs", density.phys())?;
        }
        chunk(&mut to, b"IDAT", vec![0x78, 0x01])?;
        let pixel = channels * bits / 8;
        let line = width * pixel;
        let (rows, level) = (vec![0; line], compression.min(9));
        Ok(Self { to, level, line, pixel, rows, done: 0, height, checksum: simd_adler32::Adler32::new() })
    }

    /// Writes the next rows, 8 bits a number.
    ///
    /// # Errors
    /// What the system reports.
    pub fn write_u8(&mut self, rows: &[u8]) -> io::Result<()> {
        self.rows.extend_from_slice(rows);
        self.pack(false)
    }

    /// Writes the next rows, 16 bits a number.
    ///
    /// # Errors
    /// What the system reports.
    pub fn write_u16(&mut self, rows: &[u16]) -> io::Result<()> {
        self.rows.extend(rows.iter().flat_map(|value| value.to_be_bytes()));
        self.pack(false)
    }

    /// Writes the rows that wait, and the end of the file.
    ///
    /// # Errors
    /// What the system reports.
    ///
    /// # Panics
    /// If fewer or more rows were written than announced.
    pub fn finish(mut self) -> io::Result<W> {
        self.pack(true)?;
        assert_eq!(self.done, self.height, "PngWriter: as many rows as announced");
        // An empty last block.
        let mut end = vec![0x03, 0x00];
        end.extend(self.checksum.finish().to_be_bytes());
        chunk(&mut self.to, b"IDAT", end)?;
        chunk(&mut self.to, b"IEND", Vec::new())?;
        self.to.flush()?;
        Ok(self.to)
    }

    /// Packs the complete blocks, or with `all` every row.
    fn pack(&mut self, all: bool) -> io::Result<()> {
        let waiting = self.rows.len() / self.line - 1;
        let block_rows = (BLOCK_BYTES / self.line).max(1);
        // A block for every thread.
        let batch = block_rows * rayon::current_num_threads();
        let count = if all { waiting } else { waiting / batch * batch };
        let (line, pixel, level, first) = (self.line, self.pixel, self.level, self.done == 0);
        let starts: Vec<_> = (0..count).step_by(block_rows).collect();
        let packed = |&start: &usize| {
            let rows = &self.rows[start * line..(start + block_rows + 1).min(count + 1) * line];
            pack(rows, line, pixel, first && start == 0, level)
        };
        let blocks: Vec<_> = starts.par_iter().map(packed).collect::<io::Result<_>>()?;
        for (filtered, packed) in blocks {
            self.checksum.write(&filtered);
            chunk(&mut self.to, b"IDAT", packed)?;
        }
        self.done += count;
        self.rows.drain(..count * line);
        Ok(())
    }
}

/// Bytes of a chunk without content.
const END_BYTES: usize = 12;

fn chunk(to: &mut impl Write, kind: &[u8; 4], content: Vec<u8>) -> io::Result<()> {
    write(to, &PngChunk { kind: *kind, content })
}

fn write(to: &mut impl Write, chunk: &PngChunk) -> io::Result<()> {
    to.write_all(&(chunk.content.len() as u32).to_be_bytes())?;
    to.write_all(&chunk.kind)?;
    to.write_all(&chunk.content)?;
    to.write_all(&chunk.checksum())
}
