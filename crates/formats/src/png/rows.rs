use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Seek};
use std::path::Path;
use std::time::SystemTime;

use image::metadata::Orientation;
use png::{BitDepth, ColorType, Transformations};

use crate::error::plain;
use crate::whole::{is_whole_png, png_meaning};
use crate::{Error, Metadata};

/// Most bytes of a row in a picture that is processed row by row, with room to keep many rows: 40000 pixels of four
/// channels of 16 bits take 320000 bytes.
pub const MOST_ROW_BYTES: usize = 1 << 22;

/// The rows of a PNG file, from top to bottom.
pub struct PngRows {
    reader: png::Reader<BufReader<File>>,
    name: String,
    /// Rows still to read.
    left: usize,
    /// Height, width and channels.
    pub shape: (usize, usize, usize),
    /// Whether the numbers have 16 bits, not 8.
    pub is_u16: bool,
    /// Colour profile, EXIF and chunks.
    pub metadata: Metadata,
    /// The file's length and time of change, by which a changed file is noticed.
    pub stamp: (u64, Option<SystemTime>),
}

impl PngRows {
    /// Opens a file to read it row by row. Returns none if that is impossible: it is no PNG, it is damaged or
    /// interlaced, its EXIF orientation must be applied, or its rows are too long. Reading such a file as a whole
    /// tells what is wrong.
    pub fn open(path: &Path, auto_orient: bool) -> Option<Self> {
        // A pipe cannot be read twice, so it must not be started here.
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
        let icc = info.icc_profile.as_deref().map(<[u8]>::to_vec);
        let metadata = Metadata { icc, exif, png: meaning, ..Metadata::default() };
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
        // When asked for one row more, the decoder compares the checksum after the data.
        if self.left == 0 {
            read()?;
        }
        Ok(())
    }
}
