//! The merges that find the medians of a tile of windows: which sorted lists are merged, and which part of each is
//! kept.
//!
//! All windows of a tile share a core of pixels. It is sorted column by column, without numbers that cannot be the
//! median of any window. The tile is cut into halves, alternately between columns and between rows. The pixels that all
//! windows of a half share in addition are sorted and merged into the core, until the half is a single window.
//!
//! Source: L. Sugy, *Fast median filters using hierarchical tiling*, arXiv 2507.19926 (2025).

use std::collections::HashMap;
use std::ops::Range;

use crate::median::comparisons::MergeSize;

/// Rows and columns of windows in a tile.
pub(super) const TILE: usize = 4;

/// A value, read in the tile `shift` tiles to the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Operand {
    pub(super) value: usize,
    pub(super) shift: usize,
}

/// A list of numbers in ascending order.
pub(super) type SortedValues = Vec<Operand>;

/// A merge of two sorted lists.
#[derive(Debug)]
pub(super) struct Merge {
    pub(super) size: MergeSize,
    /// The first list, then the second.
    pub(super) operands: SortedValues,
    /// The first of its results, which are consecutive values.
    pub(super) first: usize,
    /// Whether it reads a single tile. It is then done once for all tiles that need it.
    pub(super) local: bool,
}

impl Merge {
    /// Its results.
    pub(super) fn results(&self) -> Range<usize> {
        self.first..self.first + self.size.kept
    }
}

/// The direction of a line of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Along {
    Column,
    Row,
}

/// The merges that find the medians of a tile, including those whose results turn out to be unused.
///
/// Values have numbers: first the tile's pixels, row by row, then the results of each merge. Row 1 and column 1 are
/// those of the tile's first window, so that the core begins at the edge of a tile.
#[derive(Debug)]
pub(super) struct Tiling {
    pub(super) size: usize,
    /// Whether merges of more than two numbers are compiled.
    pub(super) are_compiled: bool,
    pub(super) merges: Vec<Merge>,
    /// The merges by size and operands, so that none is made twice.
    pub(super) known: HashMap<(MergeSize, SortedValues), usize>,
    /// For each value, whether it depends on the pixels of a single tile.
    pub(super) local: Vec<bool>,
    /// The medians of the tile's windows.
    pub(super) medians: [[usize; TILE]; TILE],
}

/// The rows, or columns, that all of `windows` share.
fn shared(windows: &Range<usize>, size: usize) -> Range<usize> {
    windows.end..windows.start + 1 + size
}

impl Tiling {
    /// The merges for windows whose size is above [`TILE`].
    pub(super) fn new(size: usize, are_compiled: bool) -> Self {
        let mut tiling = Self {
            size,
            are_compiled,
            merges: Vec::new(),
            known: HashMap::new(),
            local: vec![true; (size + TILE - 1) * TILE],
            medians: [[0; TILE]; TILE],
        };
        let (tile, core) = (0..TILE, shared(&(0..TILE), size));
        let numbers = tiling.lines(Along::Column, &core, std::slice::from_ref(&core));
        let core = std::slice::from_ref(&core);
        tiling.split(&numbers, [tile.clone(), tile], [core, core]);
        tiling
    }

    /// How many pixels a tile has, in all rows of its windows.
    pub(super) fn pixels(&self) -> usize {
        (self.size + TILE - 1) * TILE
    }

    /// Finds the medians of some windows of a tile, given by their rows and columns.
    ///
    /// `core` has the shared numbers that may be a median. `covered` has the ranges of rows and of columns that the
    /// core covers, each range within the next, as the core grew.
    fn split(&mut self, core: &[Operand], windows: [Range<usize>; 2], covered: [&[Range<usize>]; 2]) {
        let [rows, columns] = windows;
        if rows.len() == 1 && columns.len() == 1 {
            self.medians[rows.start][columns.start] = core[core.len() / 2].value;
            return;
        }
        let [covered_rows, covered_columns] = covered;
        let by_columns = columns.len() >= rows.len();
        let (along, split, across, within) = match by_columns {
            true => (Along::Column, &columns, covered_columns, covered_rows),
            false => (Along::Row, &rows, covered_rows, covered_columns),
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
                self.merge_part(core, &added, candidates(core.len() + added.len(), count, self.size))
            };
            match by_columns {
                true => self.split(&core, [rows.clone(), half], [covered_rows, &grown]),
                false => self.split(&core, [half, columns.clone()], [&grown, covered_columns]),
            }
        }
    }
}

/// What `range` has in addition to `within`, with which it begins or ends.
pub(super) fn beyond(within: &Range<usize>, range: &Range<usize>) -> Range<usize> {
    if range.start < within.start { range.start..within.start } else { within.end..range.end }
}

/// Which numbers of a list may be the median of `size²` numbers: see
/// [`Sorted::prune`](crate::median::comparisons::Sorted::prune).
pub(super) fn candidates(length: usize, of: usize, size: usize) -> Range<usize> {
    let half = size * size / 2;
    let dropped = (of - length) / 2;
    let drop = of.saturating_sub(1 + half).saturating_sub(dropped);
    drop..length - drop
}
