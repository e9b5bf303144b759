//! Pictures that are never there as a whole: what makes rows asks for those it looks at, and so does what makes those.

use std::ops::Range;

use crate::band::Band;
use crate::filter::{Filter, RowFilter, Way};
use crate::gather::{Gather, Supply};
use crate::steps::{Shape, Steps};
use crate::study::StudyFilter;
use crate::transparent::Cover;
use crate::{Border, Engine, Error, Pixel};

/// Bytes of rows that are read at a time.
const READ_BYTES: usize = 1 << 20;

/// A function that fills rows of a picture from a certain one on: whole rows, each time the next ones, or from row 0 again.
type Read<'a, T, E> = dyn FnMut(usize, &mut [T]) -> Result<(), E> + 'a;

/// Takes a picture through a chain of which every operator can work on rows as they come.
pub(crate) fn stream<'a, T: Pixel, E: From<Error> + 'a>(
    engine: &'a Engine,
    chain: &'a [Filter],
    shape: Shape,
    read: impl FnMut(usize, &mut [T]) -> Result<(), E> + 'a,
    mut write: impl FnMut(&[T]) -> Result<(), E>,
) -> Result<(), E> {
    let at_once = (READ_BYTES / (shape.1 * shape.2 * size_of::<T>()).max(1)).max(1);
    let (mut made, mut left) = (Source { read: Box::new(read), shape, at_once }, chain);
    while let Some(filter) = left.first() {
        let shape = filter.shape(made.shape)?;
        // Steps from row to row are taken together.
        let in_a_row = left.iter().take_while(|filter| matches!(filter.way, Way::Rows(_) | Way::Whole(_))).count();
        let (now, later) = left.split_at(in_a_row.max(1));
        left = later;
        made = match &filter.way {
            Way::Bins(bins) => brought_together(engine.gather::<T>(&**bins, made.shape), made.held(), shape),
            Way::Study(study) => {
                let cover = Cover::together(study.window(), Border::Zero).filter(|_| engine.keep_alpha);
                if let Some(cover) = cover {
                    made = stepped(engine, Steps::cover(cover, made.shape), made.held());
                }
                studied(engine, &**study, made.held(), shape)
            }
            Way::Rows(_) | Way::Whole(_) => {
                let steps = Steps::new(now, made.shape, engine.keep_alpha)?;
                steps.cut_at_wraps().into_iter().fold(made, |made, steps| match steps.wrapped() {
                    Some((taller, beyond)) => wrapped(engine, taller, beyond, made.held()),
                    None => stepped(engine, steps, made.held()),
                })
            }
        };
    }
    let Source { mut read, shape: (height, width, channels), at_once } = made;
    let mut rows = Vec::new();
    for start in (0..height).step_by(at_once) {
        rows.resize(at_once.min(height - start) * width * channels, T::default());
        read(start, &mut rows)?;
        write(&rows)?;
    }
    Ok(())
}

/// The rows of a picture, one after the other: given ones, or what operators make of those of another.
struct Source<'a, T, E> {
    read: Box<Read<'a, T, E>>,
    shape: Shape,
    /// How many are best made at a time.
    at_once: usize,
}

impl<'a, T, E> Source<'a, T, E> {
    fn held(self) -> Held<'a, T, E> {
        Held { read: self.read, rows: Vec::new(), first: 0, shape: self.shape, at_once: self.at_once }
    }
}

/// How many rows steps best make at a time, of a picture of `height` rows: enough for all threads, and so many that few rows are worked on twice.
fn best_at_once<T>(steps: &Steps, height: usize) -> usize {
    let wanted = (READ_BYTES / (steps.longest_line() * size_of::<T>()).max(1)).max(4 * steps.halo()).max(16);
    wanted.min(height).div_ceil(steps.stride()).max(1)
}

