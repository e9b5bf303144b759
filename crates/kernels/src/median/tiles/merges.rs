//! Merges of sorted lists whose comparisons are known when the program is compiled: what is between two of them stays in registers.

use super::layout::ROOM;
use crate::Pixel;
use crate::median::comparisons::{MOST_NUMBERS, MergeSize, Round};
use crate::median::unroll::{unroll64, unroll512};
use crate::numbers::{greater, smaller};
use glassbox_simd::{ByteVectors, Level, Register, Task, dispatch};

impl MergeSize {
    /// Its place among those that are compiled.
    pub(super) const fn index(&self) -> Option<u8> {
        let mut i = 0;
        while i < SHAPES.len() {
            let MergeSize { a, b, first, kept } = SHAPES[i];
            if a == self.a && b == self.b && first == self.first && kept == self.kept {
                return Some(i as u8);
            }
            i += 1;
        }
        None
    }
}

macro_rules! shapes {
    ($($a:literal $b:literal $first:literal $kept:literal,)*) => {
        /// Those that are compiled.
        const SHAPES: &[MergeSize] = &[$(MergeSize { a: $a, b: $b, first: $first, kept: $kept }),*];

        impl Merges<'_, u8> {
            #[inline(always)]
            fn merge_all(self, level: Level) {
                let (mut places, lines) = (self.places, self.lines);
                for &shape in self.shapes {
                    $(if Some(shape) == const { MergeSize { a: $a, b: $b, first: $first, kept: $kept }.index() } {
                        let (these, others) = places.split_at($a + $b + $kept);
                        // Each is a function by itself: one of all takes long to compile.
                        dispatch(level, Merge::<$a, $b, $first, $kept> { lines, line: self.line, places: these });
                        places = others;
                        continue;
                    })*
                    unreachable!("all shapes are above");
                }
            }
        }
    };
}

// Pairs, lists that are sorted, and what windows of 11, 13 and 15 need. Others are made of smaller ones.
shapes! {
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
    /// Lists of numbers, of each of which as many stand side by side as a line holds.
    pub(super) lines: &'a mut [T; ROOM],
    /// Numbers of a line: as many as fit in a register, if there are any.
    pub(super) line: usize,
    pub(super) shapes: &'a [u8],
    /// For each merge where the lines of both lists are, and those that are kept.
    pub(super) places: &'a [u16],
}

/// Whether merges of numbers of a type are compiled for a level: without them all are made of pairs.
pub(super) fn are_compiled<T: Pixel>(level: Level) -> bool {
    T::bytes(&[]).is_some() && level.has_byte_vectors()
}

impl<T: Pixel> Task for Merges<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, level: Level) {
        let Self { lines, line, shapes, places } = self;
        if let Some(lines) = are_compiled::<T>(level).then(|| T::bytes_mut(lines)).flatten() {
            let merges = Merges { lines: lines.try_into().expect("as many"), line, shapes, places };
            merges.merge_all(level);
            return;
        }
        let pairs = Merges { lines, line, shapes, places };
        match line {
            32 => pairs.compare_all::<32>(),
            16 => pairs.compare_all::<16>(),
            _ => pairs.compare_all::<8>(),
        }
    }
}

/// A merge of a certain [`MergeSize`].
struct Merge<'a, const A: usize, const B: usize, const FIRST: usize, const KEPT: usize> {
    lines: &'a mut [u8; ROOM],
    line: usize,
    places: &'a [u16],
}

/// Does the same for each of 192 constants, which are [`MOST_NUMBERS`].
macro_rules! unroll192 {
    ($i:ident => $body:expr) => {
        unroll64!($i from 0 => $body);
        unroll64!($i from 64 => $body);
        unroll64!($i from 128 => $body);
    };
}

impl<const A: usize, const B: usize, const FIRST: usize, const KEPT: usize> Merge<'_, A, B, FIRST, KEPT> {
    const PASS: Round = Round::merging(MergeSize { a: A, b: B, first: FIRST, kept: KEPT });

    #[inline(always)]
    fn merge<R: Register>(self, lanes: ByteVectors<R>) {
        let (lines, places) = (self.lines, &self.places[..A + B + KEPT]);
        let mut numbers = [lanes.zeros(); MOST_NUMBERS];
        unroll192!(I => if const { I < A + B } {
            numbers[I] = lanes.load(&lines[usize::from(places[I])..]);
        });
        unroll512!(S => if const { S < Self::PASS.step_count } {
            let (low, high) = const { Self::PASS.steps[S] };
            let (a, b) = (numbers[low as usize], numbers[high as usize]);
            numbers[low as usize] = a.smaller(b);
            numbers[high as usize] = a.greater(b);
        });
        unroll192!(O => if const { O < KEPT } {
            let register = const { Self::PASS.outputs[O] };
            numbers[register as usize].store(&mut lines[usize::from(places[A + B + O])..]);
        });
    }
}

impl<const A: usize, const B: usize, const FIRST: usize, const KEPT: usize> Task for Merge<'_, A, B, FIRST, KEPT> {
    type Output = ();

    #[inline(always)]
    fn run(self, level: Level) {
        match (level.byte_vectors512(), level.byte_vectors256()) {
            (Some(lanes), _) if self.line == 64 => self.merge(lanes),
            (_, Some(lanes)) => self.merge(lanes),
            _ => unreachable!("not compiled: see `are_compiled`"),
        }
    }
}

impl<T: Pixel> Merges<'_, T> {
    /// All being of pairs: the compiler makes of a line what it can.
    #[inline(always)]
    fn compare_all<const N: usize>(self) {
        let Self { lines, places, .. } = self;
        for [a, b, low, high] in places.as_chunks().0 {
            let [a, b] = [a, b].map(|place| -> [T; N] { *chunk(lines, *place) });
            let low: &mut [T; N] = chunk_mut(lines, *low);
            for i in 0..N {
                low[i] = smaller(a[i], b[i]);
            }
            let high: &mut [T; N] = chunk_mut(lines, *high);
            for i in 0..N {
                high[i] = greater(a[i], b[i]);
            }
        }
    }
}

/// The line that begins at a place.
#[inline(always)]
pub(super) fn chunk<T, const N: usize>(lines: &[T; ROOM], place: u16) -> &[T; N] {
    lines[usize::from(place)..].first_chunk().expect("there is room for a line behind the last place")
}

#[inline(always)]
pub(super) fn chunk_mut<T, const N: usize>(lines: &mut [T; ROOM], place: u16) -> &mut [T; N] {
    lines[usize::from(place)..].first_chunk_mut().expect("there is room for a line behind the last place")
}
