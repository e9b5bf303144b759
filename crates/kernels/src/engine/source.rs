//! Where the rows of a picture come from, when the picture is never in memory as a whole.

use std::ops::Range;

use super::Engine;
use super::strip::Strip;
use crate::Pixel;
use crate::operator::Dimensions;

/// Bytes of rows that are read at a time.
pub(super) const READ_BYTES: usize = 1 << 20;

/// A supply of a picture's rows.
pub(super) trait RowSource<T, E> {
    /// A strip with rows `range`. Later calls do not need the rows above `range`.
    fn rows(&mut self, range: Range<usize>) -> Result<Strip<'_, T>, E>;
}

/// A picture that is in memory as a whole.
impl<T, E> RowSource<T, E> for Strip<'_, T> {
    fn rows(&mut self, _: Range<usize>) -> Result<Strip<'_, T>, E> {
        Ok(Strip { ..*self })
    }
}

/// A function that fills whole rows of a picture, from a given row on. Each call goes on after the last or begins at
/// row 0.
type Read<'a, T, E> = dyn FnMut(usize, &mut [T]) -> Result<(), E> + 'a;

/// The rows of a picture from top to bottom: those of the input, or those that operators make of another stream.
pub(super) struct RowStream<'a, T, E> {
    pub(super) read: Box<Read<'a, T, E>>,
    pub(super) shape: Dimensions,
    /// How many rows to read at a time for the best speed.
    pub(super) batch: usize,
}

impl<'a, T: Pixel, E: 'a> RowStream<'a, T, E> {
    /// The rows that `make` makes of the rows in a buffer.
    pub(super) fn from_buffer(
        mut buffer: RowBuffer<'a, T, E>,
        shape: Dimensions,
        batch: usize,
        mut make: impl FnMut(&mut RowBuffer<'a, T, E>, Range<usize>, &mut [T]) -> Result<(), E> + 'a,
    ) -> Self {
        let read = move |first: usize, out: &mut [T]| {
            let range = first..first + out.len() / (shape.1 * shape.2);
            if first == 0 {
                buffer.rewind();
            }
            make(&mut buffer, range.clone(), out)?;
            if range.end == shape.0 { buffer.read_to_end() } else { Ok(()) }
        };
        Self { read: Box::new(read), shape, batch }
    }

    /// A buffer for a single pass over the rows.
    pub(super) fn buffer(self) -> RowBuffer<'a, T, E> {
        let Self { read, shape, batch } = self;
        RowBuffer { read, rows: Vec::new(), first: 0, shape, batch, keeps_all: false }
    }

    /// A buffer for several passes. It keeps all rows if they take at most `kept_bytes`; otherwise each pass reads them
    /// again.
    pub(super) fn buffer_for_passes(self, engine: &Engine) -> RowBuffer<'a, T, E> {
        let (height, width, channels) = self.shape;
        let numbers = height as u128 * width as u128 * channels as u128;
        let keeps_all = numbers * size_of::<T>() as u128 <= engine.kept_bytes as u128;
        let rows = Vec::with_capacity(if keeps_all { numbers as usize } else { 0 });
        RowBuffer { keeps_all, rows, ..self.buffer() }
    }
}

/// The last rows of a stream, or all that were read if it keeps them.
pub(super) struct RowBuffer<'a, T, E> {
    read: Box<Read<'a, T, E>>,
    rows: Vec<T>,
    /// The picture's row with which `rows` begins.
    first: usize,
    pub(super) shape: Dimensions,
    /// How many rows to read at a time for the best speed.
    batch: usize,
    keeps_all: bool,
}

impl<T: Pixel, E> RowBuffer<'_, T, E> {
    /// Numbers of a row.
    pub(super) fn line(&self) -> usize {
        self.shape.1 * self.shape.2
    }

    /// Starts a new pass at the top.
    pub(super) fn rewind(&mut self) {
        if !self.keeps_all {
            self.rows.clear();
            self.first = 0;
        }
    }

    /// Makes a pass over all rows: calls `visit` with the number of a first row and some rows from there on.
    pub(super) fn for_each_batch(&mut self, mut visit: impl FnMut(usize, &[T])) -> Result<(), E> {
        let height = self.shape.0;
        self.rewind();
        for first in (0..height).step_by(self.batch) {
            let range = first..(first + self.batch).min(height);
            visit(first, self.rows(range.clone())?.rows(range));
        }
        Ok(())
    }

    /// Reads all that remains, even if no operator needs it: a damaged file is reported wherever the damage is.
    pub(super) fn read_to_end(&mut self) -> Result<(), E> {
        self.read_to(self.shape.0, self.shape.0)
    }

    /// Reads on until row `end`, and drops rows above `start`.
    fn read_to(&mut self, start: usize, end: usize) -> Result<(), E> {
        let line = self.line();
        loop {
            let next = self.first + self.rows.len() / line;
            let unused = start.min(next).saturating_sub(self.first);
            // Only when they are at least half of the buffer, because the rest must move.
            if 2 * unused >= next - self.first && !self.keeps_all {
                self.rows.drain(..unused * line);
                self.first += unused;
            }
            if next >= end {
                return Ok(());
            }
            // A whole batch, even if fewer rows are needed.
            let count = self.batch.min(self.shape.0 - next);
            let length = self.rows.len();
            self.rows.resize(length + count * line, T::default());
            (self.read)(next, &mut self.rows[length..])?;
        }
    }
}

impl<T: Pixel, E> RowSource<T, E> for RowBuffer<'_, T, E> {
    fn rows(&mut self, range: Range<usize>) -> Result<Strip<'_, T>, E> {
        self.read_to(range.start, range.end)?;
        let (height, width, channels) = self.shape;
        Ok(Strip { pixels: &self.rows, first: self.first, height, width, channels })
    }
}
