//! What erosion and dilation share: the smallest or greatest number of a square.

use super::parameters::{Parameter, Values};
use crate::Pixel;
use crate::filter::{Kernel, Rows};
use crate::pixel::{greater, smaller};

/// Largest side of the square.
const LARGEST: usize = 255;

pub(super) const SIZE: Parameter = Parameter {
    name: "size",
    default: "3",
    values: Values::Whole(1, LARGEST),
    help: "side of the square in pixels; of an even side one more lies above and to the left",
};

/// The row function: the greatest number of each column of the window, then of each row of those.
#[doc(hidden)]
#[derive(Debug)]
pub struct ExtremeRow<T, const GREATEST: bool> {
    size: usize,
    channels: usize,
    columns: Vec<T>,
}

impl<T: Pixel, const GREATEST: bool> ExtremeRow<T, GREATEST> {
    pub(super) fn new(size: usize, channels: usize) -> Self {
        Self { size, channels, columns: Vec::new() }
    }
}

impl<T: Pixel, const GREATEST: bool> Kernel<T> for ExtremeRow<T, GREATEST> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let columns = &mut self.columns;
        columns.resize(rows.get(0).len(), T::default());
        let first = rows.get(0);
        match self.size {
            1 => columns.copy_from_slice(first),
            _ => outermost::<T, GREATEST>(columns, first, rows.get(1)),
        }
        for y in 2..self.size {
            for (column, &number) in columns.iter_mut().zip(rows.get(y)) {
                *column = outer::<T, GREATEST>(*column, number);
            }
        }
        // Of 2, 4, 8, … columns; two such stretches, which may overlap, make up any width.
        let mut width = 1;
        while 2 * width < self.size {
            let (end, ahead) = (columns.len() - width * self.channels, width * self.channels);
            for i in 0..end {
                columns[i] = outer::<T, GREATEST>(columns[i], columns[i + ahead]);
            }
            width *= 2;
        }
        outermost::<T, GREATEST>(out, columns, &columns[(self.size - width) * self.channels..]);
    }
}

#[inline(always)]
fn outermost<T: Pixel, const GREATEST: bool>(out: &mut [T], a: &[T], b: &[T]) {
    for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
        *out = outer::<T, GREATEST>(a, b);
    }
}

#[inline(always)]
fn outer<T: Pixel, const GREATEST: bool>(a: T, b: T) -> T {
    if GREATEST { greater(a, b) } else { smaller(a, b) }
}
