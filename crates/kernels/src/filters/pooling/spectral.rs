use std::f64::consts::TAU;

use glassbox_tensor::Image;
use rayon::prelude::*;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::operator::Neighbourhood;
use crate::{Error, Filter, PictureOperator, Pixel};

/// The low frequencies of the whole picture, at one place: a sum of all pixels, weighted along each side.
fn formula(around: &Neighbourhood, size: usize) -> f64 {
    let ((y, x, _), (height, width, _)) = (around.output(), around.shape());
    let (rows, columns) = (weights(y, height / size, size), weights(x, width / size, size));
    let picture = around.moved_to(0, 0);
    let row = |y: usize| -> f64 { (0..).zip(&columns).map(|(x, weight)| weight * picture.at(y as isize, x)).sum() };
    rows.iter().enumerate().map(|(y, weight)| weight * row(y)).sum()
}

/// The weights with which `n = size · count` numbers make number `j` of `count`: the transform and its inverse in one,
/// which is `1/n · Σ cos(k·t)` over the frequencies `k` from `-count/2` to `count/2`, with `t = 2π·(j·size - i)/n`.
fn weights(j: usize, count: usize, size: usize) -> Vec<f64> {
    let (n, most) = ((size * count) as f64, (count / 2) as f64);
    let weight = |i: usize| {
        let t = TAU * ((j * size) as f64 - i as f64) / n;
        // 1 + 2·cos t + … + 2·cos(most·t) in closed form
        let sum = if i == j * size { 2.0 * most + 1.0 } else { ((most + 0.5) * t).sin() / (t / 2.0).sin() };
        // If nothing is cut off, an even count has its greatest frequency only once.
        let twice = size == 1 && count.is_multiple_of(2);
        (if twice { sum - (most * t).cos() } else { sum }) / n
    };
    (0..size * count).map(weight).collect()
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "spectral-pool",
    summary: "keeps coarse structure and drops fine detail: only the low frequencies stay",
    formula: "the Fourier transform cut to the frequencies up to n/2 along each side, n = ⌊side / size⌋, and \
              transformed back; if n is even, the frequencies n/2 and -n/2 are added up",
    source: "O. Rippel, J. Snoek, R. Adams, Spectral representations for convolutional neural networks (2015), arXiv \
             1506.03767",
    parameters: &[SIZE],
    variants: &[],
    build,
};

const SIZE: Parameter = Parameter {
    name: "size",
    default: "2",
    values: Values::Whole(1, 1024),
    help: "how many times smaller; a remainder of the picture is dropped",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let size = arguments.whole("size").unwrap_or(2);
    Ok(Filter::picture(arguments.operator(), Spectral { size }, move |around| formula(around, size)))
}

#[derive(Debug)]
struct Spectral {
    size: usize,
}

impl PictureOperator for Spectral {
    fn shape(&self, (height, width, channels): (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        if height < self.size || width < self.size {
            let (operator, needed) = (ENTRY.name.into(), format!("{}×{}", self.size, self.size));
            return Err(Error::TooSmall { operator, width, height, needed });
        }
        Ok((height / self.size, width / self.size, channels))
    }

    fn run<T: Pixel>(&self, picture: &Image<T>) -> Image<T> {
        let (channels, lines) = (picture.channels(), picture.height() / self.size * self.size);
        let (height, width) = (lines / self.size, picture.width() / self.size);
        let mut out = Image::zeros([height, width, channels]);
        for channel in 0..channels {
            // Along the rows, then along the columns.
            let mut narrow = vec![0.0; width * lines];
            let rows = (0..lines).map(|y| {
                picture.line(y).iter().skip(channel).step_by(channels).map(|a| f64::from(a.to_real())).collect()
            });
            self.shrink(&rows.collect::<Vec<Vec<f64>>>(), width, &mut narrow);
            let columns: Vec<Vec<f64>> =
                (0..width).map(|x| narrow.iter().skip(x).step_by(width).copied().collect()).collect();
            let mut small = vec![0.0; width * height];
            self.shrink(&columns, height, &mut small);
            for (place, pixel) in out.as_mut_slice().chunks_exact_mut(channels).enumerate() {
                pixel[channel] = nearest(small[place % width * height + place / width]);
            }
        }
        out
    }
}

impl Spectral {
    /// The low frequencies of each row, as rows of `length` numbers.
    fn shrink(&self, rows: &[Vec<f64>], length: usize, out: &mut [f64]) {
        let before = length * self.size;
        let mut planner = FftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(before), planner.plan_fft_inverse(length));
        out.par_chunks_exact_mut(length).zip(rows).for_each(|(out, row)| {
            let mut all: Vec<_> = row[..before].iter().map(|&a| Complex::new(a, 0.0)).collect();
            forward.process(&mut all);
            // Frequencies 0, 1, 2, … and, from the end, -1, -2, …
            let (first, last) = (length.div_ceil(2), length / 2);
            let mut low: Vec<_> = all[..first].iter().chain(&all[before - last..]).copied().collect();
            if length.is_multiple_of(2) && before > length {
                // The frequency at the half stands for both directions.
                low[length / 2] += all[length / 2];
            }
            inverse.process(&mut low);
            out.iter_mut().zip(&low).for_each(|(out, a)| *out = a.re / before as f64);
        });
    }
}
