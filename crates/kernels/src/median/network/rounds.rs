use crate::median::comparisons::{Input, Round, Sorted};

/// The most rounds.
const MOST_ROUNDS: usize = 5;

/// The rounds that find the median of a window: those that make the core, and a last one.
///
/// Two windows, one below the other, share all rows but one each. Of the shared rows the core is sorted once: the
/// numbers that may be the median of either window. Sorted and merged with the outer row of a window, it yields the
/// median.
pub(super) struct Rounds {
    pub(super) rounds: [Round; MOST_ROUNDS],
    /// How many rounds there are. The last but one writes the core.
    pub(super) count: usize,
    /// Planes before those of the core.
    pub(super) planes: usize,
}

impl Rounds {
    /// The rounds for a window of `size` × `size`.
    ///
    /// The first sorts columns. The next ones merge lists of 2, 4, … columns. The core merges those lists whose widths
    /// add up to the window's, as the binary digits of the width say, the widest first.
    pub(super) const fn median(size: usize) -> Self {
        let (all, height) = (size * size, size - 1);
        let mut rounds = Rounds { rounds: [Round::EMPTY; MOST_ROUNDS], count: 1, planes: 0 };
        let round = &mut rounds.rounds[0];
        let mut row = 0;
        while row < height {
            round.read(Input::Row(1 + row), 0);
            row += 1;
        }
        let sorted = round.sort(&Sorted::range(0, height));
        let mut lists = [round.write(&sorted, 0); MOST_ROUNDS];
        rounds.planes += height;
        // The widest list is needed by the core's round only, which merges it from lists of half the width.
        let mut width = 2;
        while 2 * width <= size {
            let (round, list) = (&mut rounds.rounds[rounds.count], lists[rounds.count - 1]);
            let (left, right) = (round.read_list(list, 0), round.read_list(list, width / 2));
            let merged = round.merge(&left, &right).prune(width * height, all);
            lists[rounds.count] = round.write(&merged, rounds.planes);
            rounds.planes += merged.length;
            rounds.count += 1;
            width *= 2;
        }
        let round = &mut rounds.rounds[rounds.count];
        let mut power = rounds.count - 1;
        let mut covered = 1 << power;
        let mut core = round.read_list(lists[power], 0);
        while covered < size {
            if covered + (1 << power) <= size {
                let next = round.read_list(lists[power], covered);
                covered += 1 << power;
                core = round.merge(&core, &next).prune(covered * height, all);
            } else {
                power -= 1;
            }
        }
        let core = round.write(&core, rounds.planes);
        rounds.count += 1;
        let round = &mut rounds.rounds[rounds.count];
        let core = round.read_list(core, 0);
        let mut outer = Sorted::range(round.input_count, size);
        let mut shift = 0;
        while shift < size {
            round.read(Input::Outer, shift);
            shift += 1;
        }
        outer = round.sort(&outer);
        let middle = round.middle(&core, &outer);
        let _ = round.write(&middle, rounds.planes + core.length);
        rounds.count += 1;
        rounds.with_extents()
    }

    /// Sets how far beyond a block each round must write, from the last round to the first.
    const fn with_extents(mut self) -> Self {
        let mut reader = self.count - 1;
        while reader > 0 {
            let round = self.rounds[reader];
            let mut i = 0;
            while i < round.input_count {
                if let (Input::Plane(plane), shift) = round.inputs[i] {
                    let mut writer = reader;
                    while plane < self.rounds[writer].first_plane || writer == reader {
                        writer -= 1;
                    }
                    let from = &mut self.rounds[writer];
                    if from.extent < round.extent + shift {
                        from.extent = round.extent + shift;
                    }
                }
                i += 1;
            }
            reader -= 1;
        }
        self
    }
}