/// What operators that go from row to row make of rows.
fn stepped<'a, T: Pixel, E: 'a>(engine: &'a Engine, steps: Steps<'a>, mut held: Held<'a, T, E>) -> Source<'a, T, E> {
    let (shape, at_once) = (steps.output(), best_at_once::<T>(&steps, held.shape.0));
    let read = move |first: usize, out: &mut [T]| {
        let range = held.from(first)..first + out.len() / (shape.1 * shape.2);
        let band = held.rows(steps.input_rows(range.clone()))?;
        engine.rows(&steps, &band, range.clone(), out);
        if range.end == shape.0 { held.end() } else { Ok(()) }
    };
    Source { read: Box::new(read), shape, at_once }
}

/// What an operator makes of rows whose border is `wrap`, its steps made for a picture that is taller by what is `beyond` its ends: those rows are sought out
/// first, and all are read once more then.
fn wrapped<'a, T: Pixel, E: 'a>(
    engine: &'a Engine,
    steps: Steps<'a>,
    beyond: [usize; 2],
    mut held: Held<'a, T, E>,
) -> Source<'a, T, E> {
    let (height, line, [above, below]) = (held.shape.0, held.line(), beyond);
    let (shape, at_once) = ((height, steps.output().1, steps.output().2), best_at_once::<T>(&steps, height));
    // The rows above the picture, then those below it.
    let places: Vec<_> = (0..above).chain(above + height..above + height + below).collect();
    let places: Vec<_> =
        places.into_iter().map(|y| (y as isize - above as isize).rem_euclid(height as isize) as usize).collect();
    let (mut ends, mut tall) = (Vec::new(), Vec::new());
    let read = move |first: usize, out: &mut [T]| {
        if ends.len() < places.len() * line {
            ends.resize(places.len() * line, T::default());
            held.look_through(|first, rows| {
                let there = first..first + rows.len() / line;
                for (end, y) in ends.chunks_exact_mut(line).zip(&places).filter(|(_, y)| there.contains(y)) {
                    end.copy_from_slice(&rows[(y - first) * line..][..line]);
                }
            })?;
        }
        let range = held.from(first)..first + out.len() / (shape.1 * shape.2);
        // Of the taller picture, in which the rows of this one begin with row `above`.
        let needed = range.start..range.end + above + below;
        let there = needed.start.max(above) - above..(needed.end - above).min(height);
        tall.clear();
        tall.extend_from_slice(&ends[needed.start.min(above) * line..needed.end.min(above) * line]);
        let band = held.rows(there.clone())?;
        tall.extend_from_slice(band.rows(there));
        let beyond = |y: usize| (above + y.saturating_sub(above + height)) * line;
        tall.extend_from_slice(&ends[beyond(needed.start)..beyond(needed.end)]);
        let (height, width, channels) = steps.input();
        let band = Band { pixels: &tall, first: needed.start, height, width, channels };
        engine.rows(&steps, &band, range.start + above..range.end + above, out);
        if range.end == shape.0 { held.end() } else { Ok(()) }
    };
    Source { read: Box::new(read), shape, at_once }
}

/// What an operator makes of rows that must look at all of them first.
fn studied<'a, T: Pixel, E: 'a>(
    engine: &'a Engine,
    filter: &'a dyn StudyFilter,
    mut held: Held<'a, T, E>,
    shape: Shape,
) -> Source<'a, T, E> {
    let (given, mut learnt) = (held.shape, None::<Box<dyn RowFilter>>);
    let at_once =
        (READ_BYTES / (held.line().max(shape.1 * shape.2) * size_of::<T>())).div_ceil(filter.window().stride).max(1);
    let read = move |first: usize, out: &mut [T]| {
        if learnt.is_none() {
            let mut study = T::study(filter, given, engine.keep_alpha);
            held.look_through(|first, rows| study.look(first, rows))?;
            while study.again() {
                held.look_through(|first, rows| study.look(first, rows))?;
            }
            learnt = Some(study.learnt());
        }
        let Some(learnt) = &learnt else { unreachable!("it was learnt above") };
        let range = held.from(first)..first + out.len() / (shape.1 * shape.2);
        let steps = Steps::of(&**learnt, [given, shape]);
        let band = held.rows(steps.input_rows(range.clone()))?;
        engine.rows(&steps, &band, range.clone(), out);
        if range.end == shape.0 { held.end() } else { Ok(()) }
    };
    Source { read: Box::new(read), shape, at_once }
}

