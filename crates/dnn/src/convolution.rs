//! The work of convolutions: a window that slides over a padded picture.
//!
//! With the channels of a pixel side by side, a row of a window is one stretch of the padded picture: windows need not be copied anywhere.
//! A window is therefore a few *segments* of one length: a row of it each, or a pixel each where it is dilated or grouped.

use glassbox_kernels::simd::{Level, Task, dispatch};
use rayon::prelude::*;

use crate::layers::Window;
use crate::pass::{Pass, room};
use crate::{Real, Shape};

/// Partial sums of the weights' gradient: the batch is cut into so many parts, whatever the number of threads.
const PARTS: usize = 8;

/// How windows lie on a padded picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Convolution {
    input: Shape,
    /// Of the padded picture; as `input` where nothing is padded.
    padded: Shape,
    /// Rows and columns before the picture.
    before: (usize, usize),
    outputs: usize,
    groups: usize,
    /// Where each segment begins, from the window's first number on.
    segments: Vec<usize>,
    /// Numbers of a segment.
    length: usize,
    /// Windows one below the other, and side by side.
    count: (usize, usize),
    /// Numbers of the padded picture from one window to the one below, and beside.
    steps: (usize, usize),
}

/// A batch of pictures with what lies around them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Padded<'a, T> {
    numbers: &'a [T],
    length: usize,
}

impl<'a, T: Real> Padded<'a, T> {
    /// What [`Convolution::pad`] made before of the same input.
    pub(crate) fn of(convolution: &Convolution, input: &'a [T], kept: &'a [T], samples: usize) -> Self {
        let length = convolution.padded_len();
        if convolution.pads() {
            Self { numbers: &kept[..samples * length], length }
        } else {
            Self { numbers: input, length }
        }
    }

    /// Sample by sample.
    pub(crate) fn samples(self) -> rayon::slice::Chunks<'a, T> {
        self.numbers.par_chunks(self.length)
    }
}

impl Convolution {
    pub(crate) fn new(input: Shape, outputs: usize, groups: usize, window: &Window) -> Self {
        let (extent, [top, left, ..]) = (window.extent(), window.pads);
        let rows = ((window.count.0 - 1) * window.stride.0 + extent.0).max(top + input.height);
        let columns = ((window.count.1 - 1) * window.stride.1 + extent.1).max(left + input.width);
        let padded = Shape::picture(rows, columns, input.channels);
        let pixel = |row: usize, column: usize| (row * columns + column) * input.channels;
        let whole_rows = window.dilation.1 == 1 && groups == 1;
        let columns_of = if whole_rows { 1 } else { window.size.1 };
        let segments = (0..window.size.0)
            .flat_map(|row| (0..columns_of).map(move |column| (row, column)))
            .map(|(row, column)| pixel(row * window.dilation.0, column * window.dilation.1));
        Self {
            input,
            padded,
            before: (top, left),
            outputs,
            groups,
            segments: segments.collect(),
            length: input.channels / groups * if whole_rows { window.size.1 } else { 1 },
            count: window.count,
            steps: (pixel(window.stride.0, 0), pixel(0, window.stride.1)),
        }
    }

    /// Numbers that each output is a sum of.
    pub(crate) fn depth(&self) -> usize {
        self.segments.len() * self.length
    }

    pub(crate) fn padded_len(&self) -> usize {
        self.padded.len()
    }

    fn pads(&self) -> bool {
        self.padded != self.input
    }

    fn windows(&self) -> usize {
        self.count.0 * self.count.1
    }

    /// Where window `index` begins.
    #[inline(always)]
    fn base(&self, index: usize) -> usize {
        index / self.count.1 * self.steps.0 + index % self.count.1 * self.steps.1
    }

    /// Puts zeros around each picture, if the windows reach beyond it.
    pub(crate) fn pad<'a, T: Real>(&self, input: &'a [T], samples: usize, kept: &'a mut Vec<T>) -> Padded<'a, T> {
        let length = self.padded_len();
        if self.pads() {
            // What lies around the pictures was zero when the room was made, and nobody writes there.
            let room = room(kept, samples * length);
            let samples = room.par_chunks_mut(length).zip(input.par_chunks(self.input.len())).with_min_len(8);
            samples.for_each(|(padded, input)| {
                let row = self.input.width * self.input.channels;
                for (y, input) in input.chunks_exact(row).enumerate() {
                    padded[self.inside(y)..][..row].copy_from_slice(input);
                }
            });
            return Padded { numbers: room, length };
        }
        Padded { numbers: input, length }
    }

