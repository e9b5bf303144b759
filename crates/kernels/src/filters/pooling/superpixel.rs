use glassbox_tensor::Image;
use rayon::prelude::*;

use crate::filters::parameters::{Parameter, Values};
use crate::filters::{Arguments, Entry};
use crate::wide::nearest;
use crate::{Error, Filter, Pixel, WholeOperator};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "superpixel-pool",
    summary: "patches of like colour instead of squares, each as its mean",
    formula: "means over SLIC segments: k-means of (100·colour, compactness / step · place) from a grid, ten rounds, each pixel \
              choosing among the nine patches that began nearest",
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
    Ok(Filter::whole(
        arguments.operator(),
        Superpixel { segments, compactness: arguments.text("compactness").parse().unwrap_or(10.0) },
    ))
}

#[derive(Debug)]
struct Superpixel {
    segments: usize,
    compactness: f64,
}

/// The grid from which patches begin.
struct Grid {
    step: f64,
    rows: usize,
    columns: usize,
}

impl WholeOperator for Superpixel {
    fn shape(&self, shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        Ok(shape)
    }

    fn run<T: Pixel>(&self, picture: &Image<T>) -> Image<T> {
        let (height, width, channels) = picture.dim();
        let step = ((height * width) as f64 / self.segments as f64).sqrt().max(1.0);
        let along = |side: usize| ((side as f64 / step).round() as usize).clamp(1, side);
        let grid = Grid { step, rows: along(height), columns: along(width) };
        let cell = |y: usize, x: usize| (y * grid.rows / height, x * grid.columns / width);
        // A pixel belongs to the cell it lies in at first.
        let mut labels: Vec<usize> = (0..height * width)
            .map(|place| cell(place / width, place % width))
            .map(|(row, column)| row * grid.columns + column)
            .collect();
        for _ in 0..ROUNDS {
            let patches = means(picture, &labels, &grid);
            labels.par_chunks_mut(width).enumerate().for_each(|(y, labels)| {
                for (x, label) in labels.iter_mut().enumerate() {
                    *label = self.nearest(picture, &patches, &grid, cell(y, x), (y, x));
                }
            });
        }
        let patches = means(picture, &labels, &grid);
        let mut out = Image::zeros([height, width, channels]);
        for (pixel, &label) in out.as_mut_slice().chunks_exact_mut(channels).zip(&labels) {
            let mean = &patches[label * (channels + 2)..][..channels];
            pixel.iter_mut().zip(mean).for_each(|(out, &mean)| *out = nearest(mean));
        }
        out
    }
}

impl Superpixel {
    /// The patch that is most like pixel `(y, x)` and near it, of those that began in its cell and the eight around.
    fn nearest<T: Pixel>(
        &self,
        picture: &Image<T>,
        patches: &[f64],
        grid: &Grid,
        (row, column): (usize, usize),
        (y, x): (usize, usize),
    ) -> usize {
        let channels = picture.channels();
        let pixel = &picture.line(y)[x * channels..(x + 1) * channels];
        let (colour, place) = (100.0 / f64::from(T::FULL), self.compactness / grid.step);
        let rows = row.saturating_sub(1)..(row + 2).min(grid.rows);
        let around = rows.flat_map(|row| {
            let columns = column.saturating_sub(1)..(column + 2).min(grid.columns);
            columns.map(move |column| row * grid.columns + column)
        });
        let distance = |label: usize| {
            let patch = &patches[label * (channels + 2)..][..channels + 2];
            let colours: f64 =
                pixel.iter().zip(patch).map(|(a, mean)| (colour * (f64::from(a.to_real()) - mean)).powi(2)).sum();
            let (dy, dx) = (y as f64 - patch[channels], x as f64 - patch[channels + 1]);
            colours + place * place * (dy * dy + dx * dx)
        };
        let mut best = (f64::INFINITY, row * grid.columns + column);
        for label in around {
            let distance = distance(label);
            // A patch that has lost all its pixels is nowhere: its distance is NaN, and less than nothing.
            if distance < best.0 {
                best = (distance, label);
            }
        }
        best.1
    }
}

/// For each patch the means of its pixels' channels, of their rows and of their columns.
fn means<T: Pixel>(picture: &Image<T>, labels: &[usize], grid: &Grid) -> Vec<f64> {
    let (width, channels) = (picture.width(), picture.channels());
    let mut sums = vec![0.0; grid.rows * grid.columns * (channels + 2)];
    let mut counts = vec![0.0; grid.rows * grid.columns];
    for (place, (&label, pixel)) in labels.iter().zip(picture.as_slice().chunks_exact(channels)).enumerate() {
        let sums = &mut sums[label * (channels + 2)..][..channels + 2];
        sums.iter_mut().zip(pixel).for_each(|(sum, a)| *sum += f64::from(a.to_real()));
        sums[channels] += (place / width) as f64;
        sums[channels + 1] += (place % width) as f64;
        counts[label] += 1.0;
    }
    for (sums, count) in sums.chunks_exact_mut(channels + 2).zip(counts) {
        sums.iter_mut().for_each(|sum| *sum /= count);
    }
    sums
}
