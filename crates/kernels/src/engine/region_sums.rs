//! The totals of a region, and the pixel that they become.

use std::ops::Range;

use glassbox_simd::{Level, Task};

use crate::Pixel;
use crate::numbers::{nearest, visibility};
use crate::operator::Reduce;

/// Which totals describe a region.
///
/// | reduction | totals |
/// |---|---|
/// | maximum | the maximum of each channel |
/// | maximum with alpha | the same, for colours among the most visible pixels only; the octave of their visibility |
/// | mean | the sum of each channel |
/// | mean with alpha | the same; the sum of `visibility · colour` for each colour; the sum of the visibility |
///
/// [`visibility`] is full from half of full alpha on. For the maximum it counts in octaves: a pixel counts for nothing
/// if another has a visibility in a higher octave.
#[derive(Clone, Copy)]
pub(super) struct Totals {
    pub(super) reduce: Reduce,
    pub(super) channels: usize,
    /// Whether the last channel is alpha.
    pub(super) alpha: bool,
}

impl Totals {
    /// How many numbers a region has.
    pub(super) fn count(self) -> usize {
        match (self.reduce, self.alpha) {
            (_, false) => self.channels,
            (Reduce::Max, true) => self.channels + 1,
            (Reduce::Mean, true) => 2 * self.channels,
        }
    }

    /// Adds the totals of further rows of the same regions; `state` may be empty.
    pub(super) fn merge(self, state: &mut Vec<f64>, more: Vec<f64>) {
        if state.is_empty() {
            *state = more;
            return;
        }
        match (self.reduce, self.alpha) {
            (Reduce::Mean, _) => state.iter_mut().zip(more).for_each(|(sum, a)| *sum += a),
            (Reduce::Max, false) => state.iter_mut().zip(more).for_each(|(most, a)| *most = maximum(*most, a)),
            (Reduce::Max, true) => {
                let regions = state.chunks_exact_mut(self.count()).zip(more.chunks_exact(self.count()));
                regions.for_each(|(state, more)| visible_maximum(state, &more[..self.channels], more[self.channels]));
            }
        }
    }

    /// The pixels of regions of `height` rows.
    pub(super) fn finish<T: Pixel>(self, height: usize, columns: &[Range<usize>], state: &[f64], out: &mut [T]) {
        let channels = self.channels;
        let maximum = |(out, &most): (&mut T, &f64)| *out = T::from_real(most as f32);
        let states = state.chunks_exact(self.count());
        match (self.reduce, self.alpha) {
            // A state is nothing but the maxima.
            (Reduce::Max, false) => out.iter_mut().zip(state).for_each(maximum),
            (Reduce::Max, true) => {
                for (state, pixel) in states.zip(out.chunks_exact_mut(channels)) {
                    pixel.iter_mut().zip(state).for_each(maximum);
                }
            }
            (Reduce::Mean, alpha) => {
                for ((columns, state), pixel) in columns.iter().zip(states).zip(out.chunks_exact_mut(channels)) {
                    let count = (height * columns.len()) as f64;
                    let visible = if alpha { state[state.len() - 1] } else { 0.0 };
                    for (c, out) in pixel.iter_mut().enumerate() {
                        let is_weighted = visible > 0.0 && c + 1 < channels;
                        // Not weighted: alpha itself, and the colours of a wholly transparent region.
                        *out = nearest(if is_weighted { state[channels + c] / visible } else { state[c] / count });
                    }
                }
            }
        }
    }
}

/// A few rows of the picture, and the columns of the regions on them.
pub(super) struct RowGroup<'a, T> {
    pub(super) totals: Totals,
    pub(super) columns: &'a [Range<usize>],
    pub(super) rows: &'a [T],
    /// Numbers of a row.
    pub(super) line: usize,
}

impl<T: Pixel> Task for RowGroup<'_, T> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self, _: Level) -> Vec<f64> {
        let Totals { reduce, channels, alpha } = self.totals;
        let mut state = vec![0.0; self.columns.len() * self.totals.count()];
        let regions = state.chunks_exact_mut(self.totals.count()).zip(self.columns);
        // All columns are reduced down the rows first, because that works on neighbours at a time.
        let first = self.columns[0].start;
        let end = self.columns[self.columns.len() - 1].end;
        let rows = self.rows.chunks_exact(self.line);
        let used = rows.clone().map(|row| &row[first * channels..end * channels]);
        let inside = |columns: &Range<usize>| (columns.start - first) * channels..(columns.end - first) * channels;
        match (reduce, alpha) {
            (Reduce::Max, false) => {
                let most = maximum_down(used);
                for (state, columns) in regions {
                    maximum_across(&most[inside(columns)], state);
                }
            }
            (Reduce::Mean, false) if T::BINS_ARE_EXACT => {
                let sums = sums_down(used);
                for (state, columns) in regions {
                    sums_across(&sums[inside(columns)], state);
                }
            }
            (Reduce::Mean, false) => {
                let sums = long_sums_down(used);
                for (state, columns) in regions {
                    sums_across(&sums[inside(columns)], state);
                }
            }
            (Reduce::Max, true) => {
                for (state, columns) in regions {
                    state.fill(f64::NEG_INFINITY);
                    for row in rows.clone() {
                        for pixel in row[columns.start * channels..columns.end * channels].chunks_exact(channels) {
                            visible_maximum(state, pixel, octave(pixel));
                        }
                    }
                }
            }
            (Reduce::Mean, true) => {
                for (state, columns) in regions {
                    for row in rows.clone() {
                        for pixel in row[columns.start * channels..columns.end * channels].chunks_exact(channels) {
                            add_pixel(state, pixel);
                        }
                    }
                }
            }
        }
        state
    }
}