    /// Where row `y` of the picture begins in the padded one.
    fn inside(&self, y: usize) -> usize {
        ((y + self.before.0) * self.padded.width + self.before.1) * self.padded.channels
    }

    /// Outputs that are worked out side by side.
    fn lanes(&self) -> usize {
        if self.outputs / self.groups > 8 { 16 } else { 8 }
    }

    /// Weights `[outputs, depth]` in strips of as many outputs as there are lanes, step by step; zeros where there are no more outputs.
    pub(crate) fn pack<'a, T: Real>(&self, weights: &[T], room_for: &'a mut Vec<T>) -> &'a [T] {
        let (lanes, depth, each) = (self.lanes(), self.depth(), self.outputs / self.groups);
        let strips = each.div_ceil(lanes);
        let packed = room(room_for, self.groups * strips * depth * lanes);
        packed.fill(T::zero());
        for (output, weights) in weights.chunks_exact(depth).enumerate() {
            let strip = output / each * strips + output % each / lanes;
            let packed = &mut packed[strip * depth * lanes + output % each % lanes..];
            packed.iter_mut().step_by(lanes).zip(weights).for_each(|(packed, &weight)| *packed = weight);
        }
        packed
    }

    /// Lays every mask on every window of one padded picture.
    pub(crate) fn correlate<T: Real>(
        &self,
        level: Level,
        padded: &[T],
        packed: &[T],
        bias: Option<&[T]>,
        output: &mut [T],
    ) {
        let plan = self;
        match (self.lanes(), level > Level::BASELINE) {
            (16, true) => dispatch(level, Correlate::<T, true, 6, 16> { plan, padded, packed, bias, output }),
            (16, false) => dispatch(level, Correlate::<T, false, 6, 16> { plan, padded, packed, bias, output }),
            (_, true) => dispatch(level, Correlate::<T, true, 12, 8> { plan, padded, packed, bias, output }),
            (_, false) => dispatch(level, Correlate::<T, false, 12, 8> { plan, padded, packed, bias, output }),
        }
    }

    /// ∂E/∂weights and ∂E/∂bias, summed over the batch.
    pub(crate) fn weigh<T: Real>(
        &self,
        pass: Pass,
        padded: Padded<T>,
        gradient: &[T],
        weights: &mut [T],
        bias: Option<&mut [T]>,
        scratch: &mut Vec<T>,
    ) {
        let (samples, outputs) = (pass.samples, self.windows() * self.outputs);
        let each = samples.div_ceil(PARTS).max(1);
        let parts = samples.div_ceil(each);
        let sums = weights.len() + self.outputs;
        let partial = room(scratch, parts * sums);
        let jobs = partial
            .par_chunks_mut(sums)
            .zip(padded.numbers.par_chunks(each * padded.length))
            .zip(gradient.par_chunks(each * outputs));
        jobs.for_each(|((sums, padded_of), gradient)| {
            sums.fill(T::zero());
            let (weights, bias) = sums.split_at_mut(weights.len());
            for (padded, gradient) in padded_of.chunks_exact(padded.length).zip(gradient.chunks_exact(outputs)) {
                if pass.level > Level::BASELINE {
                    dispatch(pass.level, Weigh::<T, true> { plan: self, padded, gradient, weights, bias });
                } else {
                    dispatch(pass.level, Weigh::<T, false> { plan: self, padded, gradient, weights, bias });
                }
            }
        });
        let total = |into: &mut [T], from: usize| {
            into.fill(T::zero());
            for part in partial.chunks_exact(sums) {
                into.iter_mut().zip(&part[from..]).for_each(|(sum, &part)| *sum += part);
            }
        };
        total(weights, 0);
        if let Some(bias) = bias {
            total(bias, weights.len());
        }
    }

    /// ∂E/∂input: every window's gradient goes back to what the window showed.
    pub(crate) fn spread<T: Real>(
        &self,
        pass: Pass,
        gradient: &[T],
        weights: &[T],
        input_gradient: &mut [T],
        scratch: &mut [T],
    ) {
        let outputs = self.windows() * self.outputs;
        let jobs = input_gradient
            .par_chunks_mut(self.input.len())
            .zip(scratch.par_chunks_mut(self.padded_len()))
            .zip(gradient.par_chunks(outputs));
        jobs.for_each(|((input_gradient, scratch), gradient)| {
            let padded = if self.pads() { &mut *scratch } else { &mut *input_gradient };
            padded.fill(T::zero());
            if pass.level > Level::BASELINE {
                dispatch(pass.level, Spread::<T, true> { plan: self, gradient, weights, padded });
            } else {
                dispatch(pass.level, Spread::<T, false> { plan: self, gradient, weights, padded });
            }
            if self.pads() {
                let row = self.input.width * self.input.channels;
                for (y, input_gradient) in input_gradient.chunks_exact_mut(row).enumerate() {
                    input_gradient.copy_from_slice(&scratch[self.inside(y)..][..row]);
                }
            }
        });
    }
}

