mod evolution;

use std::ops::Range;
use std::sync::Arc;

use glassbox_tensor::Image;

use crate::engine::fill_with_mean;
use crate::filters::shared::plain::{mean, sorted};
use crate::filters::shared::pool_window::{Pool, SIZE};
use crate::filters::shared::random::SEED;
use crate::filters::{Arguments, Entry, parse};
use crate::numbers::{alpha, nearest};
use crate::operator::{
    Analysis, ErasedKernel, Filter, Kernel, Kind, MultiPassOperator, Neighbourhood, Operator, Picture, Rows, Window,
    kernel_of,
};
use crate::{Border, Error, Pixel};

/// A blend of the maximum, the mean, the minimum and the median of the window, each stored before it is blended.
fn formula(around: &Neighbourhood, weights: &Weights) -> f64 {
    let window = sorted(around.window());
    let n = window.len();
    let pools = [window[n - 1], mean(&window), window[0], (window[(n - 1) / 2] + window[n / 2]) / 2.0];
    weights.iter().zip(pools).map(|(weight, pool)| weight * around.depth().store(pool)).sum()
}

/// The weights for a picture, found by evolution.
fn weights(picture: &Picture, genetic: &Genetic) -> Weights {
    let (shape, full) = (picture.shape(), picture.depth().full as f32);
    let parts = Image::from_fn(shape, |(y, x, channel)| picture.at(y, x, channel) as f32 / full);
    let mut judging = genetic.analysis::<f32>(shape, picture.has_alpha());
    Analysis::<f32>::add(&mut judging, 0, parts.as_slice());
    Analysis::<f32>::finish(judging).weights
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "genetic-pool",
    summary: "max, average, min and median blended in the shares that keep this picture's edges best, found by \
              evolution",
    formula: "w₁·max + w₂·mean + w₃·min + w₄·median, Σw = 1, with the w of least mean (sobel(pooled) - \
              max-pool(sobel(picture)))², where sobel may exceed the full range: 24 individuals, 20 generations, the \
              best two survive, parents by tournament, blended and mutated; judged on the middle 512×512 pixels",
    source: "our own definition; arXiv 2009.07485 gives only the name",
    parameters: &[SIZE, SEED],
    variants: &[],
    build,
};

/// Side of the part of a picture that is judged.
const JUDGED: usize = 512;

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let Pool { size, .. } = Pool::from_arguments(arguments);
    let pools = ["max-pool", "avg-pool", "min-pool", "median-pool"];
    let pools = pools.map(|pool| parse(&format!("{pool}:size={size}")));
    let genetic = Genetic {
        size,
        pools: Arc::new(pools.into_iter().collect::<Result<_, _>>()?),
        edges: Arc::new(parse("sobel")?),
        seed: arguments.whole("seed").unwrap_or(0),
    };
    Ok(Filter::multi_pass(arguments.operator(), genetic.clone(), move |picture| {
        let weights = weights(picture, &genetic);
        move |around: &Neighbourhood| formula(around, &weights)
    }))
}

#[derive(Clone, Debug)]
struct Genetic {
    size: usize,
    pools: Arc<Vec<Filter>>,
    edges: Arc<Filter>,
    seed: usize,
}

/// The share of each pool; they add up to 1.
type Weights = [f64; 4];

impl MultiPassOperator for Genetic {
    type Analysis<T: Pixel> = Judging;

    fn window(&self) -> Window {
        Window::top_left(self.size, self.size)
    }

    fn border(&self) -> Border {
        Border::Crop
    }

    fn analysis<T: Pixel>(&self, (height, width, channels): (usize, usize, usize), alpha: bool) -> Judging {
        let side = JUDGED.max(self.size);
        let middle = |length: usize| {
            let first = (length - length.min(side)) / 2;
            first..first + length.min(side)
        };
        let (rows, columns) = (middle(height), middle(width));
        let judged = Image::zeros([rows.len(), columns.len(), channels]);
        Judging { genetic: self.clone(), line: width * channels, rows, columns, judged, alpha }
    }
}

/// The middle of a picture, as parts of the range.
struct Judging {
    genetic: Genetic,
    /// Numbers in a row of the picture.
    line: usize,
    /// Rows of the picture that are judged.
    rows: Range<usize>,
    /// Columns of the picture that are judged.
    columns: Range<usize>,
    judged: Image<f32>,
    alpha: bool,
}

impl<T: Pixel> Analysis<T> for Judging {
    type Operator = Blend;

    fn add(&mut self, first: usize, rows: &[T]) {
        let Self { line, rows: middle, columns, judged, .. } = self;
        let channels = judged.channels();
        for (y, row) in (first..).zip(rows.chunks_exact(*line)).filter(|(y, _)| middle.contains(y)) {
            let to = &mut judged.as_mut_slice()[(y - middle.start) * columns.len() * channels..];
            let from = &row[columns.start * channels..columns.end * channels];
            to.iter_mut().zip(from).for_each(|(to, from)| *to = from.to_real() / T::FULL);
        }
    }

    fn needs_another_pass(&mut self) -> bool {
        false
    }

    fn finish(mut self) -> Blend {
        let Genetic { pools, size, .. } = self.genetic.clone();
        if self.alpha {
            if self.judged.as_slice().chunks_exact(self.judged.channels()).all(|pixel| alpha(pixel) == 0.0) {
                return Blend { pools, size, weights: evolution::shares([0.0; 4]) };
            }
            // Pixels far from every visible one take the mean colour, so that hidden colours change nothing.
            fill_with_mean(&mut self.judged);
        }
        Blend { pools, size, weights: self.genetic.evolve(&self.judged) }
    }
}

/// The pools, blended.
#[derive(Debug)]
struct Blend {
    pools: Arc<Vec<Filter>>,
    size: usize,
    weights: Weights,
}

impl Operator for Blend {
    type Kernel<T: Pixel> = BlendRow<T>;

    fn window(&self) -> Window {
        Window::top_left(self.size, self.size)
    }

    fn border(&self) -> Border {
        Border::Crop
    }

    fn keeps_alpha(&self) -> bool {
        false
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> BlendRow<T> {
        let kernel = |pool: &Filter| match &pool.kind {
            Kind::Rows(pool) => kernel_of::<T>(pool.as_ref(), channels),
            _ => unreachable!("{}: is no pooling of windows", pool.name()),
        };
        BlendRow { pools: self.weights.into_iter().zip(self.pools.iter().map(kernel)).collect(), made: Vec::new() }
    }
}

struct BlendRow<T> {
    /// Each with its weight.
    pools: Vec<(f64, Box<dyn ErasedKernel<T>>)>,
    /// The output of one of them.
    made: Vec<T>,
}

impl<T: Pixel> Kernel<T> for BlendRow<T> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let mut sums = vec![0.0; out.len()];
        self.made.resize(out.len(), T::default());
        for (weight, pool) in &mut self.pools {
            pool.row(rows, &mut self.made);
            sums.iter_mut().zip(&self.made).for_each(|(sum, a)| *sum += *weight * f64::from(a.to_real()));
        }
        out.iter_mut().zip(sums).for_each(|(out, sum)| *out = nearest(sum));
    }
}
