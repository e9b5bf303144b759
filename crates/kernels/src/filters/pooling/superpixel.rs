use std::sync::Arc;

use rayon::prelude::*;

use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::{Arguments, Entry};
use crate::numbers::alpha;
use crate::numbers::nearest;
use crate::operator::{Analysis, MultiPassOperator};
use crate::operator::{Filter, Kernel, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "superpixel-pool",
    summary: "patches of like colour instead of squares, each as its mean",
    formula: "means over SLIC segments: k-means of (100·colour, compactness / step · place) from a grid, ten rounds, each pixel \
              choosing among the nine patches that began nearest; colours count as much as they are seen",
    source: "R. Achanta et al., SLIC superpixels (2012); a patch may have stray pixels: no neighbourhood is enforced",
    parameters: &[SEGMENTS, COMPACTNESS],
    variants: &[],
    build,
};

const SEGMENTS: Parameter =
    Parameter { name: "segments", default: "400", values: Values::Whole(1, 1 << 20), help: "about how many patches" };

const COMPACTNESS: Parameter = Parameter {
    name: "compactness",
    default: "10",
    values: Values::Real(0.01, 1000.0),
    help: "how much place counts against colour: the greater, the more patches are squares",
};

/// Rounds of choosing and averaging.
const ROUNDS: usize = 10;

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let segments = arguments.whole("segments").unwrap_or(400);
    Ok(Filter::multi_pass(
        arguments.operator(),
        Superpixel { segments, compactness: arguments.text("compactness").parse().unwrap_or(10.0) },
    ))
}

#[derive(Clone, Copy, Debug)]
struct Superpixel {
    segments: usize,
    compactness: f64,
}

impl MultiPassOperator for Superpixel {
    type Analysis<T: Pixel> = Growing;

    fn window(&self) -> Window {
        Window::centred(1)
    }

    fn border(&self) -> Border {
        Border::Clamp
    }

    fn analysis<T: Pixel>(&self, (height, width, channels): (usize, usize, usize), alpha: bool) -> Growing {
        let step = ((height * width) as f64 / self.segments as f64).sqrt().max(1.0);
        let along = |side: usize| ((side as f64 / step).round() as usize).clamp(1, side);
        let grid = Grid { height, width, rows: along(height), columns: along(width) };
        let patches =
            Patches { grid, channels, alpha, closeness: self.compactness / step, chosen: None, means: Vec::new() };
        Growing { sums: patches.no_sums(), patches, round: 0 }
    }
}

/// The grid from which patches begin.
#[derive(Clone, Copy, Debug)]
struct Grid {
    height: usize,
    width: usize,
    rows: usize,
    columns: usize,
}

impl Grid {
    /// The cell in which a pixel lies.
    fn cell(&self, y: usize, x: usize) -> (usize, usize) {
        (y * self.rows / self.height, x * self.columns / self.width)
    }
}

/// Patches, and by what pixels choose among them. For each there are the means of its channels, of its rows and of its columns.
#[derive(Clone, Debug)]
struct Patches {
    grid: Grid,
    channels: usize,
    alpha: bool,
    /// What a step in place counts.
    closeness: f64,
    /// Those that pixels choose among; none at first, when each belongs to the cell it lies in.
    chosen: Option<Vec<f64>>,
    /// What becomes of those that were chosen.
    means: Vec<f64>,
}

impl Patches {
    /// Numbers that are known of a patch: sums or means.
    fn terms(&self) -> usize {
        self.channels + 2
    }

    /// For each patch room for sums, and for the number of its pixels.
    fn no_sums(&self) -> Vec<f64> {
        vec![0.0; self.grid.rows * self.grid.columns * (self.terms() + 1)]
    }

    /// What a pixel's colour counts: its alpha, if it has any.
    fn weight<T: Pixel>(&self, pixel: &[T]) -> f64 {
        if self.alpha { alpha(pixel) } else { 1.0 }
    }

    /// The channels that are colours.
    fn colours(&self) -> usize {
        self.channels - usize::from(self.alpha)
    }

