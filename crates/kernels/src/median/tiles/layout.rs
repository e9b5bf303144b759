//! Where the numbers of a [`Tiling`] are kept, and in which order they are made.

use glassbox_simd::CACHE_LINE;

use super::tiling::{Merge, Operand, TILE, Tiling};

/// Numbers of all lines at most: a place among them is one of 16 bits, and need not be compared with the end.
pub(super) const LINES: usize = 1 << 16;

/// The same, and a line behind the last place.
pub(super) const ROOM: usize = LINES + CACHE_LINE;

/// Merges one after the other. Lines are named by where they begin, or where the numbers of some tiles further on do.
#[derive(Debug, Default)]
pub(super) struct MergeList {
    /// Which [`MergeSize`](crate::median::comparisons::MergeSize) each has.
    pub(super) shapes: Vec<u8>,
    /// Of each where the lines of both lists are, and those that are made.
    pub(super) places: Vec<u16>,
}

/// How the medians of tiles side by side are found, as many at a time as a line holds numbers.
///
/// What concerns one tile alone is worked out once, for the tiles to its left need it, too: `local` steps. Their results are in pairs
/// of lines, that of the tiles in hand and that of the next, so that they can be read from any tile in hand on.
#[derive(Debug)]
pub(super) struct Layout {
    /// Numbers of a line.
    pub(super) line: usize,
    /// Where each pixel of a tile goes, row by row.
    pub(super) pixels: Vec<Option<u16>>,
    pub(super) local: MergeList,
    pub(super) steps: MergeList,
    /// Pairs of lines, which come first.
    pub(super) pairs: usize,
    /// Where the medians of a tile are.
    pub(super) medians: [[u16; TILE]; TILE],
}

/// When a value is read for the last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LastUse {
    Never,
    /// By a merge.
    By(usize),
    /// When all merges are done.
    Afterwards,
}

/// What is known of values before they have places.
struct Uses {
    last: Vec<LastUse>,
    /// Whether a value of one tile alone is read from others.
    is_paired: Vec<bool>,
    /// Merges that are needed, the last one first.
    merges: Vec<usize>,
}

impl Uses {
    fn of(tiling: &Tiling) -> Self {
        let count = tiling.local.len();
        let mut uses = Self { last: vec![LastUse::Never; count], is_paired: vec![false; count], merges: Vec::new() };
        tiling.medians.as_flattened().iter().for_each(|median| uses.last[*median] = LastUse::Afterwards);
        for (index, merge) in tiling.merges.iter().enumerate().rev() {
            if uses.last[merge.results()].iter().all(|last| *last == LastUse::Never) {
                continue;
            }
            uses.merges.push(index);
            for &Operand { value, .. } in &merge.operands {
                if uses.last[value] == LastUse::Never {
                    uses.last[value] = LastUse::By(index);
                }
                uses.is_paired[value] |= !merge.local && tiling.local[value];
            }
        }
        uses
    }
}

/// Gives values their lines.
struct Lines {
    length: usize,
    uses: Uses,
    /// The line of each value that has one; of a pair the second.
    of: Vec<Option<usize>>,
    pairs: usize,
    paired: usize,
    /// Lines that were in use, and all that there are.
    free: Vec<usize>,
    count: usize,
}

impl Lines {
    fn new(uses: Uses, length: usize) -> Self {
        let pairs = uses.is_paired.iter().filter(|paired| **paired).count();
        // The line behind the pairs is for what nobody needs.
        Self { length, of: vec![None; uses.last.len()], uses, pairs, paired: 0, free: Vec::new(), count: 2 * pairs + 1 }
    }

    fn place(&mut self, value: usize) -> Option<usize> {
        self.of[value] = match self.uses.last[value] {
            LastUse::Never => None,
            _ if self.uses.is_paired[value] => {
                self.paired += 1;
                Some(2 * self.paired - 1)
            }
            _ => self.free.pop().or_else(|| {
                self.count += 1;
                Some(self.count - 1)
            }),
        };
        self.of[value]
    }

    fn address(&self, line: Option<usize>) -> u16 {
        (line.unwrap_or(2 * self.pairs) * self.length) as u16
    }

    fn step(&mut self, index: usize, merge: &Merge, steps: &mut MergeList) {
        steps.shapes.extend(merge.shape.index());
        for &Operand { value, shift } in &merge.operands {
            // The line of the tiles in hand comes before that of the next.
            let line = self.of[value].map(|line| line - usize::from(self.uses.is_paired[value] && !merge.local));
            steps.places.push(self.address(line) + shift as u16);
        }
        // All numbers have been read when results are written.
        for &Operand { value, .. } in &merge.operands {
            if self.uses.last[value] == LastUse::By(index) && !self.uses.is_paired[value] {
                self.free.extend(self.of[value]);
            }
        }
        for result in merge.results() {
            let line = self.place(result);
            steps.places.push(self.address(line));
        }
    }
}

impl Layout {
    /// For lines of so many numbers; none if they need more room than [`LINES`], or are too short for the tiles to the right.
    pub(super) fn new(tiling: &Tiling, length: usize) -> Option<Self> {
        let mut lines = Lines::new(Uses::of(tiling), length);
        let pixels =
            (0..tiling.pixels()).map(|pixel| lines.place(pixel).map(|line| lines.address(Some(line)))).collect();
        let needed: Vec<_> = lines.uses.merges.iter().rev().copied().collect();
        let (mut local, mut steps) = (MergeList::default(), MergeList::default());
        // What other tiles read comes first.
        for is_local in [true, false] {
            let steps = if is_local { &mut local } else { &mut steps };
            for &index in needed.iter().filter(|index| tiling.merges[**index].local == is_local) {
                lines.step(index, &tiling.merges[index], steps);
            }
        }
        let medians = tiling.medians.map(|row| row.map(|median| lines.address(lines.of[median])));
        let operands = tiling.merges.iter().flat_map(|merge| &merge.operands);
        let fits = lines.count * length <= LINES && operands.map(|operand| operand.shift).max() <= Some(length);
        fits.then_some(Self { line: length, pixels, local, steps, pairs: lines.pairs, medians })
    }
}
