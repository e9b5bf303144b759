//! The fast loops of convolutions: a window slides over a padded picture. The formula is in
//! `layers/convolution/conv.rs`.
//!
//! The channels of a pixel lie side by side, so a row of a window is one stretch of the padded picture and no window is
//! copied. A window is a few *spans* of one length: its rows, or its pixels if it is dilated or grouped.

mod forward;
mod forward_one_channel;
mod input_gradient;
mod masks;
mod weight_gradient;

use glassbox_simd::{Aligned, Level};
use rayon::prelude::*;

use crate::compute::float_vectors::EIGHT;
use crate::compute::window::Window;
use crate::pass::{Pass, Scratch, room};
use crate::shape::MOST_NODES;
use crate::{Real, Shape};
use forward::Forward;
use input_gradient::InputGradient;
use weight_gradient::{WeightGradient, found_len};

/// Partial sums of the weight gradient: a whole batch is cut into this many, for any number of threads; a part of a
/// batch is not cut.
const CUTS: usize = 8;

/// How windows lie on a padded picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Convolution {
    input: Shape,
    /// The shape of the padded picture; as `input` without padding.
    padded: Shape,
    /// Rows and columns before the picture.
    before: (usize, usize),
    outputs: usize,
    groups: usize,
    /// The offset of each span from the first number of the window.
    spans: Vec<usize>,
    /// Numbers of a span.
    length: usize,
    /// The length rounded up to whole vectors of eight, which the backward pass works on. A shorter span runs on into
    /// the numbers after it, times zero.
    rounded: usize,
    /// The offset of each vector of eight from the first number of the window, span by span.
    floats: Vec<usize>,
    /// The offset of each window in the padded picture.
    bases: Vec<usize>,
    /// Windows of a row.
    columns: usize,
}

/// A batch of pictures with what lies around them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Padded<'a, T> {
    numbers: &'a [T],
    length: usize,
}

