use glassbox_tensor::Image;

use super::window::{Pool, SIZE};
use crate::filters::draws::{Draws, SEED};
use crate::filters::{Arguments, Entry, parse};
use crate::wide::nearest;
use crate::{Engine, Error, Filter, Pixel, WholeOperator};

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
    Ok(Filter::whole(
        arguments.operator(),
        Genetic {
            size,
            pools: pools.into_iter().collect::<Result<_, _>>()?,
            edges: parse("sobel")?,
            seed: arguments.whole("seed").unwrap_or(0),
        },
    ))
}

#[derive(Debug)]
struct Genetic {
    size: usize,
    pools: Vec<Filter>,
    edges: Filter,
    seed: usize,
}

/// A share for each pool; they add up to 1.
type Weights = [f64; 4];

impl WholeOperator for Genetic {
    fn shape(&self, shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        self.pools[0].shape(shape).map_err(|error| match error {
            Error::TooSmall { width, height, needed, .. } => {
                Error::TooSmall { operator: ENTRY.name.into(), width, height, needed }
            }
            error => error,
        })
    }

    fn run<T: Pixel>(&self, picture: &Image<T>) -> Image<T> {
        let weights = self.evolve(picture);
        let pools: Vec<_> = self.pools.iter().map(|pool| made(pool, picture)).collect();
        let mut out = Image::zeros(pools[0].dim());
        for (place, out) in out.as_mut_slice().iter_mut().enumerate() {
            let parts =
                weights.iter().zip(&pools).map(|(weight, pool)| weight * f64::from(pool.as_slice()[place].to_real()));
            *out = nearest(parts.sum());
        }
        out
    }
}

impl Genetic {
    /// The shares that keep the edges best.
    fn evolve<T: Pixel>(&self, picture: &Image<T>) -> Weights {
        let judged = middle(picture, JUDGED.max(self.size));
        let pools: Vec<_> = self.pools.iter().map(|pool| made(pool, &judged)).collect();
        let wanted = made(&self.pools[0], &made(&self.edges, &judged));
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

/// The middle of a picture, at most `side` pixels high and wide, as parts of the range.
fn middle<T: Pixel>(picture: &Image<T>, side: usize) -> Image<f32> {
    let (height, width) = (picture.height().min(side), picture.width().min(side));
    let (top, left) = ((picture.height() - height) / 2, (picture.width() - width) / 2);
    Image::from_fn([height, width, picture.channels()], |(y, x, c)| picture[[top + y, left + x, c]].to_real() / T::FULL)
}

/// What one of the filters above makes of a picture that is large enough for it.
fn made<T: Pixel>(filter: &Filter, picture: &Image<T>) -> Image<T> {
    Engine::default().run(std::slice::from_ref(filter), picture).expect("large enough for the pools")
}
