//! PNG row by row: pictures larger than memory come in and go out in it, and all cores pack what goes out.

mod pack;

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Seek, Write};
use std::path::Path;
use std::time::SystemTime;

use image::metadata::Orientation;
use png::{BitDepth, ColorType, Transformations};
use rayon::prelude::*;

use self::pack::pack;
use crate::error::plain;
use crate::metadata::PngChunk;
use crate::whole::{is_whole_png, png_meaning};
use crate::{Error, Metadata};

/// Bytes of a row that may be kept many times over: 40000 pixels of four channels of 16 bits and many to spare.
pub const MOST_ROW_BYTES: usize = 1 << 22;

/// Bytes that are packed by themselves. They are the same whatever the number of threads, and so is the file.
const BLOCK_BYTES: usize = 1 << 18;

/// The rows of a PNG file, from above.
pub struct PngRows {
    reader: png::Reader<BufReader<File>>,
    name: String,
    /// Rows that were not read yet.
    left: usize,
    /// Height, width and channels.
    pub shape: (usize, usize, usize),
    /// Whether the numbers have 16 bits, not 8.
    pub is_u16: bool,
    /// What came with the picture.
    pub metadata: Metadata,
    /// The file's length and when it was changed last, as far as the system says: other ones, another file.
    pub stamp: (u64, Option<SystemTime>),
}

impl PngRows {
    /// Opens a file to be read row by row; none if that cannot be done: it is not a PNG or a damaged one, it is
    /// interlaced, it is to be turned
    /// as its EXIF says, or its rows are too long. Whoever reads such a file as a whole is told what is wrong with it.
    pub fn open(path: &Path, auto_orient: bool) -> Option<Self> {
        // What cannot be read twice, as a pipe, must not be begun here.
        if !path.metadata().ok()?.is_file() {
            return None;
        }
        let file = File::open(path).ok()?;
        let known = file.metadata().ok()?;
        let mut file = BufReader::with_capacity(1 << 17, file);
        if !file.fill_buf().ok()?.starts_with(b"\x89PNG") || !is_whole_png(&mut file).ok()? {
            return None;
        }
        file.rewind().ok()?;
        let meaning = png_meaning(&mut file).ok()?;
        file.rewind().ok()?;
        let mut decoder = png::Decoder::new(file);
        decoder.set_transformations(Transformations::EXPAND);
        decoder.set_ignore_text_chunk(true);
        let reader = decoder.read_info().ok()?;
        let (colour, depth) = reader.output_color_type();
        let channels = match colour {
            ColorType::Grayscale => 1,
            ColorType::GrayscaleAlpha => 2,
            ColorType::Rgb => 3,
            ColorType::Rgba => 4,
            ColorType::Indexed => return None,
        };
        let info = reader.info();
        let mut exif = info.exif_metadata.as_deref().map(<[u8]>::to_vec);
        let turned =
            exif.as_deref().and_then(Orientation::from_exif_chunk).is_some_and(|o| o != Orientation::NoTransforms);
        let (height, width) = (info.height as usize, info.width as usize);
        let too_long = reader.output_line_size(info.width).is_none_or(|bytes| bytes > MOST_ROW_BYTES);
        let too_large = height.max(width) > i32::MAX as usize;
        if too_large || info.interlaced || info.animation_control.is_some() || auto_orient && turned || too_long {
            return None;
        }
        if let Some(exif) = exif.as_mut().filter(|_| auto_orient) {
            let _ = Orientation::remove_from_exif_chunk(exif);
        }
        let metadata = Metadata { icc: info.icc_profile.as_deref().map(<[u8]>::to_vec), exif, png: meaning };
        let (name, is_u16) = (path.display().to_string(), depth == BitDepth::Sixteen);
        let stamp = (known.len(), known.modified().ok());
        Some(Self { reader, name, left: height, shape: (height, width, channels), is_u16, metadata, stamp })
    }

    /// The next rows, 8 bits a number.
    ///
    /// # Errors
    /// If the file is damaged or cut short.
    pub fn read_u8(&mut self, rows: &mut [u8]) -> Result<(), Error> {
        let line = self.shape.1 * self.shape.2;
        rows.chunks_exact_mut(line).try_for_each(|row| self.row(row))
    }

    /// The next rows, 16 bits a number.
    ///
    /// # Errors
    /// If the file is damaged or cut short.
    pub fn read_u16(&mut self, rows: &mut [u16]) -> Result<(), Error> {
        let line = self.shape.1 * self.shape.2;
        let mut bytes = vec![0; 2 * line];
        for row in rows.chunks_exact_mut(line) {
            self.row(&mut bytes)?;
            row.iter_mut().zip(bytes.as_chunks().0).for_each(|(to, from)| *to = u16::from_be_bytes(*from));
        }
        Ok(())
    }

    fn row(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        let cut_short = |e: &dyn std::fmt::Display| Error::invalid(&self.name, format!("is cut short (png): {e}"));
        let mut read = || match self.reader.read_row(bytes) {
            Ok(row) => Ok(row.is_some()),
            Err(png::DecodingError::IoError(e)) if e.kind() == ErrorKind::UnexpectedEof => Err(cut_short(&e)),
            Err(png::DecodingError::IoError(e)) => Err(Error::read(&self.name, e)),
            Err(error) => Err(Error::invalid(&self.name, format!("is damaged (png): {}", plain(&error)))),
        };
        if !read()? {
            return Err(cut_short(&"there are fewer rows than it says"));
        }
        self.left = self.left.saturating_sub(1);
        // Asked for one more, the decoder looks at the sum behind the data.
        if self.left == 0 {
            read()?;
        }
        Ok(())
    }
}

/// A PNG file that is written row by row and packed block by block on all threads.
pub struct PngWriter<W> {
    to: W,
    level: u32,
    /// Bytes of a row and of a pixel.
    line: usize,
    pixel: usize,
    /// The last row that was packed, then those that are waiting to be.
    rows: Vec<u8>,
    /// Rows that were packed and the rows there are to be.
    done: usize,
    height: usize,
    checksum: simd_adler32::Adler32,
}

impl<W: Write> PngWriter<W> {
    /// Begins a file: `bits` 8 or 16, `compression` from 0 (none) to 9 (hardest).
    ///
    /// # Errors
    /// If the picture is larger than PNG can say, or the system would not write it.
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
        // The library writes what comes before the pixels; at the end it puts an end, which is ours to put later.
        let mut head = Vec::new();
        png::Encoder::with_info(&mut head, info)?.write_header()?;
        head.truncate(head.len() - END_BYTES);
        to.write_all(&head)?;
        metadata.png.iter().try_for_each(|chunk| write(&mut to, chunk))?;
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

    /// Writes what is left, and the end.
    ///
    /// # Errors
    /// What the system reports.
    ///
    /// # Panics
    /// If there were not as many rows as were announced.
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

    /// Packs the blocks that are whole, or all that is left.
    fn pack(&mut self, all: bool) -> io::Result<()> {
        let waiting = self.rows.len() / self.line - 1;
        let block_rows = (BLOCK_BYTES / self.line).max(1);
        // Enough for every thread to have something to do.
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
