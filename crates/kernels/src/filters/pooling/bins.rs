//! Bins: a side of a picture cut into a fixed number of parts, however long it is.

use std::ops::Range;

use glassbox_tensor::Image;
use rayon::prelude::*;

use super::nearest;
use crate::Pixel;
use crate::filters::parameters::{Arguments, Parameter, Values};
use crate::wide::greater;

/// What a bin's numbers become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reduce {
    Max,
    Mean,
}

pub(super) const REDUCE: Parameter = Parameter {
    name: "reduce",
    default: "max",
    values: Values::Choice(&["max", "mean"]),
    help: "max or mean of the pixels brought together",
};

impl Reduce {
    pub(super) fn from_arguments(arguments: &Arguments) -> Self {
        if arguments.text("reduce") == "mean" { Self::Mean } else { Self::Max }
    }

    /// The operator that does the same with a square around each pixel.
    pub(super) fn around(self) -> &'static str {
        match self {
            Self::Max => "dilate",
            Self::Mean => "blur",
        }
    }

    /// The number that stands for each channel of the pixels of `rows` and `columns`.
    fn bin<T: Pixel>(self, picture: &Image<T>, rows: Range<usize>, columns: Range<usize>, out: &mut [T]) {
        let channels = picture.channels();
        let pixels = rows
            .clone()
            .flat_map(|y| picture.line(y)[columns.start * channels..columns.end * channels].chunks_exact(channels));
        match self {
            Self::Max => {
                out.copy_from_slice(&picture.line(rows.start)[columns.start * channels..][..channels]);
                for pixel in pixels {
                    out.iter_mut().zip(pixel).for_each(|(out, &a)| *out = greater(*out, a));
                }
            }
            Self::Mean => {
                let mut sums = vec![0.0; channels];
                for pixel in pixels {
                    sums.iter_mut().zip(pixel).for_each(|(sum, a)| *sum += f64::from(a.to_real()));
                }
                let count = (rows.len() * columns.len()) as f64;
                out.iter_mut().zip(sums).for_each(|(out, sum)| *out = nearest(sum / count));
            }
        }
    }

    /// A pixel for each bin.
    pub(super) fn bins<T: Pixel>(
        self,
        picture: &Image<T>,
        rows: &[Range<usize>],
        columns: &[Range<usize>],
    ) -> Image<T> {
        let channels = picture.channels();
        let mut out = Image::zeros([rows.len(), columns.len(), channels]);
        let lines = out.as_mut_slice().par_chunks_mut(columns.len() * channels);
        lines.zip(rows).for_each(|(line, rows)| {
            for (out, columns) in line.chunks_exact_mut(channels).zip(columns) {
                self.bin(picture, rows.clone(), columns.clone(), out);
            }
        });
        out
    }
}

/// `count` parts of a side, `⌊i·length/count⌋ … ⌈(i+1)·length/count⌉`: neighbours overlap by a pixel where it does not divide.
pub(super) fn parts(length: usize, count: usize) -> Vec<Range<usize>> {
    (0..count).map(|i| i * length / count..((i + 1) * length).div_ceil(count)).collect()
}
