use crate::Pixel;
use crate::operator::Rows;

/// Fine bins in a coarse one.
const FINE: usize = 256;

/// The number of a certain rank, say the median, of a window of 16- or 32-bit numbers by one histogram that slides along the row: a column of numbers enters, a
/// column leaves. Where a bin holds more than one value, the number is looked for among the window's numbers in that bin.
///
/// Source: T. Huang, G. Yang, G. Tang, *A fast two-dimensional median filtering algorithm*, IEEE Transactions on Acoustics,
/// Speech and Signal Processing 27 (1979).
#[derive(Debug)]
pub(crate) struct SlidingHistogram<T> {
    size: usize,
    rank: u32,
    channels: usize,
    /// How many of the window's numbers fall in each bin.
    fine: Vec<u32>,
    /// How many in each [`FINE`] bins.
    coarse: Vec<u32>,
    /// The coarse bin of the number last found, and how many numbers lie in bins before it.
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
                let here = x * channels + channel;
                self.count_column(rows, here + (size - 1) * channels, true);
                out[here] = self.value_at(self.rank, rows, here);
                self.count_column(rows, here, false);
            }
            // What is left is taken out again, which is less than clearing every bin.
            for x in out.len() / channels..out.len() / channels + size - 1 {
                self.count_column(rows, x * channels + channel, false);
            }
        }
    }

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

    /// The number that has `rank` numbers of the window at `column` before it in sorted order.
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

    fn select(&mut self, bin: usize, rank: usize, rows: Rows<T>, column: usize) -> T {
        self.candidates.clear();
        for y in 0..self.size {
            let row = rows.get(y)[column..].iter().step_by(self.channels).take(self.size);
            self.candidates.extend(row.copied().filter(|value| value.bin() == bin));
        }
        *self.candidates.select_nth_unstable_by(rank, T::order).1
    }
}
