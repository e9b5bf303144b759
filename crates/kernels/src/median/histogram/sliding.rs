use crate::Pixel;
use crate::operator::Rows;

/// How many fine bins make up a coarse one.
const FINE: usize = 256;

/// The number of a given rank in a window of 16-bit or 32-bit numbers, by one histogram that slides along the row.
///
/// A column of numbers enters it and a column leaves it. Where a bin holds several values, the number is selected among
/// the window's numbers in that bin.
///
/// Source: T. Huang, G. Yang, G. Tang, *A fast two-dimensional median filtering algorithm*, IEEE Transactions on
/// Acoustics, Speech and Signal Processing 27 (1979).
#[derive(Debug)]
pub(crate) struct SlidingHistogram<T> {
    size: usize,
    rank: u32,
    channels: usize,
    /// How many of the window's numbers lie in each bin.
    fine: Vec<u32>,
    /// How many lie in each group of [`FINE`] bins.
    coarse: Vec<u32>,
    /// The coarse bin of the last result, and how many numbers lie in the bins before it.
    current: usize,
    before: u32,
    candidates: Vec<T>,
}

impl<T: Pixel> SlidingHistogram<T> {
    pub(crate) fn new(size: usize, rank: u32, channels: usize) -> Self {
        let coarse = T::BINS.div_ceil(FINE);
        let (fine, coarse) = (vec![0; coarse * FINE], vec![0; coarse]);
        Self { size, rank, channels, fine, coarse, current: 0, before: 0, candidates: Vec::new() }
    }

    pub(crate) fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let (size, channels) = (self.size, self.channels);
        for channel in 0..channels {
            for x in 0..size - 1 {
                self.count_column(rows, x * channels + channel, true);
            }
            for x in 0..out.len() / channels {
                let column = x * channels + channel;
                self.count_column(rows, column + (size - 1) * channels, true);
                out[column] = self.value_at(self.rank, rows, column);
                self.count_column(rows, column, false);
            }
            // The last columns leave, too: faster than clearing all bins.
            for x in out.len() / channels..out.len() / channels + size - 1 {
                self.count_column(rows, x * channels + channel, false);
            }
        }
    }

    /// Lets a column of numbers enter the histogram, or leave it.
    fn count_column(&mut self, rows: Rows<T>, column: usize, enters: bool) {
        let change = if enters { 1 } else { u32::MAX };
        for y in 0..self.size {
            let bin = rows.get(y)[column].bin();
            self.fine[bin] = self.fine[bin].wrapping_add(change);
            self.coarse[bin / FINE] = self.coarse[bin / FINE].wrapping_add(change);
            if bin / FINE < self.current {
                self.before = self.before.wrapping_add(change);
            }
        }
    }

    /// The number of rank `rank`, from 0, in the window whose first column is `column`.
    fn value_at(&mut self, rank: u32, rows: Rows<T>, column: usize) -> T {
        while self.before > rank {
            self.current -= 1;
            self.before -= self.coarse[self.current];
        }
        while self.before + self.coarse[self.current] <= rank {
            self.before += self.coarse[self.current];
            self.current += 1;
        }
        let (mut bin, mut rank) = (self.current * FINE, rank - self.before);
        while self.fine[bin] <= rank {
            rank -= self.fine[bin];
            bin += 1;
        }
        if T::BINS_ARE_EXACT { T::from_bin(bin) } else { self.select(bin, rank as usize, rows, column) }
    }

    /// The number of rank `rank` among the window's numbers in one bin.
    fn select(&mut self, bin: usize, rank: usize, rows: Rows<T>, column: usize) -> T {
        self.candidates.clear();
        for y in 0..self.size {
            let row = rows.get(y)[column..].iter().step_by(self.channels).take(self.size);
            self.candidates.extend(row.copied().filter(|value| value.bin() == bin));
        }
        *self.candidates.select_nth_unstable_by(rank, T::order).1
    }
}
