use super::recent::{Below, COLUMNS, Counts, REACH, Recent};
use crate::Pixel;
use crate::filter::Rows;
use crate::simd::{Bytes, LANES, Lanes, Level, Task, Words, dispatch};

/// The largest side of a window that is counted: larger ones see too many columns.
pub(super) const LARGEST: usize = 31;

/// Thresholds that are counted together: what one step writes has long arrived when the next one reads it.
const AT_ONCE: usize = 32;

/// The number of a certain rank, say the median, of a window of 8-bit numbers by counting how many of them are below a threshold:
///
/// `result = max { t : #{a in the window : a < t} ≤ rank }`
///
/// Counting needs nothing but comparisons and additions of bytes, thirty-two at a time. How many numbers of a column are below a threshold is
/// known from the row above, but for one number that enters and one that leaves; sums of 2, 4, 8 … neighbouring columns
/// make up any width. Only few thresholds are asked for: results that stand side by side are near each other, and near those of the
/// row above. Where two thresholds are reached by the same results, none lies between them; all others are halved until nothing is between.
#[derive(Debug)]
pub(crate) struct Counting {
    size: usize,
    channels: usize,
    recent: Recent,
    below: Below,
    sums: Sums,
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
        let sums = Sums::new(size, rank as u16);
        Self {
            size,
            channels,
            recent: Recent::default(),
            below: Below::default(),
            sums,
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
        let (size, channels, places) = (self.size, self.channels, self.sums.places);
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
                let results = self.stretch(rows.level(), channel * stretches + stretch, (channel, stretch * places));
                let count = places.min(out.len() / channels - stretch * places);
                if channels == 1 {
                    out[first..first + count].copy_from_slice(&results[..count]);
                } else {
                    out[first..].iter_mut().step_by(channels).zip(&results[..count]).for_each(|(to, from)| *to = *from);
                }
            }
        }
    }

    /// Finds the results of the `index`th stretch, which begins at a certain number of a channel.
    fn stretch(&mut self, level: Level, index: usize, place: (usize, usize)) -> &[u8; COLUMNS] {
        let Self { recent, below, sums, found, thresholds, marks, open: [open, next], .. } = self;
        let everywhere = u64::MAX >> (COLUMNS - sums.places);
        sums.results = [0; COLUMNS];
        // First what was found in the row above, and what is just above it: if the same is found again, nothing is open.
        let found = &mut found[index];
        let mut count = found.bounds(thresholds);
        *found = Set::default();
        let mut batch = |thresholds: &[u8], marks: &mut [u64]| {
            dispatch(level, Batch { level, thresholds, marks, stretch: index, place, recent, below, sums });
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
        &sums.results
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
    level: Level,
    thresholds: &'a [u8],
    marks: &'a mut [u64],
    stretch: usize,
    place: (usize, usize),
    recent: &'a Recent,
    below: &'a mut Below,
    sums: &'a mut Sums,
}

impl Task for Batch<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { level, thresholds, marks, stretch, place, recent, below, sums } = self;
        let lanes = level.lanes().expect("lanes where numbers are counted");
        below.update(lanes, thresholds, stretch, recent, place);
        for (thresholds, marks) in thresholds.chunks(AT_ONCE).zip(marks.chunks_mut(AT_ONCE)) {
            sums.add_up(lanes, thresholds, below, stretch);
            match sums.size / 8 {
                0 => sums.mark::<0>(lanes, thresholds, below, stretch, marks),
                1 => sums.mark::<1>(lanes, thresholds, below, stretch, marks),
                2 => sums.mark::<2>(lanes, thresholds, below, stretch, marks),
                _ => sums.mark::<3>(lanes, thresholds, below, stretch, marks),
            }
        }
    }
}

/// Sums of neighbouring columns for some thresholds.
#[derive(Debug)]
struct Sums {
    size: usize,
    rank: u16,
    /// Places of a stretch: so many windows see no more than [`COLUMNS`].
    places: usize,
    results: [u8; COLUMNS],
    /// Of 2, 4 and 8 columns.
    two: [Counts; AT_ONCE],
    four: [Counts; AT_ONCE],
    eight: [Counts; AT_ONCE],
}

