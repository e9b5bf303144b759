//! What erosion and dilation share: the smallest or the greatest number of a square.

use glassbox_simd::{Aligned, prefetch_ahead};

use crate::filters::Arguments;
use crate::numbers::{greater, smaller};
use crate::operator::chunks::{CHUNK, Chunks, in_chunks};
use crate::operator::{Filter, Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

/// Numbers between two prefetches.
const PART: usize = 1024;

pub(in crate::filters) fn build<const GREATEST: bool>(
    arguments: &Arguments,
    formula: fn(&Neighbourhood) -> f64,
) -> Result<Filter, Error> {
    let (size, border) = (arguments.whole("size").unwrap_or(3), arguments.border()?);
    Ok(Filter::rows(arguments.operator(), Extreme::<GREATEST> { size, border }, formula))
}

#[derive(Debug)]
pub(in crate::filters) struct Extreme<const GREATEST: bool> {
    pub(in crate::filters) size: usize,
    pub(in crate::filters) border: Border,
}

impl<const GREATEST: bool> Operator for Extreme<GREATEST> {
    type Kernel<T: Pixel> = ExtremeRow<T, GREATEST>;

    fn window(&self) -> Window {
        Window::centred(self.size)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> ExtremeRow<T, GREATEST> {
        ExtremeRow { size: self.size, channels, columns: Aligned::default(), stretches: Aligned::default() }
    }
}

/// The row function: first the extreme number of each column of the window, then the extreme of those.
pub(in crate::filters) struct ExtremeRow<T, const GREATEST: bool> {
    size: usize,
    channels: usize,
    /// The extreme of each column, and of each stretch of columns.
    columns: Aligned<T>,
    stretches: Aligned<T>,
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
        // Two more rows at a time, so that `columns` is read and written less often. A last single row serves twice.
        let last = *size - 1;
        let (first, second, third) = (rows.get(0), rows.get(1.min(last)), rows.get(2.min(last)));
        for (index, columns) in columns.chunks_mut(PART).enumerate() {
            let start = index * PART;
            prefetch_ahead::<T, PART>(&third[start..]);
            of_three::<T, GREATEST>(columns, &first[start..], &second[start..], &third[start..]);
        }
        for y in (3..*size).step_by(2) {
            of_three::<T, GREATEST>(stretches, columns, rows.get(y), rows.get((y + 1).min(last)));
            std::mem::swap(&mut columns, &mut stretches);
        }
        // Stretches of 3, 9, … columns. Three of them, which may overlap, cover any width up to three times their own.
        let mut width = 1;
        while 3 * width < *size {
            let (second, third) = (&columns[width * *channels..], &columns[2 * width * *channels..]);
            of_three::<T, GREATEST>(stretches, columns, second, third);
            std::mem::swap(&mut columns, &mut stretches);
            width *= 3;
        }
        let (second, third) = (&columns[(*size - width) / 2 * *channels..], &columns[(*size - width) * *channels..]);
        let stretches = OfStretches::<T, GREATEST>([columns, second, third]);
        if !in_chunks(rows, out, stretches) {
            of_three::<T, GREATEST>(out, columns, second, third);
        }
    }
}

/// The extreme of three stretches at each place.
struct OfStretches<'a, T, const GREATEST: bool>([&'a [T]; 3]);

impl<T: Pixel, const GREATEST: bool> Chunks<T> for OfStretches<'_, T, GREATEST> {
    #[inline(always)]
    fn make(&mut self, start: usize, out: &mut [T; CHUNK]) {
        let [a, b, c] = self.0.map(|stretches| &stretches[start..start + CHUNK]);
        of_three::<T, GREATEST>(out, a, b, c);
    }
}

#[inline(always)]
fn of_three<T: Pixel, const GREATEST: bool>(out: &mut [T], a: &[T], b: &[T], c: &[T]) {
    for (((out, &a), &b), &c) in out.iter_mut().zip(a).zip(b).zip(c) {
        *out = extreme::<T, GREATEST>(extreme::<T, GREATEST>(a, b), c);
    }
}

#[inline(always)]
fn extreme<T: Pixel, const GREATEST: bool>(a: T, b: T) -> T {
    if GREATEST { greater(a, b) } else { smaller(a, b) }
}
