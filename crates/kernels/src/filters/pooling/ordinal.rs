use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::plain::{sorted, weighted_mean};
use crate::filters::shared::pool_window::{Pool, Reduce, SIZE, STRIDE, filter};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::operator::Neighbourhood;
use crate::{Error, Filter, Pixel};

/// A weighted mean of the window, sorted with the greatest first.
fn formula(around: &Neighbourhood, weights: &[f64]) -> f64 {
    let falling: Vec<f64> = sorted(around.window()).into_iter().rev().collect();
    weighted_mean(weights, &falling)
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "ordinal-pool",
    summary: "a weighted mean of each window in sorted order: a weight for the greatest pixel, the second and so on",
    formula: "Σ wᵢ a₍ᵢ₎ / Σ wᵢ, a₍₁₎ the greatest",
    source: "A. Deliège et al., Ordinal pooling (2021), arXiv 2109.01561; there the weights are learned",
    parameters: &[SIZE, STRIDE, WEIGHTS],
    variants: &[],
    build,
};

const WEIGHTS: Parameter = Parameter {
    name: "weights",
    default: "",
    values: Values::Reals,
    help: "as many numbers as the window has pixels, the first for the greatest (default: n, n-1, …, 1)",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let count = Pool::from_arguments(arguments).size.pow(2);
    let weights: Vec<f64> = match arguments.reals("weights") {
        weights if weights.is_empty() => (1..=count).rev().map(|weight| weight as f64).collect(),
        weights => weights,
    };
    let sum: f64 = weights.iter().sum();
    let found = arguments.text("weights");
    if weights.len() != count {
        let allowed = format!("{count} numbers, one for each pixel of the window; there are {}", weights.len());
        return Err(Error::parameter("weights", found, allowed));
    }
    if sum == 0.0 {
        return Err(Error::parameter("weights", found, "numbers whose sum is not 0"));
    }
    Ok(filter(arguments, Ordinal { weights: weights.clone(), sum }, move |around| formula(around, &weights)))
}

#[derive(Clone, Debug)]
struct Ordinal {
    weights: Vec<f64>,
    sum: f64,
}

impl Reduce for Ordinal {
    #[inline(always)]
    fn reduce<T: Pixel>(&mut self, window: &mut [T]) -> T {
        window.sort_unstable_by(|a, b| T::order(b, a));
        let products = self.weights.iter().zip(window).map(|(weight, a)| weight * f64::from(a.to_real()));
        nearest(products.sum::<f64>() / self.sum)
    }
}
