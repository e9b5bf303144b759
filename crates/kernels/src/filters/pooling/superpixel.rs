mod patches;

use std::sync::Arc;

use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::operator::{Filter, Kernel, MultiPassOperator, Neighbourhood, Operator, Picture, Rows, Window};
use crate::{Border, Error, Pixel};
use patches::{Grid, Growing, Patches};

/// SLIC: each pixel chooses the patch nearest in colour and place, each patch becomes the mean of its pixels.
fn formula(picture: &Picture, segments: usize, compactness: f64) -> impl Fn(&Neighbourhood) -> f64 + use<> {
    let (height, width, channels) = picture.shape();
    let step = ((height * width) as f64 / segments as f64).sqrt().max(1.0);
    let [rows, columns] = [height, width].map(|side| ((side as f64 / step).round() as usize).clamp(1, side));
    let pixels: Vec<_> = (0..height).flat_map(|y| (0..width).map(move |x| (y, x))).collect();
    // Colours count as much as they are visible.
    let (full, colours) = (picture.depth().full, channels - usize::from(picture.has_alpha()));
    let alpha = |y: usize, x: usize| if picture.has_alpha() { picture.at(y, x, colours).max(0.0) / full } else { 1.0 };
    let weight = |y: usize, x: usize, channel: usize| if channel < colours { alpha(y, x) } else { 1.0 };
    // For each patch the means of its channels, of its rows and of its columns; NaN if it has lost all its pixels.
    let means = |labels: &[usize]| {
        let mut patches = vec![vec![0.0; channels + 2]; rows * columns];
        let mut weights = patches.clone();
        for (&(y, x), &label) in pixels.iter().zip(labels) {
            for channel in 0..channels {
                patches[label][channel] += weight(y, x, channel) * picture.at(y, x, channel);
                weights[label][channel] += weight(y, x, channel);
            }
            for (index, place) in [(channels, y), (channels + 1, x)] {
                patches[label][index] += place as f64;
                weights[label][index] += 1.0;
            }
        }
        for (patch, weights) in patches.iter_mut().zip(weights) {
            let has_pixels = weights[channels] > 0.0;
            // The colour of invisible pixels does not matter.
            let divide =
                |(sum, weight): (&mut f64, f64)| *sum = if has_pixels && weight == 0.0 { 0.0 } else { *sum / weight };
            patch.iter_mut().zip(weights).for_each(divide);
        }
        patches
    };
    let distance = |patch: &[f64], y: usize, x: usize| {
        let difference = |channel: usize| 100.0 / full * (picture.at(y, x, channel) - patch[channel]);
        let colour: f64 = (0..channels).map(|channel| weight(y, x, channel) * difference(channel).powi(2)).sum();
        let (dy, dx) = (y as f64 - patch[channels], x as f64 - patch[channels + 1]);
        colour + (compactness / step).powi(2) * (dy * dy + dx * dx)
    };
    // At first each pixel belongs to its cell of a grid. Later it chooses among this cell's patch and the eight around.
    let cell = |y: usize, x: usize| (y * rows / height, x * columns / width);
    let choose = |patches: &[Vec<f64>], y: usize, x: usize| {
        let (row, column) = cell(y, x);
        let mut best = (f64::INFINITY, row * columns + column);
        for row in row.saturating_sub(1)..(row + 2).min(rows) {
            for column in column.saturating_sub(1)..(column + 2).min(columns) {
                let label = row * columns + column;
                let distance = distance(&patches[label], y, x);
                if distance < best.0 {
                    best = (distance, label);
                }
            }
        }
        best.1
    };
    let mut labels: Vec<_> = pixels.iter().map(|&(y, x)| cell(y, x).0 * columns + cell(y, x).1).collect();
    for _ in 0..ROUNDS {
        let patches = means(&labels);
        labels = pixels.iter().map(|&(y, x)| choose(&patches, y, x)).collect();
    }
    let patches = means(&labels);
    move |around| {
        let (y, x, channel) = around.output();
        patches[labels[y * width + x]][channel]
    }
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "superpixel-pool",
    summary: "patches of similar colour instead of squares, each replaced by its mean",
    formula: "means over SLIC segments: k-means of (100·colour, compactness / step · place), from a grid, ten rounds; \
              each pixel chooses among the nine patches that began nearest; colours are weighted by alpha",
    source: "R. Achanta et al., SLIC superpixels (2012); a patch may have stray pixels, as connectivity is not \
             enforced",
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
    help: "how much place counts compared with colour: large values make patches square",
};

/// Rounds of choosing and averaging.
const ROUNDS: usize = 10;

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let segments = arguments.whole("segments").unwrap_or(400);
    let compactness = arguments.real("compactness").unwrap_or(10.0);
    Ok(Filter::multi_pass(arguments.operator(), Superpixel { segments, compactness }, move |picture| {
        formula(picture, segments, compactness)
    }))
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
        Growing::new(Patches::new(grid, channels, alpha, self.compactness / step))
    }
}

/// Each pixel becomes the mean of its patch.
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

/// Not inlined, because nothing in it is vectorised: it is compiled once for all levels.
#[inline(never)]
fn paint<T: Pixel>(patches: &Patches, y: usize, row: &[T], out: &mut [T]) {
    let pixels = row.chunks_exact(patches.channels()).zip(out.chunks_exact_mut(patches.channels()));
    for (x, (pixel, out)) in pixels.enumerate() {
        let mean = patches.mean(pixel, y, x);
        out.iter_mut().zip(mean).for_each(|(out, mean)| *out = nearest(*mean));
    }
}
