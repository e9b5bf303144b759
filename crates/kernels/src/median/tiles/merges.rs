//! Merges of sorted lists. Their comparisons are known at compile time, so numbers stay in registers between them.

use glassbox_simd::{ByteVectors, Level, Register, Task, dispatch};

use super::layout::LENGTH;
use crate::Pixel;
use crate::median::comparisons::{MOST_NUMBERS, MergeSize, Round};
use crate::median::unroll::{unroll64, unroll512};
use crate::numbers::{greater, smaller};

impl MergeSize {
    /// Its index among the sizes that are compiled.
    pub(super) const fn index(&self) -> Option<u8> {
        let mut i = 0;
        while i < SIZES.len() {
            let MergeSize { a, b, first, kept } = SIZES[i];
            if a == self.a && b == self.b && first == self.first && kept == self.kept {
                return Some(i as u8);
            }
            i += 1;
        }
        None
    }
}

macro_rules! sizes {
    ($($a:literal $b:literal $first:literal $kept:literal,)*) => {
        /// The sizes of merges that are compiled.
        const SIZES: &[MergeSize] = &[$(MergeSize { a: $a, b: $b, first: $first, kept: $kept }),*];

        impl Merges<'_, u8> {
            #[inline(always)]
            fn merge_all(self, level: Level) {
                let (mut indices, lines) = (self.indices, self.lines);
                for &size in self.sizes {
                    $(if Some(size) == const { MergeSize { a: $a, b: $b, first: $first, kept: $kept }.index() } {
                        let (now, later) = indices.split_at($a + $b + $kept);
                        // Each size is a function: one function for all takes long to compile.
                        dispatch(level, Merge::<$a, $b, $first, $kept> { lines, line: self.line, indices: now });
                        indices = later;
                        continue;
                    })*
                    unreachable!("all sizes are above");
                }
            }
        }
    };
}

// Pairs, sorts, and the merges of windows of 11, 13 and 15. Other merges are made of smaller ones.
sizes! {
    1 1 0 2,
    2 0 0 2, 4 0 0 4, 6 0 0 6, 8 0 0 8, 10 0 0 10, 12 0 0 12,
    10 1 0 11, 12 1 0 13, 14 1 0 15,
    4 2 0 6, 8 2 0 10, 10 2 0 12, 12 2 0 14,
    4 4 0 8, 6 4 0 10, 8 4 0 12, 8 8 0 16, 10 10 0 20, 12 12 0 24, 14 14 0 28,
    16 16 0 32, 20 20 0 40, 24 24 0 48, 40 20 0 60, 48 48 0 96,
    32 32 3 58, 60 40 15 70, 96 48 31 82,
    58 16 16 42, 70 20 20 50, 82 24 24 58,
    42 20 20 22, 50 24 24 26, 58 28 28 30,
    22 10 10 12, 26 12 12 14, 30 14 14 16,
    12 11 11 1, 14 13 13 1, 16 15 15 1,
}

/// Merges to be done one after the other.
pub(super) struct Merges<'a, T> {
    /// All lines. A line holds one value for each of the tiles side by side.
    pub(super) lines: &'a mut [T; LENGTH],
    /// Numbers of a line: those of a register if the level has byte vectors.
    pub(super) line: usize,
    /// See [`MergeList`](super::layout::MergeList).
    pub(super) sizes: &'a [u8],
    pub(super) indices: &'a [u16],
}

/// Whether merges are compiled for an element type at a level. Otherwise all are made of pairs.
pub(super) fn are_compiled<T: Pixel>(level: Level) -> bool {
    T::bytes(&[]).is_some() && level.has_byte_vectors()
}

