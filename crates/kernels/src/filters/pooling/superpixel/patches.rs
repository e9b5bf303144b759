//! The patches of SLIC: how pixels choose among them, and how they become the means of their pixels.

use std::sync::Arc;

use rayon::prelude::*;

use super::{ROUNDS, Superpixels};
use crate::Pixel;
use crate::numbers::alpha;
use crate::operator::Analysis;

/// The grid in which patches begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

impl Grid {
    /// The cell in which a pixel lies.
    fn cell(&self, y: usize, x: usize) -> (usize, usize) {
        (y * self.rows / self.height, x * self.columns / self.width)
    }
}

/// Patches: for each the means of its channels, of its rows and of its columns.
#[derive(Clone, Debug)]
pub(super) struct Patches {
    grid: Grid,
    channels: usize,
    alpha: bool,
    /// The weight of a distance in place.
    closeness: f64,
    /// The patches that pixels choose among; none at first, when each pixel belongs to its cell.
    chosen: Option<Vec<f64>>,
    /// The same patches, as the means of the pixels that chose them.
    means: Vec<f64>,
}

impl Patches {
    pub(super) fn new(grid: Grid, channels: usize, alpha: bool, closeness: f64) -> Self {
        Self { grid, channels, alpha, closeness, chosen: None, means: Vec::new() }
    }

    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    /// The mean of the patch that a pixel chooses.
    pub(super) fn mean<T: Pixel>(&self, pixel: &[T], y: usize, x: usize) -> &[f64] {
        &self.means[self.nearest(pixel, y, x) * self.terms()..]
    }

    /// Numbers of a patch: sums or means.
    fn terms(&self) -> usize {
        self.channels + 2
    }

    /// Sums of zero for each patch, and the number of its pixels.
    fn no_sums(&self) -> Vec<f64> {
        vec![0.0; self.grid.rows * self.grid.columns * (self.terms() + 1)]
    }

    /// The weight of a pixel's colour: its alpha, if it has any.
    fn weight<T: Pixel>(&self, pixel: &[T]) -> f64 {
        if self.alpha { alpha(pixel) } else { 1.0 }
    }

    /// The number of channels that are colours.
    fn colours(&self) -> usize {
        self.channels - usize::from(self.alpha)
    }

    /// The patch nearest to a pixel in colour and place, of those that began in its cell and the eight around.
    fn nearest<T: Pixel>(&self, pixel: &[T], y: usize, x: usize) -> usize {
        let Grid { rows, columns, .. } = self.grid;
        let (row, column) = self.grid.cell(y, x);
        let own = row * columns + column;
        let Some(patches) = &self.chosen else { return own };
        let (scale, colours) = (100.0 / f64::from(T::FULL), self.colours());
        let visible = if self.alpha { self.weight(pixel) / f64::from(T::FULL) } else { 1.0 };
        let distance = |label: usize| {
            let patch = &patches[label * self.terms()..][..self.terms()];
            let differ = |(a, mean): (&T, &f64)| (scale * (f64::from(a.to_real()) - mean)).powi(2);
            let mut all = pixel[colours..].iter().zip(&patch[colours..]).map(differ).sum::<f64>();
            // An invisible colour may be NaN.
            if visible > 0.0 {
                all += visible * pixel[..colours].iter().zip(patch).map(differ).sum::<f64>();
            }
            let (dy, dx) = (y as f64 - patch[self.channels], x as f64 - patch[self.channels + 1]);
            all + self.closeness * self.closeness * (dy * dy + dx * dx)
        };
        let mut best = (f64::INFINITY, own);
        for row in row.saturating_sub(1)..(row + 2).min(rows) {
            for label in row * columns + column.saturating_sub(1)..row * columns + (column + 2).min(columns) {
                let distance = distance(label);
                // If a patch has lost all its pixels, its distance is NaN, which is less than nothing.
                if distance < best.0 {
                    best = (distance, label);
                }
            }
        }
        best.1
    }

    /// Adds a pixel to the sums of its patch, colours weighted by alpha.
    fn add<T: Pixel>(&self, sums: &mut [f64], pixel: &[T], y: usize, x: usize) {
        let (weight, colours) = (self.weight(pixel), self.colours());
        if weight > 0.0 {
            sums[..colours].iter_mut().zip(pixel).for_each(|(sum, a)| *sum += weight * f64::from(a.to_real()));
        }
        if self.alpha {
            sums[colours] += weight;
        }
        let rest = [y as f64, x as f64, 1.0];
        sums[self.channels..].iter_mut().zip(rest).for_each(|(sum, a)| *sum += a);
    }

    /// The means from the sums of all patches.
    fn means_of(&self, sums: &[f64]) -> Vec<f64> {
        let mut means = Vec::with_capacity(sums.len());
        for sums in sums.chunks_exact(self.terms() + 1) {
            let (colours, count) = (self.colours(), sums[self.terms()]);
            let weight = if self.alpha { sums[colours] } else { count };
            // The colour of invisible pixels does not matter.
            let is_hidden = count > 0.0 && weight == 0.0;
            means.extend(sums[..colours].iter().map(|sum| if is_hidden { 0.0 } else { sum / weight }));
            means.extend(sums[colours..self.channels].iter().map(|sum| sum / count));
            means.extend(sums[self.channels..self.terms()].iter().map(|sum| sum / count));
        }
        means
    }
}

/// The patches of a picture, round by round.
pub(super) struct Growing {
    patches: Patches,
    /// The sums of the current round.
    sums: Vec<f64>,
    round: usize,
}

impl Growing {
    pub(super) fn new(patches: Patches) -> Self {
        Self { sums: patches.no_sums(), patches, round: 0 }
    }
}

impl<T: Pixel> Analysis<T> for Growing {
    type Operator = Superpixels;

    fn add(&mut self, first: usize, rows: &[T]) {
        let Self { patches, sums, .. } = self;
        let (width, channels, terms) = (patches.grid.width, patches.channels, patches.terms() + 1);
        let labels = rows.par_chunks_exact(channels).enumerate().map(|(place, pixel)| {
            let (y, x) = (first + place / width, place % width);
            patches.nearest(pixel, y, x)
        });
        // Added up in the order of the pixels, so that the sums do not depend on the number of rows at a time.
        let labels: Vec<_> = labels.collect();
        for (place, (label, pixel)) in labels.into_iter().zip(rows.chunks_exact(channels)).enumerate() {
            patches.add(&mut sums[label * terms..][..terms], pixel, first + place / width, place % width);
        }
    }

    fn needs_another_pass(&mut self) -> bool {
        let means = self.patches.means_of(&self.sums);
        if self.round == ROUNDS {
            self.patches.means = means;
            return false;
        }
        self.patches.chosen = Some(means);
        self.sums = self.patches.no_sums();
        self.round += 1;
        true
    }

    fn finish(self) -> Superpixels {
        Superpixels(Arc::new(self.patches))
    }
}
