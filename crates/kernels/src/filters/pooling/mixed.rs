use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::pool_window::{Reduce, SIZE, STRIDE, filter};
use crate::filters::shared::random::{Draws, SEED};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::{Error, Filter, Pixel};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "mixed-pool",
    summary: "between max and average: a blend of both, or now the one and now the other by chance",
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
    help: "choose one of both for each window by chance, as in training, instead of blending them",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let lambda = f64::from(arguments.real("lambda").unwrap_or(0.5));
    let drawn = arguments.text("draw") == "yes";
    if !drawn {
        arguments.refuse(&["seed"], "draw=no")?;
    }
    let draws = drawn.then(|| Draws::new(arguments.whole("seed").unwrap_or(0)));
    Ok(filter(arguments, Mixed { lambda, draws }))
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
