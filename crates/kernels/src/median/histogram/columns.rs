use crate::Pixel;
use crate::operator::Rows;
use glassbox_simd::count_at_most;

/// Values in a segment, and segments: 16 · 16 = 256 values.
const PART: usize = 16;

/// How many numbers are below or at each of sixteen values, or in each of the sixteen segments up to one: a byte each, the first the lowest.
/// As none of them is ever more than 255, they are added and subtracted all at once without a carry from one into the next.
type Counts = [u8; PART];

/// The same of a whole window, of up to 255² numbers.
type WideCounts = [u16; PART];

/// What one number adds: 1 from its own value on.
#[inline(always)]
fn from(value: usize) -> u128 {
    (u128::MAX / 255) << (8 * (value % PART))
}

/// The number of a certain rank, say the median, of a window of 8-bit numbers at a cost that hardly depends on its size: a histogram for each
/// column of the window's height, and the window's as their sum. One number enters and one leaves a column, one column enters
/// and one leaves the window.
///
/// Counts are cumulative, which sums of them are too: how many counts do not exceed the rank is then the place looked for, by one comparison of
/// vectors. Of the window the sixteen segments are always known, the values only within a segment that was asked for; a segment that is asked
/// for again catches up with what has entered and left since.
///
/// Source: S. Perreault, P. Hébert, *Median filtering in constant time*, IEEE Transactions on Image Processing 16 (2007).
#[derive(Debug)]
pub(crate) struct ColumnHistograms<T> {
    size: usize,
    rank: u16,
    channels: usize,
    columns: Box<Columns>,
    window: Box<Window>,
    /// The window's top row when it was last here: what leaves.
    top: Vec<T>,
}

/// Counts of the window. On the heap, because what the compiler takes apart into single numbers is no vector any more.
#[derive(Debug)]
struct Window {
    /// A zero, then those of segments: what is below a segment is the count before it.
    coarse: [u16; PART + 1],
    fine: [Segment; PART],
}

/// Counts for each number of a padded row.
#[derive(Debug, Default)]
struct Columns {
    /// Of segments.
    coarse: Vec<Counts>,
    /// Of the values in a segment; one segment's for all columns stand together, because neighbours mostly ask for the same one.
    fine: [Vec<Counts>; PART],
}

impl<T: Pixel> ColumnHistograms<T> {
    pub(crate) fn new(size: usize, rank: u32, channels: usize) -> Self {
        // At most 255² numbers.
        let fine = [Segment { counts: [0; PART], x: usize::MAX }; PART];
        let window = Box::new(Window { coarse: [0; PART + 1], fine });
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
            let step = Step { size, channels, channel };
            let Window { coarse, fine } = &mut *self.window;
            *coarse = [0; PART + 1];
            for x in 0..size {
                add(in_segments(coarse), &self.columns.coarse[step.column(x)]);
            }
            fine.iter_mut().for_each(|segment| segment.x = usize::MAX);
            for x in 0..out.len() / channels {
                if x > 0 {
                    let columns = [x + size - 1, x - 1].map(|x| &self.columns.coarse[step.column(x)]);
                    shift(in_segments(coarse), columns);
                }
                let segment = count_at_most(in_segments(coarse), self.rank) % PART;
                let counts = fine[segment].catch_up(&self.columns.fine[segment], step, x);
                let value = count_at_most(counts, self.rank - coarse[segment]) % PART;
                out[x * channels + channel] = T::from_bin(segment * PART + value);
            }
        }
    }
}

impl Columns {
    fn clear(&mut self, length: usize) {
        self.coarse = vec![[0; PART]; length];
        self.fine.iter_mut().for_each(|fine| *fine = vec![[0; PART]; length]);
    }

    /// A value enters a column, another may leave it.
    #[inline(always)]
    fn count(&mut self, column: usize, leaves: Option<usize>, enters: usize) {
        let coarse = &mut self.coarse[column];
        if let Some(leaves) = leaves {
            change(coarse, |counts| counts - from(leaves / PART));
            change(&mut self.fine[leaves / PART % PART][column], |counts| counts - from(leaves));
        }
        change(coarse, |counts| counts + from(enters / PART));
        change(&mut self.fine[enters / PART % PART][column], |counts| counts + from(enters));
    }
}

#[inline(always)]
fn change(counts: &mut Counts, how: impl Fn(u128) -> u128) {
    *counts = how(u128::from_le_bytes(*counts)).to_le_bytes();
}

/// Where the columns of one channel's windows stand.
#[derive(Clone, Copy)]
struct Step {
    size: usize,
    channels: usize,
    channel: usize,
}

impl Step {
    #[inline(always)]
    fn column(self, x: usize) -> usize {
        x * self.channels + self.channel
    }
}

/// The window's counts of the values in a segment, as they were at place `x`; of no meaning if that is the largest number.
#[derive(Clone, Copy, Debug)]
struct Segment {
    counts: WideCounts,
    x: usize,
}

impl Segment {
    #[inline(always)]
    fn catch_up(&mut self, columns: &[Counts], step: Step, x: usize) -> &WideCounts {
        if self.x == usize::MAX || 2 * (x - self.x) > step.size {
            self.counts = [0; PART];
            for x in x..x + step.size {
                add(&mut self.counts, &columns[step.column(x)]);
            }
        } else {
            for x in self.x..x {
                shift(&mut self.counts, [x + step.size, x].map(|x| &columns[step.column(x)]));
            }
        }
        self.x = x;
        &self.counts
    }
}

#[inline(always)]
fn in_segments(coarse: &mut [u16; PART + 1]) -> &mut WideCounts {
    coarse.last_chunk_mut().expect("one more than segments")
}

#[inline(always)]
fn add(window: &mut WideCounts, column: &Counts) {
    shift(window, [column, &[0; PART]]);
}

/// One column enters, another leaves.
#[inline(always)]
fn shift(window: &mut WideCounts, [enters, leaves]: [&Counts; 2]) {
    // All is read before anything is written, so that both may be one place for all the compiler knows.
    let mut sums = *window;
    for i in 0..PART {
        sums[i] = sums[i].wrapping_add(u16::from(enters[i])).wrapping_sub(u16::from(leaves[i]));
    }
    *window = sums;
}