/// `ROWS` windows times `LANES` masks at a time, their sums in registers.
struct Correlate<'a, T, const FUSED: bool, const ROWS: usize, const LANES: usize> {
    plan: &'a Convolution,
    padded: &'a [T],
    packed: &'a [T],
    bias: Option<&'a [T]>,
    output: &'a mut [T],
}

impl<T: Real, const FUSED: bool, const ROWS: usize, const LANES: usize> Task for Correlate<'_, T, FUSED, ROWS, LANES> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { plan, padded, packed, bias, output } = self;
        let (depth, windows, each) = (plan.depth(), plan.windows(), plan.outputs / plan.groups);
        let strips = each.div_ceil(LANES);
        for (strip, weights) in packed.as_chunks::<LANES>().0.chunks_exact(depth).enumerate() {
            let group = strip / strips;
            let first = group * each + strip % strips * LANES;
            let width = LANES.min((group + 1) * each - first);
            let channel = group * plan.input.channels / plan.groups;
            let mut start = [T::zero(); LANES];
            if let Some(bias) = bias {
                start[..width].copy_from_slice(&bias[first..first + width]);
            }
            for window in (0..windows).step_by(ROWS) {
                let mut bases = [0; ROWS];
                for (i, base) in bases.iter_mut().enumerate() {
                    // Beyond the last window the last one once more; it is not stored.
                    *base = plan.base((window + i).min(windows - 1)) + channel;
                }
                let mut sums = [start; ROWS];
                for (&segment, weights) in plan.segments.iter().zip(weights.chunks_exact(plan.length)) {
                    add_segment::<T, FUSED, ROWS, LANES>(padded, &bases, segment, weights, &mut sums);
                }
                for (i, sums) in sums.iter().enumerate().take(windows - window) {
                    output[(window + i) * plan.outputs + first..][..width].copy_from_slice(&sums[..width]);
                }
            }
        }
    }
}

#[inline(always)]
fn add_segment<T: Real, const FUSED: bool, const ROWS: usize, const LANES: usize>(
    padded: &[T],
    bases: &[usize; ROWS],
    segment: usize,
    weights: &[[T; LANES]],
    sums: &mut [[T; LANES]; ROWS],
) {
    let mut rows = [&padded[..0]; ROWS];
    for (row, base) in rows.iter_mut().zip(bases) {
        *row = &padded[base + segment..][..weights.len()];
    }
    for (k, weights) in weights.iter().enumerate() {
        for i in 0..ROWS {
            let number = rows[i][k];
            for j in 0..LANES {
                sums[i][j] = number.multiply_add::<FUSED>(weights[j], sums[i][j]);
            }
        }
    }
}

/// ∂E/∂weights of one picture, added to what is there: four windows with a gradient at a time.
struct Weigh<'a, T, const FUSED: bool> {
    plan: &'a Convolution,
    padded: &'a [T],
    gradient: &'a [T],
    weights: &'a mut [T],
    bias: &'a mut [T],
}

