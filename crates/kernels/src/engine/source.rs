use std::ops::Range;

use super::regions::RowSource;
use super::strip::Strip;
use crate::operator::Dimensions;
use crate::{Engine, Pixel};

/// A function that fills rows of a picture from a certain one on: whole rows, each time the next ones, or from row 0 again.
pub(super) type Read<'a, T, E> = dyn FnMut(usize, &mut [T]) -> Result<(), E> + 'a;

/// The rows of a picture, one after the other: given ones, or what operators make of those of another.
pub(super) struct Source<'a, T, E> {
    pub(super) read: Box<Read<'a, T, E>>,
    pub(super) shape: Dimensions,
    /// How many are best made at a time.
    pub(super) at_once: usize,
}

impl<'a, T: Pixel, E: 'a> Source<'a, T, E> {
    /// What `make` makes of the rows of another picture, so many at a time as are best made.
    pub(super) fn of(
        mut held: Held<'a, T, E>,
        shape: Dimensions,
        at_once: usize,
        mut make: impl FnMut(&mut Held<'a, T, E>, Range<usize>, &mut [T]) -> Result<(), E> + 'a,
    ) -> Self {
        let read = move |first: usize, out: &mut [T]| {
            let range = first..first + out.len() / (shape.1 * shape.2);
            if first == 0 {
                held.begin();
            }
            make(&mut held, range.clone(), out)?;
            if range.end == shape.0 { held.end() } else { Ok(()) }
        };
        Self { read: Box::new(read), shape, at_once }
    }

    pub(super) fn held(self) -> Held<'a, T, E> {
        Held { read: self.read, rows: Vec::new(), first: 0, shape: self.shape, at_once: self.at_once, is_kept: false }
    }

    /// The same for whoever looks more than once: what has room is kept instead of being made again.
    pub(super) fn held_for(self, engine: &Engine) -> Held<'a, T, E> {
        let (height, width, channels) = self.shape;
        let numbers = height as u128 * width as u128 * channels as u128;
        let is_kept = numbers * size_of::<T>() as u128 <= engine.kept_bytes as u128;
        Held { is_kept, rows: Vec::with_capacity(if is_kept { numbers as usize } else { 0 }), ..self.held() }
    }
}

/// A picture of which there are a few rows at a time, or all those that were read if it is kept.
pub(super) struct Held<'a, T, E> {
    pub(super) read: Box<Read<'a, T, E>>,
    rows: Vec<T>,
    /// The first row there is.
    first: usize,
    pub(super) shape: Dimensions,
    /// How many are best asked for at a time.
    pub(super) at_once: usize,
    is_kept: bool,
}

impl<T: Pixel, E> Held<'_, T, E> {
    pub(super) fn line(&self) -> usize {
        self.shape.1 * self.shape.2
    }

    /// Begins to be looked at from above, whatever was read before.
    pub(super) fn begin(&mut self) {
        if !self.is_kept {
            self.rows.clear();
            self.first = 0;
        }
    }

    /// Shows all rows once, from above, some at a time, with the number of the first of them.
    pub(super) fn look_through(&mut self, mut look: impl FnMut(usize, &[T])) -> Result<(), E> {
        let height = self.shape.0;
        self.begin();
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
            if 2 * gone >= there - self.first && !self.is_kept {
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
    pub(super) fn end(&mut self) -> Result<(), E> {
        self.go_on(self.shape.0, self.shape.0)
    }
}

impl<T: Pixel, E> RowSource<T, E> for Held<'_, T, E> {
    fn rows(&mut self, range: Range<usize>) -> Result<Strip<'_, T>, E> {
        self.go_on(range.start, range.end)?;
        let (height, width, channels) = self.shape;
        Ok(Strip { pixels: &self.rows, first: self.first, height, width, channels })
    }
}
