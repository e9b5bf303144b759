//! Pictures that are never there as a whole: what makes rows asks for those it looks at, and so does what makes those.

use std::ops::Range;

use crate::band::Band;
use crate::filter::{Filter, Way};
use crate::gather::{Gather, Supply};
use crate::steps::{Shape, Steps};
use crate::{Engine, Error, Pixel};

/// Bytes of rows that are read at a time.
const READ_BYTES: usize = 1 << 20;

/// A function that fills the next rows of a picture: whole rows, each time some.
type Read<'a, T, E> = dyn FnMut(&mut [T]) -> Result<(), E> + 'a;

/// Takes a picture through a chain of which every operator can work on rows as they come.
pub(crate) fn stream<'a, T: Pixel, E: From<Error> + 'a>(
    engine: &'a Engine,
    chain: &'a [Filter],
    shape: Shape,
    read: impl FnMut(&mut [T]) -> Result<(), E> + 'a,
    mut write: impl FnMut(&[T]) -> Result<(), E>,
) -> Result<(), E> {
    let at_once = (READ_BYTES / (shape.1 * shape.2 * size_of::<T>()).max(1)).max(1);
    let (mut made, mut left) = (Source { read: Box::new(read), shape, at_once }, chain);
    loop {
        if let Some((filter @ Filter { way: Way::Bins(bins), .. }, others)) = left.split_first() {
            let shape = filter.shape(made.shape)?;
            made = brought_together(engine.gather::<T>(&**bins, made.shape), made.held(), shape);
            left = others;
        } else {
            let count = left.iter().take_while(|filter| !matches!(filter.way, Way::Bins(_))).count();
            let steps = Steps::new(&left[..count], made.shape, engine.keep_alpha)?;
            made = stepped(engine, steps, made.held());
            left = &left[count..];
        }
        if left.is_empty() {
            break;
        }
    }
    let Source { mut read, shape: (height, width, channels), at_once } = made;
    let mut rows = Vec::new();
    for start in (0..height).step_by(at_once) {
        rows.resize(at_once.min(height - start) * width * channels, T::default());
        read(&mut rows)?;
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

/// What operators that go from row to row make of rows.
fn stepped<'a, T: Pixel, E: 'a>(engine: &'a Engine, steps: Steps<'a>, mut held: Held<'a, T, E>) -> Source<'a, T, E> {
    let shape = steps.output();
    // Enough for all threads, and so many that few rows are worked on twice.
    let wanted = (READ_BYTES / (steps.longest_line() * size_of::<T>()).max(1)).max(4 * steps.halo()).max(16);
    let at_once = wanted.min(held.shape.0).div_ceil(steps.stride()).max(1);
    let mut next = 0;
    let read = move |out: &mut [T]| {
        let range = next..next + out.len() / (shape.1 * shape.2);
        next = range.end;
        let band = held.rows(steps.input_rows(range.clone()))?;
        engine.rows(&steps, &band, range, out);
        if next == shape.0 { held.end() } else { Ok(()) }
    };
    Source { read: Box::new(read), shape, at_once }
}

/// What becomes of rows that are brought together in parts.
fn brought_together<'a, T: Pixel, E: 'a>(gather: Gather, mut held: Held<'a, T, E>, shape: Shape) -> Source<'a, T, E> {
    let line = shape.1 * shape.2;
    // Made of about as much as is read at a time, and not more than that.
    let wanted = READ_BYTES / (held.line() * size_of::<T>()) * shape.0 / held.shape.0;
    let at_once = wanted.min(READ_BYTES / (line * size_of::<T>())).max(1);
    let (mut next, mut all) = (0, Vec::new());
    let read = move |out: &mut [T]| {
        let range = next..next + out.len() / line;
        next = range.end;
        if !gather.is_made_at_once() {
            gather.rows(range, &mut held, out)?;
        } else {
            if all.is_empty() {
                all.resize(shape.0 * line, T::default());
                gather.rows(0..shape.0, &mut held, &mut all)?;
            }
            out.copy_from_slice(&all[range.start * line..range.end * line]);
        }
        if next == shape.0 { held.end() } else { Ok(()) }
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
            (self.read)(&mut self.rows[kept..])?;
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
