use crate::Pixel;
use crate::filter::Rows;
use crate::pixel::{greater, smaller};

/// The median of 3×3 in two passes over a row: the columns are sorted, then the middle of nine is the middle of the greatest
/// smallest, the middlemost middle and the smallest greatest of three columns.
///
/// The same as [`Network`](super::Network) would do, with what is between two comparisons kept in registers: at so few
/// comparisons reading and writing them is most of the time.
///
/// Source: A. Paeth, *Median finding on a 3×3 grid*, Graphics Gems (1990).
#[derive(Debug)]
pub(crate) struct ThreeByThree<T> {
    channels: usize,
    low: Vec<T>,
    middle: Vec<T>,
    high: Vec<T>,
}

impl<T: Pixel> ThreeByThree<T> {
    pub(crate) fn new(channels: usize) -> Self {
        Self { channels, low: Vec::new(), middle: Vec::new(), high: Vec::new() }
    }

    #[inline(always)]
    pub(crate) fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let length = rows.get(0).len();
        for sorted in [&mut self.low, &mut self.middle, &mut self.high] {
            sorted.resize(length, T::default());
        }
        sort_columns(&mut self.low, &mut self.middle, &mut self.high, rows.get(0), rows.get(1), rows.get(2));
        middles(out, &self.low, &self.middle, &self.high, self.channels);
    }
}

#[inline(always)]
fn sort_columns<T: Pixel>(low: &mut [T], middle: &mut [T], high: &mut [T], a: &[T], b: &[T], c: &[T]) {
    let n = low.len();
    let (middle, high, a, b, c) = (&mut middle[..n], &mut high[..n], &a[..n], &b[..n], &c[..n]);
    for i in 0..n {
        let (least, most) = (smaller(a[i], b[i]), greater(a[i], b[i]));
        let rest = greater(least, c[i]);
        low[i] = smaller(least, c[i]);
        middle[i] = smaller(most, rest);
        high[i] = greater(most, rest);
    }
}

#[inline(always)]
fn middles<T: Pixel>(out: &mut [T], low: &[T], middle: &[T], high: &[T], c: usize) {
    let n = out.len();
    let (low, low1, low2) = (&low[..n], &low[c..c + n], &low[2 * c..2 * c + n]);
    let (middle, middle1, middle2) = (&middle[..n], &middle[c..c + n], &middle[2 * c..2 * c + n]);
    let (high, high1, high2) = (&high[..n], &high[c..c + n], &high[2 * c..2 * c + n]);
    for i in 0..n {
        let greatest_low = greater(greater(low[i], low1[i]), low2[i]);
        let smallest_high = smaller(smaller(high[i], high1[i]), high2[i]);
        let middle_middle = middle_of(middle[i], middle1[i], middle2[i]);
        out[i] = middle_of(greatest_low, middle_middle, smallest_high);
    }
}

#[inline(always)]
fn middle_of<T: Pixel>(a: T, b: T, c: T) -> T {
    greater(smaller(a, b), smaller(greater(a, b), c))
}
