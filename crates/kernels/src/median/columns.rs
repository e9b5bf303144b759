use crate::Pixel;
use crate::filter::Rows;

/// Fine bins for each coarse one.
const FINE: usize = 16;
/// Coarse bins.
const COARSE: usize = 16;

/// How many numbers there are of each value, and of each sixteen values.
type Histogram = [u16; COARSE + COARSE * FINE];

/// The number of a certain rank, say the median, of a window of 8-bit numbers at a cost that does not depend on its size: a histogram for each column of the window's
/// height, and the window's as their sum. One number enters and one leaves a column, one column enters and one leaves the
/// window.
///
/// Source: S. Perreault, P. Hébert, *Median filtering in constant time*, IEEE Transactions on Image Processing 16 (2007).
#[derive(Debug)]
pub(crate) struct ColumnHistograms<T> {
    size: usize,
    rank: u16,
    channels: usize,
    /// A histogram for each number of a padded row.
    columns: Vec<Histogram>,
    /// The window's top row when it was last here: what leaves.
    top: Vec<T>,
}

impl<T: Pixel> ColumnHistograms<T> {
    pub(crate) fn new(size: usize, rank: u32, channels: usize) -> Self {
        // At most 255² numbers.
        Self { size, rank: rank as u16, channels, columns: Vec::new(), top: Vec::new() }
    }

    #[inline(always)]
    pub(crate) fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let (size, channels) = (self.size, self.channels);
        if self.columns.is_empty() {
            self.columns = vec![[0; COARSE + COARSE * FINE]; rows.get(0).len()];
            for y in 0..size {
                self.columns.iter_mut().zip(rows.get(y)).for_each(|(column, &value)| count(column, value, 1));
            }
        } else {
            let changes = self.top.iter().zip(rows.get(size - 1));
            for (column, (&leaves, &enters)) in self.columns.iter_mut().zip(changes) {
                count(column, leaves, u16::MAX);
                count(column, enters, 1);
            }
        }
        self.top.clear();
        self.top.extend_from_slice(rows.get(0));
        for channel in 0..channels {
            let mut window = [0; COARSE + COARSE * FINE];
            for x in 0..size - 1 {
                add(&mut window, &self.columns[x * channels + channel]);
            }
            for x in 0..out.len() / channels {
                let here = x * channels + channel;
                add(&mut window, &self.columns[here + (size - 1) * channels]);
                out[here] = T::from_bin(value_at(&window, self.rank));
                subtract(&mut window, &self.columns[here]);
            }
        }
    }
}

#[inline(always)]
fn count<T: Pixel>(histogram: &mut Histogram, value: T, change: u16) {
    let bin = value.bin() & 255;
    histogram[bin / FINE] = histogram[bin / FINE].wrapping_add(change);
    histogram[COARSE + bin] = histogram[COARSE + bin].wrapping_add(change);
}

#[inline(always)]
fn add(window: &mut Histogram, column: &Histogram) {
    for (sum, count) in window.iter_mut().zip(column) {
        *sum = sum.wrapping_add(*count);
    }
}

#[inline(always)]
fn subtract(window: &mut Histogram, column: &Histogram) {
    for (sum, count) in window.iter_mut().zip(column) {
        *sum = sum.wrapping_sub(*count);
    }
}

/// The value of the number that has `rank` numbers before it in sorted order.
#[inline(always)]
fn value_at(histogram: &Histogram, rank: u16) -> usize {
    let mut rank = rank;
    let mut coarse = 0;
    while coarse < COARSE - 1 && histogram[coarse] <= rank {
        rank -= histogram[coarse];
        coarse += 1;
    }
    let fine = &histogram[COARSE + coarse * FINE..][..FINE];
    let mut bin = 0;
    while bin < FINE - 1 && fine[bin] <= rank {
        rank -= fine[bin];
        bin += 1;
    }
    coarse * FINE + bin
}
