//! The merges that find the medians of a tile of windows: which sorted lists become one, and which of their numbers are carried on.
//!
//! All windows of a tile see the same core. It is sorted, column by column, and what cannot be the median of any window is left out. The tile is
//! cut in two, then each half, by turns between columns and between rows: what a half sees besides is sorted and merged into the
//! core, until a half is one window.
//!
//! Source of the idea: L. Sugy, *Fast median filters using hierarchical tiling*, arXiv 2507.19926 (2025).

use std::collections::HashMap;
use std::ops::Range;

use crate::median::comparisons::MergeSize;

/// Rows and columns of a tile: so many windows below each other and side by side.
pub(super) const TILE: usize = 4;

/// A value, and how many tiles to the right it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Operand {
    pub(super) value: usize,
    pub(super) shift: usize,
}

/// Numbers from the smallest to the greatest.
type Sorted = Vec<Operand>;

/// Two sorted lists that become one.
#[derive(Debug)]
pub(super) struct Merge {
    pub(super) shape: MergeSize,
    /// The first list, and then the second.
    pub(super) operands: Sorted,
    /// The value that is the first of the results, which follow each other.
    pub(super) first: usize,
    /// Whether it sees one tile alone: such a merge is done once for all tiles that read it.
    pub(super) local: bool,
}

impl Merge {
    /// The values it makes.
    pub(super) fn results(&self) -> Range<usize> {
        self.first..self.first + self.shape.kept
    }
}

/// Which way the numbers of a line follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Along {
    Column,
    Row,
}

/// The merges that find the medians of a tile, before it is known whose results are needed.
///
/// Values have numbers: first the tile's pixels, row by row, then what each merge makes. Rows and columns are counted from one before
/// the tile's first window, so that the core begins where a tile does.
#[derive(Debug)]
pub(super) struct Tiling {
    size: usize,
    /// Whether merges of more than two numbers may be done at once.
    at_once: bool,
    pub(super) merges: Vec<Merge>,
    known: HashMap<(MergeSize, Sorted), usize>,
    /// Of each value whether it is made of pixels of one tile.
    pub(super) local: Vec<bool>,
    /// The values that are the medians of the tile's windows.
    pub(super) medians: [[usize; TILE]; TILE],
}

/// The rows or columns that all of some windows see: windows that begin behind those of `windows`.
fn shared(windows: &Range<usize>, size: usize) -> Range<usize> {
    windows.end..windows.start + 1 + size
}

/// Where a list is cut in two: where a tile begins, or half of one, as far as that can be.
fn cut(range: &Range<usize>) -> usize {
    (range.start + 1..range.end).max_by_key(|place| place.trailing_zeros()).unwrap_or(range.start)
}

impl Tiling {
    /// For windows of a size above [`TILE`].
    pub(super) fn new(size: usize, at_once: bool) -> Self {
        let mut all = Self {
            size,
            at_once,
            merges: Vec::new(),
            known: HashMap::new(),
            local: vec![true; (size + TILE - 1) * TILE],
            medians: [[0; TILE]; TILE],
        };
        let (tile, core) = (0..TILE, shared(&(0..TILE), size));
        let numbers = all.lines(Along::Column, &core, std::slice::from_ref(&core));
        let core = std::slice::from_ref(&core);
        all.split(&numbers, [tile.clone(), tile], [core, core]);
        all
    }

    /// Pixels of a tile, in as many rows as its windows see.
    pub(super) fn pixels(&self) -> usize {
        (self.size + TILE - 1) * TILE
    }

    /// A pixel of a row or column.
    fn pixel(&self, along: Along, line: usize, place: usize) -> Operand {
        let (row, column) = match along {
            Along::Column => (place, line),
            Along::Row => (line, place),
        };
        Operand { value: (row - 1) * TILE + column % TILE, shift: column / TILE }
    }

    /// Whether a merge is done at once.
    fn can(&self, shape: MergeSize) -> bool {
        shape == MergeSize::PAIR || self.at_once && shape.index().is_some()
    }

    /// A merge that is done at once.
    fn merge_at_once(&mut self, shape: MergeSize, a: &[Operand], b: &[Operand]) -> Sorted {
        let mut operands = [a, b].concat();
        let shift = operands[0].shift;
        let local = operands.iter().all(|operand| operand.shift == shift && self.local[operand.value]);
        let shift = if local { shift } else { 0 };
        operands.iter_mut().for_each(|operand| operand.shift -= shift);
        let key = (shape, operands);
        let index = self.known.get(&key).copied().unwrap_or_else(|| {
            let (index, first) = (self.merges.len(), self.local.len());
            self.merges.push(Merge { shape, operands: key.1.clone(), first, local });
            self.local.resize(first + shape.kept, local);
            self.known.insert(key, index);
            index
        });
        self.merges[index].results().map(|value| Operand { value, shift }).collect()
    }

    /// The smaller and the greater of two.
    fn compare(&mut self, a: Operand, b: Operand) -> [Operand; 2] {
        let both = self.merge_at_once(MergeSize::PAIR, &[a], &[b]);
        [both[0], both[1]]
    }

    /// Merge sort, or, of pixels of one tile, sorting at once.
    fn sort(&mut self, along: Along, line: usize, places: &Range<usize>) -> Sorted {
        let pixels: Sorted = places.clone().map(|place| self.pixel(along, line, place)).collect();
        if pixels.len() == 1 {
            return pixels;
        }
        let shape = MergeSize { a: pixels.len(), b: 0, first: 0, kept: pixels.len() };
        if pixels.iter().all(|pixel| pixel.shift == pixels[0].shift) && self.can(shape) {
            return self.merge_at_once(shape, &pixels, &[]);
        }
        let middle = cut(places);
        let before = self.sort(along, line, &(places.start..middle));
        let behind = self.sort(along, line, &(middle..places.end));
        self.merge(&before, &behind)
    }