impl<'a, T: Real> Padded<'a, T> {
    /// The pictures that [`Convolution::pad`] made of the same input before.
    pub(crate) fn of(convolution: &Convolution, input: &'a [T], saved: &'a [T], samples: usize) -> Self {
        let length = convolution.padded_len();
        if convolution.pads() {
            Self { numbers: &saved[..samples * length], length }
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
        let spans = (0..window.size.0)
            .flat_map(|row| (0..columns_of).map(move |column| (row, column)))
            .map(|(row, column)| pixel(row * window.dilation.0, column * window.dilation.1));
        let bases = (0..window.count.0)
            .flat_map(|row| (0..window.count.1).map(move |column| (row, column)))
            .map(|(row, column)| pixel(row * window.stride.0, column * window.stride.1));
        let length = input.channels / groups * if whole_rows { window.size.1 } else { 1 };
        let spans: Vec<usize> = spans.collect();
        let rounded = length.next_multiple_of(EIGHT);
        let floats = spans.iter().flat_map(|span| (0..rounded).step_by(EIGHT).map(move |eight| span + eight));
        Self {
            input,
            padded,
            before: (top, left),
            outputs,
            groups,
            length,
            rounded,
            floats: floats.collect(),
            spans,
            bases: bases.collect(),
            columns: window.count.1,
        }
    }

    /// Whether what lies around pictures stays within reason.
    pub(crate) fn check(&self) -> Result<(), String> {
        let padded = self.padded;
        if padded.len() > MOST_NODES {
            return Err(format!("pictures of {padded} when padded; at most {MOST_NODES} numbers are allowed"));
        }
        Ok(())
    }

    /// Numbers that each output is a sum of.
    pub(crate) fn depth(&self) -> usize {
        self.spans.len() * self.length
    }

    /// Numbers of a padded picture, and of what the last span may go on into.
    pub(crate) fn padded_len(&self) -> usize {
        self.padded.len() + self.rounded - self.length
    }

    /// Whether pictures must be copied to be padded.
    fn pads(&self) -> bool {
        self.padded_len() != self.input.len() || self.padded != self.input
    }

    fn windows(&self) -> usize {
        self.bases.len()
    }

    /// Whether there are eight windows or more in a row, and they begin number by number.
    fn is_one_channel(&self) -> bool {
        self.columns >= EIGHT && self.bases[1] == self.bases[0] + 1
    }

    /// Pads each picture with zeros, if windows reach beyond it.
    pub(crate) fn pad<'a, T: Real>(&self, input: &'a [T], samples: usize, saved: &'a mut Aligned<T>) -> Padded<'a, T> {
        let length = self.padded_len();
        if self.pads() {
            // The padding was zero when the room was made, and nothing writes there.
            let room = saved.room(samples * length);
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

    /// The offset of row `y` of the picture in the padded one.
    fn inside(&self, y: usize) -> usize {
        ((y + self.before.0) * self.padded.width + self.before.1) * self.padded.channels
    }

    /// Outputs computed side by side.
    fn lanes(&self) -> usize {
        if self.outputs / self.groups > 8 && !self.is_one_channel() { 16 } else { 8 }
    }

    /// Packs weights `[outputs, depth]` into strips of `lanes` outputs, step by step, with zeros after the last output.
    pub(crate) fn pack<'a, T: Real>(&self, weights: &[T], scratch: &'a mut Aligned<T>) -> &'a [T] {
        let (lanes, depth, each) = (self.lanes(), self.depth(), self.outputs / self.groups);
        let strips = each.div_ceil(lanes);
        let packed = scratch.room(self.groups * strips * depth * lanes);
        packed.fill(T::zero());
        for (output, weights) in weights.chunks_exact(depth).enumerate() {
            let strip = output / each * strips + output % each / lanes;
            let packed = &mut packed[strip * depth * lanes + output % each % lanes..];
            packed.iter_mut().step_by(lanes).zip(weights).for_each(|(packed, &weight)| *packed = weight);
        }
        packed
    }

    /// Applies every mask to every window of one padded picture.
    pub(crate) fn forward<T: Real>(
        &self,
        level: Level,
        padded: &[T],
        packed: &[T],
        bias: Option<&[T]>,
        output: &mut [T],
    ) {
        T::dispatch_floats(level, Forward { plan: self, padded, packed, bias, output });
    }

    /// ∂E/∂weights and ∂E/∂bias, summed over the batch.
    pub(crate) fn weight_gradient<T: Real>(
        &self,
        pass: Pass,
        padded: Padded<T>,
        gradient: &[T],
        weights: &mut [T],
        bias: Option<&mut [T]>,
        scratch: &mut Scratch<T>,
    ) {
        let (samples, outputs) = (pass.samples, self.windows() * self.outputs);
        let each = samples.div_ceil(if pass.whole { CUTS } else { 1 }).max(1);
        let cuts = samples.div_ceil(each);
        let (spans, width) = (self.spans.len(), self.spans.len() * self.rounded);
        let sums = self.outputs * (width + 1);
        let partial = scratch.numbers.room(cuts * sums);
        let found = found_len(self);
        let indices = room(&mut scratch.indices, cuts * found);
        let jobs = partial
            .par_chunks_mut(sums)
            .zip(indices.par_chunks_mut(found))
            .zip(padded.numbers.par_chunks(each * padded.length))
            .zip(gradient.par_chunks(each * outputs));
        jobs.for_each(|(((sums, found), padded_of), gradient)| {
            sums.fill(T::zero());
            let (weights, bias) = sums.split_at_mut(self.outputs * width);
            for (padded, gradient) in padded_of.chunks_exact(padded.length).zip(gradient.chunks_exact(outputs)) {
                T::dispatch_floats(pass.level, WeightGradient { plan: self, padded, gradient, weights, bias, found });
            }
        });
        let partial = &partial[..cuts * sums];
        weights.par_chunks_mut(spans * self.length).enumerate().with_min_len(8).for_each(|(output, weights)| {
            for (span, weights) in weights.chunks_exact_mut(self.length).enumerate() {
                total(weights, partial, sums, output * width + span * self.rounded);
            }
        });
        if let Some(bias) = bias {
            total(bias, partial, sums, self.outputs * width);
        }
    }

    /// Weights `[outputs, spans, length]` with zeros after each span, up to whole vectors of eight.
    fn rounded_weights<'a, T: Real>(&self, weights: &'a [T], out: &'a mut Aligned<T>) -> &'a [T] {
        if self.rounded == self.length {
            return weights;
        }
        let out = out.room(weights.len() / self.length * self.rounded);
        for (out, weights) in out.chunks_exact_mut(self.rounded).zip(weights.chunks_exact(self.length)) {
            let (here, padding) = out.split_at_mut(self.length);
            here.copy_from_slice(weights);
            padding.fill(T::zero());
        }
        out
    }

    /// ∂E/∂input: each window adds its gradient to the pixels it contains.
    pub(crate) fn input_gradient<T: Real>(
        &self,
        pass: Pass,
        gradient: &[T],
        weights: &[T],
        input_gradient: &mut [T],
        scratch: &mut Scratch<T>,
    ) {
        let outputs = self.windows() * self.outputs;
        let weights = self.rounded_weights(weights, &mut scratch.more);
        let scratch = scratch.numbers.room(pass.samples * self.padded_len());
        let jobs = input_gradient
            .par_chunks_mut(self.input.len())
            .zip(scratch.par_chunks_mut(self.padded_len()))
            .zip(gradient.par_chunks(outputs));
        jobs.for_each(|((input_gradient, scratch), gradient)| {
            let padded = if self.pads() { &mut *scratch } else { &mut *input_gradient };
            padded.fill(T::zero());
            T::dispatch_floats(pass.level, InputGradient { plan: self, gradient, weights, padded });
            if self.pads() {
                let row = self.input.width * self.input.channels;
                for (y, input_gradient) in input_gradient.chunks_exact_mut(row).enumerate() {
                    input_gradient.copy_from_slice(&scratch[self.inside(y)..][..row]);
                }
            }
        });
    }
}

/// Adds up the partial sums.
fn total<T: Real>(into: &mut [T], partial: &[T], sums: usize, place: usize) {
    into.copy_from_slice(&partial[place..place + into.len()]);
    for part in partial.chunks_exact(sums).skip(1) {
        into.iter_mut().zip(&part[place..]).for_each(|(sum, &part)| *sum += part);
    }
}
