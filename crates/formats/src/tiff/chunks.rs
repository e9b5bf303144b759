//! The strips or tiles of a picture, put together.

use std::io::{self, BufRead, ErrorKind, Read, Seek};

use super::layout::Layout;
use super::rows::{Rows, Stored};
use super::tags::{self, Tags};
use super::unpack::unpacked;
use crate::sample::Sample;

/// The numbers that are kept of all pixels, pixel by pixel, each converted.
pub(super) fn numbers<S: Stored, T: Sample>(
    reader: &mut (impl BufRead + Seek),
    (tags, layout): (&Tags, &Layout),
    convert: impl Fn(S) -> T,
) -> Result<Vec<T>, String> {
    let kept: Vec<_> = layout.kept().collect();
    let mut out = vec![T::default(); layout.height * layout.width * kept.len()];
    let mut lines = Lines::new(layout);
    for (index, &(at, length)) in layout.places.iter().enumerate() {
        let (plane, [y, x]) = layout.place_of(index);
        // Where each sample of the strip or tile goes; none if it is left out.
        let channels: Vec<_> = (0..lines.samples)
            .map(|sample| kept.iter().position(|of| *of == if layout.is_planar { plane } else { sample }))
            .collect();
        if channels.iter().all(Option::is_none) {
            continue;
        }
        let is_all = channels.iter().enumerate().all(|(sample, channel)| *channel == Some(sample));
        let (rows, columns) = (layout.chunk.0.min(layout.height - y), layout.chunk.1.min(layout.width - x));
        let place = |row: usize, numbers: &[S]| {
            let to = &mut out[((y + row) * layout.width + x) * kept.len()..][..columns * kept.len()];
            if is_all && kept.len() == channels.len() {
                to.iter_mut().zip(numbers).for_each(|(to, number)| *to = convert(*number));
                return;
            }
            for (sample, channel) in channels.iter().enumerate() {
                let Some(channel) = *channel else { continue };
                let numbers = numbers.iter().skip(sample).step_by(channels.len());
                to.iter_mut().skip(channel).step_by(kept.len()).zip(numbers).for_each(|(to, n)| *to = convert(*n));
            }
        };
        let read = || {
            // A relative seek stays within the buffer: there may be millions of small tiles.
            let way = i64::try_from(at).map_err(|_| io::Error::from(ErrorKind::UnexpectedEof))?;
            let now = reader.stream_position()?;
            reader.seek_relative(way - now as i64)?;
            let packed = reader.by_ref().take(if length == 0 { u64::MAX } else { length });
            let unpacked = unpacked(packed, layout, tags.bytes(tags::JPEG_TABLES), rows)?;
            lines.read(unpacked, rows, place)
        };
        read().map_err(|error| problem(&error, layout, index))?;
    }
    Ok(out)
}

/// Says what is wrong with a strip or tile.
fn problem(error: &io::Error, layout: &Layout, index: usize) -> String {
    let name = if layout.is_tiled { "tile" } else { "strip" };
    let which = format!("{name} {} of {}", index + 1, layout.places.len());
    match error.kind() {
        ErrorKind::UnexpectedEof => format!("is cut short (tiff): {which} ends early"),
        _ if error.raw_os_error().is_some() => format!("cannot be read: {error}"),
        _ => format!("is damaged (tiff), {which}: {error}"),
    }
}

impl Layout {
    /// The plane of a strip or tile, and where in the picture it begins.
    fn place_of(&self, index: usize) -> (usize, [usize; 2]) {
        let (across, down) = (self.width.div_ceil(self.chunk.1), self.height.div_ceil(self.chunk.0));
        let within = index % (across * down);
        (index / (across * down), [within / across * self.chunk.0, within % across * self.chunk.1])
    }
}

/// Reads strips or tiles line by line.
struct Lines<S> {
    rows: Rows,
    width: usize,
    /// Samples a pixel.
    samples: usize,
    subsampling: (usize, usize),
    bytes: Vec<u8>,
    numbers: Vec<S>,
}

impl<S: Stored> Lines<S> {
    fn new(layout: &Layout) -> Self {
        let (samples, width, subsampling) = (layout.samples_of_chunk(), layout.chunk.1, layout.subsampling);
        let rows =
            Rows { bits: layout.bits, is_big_endian: layout.is_big_endian, predictor: layout.predictor, samples };
        let numbers = vec![S::default(); width * samples * subsampling.1];
        Self { rows, width, samples, subsampling, bytes: vec![0; layout.row_bytes() as usize], numbers }
    }

    /// Gives each of `rows` rows to `place`, as wide as the strip or tile.
    fn read(&mut self, mut bytes: impl Read, rows: usize, mut place: impl FnMut(usize, &[S])) -> io::Result<()> {
        let down = self.subsampling.1;
        for first in (0..rows).step_by(down) {
            bytes.read_exact(&mut self.bytes)?;
            if self.subsampling == (1, 1) {
                self.rows.read(&mut self.bytes, &mut self.numbers);
            } else {
                self.spread();
            }
            let lines = self.numbers.chunks_exact(self.width * self.samples);
            lines.take(down.min(rows - first)).enumerate().for_each(|(line, numbers)| place(first + line, numbers));
        }
        Ok(())
    }

    /// Gives each pixel a blueness and a redness of its own. They are stored behind the brightnesses of all pixels that
    /// share them.
    ///
    /// Source: TIFF 6.0 (1992), section 21.
    fn spread(&mut self) {
        let (across, down) = self.subsampling;
        for (block, bytes) in self.bytes.chunks_exact(across * down + 2).enumerate() {
            for y in 0..down {
                for x in (block * across..self.width).take(across) {
                    let brightness = bytes[y * across + x - block * across];
                    let pixel = [brightness, bytes[across * down], bytes[across * down + 1]];
                    let at = 3 * (y * self.width + x);
                    self.numbers[at..at + 3].copy_from_slice(&pixel.map(|byte| S::of(byte.into())));
                }
            }
        }
    }
}
