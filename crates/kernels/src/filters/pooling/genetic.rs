use std::ops::Range;
use std::sync::Arc;

use glassbox_tensor::Image;

use crate::engine::fill_with_mean;
use crate::filters::shared::pool_window::{Pool, SIZE};
use crate::filters::shared::random::{Draws, SEED};
use crate::filters::{Arguments, Entry, parse};
use crate::numbers::alpha;
use crate::numbers::nearest;
use crate::operator::{Analysis, MultiPassOperator};
use crate::operator::{ErasedKernel, Filter, Kernel, Kind, Operator, Rows, Window, kernel_of};
use crate::{Border, Engine, Error, Pixel};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "genetic-pool",
    summary: "max, average, min and median blended in the shares that keep this picture's edges best, found by evolution",
    formula: "w₁·max + w₂·mean + w₃·min + w₄·median, Σw = 1, the w of least mean (sobel(pooled) - max-pool(sobel(picture)))², sobel not cut off at the full range: 24 \
              individuals, 20 generations, the best two kept, parents by tournament, blended and mutated; judged on the \
              middle 512×512 pixels",
    source: "a definition of our own of what arXiv 2009.07485 names",
    parameters: &[SIZE, SEED],
    variants: &[],
    build,
};

const POPULATION: usize = 24;
const GENERATIONS: usize = 20;
const KEPT: usize = 2;

/// Standard deviation of a mutation.
const MUTATION: f64 = 0.1;

/// Side of what is judged.
const JUDGED: usize = 512;

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let Pool { size, .. } = Pool::from_arguments(arguments);
    let pools = ["max-pool", "avg-pool", "min-pool", "median-pool"];
    let pools = pools.map(|pool| parse(&format!("{pool}:size={size}")));
    Ok(Filter::multi_pass(
        arguments.operator(),
        Genetic {
            size,
            pools: Arc::new(pools.into_iter().collect::<Result<_, _>>()?),
            edges: Arc::new(parse("sobel")?),
            seed: arguments.whole("seed").unwrap_or(0),
        },
    ))
}

#[derive(Clone, Debug)]
struct Genetic {
    size: usize,
    pools: Arc<Vec<Filter>>,
    edges: Arc<Filter>,
    seed: usize,
}

/// A share for each pool; they add up to 1.
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
    /// Numbers of a row of the picture.
    line: usize,
    /// Of the picture.
    rows: Range<usize>,
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
                return Blend { pools, size, weights: shares([0.0; 4]) };
            }
            // Far from all that can be seen colours have no say either.
            fill_with_mean(&mut self.judged);
        }
        Blend { pools, size, weights: self.genetic.evolve(&self.judged) }
    }
}

/// Pools in certain shares.
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
    /// Each with its share.
    pools: Vec<(f64, Box<dyn ErasedKernel<T>>)>,
    /// What one of them makes.
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

impl Genetic {
    /// The shares that keep the edges best.
    fn evolve(&self, judged: &Image<f32>) -> Weights {
        let pools: Vec<_> = self.pools.iter().map(|pool| made(pool, judged)).collect();
        let wanted = made(&self.pools[0], &made(&self.edges, judged));
        let error = |weights: &Weights| {
            let mut blend = Image::<f32>::zeros(wanted.dim());
            for (place, out) in blend.as_mut_slice().iter_mut().enumerate() {
                let parts = weights.iter().zip(&pools).map(|(&weight, pool)| weight as f32 * pool.as_slice()[place]);
                *out = parts.sum();
            }
            let found = made(&self.edges, &blend);
            let squares = found.as_slice().iter().zip(wanted.as_slice()).map(|(a, b)| f64::from(a - b).powi(2));
            squares.sum::<f64>()
        };
        let mut draws = Draws::new(self.seed);
        // The pools themselves, then blends that are drawn.
        let pure = (0..4).map(|pool| [0, 1, 2, 3].map(|i| f64::from(i == pool)));
        let drawn = (4..POPULATION).map(|_| shares([0; 4].map(|_| draws.unit())));
        let mut all: Vec<(f64, Weights)> = pure.chain(drawn).map(|weights| (error(&weights), weights)).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        for _ in 0..GENERATIONS {
            let mut next = all[..KEPT].to_vec();
            while next.len() < POPULATION {
                // The better of two that are drawn: all are sorted, so the one with the smaller number.
                let mut parent = || all[draws.below(POPULATION).min(draws.below(POPULATION))].1;
                let (mother, father) = (parent(), parent());
                let blend = draws.unit();
                let child = shares([0, 1, 2, 3].map(|i| {
                    // A sum of twelve draws is nearly normal.
                    let mutation = (0..12).map(|_| draws.unit()).sum::<f64>() - 6.0;
                    blend * mother[i] + (1.0 - blend) * father[i] + MUTATION * mutation
                }));
                next.push((error(&child), child));
            }
            next.sort_by(|a, b| a.0.total_cmp(&b.0));
            all = next;
        }
        all[0].1
    }
}

/// The numbers as shares: none below 0, adding up to 1.
fn shares(numbers: Weights) -> Weights {
    let positive = numbers.map(|number| number.max(0.0));
    let sum: f64 = positive.iter().sum();
    if sum > 0.0 { positive.map(|number| number / sum) } else { [0.25; 4] }
}

/// What one of the filters above makes of a picture that is large enough for it.
fn made(filter: &Filter, picture: &Image<f32>) -> Image<f32> {
    Engine::default().run(std::slice::from_ref(filter), picture).expect("large enough for the pools")
}