/// The greater of two numbers; NaN is ignored.
#[inline(always)]
fn maximum<N: Copy + PartialOrd>(most: N, a: N) -> N {
    // Only NaN differs from itself.
    #[allow(clippy::eq_op, reason = "a test for NaN")]
    if a > most || most != most { a } else { most }
}

/// The maximum of each column.
#[inline(always)]
fn maximum_down<'a, T: Pixel>(mut rows: impl Iterator<Item = &'a [T]>) -> Vec<T> {
    let mut most = rows.next().unwrap_or_default().to_vec();
    for row in rows {
        for (most, &a) in most.iter_mut().zip(row) {
            *most = maximum(*most, a);
        }
    }
    most
}

/// The sum of each column in 64 bits, for numbers whose sums would otherwise not be exact.
#[inline(always)]
fn long_sums_down<'a, T: Pixel>(rows: impl Iterator<Item = &'a [T]>) -> Vec<f64> {
    let mut sums = Vec::new();
    for row in rows {
        sums.resize(row.len(), 0.0);
        for (sum, &a) in sums.iter_mut().zip(row) {
            *sum += a.into();
        }
    }
    sums
}

/// The sum of each column.
#[inline(always)]
fn sums_down<'a, T: Pixel>(rows: impl Iterator<Item = &'a [T]>) -> Vec<T::Accumulator> {
    let mut sums = Vec::new();
    for row in rows {
        sums.resize(row.len(), T::Accumulator::default());
        for (sum, &a) in sums.iter_mut().zip(row) {
            *sum = *sum + a.widen();
        }
    }
    sums
}

/// The maximum of neighbouring pixels, channel by channel.
#[inline(always)]
fn maximum_across<N: Copy + PartialOrd + Into<f64>>(pixels: &[N], state: &mut [f64]) {
    let channels = state.len();
    for (c, out) in state.iter_mut().enumerate() {
        // By index: most regions are so narrow that the division for a count of pixels would take longer.
        let (mut most, mut index) = (pixels[c], c + channels);
        while let Some(&a) = pixels.get(index) {
            most = maximum(most, a);
            index += channels;
        }
        *out = most.into();
    }
}

/// The sums of neighbouring pixels, channel by channel.
#[inline(always)]
fn sums_across<N: Copy + Into<f64>>(pixels: &[N], state: &mut [f64]) {
    let channels = state.len();
    for (c, out) in state.iter_mut().enumerate() {
        let (mut sum, mut index) = (0.0, c);
        while let Some(&a) = pixels.get(index) {
            sum += a.into();
            index += channels;
        }
        *out = sum;
    }
}

/// The octave of a pixel's visibility: full visibility is in the highest, alone.
#[inline(always)]
fn octave<T: Pixel>(pixel: &[T]) -> f64 {
    // The exponent of a number of at most 1.
    ((visibility(pixel) / f64::from(T::FULL)).to_bits() >> (f64::MANTISSA_DIGITS - 1)) as f64
}

/// Adds a pixel to the sums of a region.
#[inline(always)]
fn add_pixel<T: Pixel>(state: &mut [f64], pixel: &[T]) {
    // The visibility of whole numbers is whole, so sums are exact; for 16 bits, in regions of less than two million
    // pixels.
    let visible = visibility(pixel);
    let (sums, by_visibility) = state.split_at_mut(pixel.len());
    for (sum, &a) in sums.iter_mut().zip(pixel) {
        *sum += a.into();
    }
    // The colour of a transparent pixel may be NaN.
    if visible > 0.0 {
        let (total, colours) = by_visibility.split_last_mut().expect("as many numbers as channels");
        for (sum, &a) in colours.iter_mut().zip(pixel) {
            *sum += visible * a.into();
        }
        *total += visible;
    }
}

/// Updates the maximum of a region by a pixel, or by the maximum of several pixels, whose visibility lies in an octave.
#[inline(always)]
fn visible_maximum<N: Copy + Into<f64>>(state: &mut [f64], pixel: &[N], octave: f64) {
    let colours = pixel.len() - 1;
    if octave >= state[colours + 1] {
        let is_higher = octave > state[colours + 1];
        for (most, &a) in state[..colours].iter_mut().zip(pixel) {
            *most = if is_higher { a.into() } else { maximum(*most, a.into()) };
        }
        state[colours + 1] = octave;
    }
    state[colours] = maximum(state[colours], pixel[colours].into());
}
