//! Takes a PNG through a chain of operators to a PNG. Neither is ever in memory as a whole.

use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::SystemTime;

use glassbox_formats::{AtomicFile, MOST_ROW_BYTES, PngRows, PngWriter};
use glassbox_kernels::{Engine, Filter, Pixel, output_shape};
use glassbox_tensor::shown;

use crate::{Error, Job};

/// Bytes of rows in one read ahead, and the number of such reads.
const AHEAD_BYTES: usize = 1 << 18;
const AHEAD: usize = 4;

/// Whether many rows of each picture in a chain fit in memory. An empty output is an error later.
pub(crate) fn rows_are_short(chain: &[Filter], rows: &PngRows) -> bool {
    let (mut shape, size) = (rows.shape, if rows.is_u16 { 2 } else { 1 });
    let mut is_short = |filter: &Filter| {
        let Ok(next) = filter.shape(shape) else { return true };
        shape = next;
        next.1 as u128 * next.2 as u128 * size <= MOST_ROW_BYTES as u128
    };
    chain.iter().all(&mut is_short)
}

/// Takes a PNG through a job's chain to `output`. Returns notes on what was lost.
pub(crate) fn by_rows(job: &Job, input: &Path, rows: PngRows, output: &Path) -> Result<Vec<String>, Error> {
    let (from, to) = (rows.shape, output_shape(&job.chain, rows.shape)?);
    let mut metadata = rows.metadata.clone();
    let notes = metadata.bring_up_to_date(to);
    let failed = |source| -> Error { glassbox_formats::Error::Write { file: shown(output), source }.into() };
    let mut file = AtomicFile::create(output)?;
    let bits = if rows.is_u16 { 16 } else { 8 };
    let mut png = PngWriter::new(&mut file, to, bits, &metadata, job.packing.compression).map_err(failed)?;
    let engine = Engine { keep_alpha: from.2 % 2 == 0, ..Engine::default() };
    let input =
        Rereadable { path: input, auto_orient: job.auto_orient, shape: from, is_u16: rows.is_u16, stamp: rows.stamp };
    if rows.is_u16 {
        let write = |part: &[u16]| png.write_u16(part).map_err(failed);
        ahead(&input, rows, PngRows::read_u16, |read| engine.stream(&job.chain, from, read, write))?;
    } else {
        let write = |part: &[u8]| png.write_u8(part).map_err(failed);
        ahead(&input, rows, PngRows::read_u8, |read| engine.stream(&job.chain, from, read, write))?;
    }
    png.finish().map_err(failed)?;
    let in_place = file.commit()?.map(|why| why.to_string());
    Ok(notes.into_iter().chain(in_place).collect())
}

/// A PNG file that is read row by row, perhaps more than once.
struct Rereadable<'a> {
    path: &'a Path,
    auto_orient: bool,
    shape: (usize, usize, usize),
    is_u16: bool,
    stamp: (u64, Option<SystemTime>),
}

impl Rereadable<'_> {
    /// Opens the file again at its first row.
    fn open_again(&self) -> Result<PngRows, Error> {
        let rows = PngRows::open(self.path, self.auto_orient);
        let is_same =
            |rows: &PngRows| rows.shape == self.shape && rows.is_u16 == self.is_u16 && rows.stamp == self.stamp;
        let changed = || Error::Changed { input: shown(self.path) };
        rows.filter(is_same).ok_or_else(changed)
    }
}

/// Runs `work` with a function that gives the next rows, or those from row 0 again. Another thread reads ahead; with
/// only one thread, rows are read when they are needed.
fn ahead<T: Pixel>(
    input: &Rereadable,
    rows: PngRows,
    read: fn(&mut PngRows, &mut [T]) -> Result<(), glassbox_formats::Error>,
    work: impl FnOnce(&mut dyn FnMut(usize, &mut [T]) -> Result<(), Error>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut opened = Some(rows);
    let mut from_the_top = move || opened.take().map_or_else(|| input.open_again(), Ok);
    if rayon::current_num_threads() == 1 {
        let mut rows = None;
        return work(&mut |first, part| {
            if first == 0 {
                rows = Some(from_the_top()?);
            }
            let Some(rows) = &mut rows else { unreachable!("row 0 is read first") };
            Ok(read(rows, part)?)
        });
    }
    let (height, width, channels) = input.shape;
    let line = width * channels;
    let at_once = (AHEAD_BYTES / (line * size_of::<T>())).clamp(1, height);
    thread::scope(|scope| {
        let mut waiting = None;
        work(&mut |first, part| {
            if first == 0 {
                let (sender, receiver) = sync_channel(AHEAD);
                let mut rows = from_the_top()?;
                let read_ahead = move || {
                    for first in (0..height).step_by(at_once) {
                        let mut part = vec![T::default(); at_once.min(height - first) * line];
                        let result = read(&mut rows, &mut part).map(|()| part);
                        let failed = result.is_err();
                        // Nobody listens after the work has failed.
                        if sender.send(result).is_err() || failed {
                            return;
                        }
                    }
                };
                let no_thread = |source| Error::NoThread { input: shown(input.path), source };
                thread::Builder::new().spawn_scoped(scope, read_ahead).map_err(no_thread)?;
                waiting = Some(Waiting { receiver, rows: Vec::new(), used: 0 });
            }
            let Some(waiting) = &mut waiting else { unreachable!("row 0 is read first") };
            waiting.take(part)
        })
    })
}

/// Rows that were read but not used yet.
struct Waiting<T> {
    receiver: Receiver<Result<Vec<T>, glassbox_formats::Error>>,
    rows: Vec<T>,
    used: usize,
}

impl<T: Copy> Waiting<T> {
    fn take(&mut self, mut part: &mut [T]) -> Result<(), Error> {
        while !part.is_empty() {
            if self.used == self.rows.len() {
                // The thread sends all rows, or an error as its last message.
                (self.rows, self.used) = (self.receiver.recv().expect("rows that are still to come")?, 0);
            }
            let count = part.len().min(self.rows.len() - self.used);
            let (now, later) = part.split_at_mut(count);
            now.copy_from_slice(&self.rows[self.used..self.used + count]);
            self.used += count;
            part = later;
        }
        Ok(())
    }
}
