use crate::filters::convolve::parse_matrix;
use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::pool_window::{Reduce, STRIDE, filter_of};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::operator::Window;
use crate::{Error, Filter, Pixel};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "weighted-pool",
    summary: "a weight for each place in the window, from one window to the next",
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
    help: "the weights, which are the window: numbers with spaces between them, rows with ; between them, 1 to 31 of each",
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
    Ok(filter_of(arguments, window, Weighted { weights, sum }))
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
