use glassbox_simd::count_at_most;

use crate::Pixel;
use crate::operator::Rows;

/// The values of a range, and how many ranges there are: 16 · 16 = 256 values.
const RANGE: usize = 16;

/// Cumulative counts of a column: the numbers up to each value of a range, or up to the end of each range.
///
/// No count exceeds 255, so all sixteen bytes are added or subtracted as one number without a carry between them.
type ColumnCounts = [u8; RANGE];

/// The same counts of a window, of up to 255² numbers.
type WindowCounts = [u16; RANGE];

/// The counts of a single number: 1 from its own value on.
#[inline(always)]
fn counts_of(value: usize) -> u128 {
    (u128::MAX / 255) << (8 * (value % RANGE))
}

/// The number of a given rank in a window of bytes, at a cost that hardly depends on the window's size.
///
/// Each column of the window's height has a histogram, and the window's histogram is their sum. One number enters a
/// column and one leaves it; one column enters the window and one leaves it.
///
/// Counts are cumulative, so one comparison of vectors finds the value of the rank: the number of counts that do not
/// exceed it. The window's counts of ranges are always up to date. Its counts of values are updated only for the range
/// that holds the result.
///
/// Source: S. Perreault, P. Hébert, *Median filtering in constant time*, IEEE Transactions on Image Processing 16
/// (2007).
#[derive(Debug)]
pub(crate) struct ColumnHistograms<T> {
    size: usize,
    rank: u16,
    channels: usize,
    columns: Box<Columns>,
    window: Box<WindowHistogram>,
    /// The top row of the last windows, whose numbers leave.
    top: Vec<T>,
}

/// The histogram of the window. It is on the heap, where the compiler keeps vectors whole.
#[derive(Debug)]
struct WindowHistogram {
    /// A zero, then the counts up to each range: the count before a range is that of all numbers below it.
    coarse: [u16; RANGE + 1],
    fine: [RangeCounts; RANGE],
}

/// The histograms of all columns of a padded row.
#[derive(Debug, Default)]
struct Columns {
    /// The counts up to each range.
    coarse: Vec<ColumnCounts>,
    /// The counts of values for each range. Those of one range stand together, because neighbours mostly need the same
    /// one.
    fine: [Vec<ColumnCounts>; RANGE],
}

impl<T: Pixel> ColumnHistograms<T> {
    pub(crate) fn new(size: usize, rank: u32, channels: usize) -> Self {
        // A rank is below 255², so it fits in 16 bits.
        let fine = [RangeCounts { counts: [0; RANGE], x: usize::MAX }; RANGE];
        let window = Box::new(WindowHistogram { coarse: [0; RANGE + 1], fine });
        Self { size, rank: rank as u16, channels, columns: Box::default(), window, top: Vec::new() }
    }

    #[inline(always)]
    pub(crate) fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let (size, channels) = (self.size, self.channels);
        if self.top.is_empty() {
            self.columns.clear(rows.get(0).len());
            for y in 0..size {
                rows.get(y)
                    .iter()
                    .enumerate()
                    .for_each(|(column, enters)| self.columns.count(column, None, enters.bin()));
            }
        } else {
            for (column, (leaves, enters)) in self.top.iter().zip(rows.get(size - 1)).enumerate() {
                self.columns.count(column, Some(leaves.bin()), enters.bin());
            }
        }
        self.top.clear();
        self.top.extend_from_slice(rows.get(0));
        for channel in 0..channels {
            let windows = Windows { size, channels, channel };
            let WindowHistogram { coarse, fine } = &mut *self.window;
            *coarse = [0; RANGE + 1];
            for x in 0..size {
                add(range_counts(coarse), &self.columns.coarse[windows.column(x)]);
            }
            fine.iter_mut().for_each(|range| range.x = usize::MAX);
            for x in 0..out.len() / channels {
                if x > 0 {
                    let columns = [x + size - 1, x - 1].map(|x| &self.columns.coarse[windows.column(x)]);
                    shift(range_counts(coarse), columns);
                }
                let range = count_at_most(range_counts(coarse), self.rank) % RANGE;
                let counts = fine[range].update(&self.columns.fine[range], windows, x);
                let value = count_at_most(counts, self.rank - coarse[range]) % RANGE;
                out[x * channels + channel] = T::from_bin(range * RANGE + value);
            }
        }
    }
}

impl Columns {
    /// Empty histograms for rows of `length` numbers.
    fn clear(&mut self, length: usize) {
        self.coarse = vec![[0; RANGE]; length];
        self.fine.iter_mut().for_each(|fine| *fine = vec![[0; RANGE]; length]);
    }

    /// Lets a value enter a column, and another leave it.
    #[inline(always)]
    fn count(&mut self, column: usize, leaves: Option<usize>, enters: usize) {
        let coarse = &mut self.coarse[column];
        if let Some(leaves) = leaves {
            change(coarse, |counts| counts - counts_of(leaves / RANGE));
            change(&mut self.fine[leaves / RANGE % RANGE][column], |counts| counts - counts_of(leaves));
        }
        change(coarse, |counts| counts + counts_of(enters / RANGE));
        change(&mut self.fine[enters / RANGE % RANGE][column], |counts| counts + counts_of(enters));
    }
}

/// Changes all counts at once, as one number.
#[inline(always)]
fn change(counts: &mut ColumnCounts, how: impl Fn(u128) -> u128) {
    *counts = how(u128::from_le_bytes(*counts)).to_le_bytes();
}

/// The windows of one channel.
#[derive(Clone, Copy)]
struct Windows {
    size: usize,
    channels: usize,
    channel: usize,
}

impl Windows {
    /// Where column `x` of the channel stands in a row.
    #[inline(always)]
    fn column(self, x: usize) -> usize {
        x * self.channels + self.channel
    }
}

/// The window's counts of the values in one range, when the window was at `x`; undefined if that is `usize::MAX`.
#[derive(Clone, Copy, Debug)]
struct RangeCounts {
    counts: WindowCounts,
    x: usize,
}

impl RangeCounts {
    /// The counts for the window at `x`: those columns enter and leave that did so since the last update.
    #[inline(always)]
    fn update(&mut self, columns: &[ColumnCounts], windows: Windows, x: usize) -> &WindowCounts {
        if self.x == usize::MAX || 2 * (x - self.x) > windows.size {
            self.counts = [0; RANGE];
            for x in x..x + windows.size {
                add(&mut self.counts, &columns[windows.column(x)]);
            }
        } else {
            for x in self.x..x {
                shift(&mut self.counts, [x + windows.size, x].map(|x| &columns[windows.column(x)]));
            }
        }
        self.x = x;
        &self.counts
    }
}

/// The counts up to each range, without the zero before them.
#[inline(always)]
fn range_counts(coarse: &mut [u16; RANGE + 1]) -> &mut WindowCounts {
    coarse.last_chunk_mut().expect("one more than ranges")
}

/// Lets a column enter the window.
#[inline(always)]
fn add(window: &mut WindowCounts, column: &ColumnCounts) {
    shift(window, [column, &[0; RANGE]]);
}

/// Lets one column enter the window and another leave it.
#[inline(always)]
fn shift(window: &mut WindowCounts, [enters, leaves]: [&ColumnCounts; 2]) {
    // In a copy, so that the compiler need not fear that the arguments overlap.
    let mut sums = *window;
    for i in 0..RANGE {
        sums[i] = sums[i].wrapping_add(u16::from(enters[i])).wrapping_sub(u16::from(leaves[i]));
    }
    *window = sums;
}