    /// A line's numbers, sorted: those of the first of some ranges, each of which lies within the next, and then what the others add.
    fn line(&mut self, along: Along, line: usize, ranges: &[Range<usize>]) -> Sorted {
        let [within @ .., last] = ranges else { return Vec::new() };
        let Some(before) = within.last() else { return self.sort(along, line, last) };
        let sorted = self.line(along, line, within);
        let added = self.sort(along, line, &beyond(before, last));
        self.merge(&sorted, &added)
    }

    /// The numbers of neighbouring lines, sorted.
    fn lines(&mut self, along: Along, lines: &Range<usize>, ranges: &[Range<usize>]) -> Sorted {
        if lines.len() == 1 {
            return self.line(along, lines.start, ranges);
        }
        let middle = cut(lines);
        let before = self.lines(along, &(lines.start..middle), ranges);
        let behind = self.lines(along, &(middle..lines.end), ranges);
        let count = lines.len() * ranges.last().map_or(0, Range::len);
        self.merge_kept(&before, &behind, candidates(before.len() + behind.len(), count, self.size))
    }

    fn merge(&mut self, a: &[Operand], b: &[Operand]) -> Sorted {
        self.merge_kept(a, b, 0..a.len() + b.len())
    }

    /// Some numbers of two lists merged.
    ///
    /// Batcher's odd-even merge: the odd places of both lists, the even places of both, then neighbours.
    fn merge_kept(&mut self, a: &[Operand], b: &[Operand], kept: Range<usize>) -> Sorted {
        let (a, b) = if a.len() < b.len() { (b, a) } else { (a, b) };
        let shape = MergeSize { a: a.len(), b: b.len(), first: kept.start, kept: kept.len() };
        if self.can(shape) {
            return self.merge_at_once(shape, a, b);
        }
        let shape = MergeSize { first: 0, kept: a.len() + b.len(), ..shape };
        if self.can(shape) {
            return self.merge_at_once(shape, a, b)[kept].to_vec();
        }
        if b.is_empty() {
            return a[kept].to_vec();
        }
        let places = |list: &[Operand], first| list.iter().copied().skip(first).step_by(2).collect::<Sorted>();
        let odd = self.merge(&places(a, 0), &places(b, 0));
        let even = self.merge(&places(a, 1), &places(b, 1));
        let mut merged = vec![odd[0]];
        for i in 0..even.len().max(odd.len() - 1) {
            match (even.get(i), odd.get(i + 1)) {
                (Some(&w), Some(&v)) => merged.extend(self.compare(w, v)),
                (alone, other) => merged.extend(alone.or(other)),
            }
        }
        merged[kept].to_vec()
    }

    /// The middle one of two sorted lists, the first by one the longer: the smallest number that as many are not greater than. Of the
    /// first list's `i` smallest and the second's `n + 1 − i` smallest it is the greatest, whichever `i` makes that the least.
    fn middle(&mut self, a: &[Operand], b: &[Operand]) -> Operand {
        let shape = MergeSize { a: a.len(), b: b.len(), first: b.len(), kept: 1 };
        if self.can(shape) {
            return self.merge_at_once(shape, a, b)[0];
        }
        a.iter().zip(b.iter().rev()).fold(a[b.len()], |least, (a, b)| {
            let [_, greater] = self.compare(*a, *b);
            self.compare(least, greater)[0]
        })
    }

    /// Finds the medians of some windows of a tile. Of the numbers that all of them see `core` has those that may be a median; `seen` has the
    /// rows and the columns of these numbers, as they became more.
    fn split(&mut self, core: &[Operand], windows: [Range<usize>; 2], seen: [&[Range<usize>]; 2]) {
        let [rows, columns] = windows;
        if rows.len() == 1 && columns.len() == 1 {
            self.medians[rows.start][columns.start] = core[core.len() / 2].value;
            return;
        }
        let [seen_rows, seen_columns] = seen;
        let by_columns = columns.len() >= rows.len();
        let (along, split, across, within) = match by_columns {
            true => (Along::Column, &columns, seen_columns, seen_rows),
            false => (Along::Row, &rows, seen_rows, seen_columns),
        };
        let (middle, last) = (split.start.midpoint(split.end), across.len() - 1);
        for half in [split.start..middle, middle..split.end] {
            let more = shared(&half, self.size);
            let added = self.lines(along, &beyond(&across[last], &more), within);
            let count = more.len() * within.last().map_or(0, Range::len);
            let grown = [across, &[more]].concat();
            let core = if count == self.size * self.size && core.len() == added.len() + 1 {
                vec![self.middle(core, &added)]
            } else {
                self.merge_kept(core, &added, candidates(core.len() + added.len(), count, self.size))
            };
            match by_columns {
                true => self.split(&core, [rows.clone(), half], [seen_rows, &grown]),
                false => self.split(&core, [half, columns.clone()], [&grown, seen_columns]),
            }
        }
    }
}

/// What a range has more than one that it begins or ends with.
fn beyond(within: &Range<usize>, range: &Range<usize>) -> Range<usize> {
    if range.start < within.start { range.start..within.start } else { within.end..range.end }
}

/// Which numbers of a list may be the median of `size²`: in a list that stands for `of` of them, none that has more than half of all above or
/// below it; as many are left out on one side as on the other.
fn candidates(length: usize, of: usize, size: usize) -> Range<usize> {
    let half = size * size / 2;
    let dropped = (of - length) / 2;
    let drop = of.saturating_sub(1 + half).saturating_sub(dropped);
    drop..length - drop
}