    /// The patch that is most like a pixel and near it, of those that began in its cell and the eight around.
    fn nearest<T: Pixel>(&self, pixel: &[T], y: usize, x: usize) -> usize {
        let Grid { rows, columns, .. } = self.grid;
        let (row, column) = self.grid.cell(y, x);
        let own = row * columns + column;
        let Some(patches) = &self.chosen else { return own };
        let (scale, colours) = (100.0 / f64::from(T::FULL), self.colours());
        let seen = if self.alpha { self.weight(pixel) / f64::from(T::FULL) } else { 1.0 };
        let distance = |label: usize| {
            let patch = &patches[label * self.terms()..][..self.terms()];
            let differ = |(a, mean): (&T, &f64)| (scale * (f64::from(a.to_real()) - mean)).powi(2);
            let mut all = pixel[colours..].iter().zip(&patch[colours..]).map(differ).sum::<f64>();
            // A colour that cannot be seen may be no number.
            if seen > 0.0 {
                all += seen * pixel[..colours].iter().zip(patch).map(differ).sum::<f64>();
            }
            let (dy, dx) = (y as f64 - patch[self.channels], x as f64 - patch[self.channels + 1]);
            all + self.closeness * self.closeness * (dy * dy + dx * dx)
        };
        let mut best = (f64::INFINITY, own);
        for row in row.saturating_sub(1)..(row + 2).min(rows) {
            for label in row * columns + column.saturating_sub(1)..row * columns + (column + 2).min(columns) {
                let distance = distance(label);
                // A patch that has lost all its pixels is nowhere: its distance is NaN, and less than nothing.
                if distance < best.0 {
                    best = (distance, label);
                }
            }
        }
        best.1
    }

    /// Adds a pixel to the sums of its patch: colours as much as they are seen.
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

    /// The means of patches with these sums.
    fn means_of(&self, sums: &[f64]) -> Vec<f64> {
        let mut means = Vec::with_capacity(sums.len());
        for sums in sums.chunks_exact(self.terms() + 1) {
            let (colours, count) = (self.colours(), sums[self.terms()]);
            let weight = if self.alpha { sums[colours] } else { count };
            // Where nothing is seen any colour will do.
            let is_hidden = count > 0.0 && weight == 0.0;
            means.extend(sums[..colours].iter().map(|sum| if is_hidden { 0.0 } else { sum / weight }));
            means.extend(sums[colours..self.channels].iter().map(|sum| sum / count));
            means.extend(sums[self.channels..self.terms()].iter().map(|sum| sum / count));
        }
        means
    }
}

/// The patches of a picture, round by round.
struct Growing {
    patches: Patches,
    /// Of the round in hand.
    sums: Vec<f64>,
    round: usize,
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
        // Added up in the order of the pixels: the sums are the same however many rows come at a time.
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

/// Each pixel the mean of its patch.
#[derive(Clone, Debug)]
struct Superpixels(Arc<Patches>);

impl Operator for Superpixels {
    type Kernel<T: Pixel> = Self;

    fn window(&self) -> Window {
        Window::centred(1)
    }

    fn border(&self) -> Border {
        Border::Clamp
    }

    fn keeps_alpha(&self) -> bool {
        false
    }

    fn kernel<T: Pixel>(&self, _: usize) -> Self {
        self.clone()
    }
}

impl<T: Pixel> Kernel<T> for Superpixels {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        paint(&self.0, rows.y(), rows.get(0), out);
    }
}

/// Compiled once, and not for each level: vectors are of no use to it.
#[inline(never)]
fn paint<T: Pixel>(patches: &Patches, y: usize, row: &[T], out: &mut [T]) {
    let pixels = row.chunks_exact(patches.channels).zip(out.chunks_exact_mut(patches.channels));
    for (x, (pixel, out)) in pixels.enumerate() {
        let mean = &patches.means[patches.nearest(pixel, y, x) * patches.terms()..];
        out.iter_mut().zip(mean).for_each(|(out, mean)| *out = nearest(*mean));
    }
}
