//! Order statistics of bytes by counting.

mod intervals;
mod recent;
mod windows;

use glassbox_simd::{ByteVectors, Level, Register, Task, dispatch};

use intervals::{ByteSet, Interval};
use recent::{Below, COLUMNS, Recent};
use windows::load;

use crate::Pixel;
use crate::operator::Rows;

/// The largest side of a window that is counted: a larger one leaves too few results for the columns that it reads.
pub(super) const LARGEST: usize = 31;

/// The number of a given rank in a window of bytes, found by counting numbers below thresholds:
///
/// `result = max { t : #{a in the window : a < t} ≤ rank }`
///
/// Counting needs only comparisons and additions of bytes, a whole register at a time. The count of a column is that of
/// the row above, updated by the number that enters and the one that leaves. Sums of 2, 4, 8 … neighbouring columns add
/// up to any width.
///
/// Few thresholds are needed, because neighbouring results are close to each other and to those of the row above. If
/// the same results reach two thresholds, no result lies between them; all other intervals are halved until none holds
/// more than one number.
#[derive(Debug)]
pub(crate) struct Counting {
    size: usize,
    rank: u16,
    channels: usize,
    recent: Recent,
    below: Below,
    /// The results of a block so far: the greatest threshold that each has reached.
    results: [u8; COLUMNS],
    /// The set of results in the last row, for each block of each channel.
    found: Vec<ByteSet>,
    /// A batch of thresholds, and which results reach each.
    thresholds: Box<[u8; 256]>,
    marks: Box<[u64; 256]>,
    /// The open intervals, and a list for their halves.
    open: [Vec<Interval>; 2],
}

impl Counting {
    /// # Panics
    /// If the size is more than [`LARGEST`].
    pub(crate) fn new(size: usize, rank: u32, channels: usize) -> Self {
        assert!(size <= LARGEST, "Counting: expected a size up to {LARGEST}, got {size}");
        Self {
            size,
            rank: rank as u16,
            channels,
            recent: Recent::default(),
            below: Below::default(),
            results: [0; COLUMNS],
            found: Vec::new(),
            thresholds: Box::new([0; 256]),
            marks: Box::new([0; 256]),
            open: [Vec::new(), Vec::new()],
        }
    }

    /// # Panics
    /// If the numbers are not bytes.
    // Only the loops over a batch of thresholds are vectorised: see `Batch`.
    #[inline(never)]
    pub(crate) fn row<T: Pixel>(&mut self, rows: Rows<T>, out: &mut [T]) {
        let bytes = |y: usize| T::bytes(rows.get(y)).expect("numbers of 8 bits");
        let out = T::bytes_mut(out).expect("numbers of 8 bits");
        let registers = if rows.level().byte_vectors512().is_some() { COLUMNS / 64 } else { COLUMNS / 32 };
        let (size, channels) = (self.size, self.channels);
        let per_block = windows::results_per_block(registers, size);
        let blocks = (out.len() / channels).div_ceil(per_block);
        if self.recent.count() == 0 {
            self.recent = Recent::new(size, channels, (blocks - 1) * per_block + COLUMNS);
            self.below = Below::new(size, channels * blocks);
            self.found = vec![ByteSet::default(); channels * blocks];
            (0..size - 1).for_each(|y| self.recent.enter(bytes(y)));
        }
        self.recent.enter(bytes(size - 1));
        for channel in 0..channels {
            for block in 0..blocks {
                let first = block * per_block * channels + channel;
                let position = (channel, block * per_block);
                let results = self.block(rows.level(), channel * blocks + block, position, per_block);
                let count = per_block.min(out.len() / channels - block * per_block);
                if channels == 1 {
                    out[first..first + count].copy_from_slice(&results[..count]);
                } else {
                    out[first..].iter_mut().step_by(channels).zip(&results[..count]).for_each(|(to, from)| *to = *from);
                }
            }
        }
    }

