//! Order statistics of bytes by counting.

mod recent;
mod windows;

use crate::Pixel;
use crate::operator::Rows;
use glassbox_simd::{ByteVectors, Level, Register, Task, dispatch};
use recent::{Below, COLUMNS, Recent};
use windows::load;

/// The largest side of a window that is counted: larger ones see too many columns.
pub(super) const LARGEST: usize = 31;

/// The number of a certain rank, say the median, of a window of 8-bit numbers by counting how many of them are below a threshold:
///
/// `result = max { t : #{a in the window : a < t} ≤ rank }`
///
/// Counting needs nothing but comparisons and additions of bytes, as many at a time as a register holds. How many numbers of a column are below a threshold is
/// known from the row above, but for one number that enters and one that leaves; sums of 2, 4, 8 … neighbouring columns
/// make up any width. Only few thresholds are asked for: results that stand side by side are near each other, and near those of the
/// row above. Where two thresholds are reached by the same results, none lies between them; all others are halved until nothing is between.
#[derive(Debug)]
pub(crate) struct Counting {
    size: usize,
    rank: u16,
    channels: usize,
    recent: Recent,
    below: Below,
    /// Of a stretch, as far as they are known.
    results: [u8; COLUMNS],
    /// For each channel's stretches the results in the last row.
    found: Vec<Set>,
    /// Thresholds in hand, and which results reach each.
    thresholds: Box<[u8; 256]>,
    marks: Box<[u64; 256]>,
    /// Intervals in hand, and room for the halves of them.
    open: [Vec<Interval>; 2],
}

/// Two thresholds, and which results reach each.
#[derive(Clone, Copy, Debug)]
struct Interval {
    low: (usize, u64),
    high: (usize, u64),
}

impl Interval {
    /// Results from `low` on that are below `high` are found if they can be but one number; else it is open which they are.
    #[inline(always)]
    fn settle(self, found: &mut Set, open: &mut Vec<Interval>) {
        if self.low.1 == self.high.1 {
            return;
        }
        if self.high.0 - self.low.0 == 1 {
            found.insert(self.low.0);
        } else {
            open.push(self);
        }
    }

    /// A threshold between the two: half-way, but if one of them is an end not further than `far` from the other.
    fn between(&self, far: usize) -> u8 {
        let ((low, _), (high, _)) = (self.low, self.high);
        let threshold = match (low, high) {
            (0, 256) => 128,
            (0, _) => high.saturating_sub(far).max(high / 2),
            (_, 256) => low.midpoint(high).min(low + far),
            _ => low.midpoint(high),
        };
        threshold as u8
    }
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
    /// If the numbers are not of 8 bits.
    // Only the loops over a batch of thresholds are vectorised: see `Batch`.
    #[inline(never)]
    pub(crate) fn row<T: Pixel>(&mut self, rows: Rows<T>, out: &mut [T]) {
        let bytes = |y: usize| T::bytes(rows.get(y)).expect("numbers of 8 bits");
        let out = T::bytes_mut(out).expect("numbers of 8 bits");
        let registers = if rows.level().byte_vectors512().is_some() { COLUMNS / 64 } else { COLUMNS / 32 };
        let (size, channels, places) = (self.size, self.channels, windows::places(registers, self.size));
        let stretches = (out.len() / channels).div_ceil(places);
        if self.recent.count() == 0 {
            self.recent = Recent::new(size, channels, (stretches - 1) * places + COLUMNS);
            self.below = Below::new(size, channels * stretches);
            self.found = vec![Set::default(); channels * stretches];
            (0..size - 1).for_each(|y| self.recent.enter(bytes(y)));
        }
        self.recent.enter(bytes(size - 1));
        for channel in 0..channels {
            for stretch in 0..stretches {
                let first = stretch * places * channels + channel;
                let results =
                    self.stretch(rows.level(), channel * stretches + stretch, (channel, stretch * places), places);
                let count = places.min(out.len() / channels - stretch * places);
                if channels == 1 {
                    out[first..first + count].copy_from_slice(&results[..count]);
                } else {
                    out[first..].iter_mut().step_by(channels).zip(&results[..count]).for_each(|(to, from)| *to = *from);
                }
            }
        }
    }

