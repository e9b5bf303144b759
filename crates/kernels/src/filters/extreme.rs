//! What erosion and dilation share: the smallest or greatest number of a square.

use crate::Pixel;
use crate::filter::{Kernel, Rows};
use crate::pixel::{greater, smaller};
use crate::simd::Aligned;

/// The row function: the greatest number of each column of the window, then of each row of those.
#[doc(hidden)]
#[derive(Debug)]
pub struct ExtremeRow<T, const GREATEST: bool> {
    size: usize,
    channels: usize,
    /// The outermost number of each column, and of each stretch of columns.
    columns: Aligned<T>,
    stretches: Aligned<T>,
}

impl<T: Pixel, const GREATEST: bool> ExtremeRow<T, GREATEST> {
    pub(super) fn new(size: usize, channels: usize) -> Self {
        Self { size, channels, columns: Aligned::default(), stretches: Aligned::default() }
    }
}

impl<T: Pixel, const GREATEST: bool> Kernel<T> for ExtremeRow<T, GREATEST> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let Self { size, channels, columns, stretches } = self;
        let length = rows.get(0).len();
        if columns.get().len() != length {
            (*columns, *stretches) = (Aligned::zeros(length), Aligned::zeros(length));
        }
        let (mut columns, mut stretches) = (columns.get_mut(), stretches.get_mut());
        // Two more rows at a time: what is between is read and written less often. Where there is no second, the first serves again.
        let last = *size - 1;
        of_three::<T, GREATEST>(columns, rows.get(0), rows.get(1.min(last)), rows.get(2.min(last)));
        for y in (3..*size).step_by(2) {
            of_three::<T, GREATEST>(stretches, columns, rows.get(y), rows.get((y + 1).min(last)));
            std::mem::swap(&mut columns, &mut stretches);
        }
        // Stretches of 2, 4, 8, … columns; two of them, which may overlap, make up any width.
        let mut width = 1;
        while 2 * width < *size {
            outermost::<T, GREATEST>(stretches, columns, &columns[width * *channels..]);
            std::mem::swap(&mut columns, &mut stretches);
            width *= 2;
        }
        outermost::<T, GREATEST>(out, columns, &columns[(*size - width) * *channels..]);
    }
}

#[inline(always)]
fn of_three<T: Pixel, const GREATEST: bool>(out: &mut [T], a: &[T], b: &[T], c: &[T]) {
    for (((out, &a), &b), &c) in out.iter_mut().zip(a).zip(b).zip(c) {
        *out = outer::<T, GREATEST>(outer::<T, GREATEST>(a, b), c);
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
