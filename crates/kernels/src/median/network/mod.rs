//! Medians of small windows by sorting networks.

mod rounds;

use glassbox_simd::Aligned;

use rounds::Rounds;

use super::comparisons::{Input, MOST_NUMBERS, Round};
use super::unroll::{array128, unroll128, unroll512};
use crate::Pixel;
use crate::numbers::{greater, smaller};
use crate::operator::{Kernel, Rows};

/// Numbers of a row that are worked on at a time.
const BLOCK: usize = 1024;

/// Rounds work on whole multiples of this many numbers; results beyond the end are ignored.
const LANES: usize = 64;

/// How many numbers beyond a block windows may reach.
const REACH: usize = 64;

/// Numbers of a plane: a block, the reach beyond it, and the rest of a whole multiple.
const PLANE: usize = BLOCK + REACH + LANES;

/// The median of a small window by a sorting network. Its comparisons are known at compile time, so numbers stay in
/// registers from the first comparison of a round to the last.
#[derive(Debug)]
pub(crate) struct Network<T, const N: usize> {
    channels: usize,
    planes: Aligned<T>,
    /// The core of each block of a row, which the next row uses as well.
    cores: Aligned<T>,
    has_cores: bool,
}

impl<T: Pixel, const N: usize> Network<T, N> {
    const ROUNDS: Rounds = Rounds::median(N);

    /// The last round.
    const LAST: Round = Self::ROUNDS.rounds[Self::ROUNDS.count - 1];

    /// Numbers of a block's core: a plane for each column of the window, and one more.
    const CORE: usize = (N + 1) * PLANE;

    /// Whether the planes are wide enough for pixels of `channels`.
    pub(crate) fn can(channels: usize) -> bool {
        (N - 1) * channels <= REACH
    }

    /// # Panics
    /// If pixels of `channels` are too wide: see [`can`](Self::can).
    pub(crate) fn new(channels: usize) -> Self {
        assert!(Self::can(channels), "a window of {N} pixels of {channels} numbers reaches beyond the planes");
        Self {
            channels,
            planes: Aligned::zeros(Self::ROUNDS.planes * PLANE),
            cores: Aligned::default(),
            has_cores: false,
        }
    }
}

/// What each register of a round reads: a slice with a number for each position.
type Inputs<'a, T> = [[&'a [T]; 8]; 16];

/// Runs round `K`, if it is one of those that make the core.
#[inline(always)]
fn run_round<T: Pixel, const N: usize, const K: usize>(
    rows: &[&[T]; N],
    planes: &mut [T],
    core: &mut [T],
    channels: usize,
    length: usize,
) {
    if const { K + 1 >= Network::<T, N>::ROUNDS.count } {
        return;
    }
    let extent = const { Network::<T, N>::ROUNDS.rounds[K].extent };
    let mut length = (length + extent * channels).next_multiple_of(LANES);
    if K == 0 {
        length = length.min(rows[0].len());
    }
    let first_plane = const { Network::<T, N>::ROUNDS.rounds[K].first_plane };
    let (read, mut written) = planes.split_at_mut(first_plane * PLANE);
    if const { K + 2 == Network::<T, N>::ROUNDS.count } {
        written = core;
    }
    let inputs: Inputs<T> = array128!(I => if const { I < Network::<T, N>::ROUNDS.rounds[K].input_count } {
        match const { Network::<T, N>::ROUNDS.rounds[K].inputs[I] } {
            (Input::Row(row), _) => &rows[row][..length],
            (Input::Plane(plane), shift) => &read[plane * PLANE + shift * channels..][..length],
            (Input::Outer, _) => unreachable!("only the last round reads the outer row"),
        }
    } else {
        &[]
    });
    compare_all::<T, N, K>(inputs, written, length);
}

/// Runs the last round.
#[inline(always)]
fn run_last_round<T: Pixel, const N: usize>(outer: &[T], core: &[T], channels: usize, out: &mut [T]) {
    let length = out.len();
    let first_plane = const { Network::<T, N>::ROUNDS.planes };
    let inputs: Inputs<T> = array128!(I => if const { I < Network::<T, N>::LAST.input_count } {
        match const { Network::<T, N>::LAST.inputs[I] } {
            (Input::Outer, shift) => &outer[shift * channels..][..length],
            (Input::Plane(plane), _) => &core[(plane - first_plane) * PLANE..][..length],
            (Input::Row(_), _) => unreachable!("only the first round reads rows"),
        }
    } else {
        &[]
    });
    match const { Network::<T, N>::ROUNDS.count } {
        3 => compare_all::<T, N, 2>(inputs, out, length),
        4 => compare_all::<T, N, 3>(inputs, out, length),
        _ => compare_all::<T, N, 4>(inputs, out, length),
    }
}

/// Makes all comparisons of round `K` at each position.
#[inline(always)]
fn compare_all<T: Pixel, const N: usize, const K: usize>(inputs: Inputs<T>, written: &mut [T], length: usize) {
    let outputs = const { Network::<T, N>::ROUNDS.rounds[K].output_count };
    let written = if outputs > 1 { &mut written[..outputs * PLANE] } else { &mut written[..length] };
    assert!(length <= PLANE);
    for i in 0..length {
        let mut numbers = [T::default(); MOST_NUMBERS];
        unroll128!(I => if const { I < Network::<T, N>::ROUNDS.rounds[K].input_count } {
            numbers[I] = inputs[I / 8][I % 8][i];
        });
        unroll512!(C => if const { C < Network::<T, N>::ROUNDS.rounds[K].comparison_count } {
            let (low, high) = const { Network::<T, N>::ROUNDS.rounds[K].comparisons[C] };
            let (a, b) = (numbers[low as usize], numbers[high as usize]);
            numbers[low as usize] = smaller(a, b);
            numbers[high as usize] = greater(a, b);
        });
        unroll128!(O => if const { O < Network::<T, N>::ROUNDS.rounds[K].output_count } {
            written[O * PLANE + i] = numbers[const { Network::<T, N>::ROUNDS.rounds[K].outputs[O] } as usize];
        });
    }
}

impl<T: Pixel, const N: usize> Kernel<T> for Network<T, N> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let blocks = out.len().div_ceil(BLOCK);
        if self.cores.get().len() != blocks * Self::CORE {
            self.cores = Aligned::zeros(blocks * Self::CORE);
        }
        let outer = rows.get(if self.has_cores { N - 1 } else { 0 });
        for (index, (out, core)) in
            out.chunks_mut(BLOCK).zip(self.cores.get_mut().chunks_exact_mut(Self::CORE)).enumerate()
        {
            if !self.has_cores {
                let rows: [&[T]; N] = std::array::from_fn(|row| &rows.get(row)[index * BLOCK..]);
                let (planes, c, n) = (self.planes.get_mut(), self.channels, out.len());
                run_round::<T, N, 0>(&rows, planes, core, c, n);
                run_round::<T, N, 1>(&rows, planes, core, c, n);
                run_round::<T, N, 2>(&rows, planes, core, c, n);
                run_round::<T, N, 3>(&rows, planes, core, c, n);
            }
            run_last_round::<T, N>(&outer[index * BLOCK..], core, self.channels, out);
        }
        self.has_cores = !self.has_cores;
    }
}
