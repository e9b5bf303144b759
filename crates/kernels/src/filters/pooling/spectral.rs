use glassbox_tensor::Image;
use rayon::prelude::*;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::{Error, Filter, PictureOperator, Pixel};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "spectral-pool",
    summary: "what is coarse stays, what is fine goes: only the low frequencies are kept",
    formula: "the inverse Fourier transform, of 1/size of the side, of the frequencies up to half of that; of an even side those of \
              both directions at the half are added up",
    source: "O. Rippel, J. Snoek, R. Adams, Spectral representations for convolutional neural networks (2015), arXiv 1506.03767",
    parameters: &[SIZE],
    variants: &[],
    build,
};

const SIZE: Parameter = Parameter {
    name: "size",
    default: "2",
    values: Values::Whole(1, 1024),
    help: "how many times smaller; where it does not divide the picture, the remainder is dropped",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    Ok(Filter::picture(arguments.operator(), Spectral { size: arguments.whole("size").unwrap_or(2) }))
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
            // Along the rows, then along what were the columns.
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
                // Half as many as there are places: both directions fall together.
                low[length / 2] += all[length / 2];
            }
            inverse.process(&mut low);
            out.iter_mut().zip(&low).for_each(|(out, a)| *out = a.re / before as f64);
        });
    }
}
