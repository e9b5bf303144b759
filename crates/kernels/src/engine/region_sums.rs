//! What is kept of a part of a picture until all of it was seen, and what its pixel is then.

use std::ops::Range;

use crate::Pixel;
use crate::numbers::{nearest, visibility};
use crate::operator::Reduce;
use glassbox_simd::{Level, Task};

/// The numbers of a part.
///
/// | | |
/// |---|---|
/// | max | the greatest of each channel |
/// | max, alpha | the same, colours of what is seen best alone; how well that is |
/// | mean | the sum of each channel |
/// | mean, alpha | the same; the sum of each colour, as much as it is seen; how much that is in all |
///
/// Colours are seen in full from half of alpha's range on, as everywhere. Below, a mean takes them in proportion to alpha, and of the greatest those have no
/// say that are in a lower octave of alpha than others.
#[derive(Clone, Copy)]
pub(crate) struct Totals {
    pub(crate) reduce: Reduce,
    pub(crate) channels: usize,
    /// Whether the last channel is alpha.
    pub(crate) alpha: bool,
}

impl Totals {
    /// How many numbers that is.
    pub(crate) fn count(self) -> usize {
        match (self.reduce, self.alpha) {
            (_, false) => self.channels,
            (Reduce::Max, true) => self.channels + 1,
            (Reduce::Mean, true) => 2 * self.channels,
        }
    }

    /// Brings together what was found of the same parts in some rows and in others; nothing yet if `state` is empty.
    pub(crate) fn merge(self, state: &mut Vec<f64>, found: Vec<f64>) {
        if state.is_empty() {
            *state = found;
            return;
        }
        match (self.reduce, self.alpha) {
            (Reduce::Mean, _) => state.iter_mut().zip(found).for_each(|(sum, a)| *sum += a),
            (Reduce::Max, false) => state.iter_mut().zip(found).for_each(|(most, a)| *most = greatest(*most, a)),
            (Reduce::Max, true) => {
                let parts = state.chunks_exact_mut(self.count()).zip(found.chunks_exact(self.count()));
                parts.for_each(|(state, found)| greatest_seen(state, &found[..self.channels], found[self.channels]));
            }
        }
    }

    /// The pixels of parts of `height` rows.
    pub(crate) fn finish<T: Pixel>(self, height: usize, columns: &[Range<usize>], state: &[f64], out: &mut [T]) {
        let channels = self.channels;
        let parts = columns.iter().zip(state.chunks_exact(self.count()));
        for ((columns, state), pixel) in parts.zip(out.chunks_exact_mut(channels)) {
            let count = (height * columns.len()) as f64;
            let seen = if self.alpha { state[state.len() - 1] } else { 0.0 };
            for (c, out) in pixel.iter_mut().enumerate() {
                *out = match self.reduce {
                    Reduce::Max => T::from_real(state[c] as f32),
                    Reduce::Mean if seen > 0.0 && c + 1 < channels => nearest(state[channels + c] / seen),
                    // Of what cannot be seen at all, too.
                    Reduce::Mean => nearest(state[c] / count),
                };
            }
        }
    }
}

/// A few rows, of which parts side by side take some columns each.
pub(crate) struct RowGroup<'a, T> {
    pub(crate) terms: Totals,
    pub(crate) columns: &'a [Range<usize>],
    pub(crate) rows: &'a [T],
    /// Numbers of a row.
    pub(crate) line: usize,
}

impl<T: Pixel> Task for RowGroup<'_, T> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self, _: Level) -> Vec<f64> {
        let Totals { reduce, channels, alpha } = self.terms;
        let mut state = vec![0.0; self.columns.len() * self.terms.count()];
        let parts = state.chunks_exact_mut(self.terms.count()).zip(self.columns);
        // Of the columns that are looked at, rows first: neighbours at a time.
        let first = self.columns[0].start;
        let end = self.columns[self.columns.len() - 1].end;
        let rows = self.rows.chunks_exact(self.line);
        let seen = rows.clone().map(|row| &row[first * channels..end * channels]);
        let inside = |columns: &Range<usize>| (columns.start - first) * channels..(columns.end - first) * channels;
        match (reduce, alpha) {
            (Reduce::Max, false) => {
                let most = greatest_down(seen);
                for (state, columns) in parts {
                    greatest_across(&most[inside(columns)], state);
                }
            }
            (Reduce::Mean, false) if T::BINS_ARE_EXACT => {
                let sums = sums_down(seen);
                for (state, columns) in parts {
                    sums_across(&sums[inside(columns)], state);
                }
            }
            (Reduce::Mean, false) => {
                let sums = long_sums_down(seen);
                for (state, columns) in parts {
                    sums_across(&sums[inside(columns)], state);
                }
            }
            (Reduce::Max, true) => {
                for (state, columns) in parts {
                    state.fill(f64::NEG_INFINITY);
                    for row in rows.clone() {
                        for pixel in row[columns.start * channels..columns.end * channels].chunks_exact(channels) {
                            greatest_seen(state, pixel, octave(pixel));
                        }
                    }
                }
            }
            (Reduce::Mean, true) => {
                for (state, columns) in parts {
                    for row in rows.clone() {
                        for pixel in row[columns.start * channels..columns.end * channels].chunks_exact(channels) {
                            add_seen(state, pixel);
                        }
                    }
                }
            }
        }
        state
    }
}

