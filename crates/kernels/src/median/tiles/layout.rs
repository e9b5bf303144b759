//! Where the values of a [`Tiling`] are kept, and in which order they are made.

use glassbox_simd::CACHE_LINE;

use super::tiling::{Merge, Operand, TILE, Tiling};

/// The most numbers in all lines: their indices have 16 bits, so they need no bounds check.
pub(super) const LINES: usize = 1 << 16;

/// The length of the list of lines: a whole line may begin at the last index.
pub(super) const LENGTH: usize = LINES + CACHE_LINE;

/// Merges to be done one after the other. Operands are named by the index at which they begin: that of a line, or some
/// numbers further on for tiles to the right.
#[derive(Debug, Default)]
pub(super) struct MergeList {
    /// The [`MergeSize`](crate::median::comparisons::MergeSize) of each merge, by its index.
    pub(super) sizes: Vec<u8>,
    /// For each merge, the indices of both lists and of its results.
    pub(super) indices: Vec<u16>,
}

/// How the medians of tiles are found, for as many tiles side by side as a line holds numbers.
///
/// Merges that read a single tile are `local`. They are done once, although tiles further left read their results, too.
/// So their results have a pair of lines: one for the present tiles and one for the next tiles to the right.
#[derive(Debug)]
pub(super) struct Layout {
    /// Numbers of a line.
    pub(super) line: usize,
    /// The index of each pixel of a tile, row by row.
    pub(super) pixels: Vec<Option<u16>>,
    pub(super) local: MergeList,
    pub(super) others: MergeList,
    /// How many pairs of lines there are. They come first.
    pub(super) pairs: usize,
    /// The indices of a tile's medians.
    pub(super) medians: [[u16; TILE]; TILE],
}

/// When a value is read for the last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LastUse {
    Never,
    /// By a merge.
    By(usize),
    /// After all merges.
    AtTheEnd,
}

/// How the values of a tiling are used.
struct Uses {
    last: Vec<LastUse>,
    /// Whether a value of a single tile is read from other tiles.
    is_paired: Vec<bool>,
    /// The merges that are needed, in reverse order.
    merges: Vec<usize>,
}

impl Uses {
    fn of(tiling: &Tiling) -> Self {
        let count = tiling.local.len();
        let mut uses = Self { last: vec![LastUse::Never; count], is_paired: vec![false; count], merges: Vec::new() };
        tiling.medians.as_flattened().iter().for_each(|median| uses.last[*median] = LastUse::AtTheEnd);
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

/// Assigns lines to values.
struct Lines {
    length: usize,
    uses: Uses,
    /// The line of each value that has one: the second of a pair.
    of: Vec<Option<usize>>,
    pairs: usize,
    paired: usize,
    /// Lines that may be used again, and how many lines there are in all.
    free: Vec<usize>,
    count: usize,
}

impl Lines {
    fn new(uses: Uses, length: usize) -> Self {
        let pairs = uses.is_paired.iter().filter(|paired| **paired).count();
        // The line after the pairs takes values that are never used.
        Self { length, of: vec![None; uses.last.len()], uses, pairs, paired: 0, free: Vec::new(), count: 2 * pairs + 1 }
    }

    /// Assigns a line to a value.
    fn assign(&mut self, value: usize) -> Option<usize> {
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

    /// The index at which a line begins.
    fn index(&self, line: Option<usize>) -> u16 {
        (line.unwrap_or(2 * self.pairs) * self.length) as u16
    }

    /// Appends merge `index` to a list.
    fn append(&mut self, index: usize, merge: &Merge, list: &mut MergeList) {
        list.sizes.extend(merge.size.index());
        for &Operand { value, shift } in &merge.operands {
            // Of a pair, the line of the present tiles comes first.
            let line = self.of[value].map(|line| line - usize::from(self.uses.is_paired[value] && !merge.local));
            list.indices.push(self.index(line) + shift as u16);
        }
        // A merge reads all numbers before it writes the first.
        for &Operand { value, .. } in &merge.operands {
            if self.uses.last[value] == LastUse::By(index) && !self.uses.is_paired[value] {
                self.free.extend(self.of[value]);
            }
        }
        for result in merge.results() {
            let line = self.assign(result);
            list.indices.push(self.index(line));
        }
    }
}

impl Layout {
    /// For lines of `length` numbers. None if all lines have more than [`LINES`] numbers, or if tiles read beyond the
    /// next line.
    pub(super) fn new(tiling: &Tiling, length: usize) -> Option<Self> {
        let mut lines = Lines::new(Uses::of(tiling), length);
        let pixels =
            (0..tiling.pixels()).map(|pixel| lines.assign(pixel).map(|line| lines.index(Some(line)))).collect();
        let needed: Vec<_> = lines.uses.merges.iter().rev().copied().collect();
        let (mut local, mut others) = (MergeList::default(), MergeList::default());
        // The others read the results of local merges.
        for is_local in [true, false] {
            let list = if is_local { &mut local } else { &mut others };
            for &index in needed.iter().filter(|index| tiling.merges[**index].local == is_local) {
                lines.append(index, &tiling.merges[index], list);
            }
        }
        let medians = tiling.medians.map(|row| row.map(|median| lines.index(lines.of[median])));
        let operands = tiling.merges.iter().flat_map(|merge| &merge.operands);
        let fits = lines.count * length <= LINES && operands.map(|operand| operand.shift).max() <= Some(length);
        fits.then_some(Self { line: length, pixels, local, others, pairs: lines.pairs, medians })
    }
}