    /// Finds the results of the `index`th stretch, of so many places, which begins at a certain number of a channel.
    fn stretch(&mut self, level: Level, index: usize, place: (usize, usize), places: usize) -> &[u8; COLUMNS] {
        let everywhere = u64::MAX >> (COLUMNS - places);
        let Self { size, rank, recent, below, results, found, thresholds, marks, open: [open, next], .. } = self;
        *results = [0; COLUMNS];
        // First what was found in the row above, and what is just above it: if the same is found again, nothing is open.
        let found = &mut found[index];
        let mut count = found.bounds(thresholds);
        *found = Set::default();
        let mut batch = |thresholds: &[u8], marks: &mut [u64]| {
            let (size, rank) = (*size, *rank);
            dispatch(level, Batch { size, rank, thresholds, marks, stretch: index, place, recent, below, results });
        };
        batch(&thresholds[..count], &mut marks[..count]);
        open.clear();
        let mut low = (0, everywhere);
        for (&threshold, &mark) in thresholds[..count].iter().zip(&marks[..]) {
            let high = (usize::from(threshold), mark & everywhere);
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
                let middle = (usize::from(threshold), mark & everywhere);
                Interval { low, high: middle }.settle(found, next);
                Interval { low: middle, high }.settle(found, next);
            }
            std::mem::swap(open, next);
            far *= 2;
        }
        results
    }
}

/// Some of the numbers of 8 bits.
#[derive(Clone, Copy, Debug, Default)]
struct Set([u64; 4]);

impl Set {
    fn insert(&mut self, number: usize) {
        self.0[number / 64 % 4] |= 1 << (number % 64);
    }

    /// Puts its numbers and what follows each in a list, in order, but for 0. How many they are.
    fn bounds(&self, list: &mut [u8; 256]) -> usize {
        let (mut count, mut carry) = (0, 0);
        for (word, first) in self.0.into_iter().zip((0u8..).step_by(64)) {
            let mut both = word | word << 1 | carry;
            carry = word >> 63;
            both &= if first == 0 { !1 } else { !0 };
            while both != 0 {
                list[count % 256] = first + both.trailing_zeros() as u8;
                count += 1;
                both &= both - 1;
            }
        }
        count
    }
}

/// Counting of some thresholds: which results of a stretch reach each, a bit for each place.
struct Batch<'a> {
    size: usize,
    rank: u16,
    thresholds: &'a [u8],
    marks: &'a mut [u64],
    stretch: usize,
    place: (usize, usize),
    recent: &'a Recent,
    below: &'a mut Below,
    results: &'a mut [u8; COLUMNS],
}

impl Task for Batch<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self, level: Level) {
        if let Some(lanes) = level.byte_vectors512() {
            self.count::<_, { COLUMNS / 64 }>(lanes);
        } else if let Some(lanes) = level.byte_vectors256() {
            self.count::<_, { COLUMNS / 32 }>(lanes);
        }
    }
}

impl Batch<'_> {
    #[inline(always)]
    fn count<R: Register, const N: usize>(self, lanes: ByteVectors<R>) {
        let counts = self.below.update(lanes, self.thresholds, self.stretch, self.recent, self.place);
        macro_rules! for_size {
            ($($size:literal)*) => {
                match self.size {
                    $($size => mark_all::<R, N, $size>(lanes, self.rank, self.thresholds, counts, self.marks, self.results),)*
                    _ => unreachable!("windows of more than {LARGEST} are not counted"),
                }
            };
        }
        for_size!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    }
}

/// Where at most `rank` numbers of the window are below a threshold the result is at least that: a bit of its mark for each such place.
#[inline(always)]
fn mark_all<R: Register, const N: usize, const SIZE: usize>(
    lanes: ByteVectors<R>,
    rank: u16,
    thresholds: &[u8],
    counts: &[[u8; COLUMNS]; 256],
    marks: &mut [u64],
    results: &mut [u8; COLUMNS],
) {
    let mut found = load::<R, N>(lanes, results);
    for (&threshold, mark) in thresholds.iter().zip(marks) {
        let counts = load(lanes, &counts[usize::from(threshold)]);
        *mark = windows::mark::<R, N, SIZE>(lanes, counts, rank, threshold, &mut found);
    }
    for k in 0..N {
        found[k].store(&mut results[k * R::BYTES..]);
    }
}