/// The greater of two; what is no number has no say.
#[inline(always)]
fn greatest<N: Copy + PartialOrd>(most: N, a: N) -> N {
    // Only what is no number differs from itself.
    #[allow(clippy::eq_op, reason = "that is what is asked")]
    if a > most || most != most { a } else { most }
}

/// The greatest number of each column.
#[inline(always)]
fn greatest_down<'a, T: Pixel>(mut rows: impl Iterator<Item = &'a [T]>) -> Vec<T> {
    let mut most = rows.next().unwrap_or_default().to_vec();
    for row in rows {
        for (most, &a) in most.iter_mut().zip(row) {
            *most = greatest(*most, a);
        }
    }
    most
}

/// The sum of each column in 64 bits, for numbers whose sums are not exact in fewer.
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

/// The greatest of neighbouring pixels, channel by channel.
#[inline(always)]
fn greatest_across<N: Copy + PartialOrd + Into<f64>>(pixels: &[N], state: &mut [f64]) {
    let channels = state.len();
    for (c, out) in state.iter_mut().enumerate() {
        // By places: most parts are so narrow that to count their pixels first, a division, would take longer.
        let (mut most, mut place) = (pixels[c], c + channels);
        while let Some(&a) = pixels.get(place) {
            most = greatest(most, a);
            place += channels;
        }
        *out = most.into();
    }
}

/// The sums of neighbouring pixels, channel by channel.
#[inline(always)]
fn sums_across<N: Copy + Into<f64>>(pixels: &[N], state: &mut [f64]) {
    let channels = state.len();
    for (c, out) in state.iter_mut().enumerate() {
        let (mut sum, mut place) = (0.0, c);
        while let Some(&a) = pixels.get(place) {
            sum += a.into();
            place += channels;
        }
        *out = sum;
    }
}

/// The octave of how much is seen, all being one by itself.
#[inline(always)]
fn octave<T: Pixel>(pixel: &[T]) -> f64 {
    // The exponent of what is at most 1.
    ((visibility(pixel) / f64::from(T::FULL)).to_bits() >> (f64::MANTISSA_DIGITS - 1)) as f64
}

/// Adds a pixel to the sums of a part.
#[inline(always)]
fn add_seen<T: Pixel>(state: &mut [f64], pixel: &[T]) {
    // Of whole numbers a whole number, so that sums are exact, of 16 bits as long as a part has less than two million pixels.
    let seen = visibility(pixel);
    let (sums, by_visibility) = state.split_at_mut(pixel.len());
    for (sum, &a) in sums.iter_mut().zip(pixel) {
        *sum += a.into();
    }
    // Colours that cannot be seen may be no numbers.
    if seen > 0.0 {
        let (all, colours) = by_visibility.split_last_mut().expect("as many numbers as channels");
        for (sum, &a) in colours.iter_mut().zip(pixel) {
            *sum += seen * a.into();
        }
        *all += seen;
    }
}

/// Lets a pixel, or the greatest of several that are seen as well as each other, count for the greatest of a part.
#[inline(always)]
fn greatest_seen<N: Copy + Into<f64>>(state: &mut [f64], pixel: &[N], octave: f64) {
    let colours = pixel.len() - 1;
    if octave >= state[colours + 1] {
        let is_better = octave > state[colours + 1];
        for (most, &a) in state[..colours].iter_mut().zip(pixel) {
            *most = if is_better { a.into() } else { greatest(*most, a.into()) };
        }
        state[colours + 1] = octave;
    }
    state[colours] = greatest(state[colours], pixel[colours].into());
}