impl Sums {
    fn new(size: usize, rank: u16) -> Self {
        let [two, four, eight] = [[Counts::default(); AT_ONCE]; 3];
        Self { size, rank, places: COLUMNS + 1 - size, results: [0; COLUMNS], two, four, eight }
    }

    #[inline(always)]
    fn add_up(&mut self, lanes: Lanes, thresholds: &[u8], below: &Below, stretch: usize) {
        for (&threshold, two) in thresholds.iter().zip(&mut self.two) {
            two.add_neighbours::<1>(lanes, below.get(stretch, threshold));
        }
        for (_, (two, four)) in thresholds.iter().zip(self.two.iter().zip(&mut self.four)) {
            four.add_neighbours::<2>(lanes, two.from(0));
        }
        for (_, (four, eight)) in thresholds.iter().zip(self.four.iter().zip(&mut self.eight)) {
            eight.add_neighbours::<4>(lanes, four.from(0));
        }
    }

    /// Where at most `rank` numbers of the window are below a threshold the result is at least that. A bit for each such place.
    #[inline(always)]
    fn mark<const EIGHTS: usize>(
        &mut self,
        lanes: Lanes,
        thresholds: &[u8],
        below: &Below,
        stretch: usize,
        marks: &mut [u64],
    ) {
        let Self { size, rank, results, two, four, eight, .. } = self;
        let has = [1, 2, 4].map(|width| if *size & width == 0 { 0 } else { u8::MAX });
        let parts = Parts::<EIGHTS> {
            lanes,
            has: [Bytes::splat(lanes, has[0]), Bytes::splat(lanes, has[1]), Bytes::splat(lanes, has[2])],
            narrow: Bytes::splat(lanes, *rank as u8),
            wide: Words::splat(lanes, *rank as i16),
        };
        let (first, second) = results.split_at_mut(LANES);
        let (mut low, mut high) = (lanes.load(first), lanes.load(second));
        for (index, (&threshold, mark)) in thresholds.iter().zip(marks).enumerate().take(AT_ONCE) {
            let columns = (
                below.get(stretch, threshold),
                two[index].from(*size % 2),
                four[index].from(*size % 4),
                eight[index].from(*size % 8),
            );
            let (near, far) = (parts.is_reached(columns, 0), parts.is_reached(columns, LANES));
            let threshold = Bytes::splat(lanes, threshold);
            low = low.greater(near.and(threshold));
            high = high.greater(far.and(threshold));
            *mark = u64::from(near.upper_bits()) | u64::from(far.upper_bits()) << LANES;
        }
        low.store(first);
        high.store(second);
    }
}

/// What a window is made of: what is left over, of one, two and four columns, and then so many times eight.
struct Parts<const EIGHTS: usize> {
    lanes: Lanes,
    /// All bits of those of one, two, four that there are.
    has: [Bytes; 3],
    /// The rank in 8 bits, in which the numbers of a window of less than 16² can be counted, and in 16.
    narrow: Bytes,
    wide: Words,
}

/// Sums of one, two, four and eight columns, each from where they are part of the first window.
type Columns<'a> = (&'a [u8; REACH], &'a [u8; REACH], &'a [u8; REACH], &'a [u8; REACH]);

impl<const EIGHTS: usize> Parts<EIGHTS> {
    /// All bits where at most `rank` numbers of the window are counted.
    #[inline(always)]
    fn is_reached(&self, (one, two, four, eight): Columns, i: usize) -> Bytes {
        let (lanes, [has_one, has_two, has_four]) = (self.lanes, self.has);
        let [one, two, four] = [lanes.load(&one[i..]), lanes.load(&two[i..]), lanes.load(&four[i..])];
        let rest = one.and(has_one).add(two.and(has_two)).add(four.and(has_four));
        if EIGHTS == 0 {
            return rest.is_at_most(self.narrow);
        }
        let first = lanes.load(&eight[i..]);
        if EIGHTS == 1 {
            return rest.add(first).is_at_most(self.narrow);
        }
        let sum = rest.weigh(1, first, 1);
        let sum = match EIGHTS {
            2 => sum.add(lanes.load(&eight[i + 8..]).weigh(1, Bytes::zeros(lanes), 1)),
            _ => sum.add(lanes.load(&eight[i + 8..]).weigh(1, lanes.load(&eight[i + 16..]), 1)),
        };
        sum.is_at_most(self.wide)
    }
}
