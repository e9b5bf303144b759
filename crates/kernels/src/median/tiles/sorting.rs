//! Sorting and merging of a tile's values: how each list becomes a few merges.

use std::ops::Range;

use super::tiling::{Along, Merge, Operand, SortedValues, TILE, Tiling, beyond, candidates};
use crate::median::comparisons::MergeSize;

impl Tiling {
    /// A pixel of a row or column.
    fn pixel(&self, along: Along, line: usize, index: usize) -> Operand {
        let (row, column) = match along {
            Along::Column => (index, line),
            Along::Row => (line, index),
        };
        Operand { value: (row - 1) * TILE + column % TILE, shift: column / TILE }
    }

    /// Whether a merge is a single operation.
    fn is_single(&self, size: MergeSize) -> bool {
        size == MergeSize::PAIR || self.are_compiled && size.index().is_some()
    }

    /// A merge that is a single operation.
    fn add_merge(&mut self, size: MergeSize, a: &[Operand], b: &[Operand]) -> SortedValues {
        let mut operands = [a, b].concat();
        let shift = operands[0].shift;
        let local = operands.iter().all(|operand| operand.shift == shift && self.local[operand.value]);
        let shift = if local { shift } else { 0 };
        operands.iter_mut().for_each(|operand| operand.shift -= shift);
        let key = (size, operands);
        let index = self.known.get(&key).copied().unwrap_or_else(|| {
            let (index, first) = (self.merges.len(), self.local.len());
            self.merges.push(Merge { size, operands: key.1.clone(), first, local });
            self.local.resize(first + size.kept, local);
            self.known.insert(key, index);
            index
        });
        self.merges[index].results().map(|value| Operand { value, shift }).collect()
    }

    /// The smaller and the greater of two numbers.
    fn compare(&mut self, a: Operand, b: Operand) -> [Operand; 2] {
        let both = self.add_merge(MergeSize::PAIR, &[a], &[b]);
        [both[0], both[1]]
    }

    /// The sorted pixels of a part of a line: by one operation within a tile, else by merge sort.
    fn sort(&mut self, along: Along, line: usize, part: &Range<usize>) -> SortedValues {
        let pixels: SortedValues = part.clone().map(|index| self.pixel(along, line, index)).collect();
        if pixels.len() == 1 {
            return pixels;
        }
        let size = MergeSize { a: pixels.len(), b: 0, first: 0, kept: pixels.len() };
        if pixels.iter().all(|pixel| pixel.shift == pixels[0].shift) && self.is_single(size) {
            return self.add_merge(size, &pixels, &[]);
        }
        let middle = cut(part);
        let before = self.sort(along, line, &(part.start..middle));
        let after = self.sort(along, line, &(middle..part.end));
        self.merge(&before, &after)
    }

    /// The sorted numbers of a line, in the last of `ranges`. Each range lies within the next: those of the first are
    /// sorted, then those that each further range adds are merged in.
    fn line(&mut self, along: Along, line: usize, ranges: &[Range<usize>]) -> SortedValues {
        let [within @ .., last] = ranges else { return Vec::new() };
        let Some(before) = within.last() else { return self.sort(along, line, last) };
        let sorted = self.line(along, line, within);
        let added = self.sort(along, line, &beyond(before, last));
        self.merge(&sorted, &added)
    }

    /// The sorted numbers of neighbouring lines, in the last of `ranges`.
    pub(super) fn lines(&mut self, along: Along, lines: &Range<usize>, ranges: &[Range<usize>]) -> SortedValues {
        if lines.len() == 1 {
            return self.line(along, lines.start, ranges);
        }
        let middle = cut(lines);
        let before = self.lines(along, &(lines.start..middle), ranges);
        let after = self.lines(along, &(middle..lines.end), ranges);
        let count = lines.len() * ranges.last().map_or(0, Range::len);
        self.merge_part(&before, &after, candidates(before.len() + after.len(), count, self.size))
    }

    fn merge(&mut self, a: &[Operand], b: &[Operand]) -> SortedValues {
        self.merge_part(a, b, 0..a.len() + b.len())
    }

    /// Part `kept` of two merged lists.
    ///
    /// Batcher's odd-even merge: the odd elements of both lists, the even elements of both, then neighbours.
    pub(super) fn merge_part(&mut self, a: &[Operand], b: &[Operand], kept: Range<usize>) -> SortedValues {
        let (a, b) = if a.len() < b.len() { (b, a) } else { (a, b) };
        let size = MergeSize { a: a.len(), b: b.len(), first: kept.start, kept: kept.len() };
        if self.is_single(size) {
            return self.add_merge(size, a, b);
        }
        let size = MergeSize { first: 0, kept: a.len() + b.len(), ..size };
        if self.is_single(size) {
            return self.add_merge(size, a, b)[kept].to_vec();
        }
        if b.is_empty() {
            return a[kept].to_vec();
        }
        let every_other =
            |list: &[Operand], first| list.iter().copied().skip(first).step_by(2).collect::<SortedValues>();
        let odd = self.merge(&every_other(a, 0), &every_other(b, 0));
        let even = self.merge(&every_other(a, 1), &every_other(b, 1));
        let mut merged = vec![odd[0]];
        for i in 0..even.len().max(odd.len() - 1) {
            match (even.get(i), odd.get(i + 1)) {
                (Some(&w), Some(&v)) => merged.extend(self.compare(w, v)),
                (alone, other) => merged.extend(alone.or(other)),
            }
        }
        merged[kept].to_vec()
    }

    /// The median of two sorted lists, of which `a` has one number more than `b`: see
    /// [`Round::middle`](crate::median::comparisons::Round::middle).
    pub(super) fn middle(&mut self, a: &[Operand], b: &[Operand]) -> Operand {
        let size = MergeSize { a: a.len(), b: b.len(), first: b.len(), kept: 1 };
        if self.is_single(size) {
            return self.add_merge(size, a, b)[0];
        }
        a.iter().zip(b.iter().rev()).fold(a[b.len()], |least, (a, b)| {
            let [_, greater] = self.compare(*a, *b);
            self.compare(least, greater)[0]
        })
    }
}

/// Where to cut a range in two: at the edge of a tile, or half a tile, if possible.
fn cut(range: &Range<usize>) -> usize {
    (range.start + 1..range.end).max_by_key(|index| index.trailing_zeros()).unwrap_or(range.start)
}