impl<T: Real, const FUSED: bool> Task for Weigh<'_, T, FUSED> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { plan, padded, gradient, weights, bias } = self;
        let (depth, each) = (plan.depth(), plan.outputs / plan.groups);
        for (output, weights) in weights.chunks_exact_mut(depth).enumerate() {
            let channel = output / each * plan.input.channels / plan.groups;
            let (mut bases, mut slopes, mut found) = ([0; 4], [T::zero(); 4], 0);
            for (window, gradient) in gradient.chunks_exact(plan.outputs).enumerate() {
                let slope = gradient[output];
                if slope == T::zero() {
                    continue;
                }
                bias[output] += slope;
                (bases[found], slopes[found]) = (plan.base(window) + channel, slope);
                found += 1;
                if found == 4 {
                    add_windows::<T, FUSED>(plan, padded, &bases, &slopes, weights);
                    found = 0;
                }
            }
            slopes[found..].fill(T::zero());
            if found > 0 {
                add_windows::<T, FUSED>(plan, padded, &bases, &slopes, weights);
            }
        }
    }
}

#[inline(always)]
fn add_windows<T: Real, const FUSED: bool>(
    plan: &Convolution,
    padded: &[T],
    bases: &[usize; 4],
    slopes: &[T; 4],
    weights: &mut [T],
) {
    for (&segment, weights) in plan.segments.iter().zip(weights.chunks_exact_mut(plan.length)) {
        let mut rows = [&padded[..0]; 4];
        for (row, base) in rows.iter_mut().zip(bases) {
            *row = &padded[base + segment..][..weights.len()];
        }
        add_four::<T, FUSED>(weights, rows, slopes);
    }
}

/// `sums += Σ rows·factors`, number by number.
#[inline(always)]
fn add_four<T: Real, const FUSED: bool>(sums: &mut [T], rows: [&[T]; 4], factors: &[T; 4]) {
    let n = sums.len();
    let [a, b, c, d] = rows;
    let (a, b, c, d) = (&a[..n], &b[..n], &c[..n], &d[..n]);
    for k in 0..n {
        let sum = a[k].multiply_add::<FUSED>(factors[0], sums[k]);
        let sum = b[k].multiply_add::<FUSED>(factors[1], sum);
        let sum = c[k].multiply_add::<FUSED>(factors[2], sum);
        sums[k] = d[k].multiply_add::<FUSED>(factors[3], sum);
    }
}

/// ∂E/∂(padded picture), added to what is there: four masks with a gradient at a time.
struct Spread<'a, T, const FUSED: bool> {
    plan: &'a Convolution,
    gradient: &'a [T],
    weights: &'a [T],
    padded: &'a mut [T],
}

impl<T: Real, const FUSED: bool> Task for Spread<'_, T, FUSED> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { plan, gradient, weights, padded } = self;
        let each = plan.outputs / plan.groups;
        for (window, gradient) in gradient.chunks_exact(plan.outputs).enumerate() {
            for (group, gradient) in gradient.chunks_exact(each).enumerate() {
                let base = plan.base(window) + group * plan.input.channels / plan.groups;
                let (mut outputs, mut slopes, mut found) = ([0; 4], [T::zero(); 4], 0);
                for (output, &slope) in gradient.iter().enumerate() {
                    if slope == T::zero() {
                        continue;
                    }
                    (outputs[found], slopes[found]) = (group * each + output, slope);
                    found += 1;
                    if found == 4 {
                        add_masks::<T, FUSED>(plan, weights, &outputs, &slopes, base, padded);
                        found = 0;
                    }
                }
                slopes[found..].fill(T::zero());
                if found > 0 {
                    add_masks::<T, FUSED>(plan, weights, &outputs, &slopes, base, padded);
                }
            }
        }
    }
}

#[inline(always)]
fn add_masks<T: Real, const FUSED: bool>(
    plan: &Convolution,
    weights: &[T],
    outputs: &[usize; 4],
    slopes: &[T; 4],
    base: usize,
    padded: &mut [T],
) {
    let depth = plan.depth();
    for (index, &segment) in plan.segments.iter().enumerate() {
        let mut rows = [&weights[..0]; 4];
        for (row, output) in rows.iter_mut().zip(outputs) {
            *row = &weights[output * depth + index * plan.length..][..plan.length];
        }
        add_four::<T, FUSED>(&mut padded[base + segment..][..plan.length], rows, slopes);
    }
}