/// What becomes of rows that are brought together in parts.
fn brought_together<'a, T: Pixel, E: 'a>(gather: Gather, mut held: Held<'a, T, E>, shape: Shape) -> Source<'a, T, E> {
    let line = shape.1 * shape.2;
    // Made of about as much as is read at a time, and not more than that.
    let wanted = READ_BYTES / (held.line() * size_of::<T>()) * shape.0 / held.shape.0;
    let at_once = wanted.min(READ_BYTES / (line * size_of::<T>())).max(1);
    let mut all = Vec::new();
    let read = move |first: usize, out: &mut [T]| {
        let range = held.from(first)..first + out.len() / line;
        if !gather.is_made_at_once() {
            gather.rows(range.clone(), &mut held, out)?;
        } else {
            if first == 0 {
                all.resize(shape.0 * line, T::default());
                gather.rows(0..shape.0, &mut held, &mut all)?;
            }
            out.copy_from_slice(&all[range.start * line..range.end * line]);
        }
        if range.end == shape.0 { held.end() } else { Ok(()) }
    };
    Source { read: Box::new(read), shape, at_once }
}

/// A picture of which there are a few rows at a time.
struct Held<'a, T, E> {
    read: Box<Read<'a, T, E>>,
    rows: Vec<T>,
    /// The first row there is.
    first: usize,
    shape: Shape,
    /// How many are best asked for at a time.
    at_once: usize,
}

impl<T: Pixel, E> Held<'_, T, E> {
    fn line(&self) -> usize {
        self.shape.1 * self.shape.2
    }

    /// The same number of a row that is to be made; if it is the first, those that are looked at are read from above, whatever was read before.
    fn from(&mut self, first: usize) -> usize {
        if first == 0 {
            self.rows.clear();
            self.first = 0;
        }
        first
    }

    /// Shows all rows once, from above, some at a time, with the number of the first of them.
    fn look_through(&mut self, mut look: impl FnMut(usize, &[T])) -> Result<(), E> {
        let height = self.shape.0;
        self.from(0);
        for first in (0..height).step_by(self.at_once) {
            let range = first..(first + self.at_once).min(height);
            look(first, self.rows(range.clone())?.rows(range));
        }
        Ok(())
    }

    /// Reads on until row `end` is there, and lets go of rows above `start`.
    fn go_on(&mut self, start: usize, end: usize) -> Result<(), E> {
        let line = self.line();
        loop {
            let there = self.first + self.rows.len() / line;
            let gone = start.min(there).saturating_sub(self.first);
            // Once they are most of what there is: the others must move.
            if 2 * gone >= there - self.first {
                self.rows.drain(..gone * line);
                self.first += gone;
            }
            if there >= end {
                return Ok(());
            }
            // As many as are best made at a time, whoever looks at them: what nobody looks at is read as well.
            let next = (there + self.at_once).min(self.shape.0);
            let kept = self.rows.len();
            self.rows.resize(kept + (next - there) * line, T::default());
            (self.read)(there, &mut self.rows[kept..])?;
        }
    }

    /// Reads what no place looks at: a file that is damaged there is damaged.
    fn end(&mut self) -> Result<(), E> {
        self.go_on(self.shape.0, self.shape.0)
    }
}

impl<T: Pixel, E> Supply<T, E> for Held<'_, T, E> {
    fn rows(&mut self, range: Range<usize>) -> Result<Band<'_, T>, E> {
        self.go_on(range.start, range.end)?;
        let (height, width, channels) = self.shape;
        Ok(Band { pixels: &self.rows, first: self.first, height, width, channels })
    }
}
