mod rounds;

use rounds::Plan;

use super::comparisons::{MOST_NUMBERS, Source};
use super::unroll::{unroll128, unroll512};
use crate::Pixel;
use crate::numbers::{greater, smaller};
use crate::operator::{Kernel, Rows};
use glassbox_simd::Aligned;

/// Numbers of a row that are worked on at a time.
const BLOCK: usize = 1024;

/// Passes work on whole multiples of so many numbers, what is beyond the end being of no meaning.
const LANES: usize = 64;

/// Numbers beyond a block that windows may reach.
const REACH: usize = 64;

/// From one plane to the next: a block, what is needed beyond it, and what there is to the next whole multiple.
const PLANE: usize = BLOCK + REACH + LANES;

/// The median of a small window by a sorting network whose comparisons are known when the program is compiled: what is between two
/// of them stays in registers.
#[derive(Debug)]
pub(crate) struct Network<T, const N: usize> {
    channels: usize,
    planes: Aligned<T>,
    /// For each block of a row what may be the median there, from the row before.
    cores: Aligned<T>,
    has_cores: bool,
}

impl<T: Pixel, const N: usize> Network<T, N> {
    const PLAN: Plan = Plan::median(N);

    /// Numbers of a block's core: planes of one more than the window has columns.
    const CORE: usize = (N + 1) * PLANE;

    /// Whether pixels of so many channels are narrow enough for the planes.
    pub(crate) fn can(channels: usize) -> bool {
        (N - 1) * channels <= REACH
    }

    /// # Panics
    /// If pixels of so many channels are too wide: see [`can`](Self::can).
    pub(crate) fn new(channels: usize) -> Self {
        assert!(Self::can(channels), "a window of {N} pixels of {channels} numbers reaches beyond the planes");
        Self {
            channels,
            planes: Aligned::zeros(Self::PLAN.planes * PLANE),
            cores: Aligned::default(),
            has_cores: false,
        }
    }
}

#[inline(always)]
fn pass<T: Pixel, const N: usize, const K: usize>(
    rows: &[&[T]; N],
    planes: &mut [T],
    core: &mut [T],
    channels: usize,
    length: usize,
) {
    if const { K + 1 >= Network::<T, N>::PLAN.count } {
        return;
    }
    let extent = const { Network::<T, N>::PLAN.passes[K].extent };
    let mut length = (length + extent * channels).next_multiple_of(LANES);
    if K == 0 {
        length = length.min(rows[0].len());
    }
    let first_plane = const { Network::<T, N>::PLAN.passes[K].first_plane };
    let (read, mut written) = planes.split_at_mut(first_plane * PLANE);
    if const { K + 2 == Network::<T, N>::PLAN.count } {
        written = core;
    }
    let mut inputs: [&[T]; MOST_NUMBERS] = [&[]; MOST_NUMBERS];
    unroll128!(I => if const { I < Network::<T, N>::PLAN.passes[K].input_count } {
        inputs[I] = match const { Network::<T, N>::PLAN.passes[K].inputs[I] } {
            (Source::Row(row), _) => &rows[row][..length],
            (Source::Plane(plane), shift) => &read[plane * PLANE + shift * channels..][..length],
            (Source::Outer, _) => unreachable!("read by the last pass only"),
        };
    });
    compare_all::<T, N, K>(inputs, written, length);
}

#[inline(always)]
fn last_pass<T: Pixel, const N: usize>(outer: &[T], core: &[T], channels: usize, out: &mut [T]) {
    let length = out.len();
    let first_plane = const { Network::<T, N>::PLAN.planes };
    let mut inputs: [&[T]; MOST_NUMBERS] = [&[]; MOST_NUMBERS];
    unroll128!(I => if const { I < Network::<T, N>::PLAN.passes[Network::<T, N>::PLAN.count - 1].input_count } {
        inputs[I] = match const { Network::<T, N>::PLAN.passes[Network::<T, N>::PLAN.count - 1].inputs[I] } {
            (Source::Outer, shift) => &outer[shift * channels..][..length],
            (Source::Plane(plane), _) => &core[(plane - first_plane) * PLANE..][..length],
            (Source::Row(_), _) => unreachable!("read by the first pass only"),
        };
    });
    match const { Network::<T, N>::PLAN.count } {
        3 => compare_all::<T, N, 2>(inputs, out, length),
        4 => compare_all::<T, N, 3>(inputs, out, length),
        _ => compare_all::<T, N, 4>(inputs, out, length),
    }
}

#[inline(always)]
fn compare_all<T: Pixel, const N: usize, const K: usize>(
    inputs: [&[T]; MOST_NUMBERS],
    written: &mut [T],
    length: usize,
) {
    let outputs = const { Network::<T, N>::PLAN.passes[K].output_count };
    let written = if outputs > 1 { &mut written[..outputs * PLANE] } else { &mut written[..length] };
    assert!(length <= PLANE);
    for i in 0..length {
        let mut numbers = [T::default(); MOST_NUMBERS];
        unroll128!(I => if const { I < Network::<T, N>::PLAN.passes[K].input_count } {
            numbers[I] = inputs[I][i];
        });
        unroll512!(S => if const { S < Network::<T, N>::PLAN.passes[K].step_count } {
            let (low, high) = const { Network::<T, N>::PLAN.passes[K].steps[S] };
            let (a, b) = (numbers[low as usize], numbers[high as usize]);
            numbers[low as usize] = smaller(a, b);
            numbers[high as usize] = greater(a, b);
        });
        unroll128!(O => if const { O < Network::<T, N>::PLAN.passes[K].output_count } {
            written[O * PLANE + i] = numbers[const { Network::<T, N>::PLAN.passes[K].outputs[O] } as usize];
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
                pass::<T, N, 0>(&rows, planes, core, c, n);
                pass::<T, N, 1>(&rows, planes, core, c, n);
                pass::<T, N, 2>(&rows, planes, core, c, n);
                pass::<T, N, 3>(&rows, planes, core, c, n);
            }
            last_pass::<T, N>(&outer[index * BLOCK..], core, self.channels, out);
        }
        self.has_cores = !self.has_cores;
    }
}