impl<T: Pixel> Task for Merges<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, level: Level) {
        let Self { lines, line, sizes, indices } = self;
        if let Some(lines) = are_compiled::<T>(level).then(|| T::bytes_mut(lines)).flatten() {
            let lines = lines.try_into().expect("the same list as bytes");
            let merges = Merges { lines, line, sizes, indices };
            merges.merge_all(level);
            return;
        }
        let pairs = Merges { lines, line, sizes, indices };
        match line {
            32 => pairs.compare_all::<32>(),
            16 => pairs.compare_all::<16>(),
            _ => pairs.compare_all::<8>(),
        }
    }
}

/// A merge of a certain [`MergeSize`].
struct Merge<'a, const A: usize, const B: usize, const FIRST: usize, const KEPT: usize> {
    lines: &'a mut [u8; LENGTH],
    line: usize,
    indices: &'a [u16],
}

/// Evaluates an expression for 192 constants, which are [`MOST_NUMBERS`].
macro_rules! unroll192 {
    ($i:ident => $body:expr) => {
        unroll64!($i from 0 => $body);
        unroll64!($i from 64 => $body);
        unroll64!($i from 128 => $body);
    };
}

impl<const A: usize, const B: usize, const FIRST: usize, const KEPT: usize> Merge<'_, A, B, FIRST, KEPT> {
    const ROUND: Round = Round::merging(MergeSize { a: A, b: B, first: FIRST, kept: KEPT });

    #[inline(always)]
    fn merge<R: Register>(self, vectors: ByteVectors<R>) {
        let (lines, indices) = (self.lines, &self.indices[..A + B + KEPT]);
        let mut numbers = [vectors.zeros(); MOST_NUMBERS];
        unroll192!(I => if const { I < A + B } {
            numbers[I] = vectors.load(&lines[usize::from(indices[I])..]);
        });
        unroll512!(C => if const { C < Self::ROUND.comparison_count } {
            let (low, high) = const { Self::ROUND.comparisons[C] };
            let (a, b) = (numbers[low as usize], numbers[high as usize]);
            numbers[low as usize] = a.smaller(b);
            numbers[high as usize] = a.greater(b);
        });
        unroll192!(O => if const { O < KEPT } {
            let register = const { Self::ROUND.outputs[O] };
            numbers[register as usize].store(&mut lines[usize::from(indices[A + B + O])..]);
        });
    }
}

impl<const A: usize, const B: usize, const FIRST: usize, const KEPT: usize> Task for Merge<'_, A, B, FIRST, KEPT> {
    type Output = ();

    #[inline(always)]
    fn run(self, level: Level) {
        match (level.byte_vectors512(), level.byte_vectors256()) {
            (Some(vectors), _) if self.line == 64 => self.merge(vectors),
            (_, Some(vectors)) => self.merge(vectors),
            _ => unreachable!("not compiled: see `are_compiled`"),
        }
    }
}

impl<T: Pixel> Merges<'_, T> {
    /// Does merges that are all of pairs, by plain loops over a line.
    #[inline(always)]
    fn compare_all<const N: usize>(self) {
        let Self { lines, indices, .. } = self;
        for [a, b, low, high] in indices.as_chunks().0 {
            let [a, b] = [a, b].map(|index| -> [T; N] { *line_at(lines, *index) });
            let low: &mut [T; N] = line_at_mut(lines, *low);
            for i in 0..N {
                low[i] = smaller(a[i], b[i]);
            }
            let high: &mut [T; N] = line_at_mut(lines, *high);
            for i in 0..N {
                high[i] = greater(a[i], b[i]);
            }
        }
    }
}

/// The line that begins at an index.
#[inline(always)]
pub(super) fn line_at<T, const N: usize>(lines: &[T; LENGTH], index: u16) -> &[T; N] {
    lines[usize::from(index)..].first_chunk().expect("a whole line may begin at the last index")
}

/// The line that begins at an index, mutably.
#[inline(always)]
fn line_at_mut<T, const N: usize>(lines: &mut [T; LENGTH], index: u16) -> &mut [T; N] {
    lines[usize::from(index)..].first_chunk_mut().expect("a whole line may begin at the last index")
}