    /// The `count` results of block `index`, whose columns begin at a position of a channel.
    fn block(&mut self, level: Level, index: usize, position: (usize, usize), count: usize) -> &[u8; COLUMNS] {
        let all = u64::MAX >> (COLUMNS - count);
        let Self { size, rank, recent, below, results, found, thresholds, marks, open: [open, next], .. } = self;
        *results = [0; COLUMNS];
        // First the results of the row above and the numbers after them: if they are the same again, no interval is
        // open.
        let found = &mut found[index];
        let mut count = found.bounds(thresholds);
        *found = ByteSet::default();
        let mut batch = |thresholds: &[u8], marks: &mut [u64]| {
            let (size, rank) = (*size, *rank);
            dispatch(level, Batch { size, rank, thresholds, marks, block: index, position, recent, below, results });
        };
        batch(&thresholds[..count], &mut marks[..count]);
        open.clear();
        let mut low = (0, all);
        for (&threshold, &mark) in thresholds[..count].iter().zip(&marks[..]) {
            let high = (usize::from(threshold), mark & all);
            Interval { low, high }.settle(found, open);
            low = high;
        }
        Interval { low, high: (256, 0) }.settle(found, open);
        let mut far = 1;
        while !open.is_empty() {
            count = open.len();
            thresholds.iter_mut().zip(open.iter()).for_each(|(threshold, interval)| *threshold = interval.between(far));
            batch(&thresholds[..count], &mut marks[..count]);
            next.clear();
            for (&Interval { low, high }, (&threshold, &mark)) in open.iter().zip(thresholds.iter().zip(&marks[..])) {
                let middle = (usize::from(threshold), mark & all);
                Interval { low, high: middle }.settle(found, next);
                Interval { low: middle, high }.settle(found, next);
            }
            std::mem::swap(open, next);
            far *= 2;
        }
        results
    }
}

/// A batch of thresholds: finds which results of a block reach each, as a bit for each result.
struct Batch<'a> {
    size: usize,
    rank: u16,
    thresholds: &'a [u8],
    marks: &'a mut [u64],
    block: usize,
    position: (usize, usize),
    recent: &'a Recent,
    below: &'a mut Below,
    results: &'a mut [u8; COLUMNS],
}

impl Task for Batch<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self, level: Level) {
        if let Some(vectors) = level.byte_vectors512() {
            self.count::<_, { COLUMNS / 64 }>(vectors);
        } else if let Some(vectors) = level.byte_vectors256() {
            self.count::<_, { COLUMNS / 32 }>(vectors);
        }
    }
}

impl Batch<'_> {
    #[inline(always)]
    fn count<R: Register, const N: usize>(self, vectors: ByteVectors<R>) {
        let Self { rank, thresholds, marks, results, .. } = self;
        let counts = self.below.update(vectors, thresholds, self.block, self.recent, self.position);
        macro_rules! for_size {
            ($($size:literal)*) => {
                match self.size {
                    $($size => mark_all::<R, N, $size>(vectors, rank, thresholds, counts, marks, results),)*
                    _ => unreachable!("windows of more than {LARGEST} are not counted"),
                }
            };
        }
        for_size!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    }
}

/// Marks the results that reach each threshold: those whose window has at most `rank` numbers below it.
#[inline(always)]
fn mark_all<R: Register, const N: usize, const SIZE: usize>(
    vectors: ByteVectors<R>,
    rank: u16,
    thresholds: &[u8],
    counts: &[[u8; COLUMNS]; 256],
    marks: &mut [u64],
    results: &mut [u8; COLUMNS],
) {
    let mut reached = load::<R, N>(vectors, results);
    for (&threshold, mark) in thresholds.iter().zip(marks) {
        let counts = load(vectors, &counts[usize::from(threshold)]);
        *mark = windows::mark::<R, N, SIZE>(vectors, counts, rank, threshold, &mut reached);
    }
    for k in 0..N {
        reached[k].store(&mut results[k * R::BYTES..]);
    }
}
