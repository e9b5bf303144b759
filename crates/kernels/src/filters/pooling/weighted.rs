use crate::filters::convolve::parse_matrix;
use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::plain::weighted_mean;
use crate::filters::shared::pool_window::{Reduce, Reduced, STRIDE};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::operator::{Neighbourhood, Window};
use crate::{Error, Filter, Pixel};

/// A weighted mean of the window.
fn formula(around: &Neighbourhood, weights: &[f64]) -> f64 {
    weighted_mean(weights, &around.window())
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "weighted-pool",
    summary: "a weighted mean of each window, with a weight for each place in it",
    formula: "Σ wᵢ aᵢ / Σ wᵢ",
    source: "",
    parameters: &[
        KERNEL,
        Parameter { help: "pixels from one window to the next (default: its longer side)", ..STRIDE },
    ],
    variants: &[],
    build,
};

const KERNEL: Parameter = Parameter {
    name: "kernel",
    default: "1 2 1; 2 4 2; 1 2 1",
    values: Values::Matrix,
    help: "the weights, as many as the window has pixels: numbers with spaces between them, rows with ; between them, \
           1 to 31 of each",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let weights = parse_matrix(arguments.text("kernel"))?;
    let (height, width) = (weights.len(), weights[0].len());
    let weights: Vec<f64> = weights.into_iter().flatten().collect();
    let sum: f64 = weights.iter().sum();
    if sum == 0.0 {
        return Err(Error::parameter("kernel", arguments.text("kernel"), "weights whose sum is not 0"));
    }
    let stride = arguments.whole("stride").unwrap_or(height.max(width));
    let window = Window { above: 0, below: height - 1, left: 0, right: width - 1, stride };
    let operator = Reduced { window, reduce: Weighted { weights: weights.clone(), sum } };
    Ok(Filter::rows(arguments.operator(), operator, move |around| formula(around, &weights)))
}

#[derive(Clone, Debug)]
struct Weighted {
    weights: Vec<f64>,
    sum: f64,
}

impl Reduce for Weighted {
    #[inline(always)]
    fn reduce<T: Pixel>(&mut self, window: &mut [T]) -> T {
        let products = self.weights.iter().zip(window).map(|(weight, a)| weight * f64::from(a.to_real()));
        nearest(products.sum::<f64>() / self.sum)
    }
}
