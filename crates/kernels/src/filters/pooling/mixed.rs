use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::plain::{greatest, mean};
use crate::filters::shared::pool_window::{Reduce, SIZE, STRIDE, filter};
use crate::filters::shared::random::{Draws, SEED};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::operator::Neighbourhood;
use crate::{Error, Filter, Pixel};

/// `lambda` parts of the greatest number and the rest of the mean, or one of both by chance.
fn formula(around: &Neighbourhood, lambda: f64, seed: Option<usize>) -> f64 {
    let (window, (y, x, channel)) = (around.window(), around.output());
    let lambda = match seed {
        None => lambda,
        Some(seed) if Draws::of(seed, y, channel, x).unit() < lambda => 1.0,
        Some(_) => 0.0,
    };
    lambda * greatest(&window) + (1.0 - lambda) * mean(&window)
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "mixed-pool",
    summary: "between max and average: a blend of both, or one of the two by chance",
    formula: "λ · max a + (1 - λ) · Σ a / n; with --draw yes max with the probability λ, else the mean",
    source: "D. Yu et al., Mixed pooling for convolutional neural networks (2014)",
    parameters: &[SIZE, STRIDE, LAMBDA, DRAW, SEED],
    variants: &[],
    build,
};

const LAMBDA: Parameter =
    Parameter { name: "lambda", default: "0.5", values: Values::Real(0.0, 1.0), help: "the share of max" };

const DRAW: Parameter = Parameter {
    name: "draw",
    default: "no",
    values: Values::Choice(&["no", "yes"]),
    help: "for each window choose max or mean by chance, as in training, instead of blending them",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let lambda = f64::from(arguments.real("lambda").unwrap_or(0.5) as f32);
    let drawn = arguments.text("draw") == "yes";
    if !drawn {
        arguments.refuse(&["seed"], "draw=no")?;
    }
    let seed = drawn.then(|| arguments.whole("seed").unwrap_or(0));
    Ok(filter(arguments, Mixed { lambda, draws: seed.map(Draws::new) }, move |around| formula(around, lambda, seed)))
}

#[derive(Clone, Debug)]
struct Mixed {
    lambda: f64,
    draws: Option<Draws>,
}

impl Reduce for Mixed {
    fn draws(&mut self) -> Option<&mut Draws> {
        self.draws.as_mut()
    }

    #[inline(always)]
    fn reduce<T: Pixel>(&mut self, window: &mut [T]) -> T {
        let real = |a: &T| f64::from(a.to_real());
        let greatest = window.iter().map(real).fold(f64::NEG_INFINITY, f64::max);
        let mean = window.iter().map(real).sum::<f64>() / window.len() as f64;
        let lambda = match &mut self.draws {
            None => self.lambda,
            Some(draws) => f64::from(draws.unit() < self.lambda),
        };
        nearest(lambda * greatest + (1.0 - lambda) * mean)
    }
}
