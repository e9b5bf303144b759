use super::recent::{Below, COLUMNS, Counts, REACH};
use crate::simd::{Bytes, LANES, Lanes, Words};

/// Thresholds that are counted together: what one step writes has long arrived when the next one reads it.
pub(super) const AT_ONCE: usize = 32;

/// Sums of neighbouring columns for some thresholds.
#[derive(Debug)]
pub(super) struct Sums {
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
    pub(super) fn new(size: usize, rank: u16) -> Self {
        let [two, four, eight] = [[Counts::default(); AT_ONCE]; 3];
        Self { size, rank, places: COLUMNS + 1 - size, results: [0; COLUMNS], two, four, eight }
    }

    /// Places of a stretch.
    pub(super) fn places(&self) -> usize {
        self.places
    }

    /// Forgets the results.
    pub(super) fn begin(&mut self) {
        self.results = [0; COLUMNS];
    }

    /// The results as far as they are known.
    pub(super) fn results(&self) -> &[u8; COLUMNS] {
        &self.results
    }

    /// Where at most `rank` numbers of the window are below a threshold the result is at least that: a bit of its mark for each such place.
    ///
    /// # Panics
    /// If there are more than [`AT_ONCE`].
    #[inline(always)]
    pub(super) fn count(&mut self, lanes: Lanes, thresholds: &[u8], below: &Below, stretch: usize, marks: &mut [u64]) {
        self.add_up(lanes, thresholds, below, stretch);
        match self.size / 8 {
            0 => self.mark::<0>(lanes, thresholds, below, stretch, marks),
            1 => self.mark::<1>(lanes, thresholds, below, stretch, marks),
            2 => self.mark::<2>(lanes, thresholds, below, stretch, marks),
            _ => self.mark::<3>(lanes, thresholds, below, stretch, marks),
        }
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
        for (index, (&threshold, mark)) in thresholds.iter().zip(marks).enumerate() {
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
