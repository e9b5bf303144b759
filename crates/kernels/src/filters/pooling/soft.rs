use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::plain::{greatest, weighted_mean};
use crate::filters::shared::pool_window::{Reduce, SIZE, STRIDE, filter};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::operator::Neighbourhood;
use crate::{Error, Filter, Pixel};

/// A weighted mean with the weights `exp(β·a)`, `a` as part of the range.
fn formula(around: &Neighbourhood, sharpness: f64) -> f64 {
    let (window, full) = (around.window(), around.depth().full);
    // The greatest is subtracted, which cancels out, so that no exponential overflows.
    let most = greatest(&window);
    let weights: Vec<f64> = window.iter().map(|a| (sharpness * (a - most) / full).exp()).collect();
    weighted_mean(&weights, &window)
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "soft-pool",
    summary: "a mean in which lighter pixels count more: average and max in one",
    formula: "Σ a·exp(β·a) / Σ exp(β·a), a as part of the range",
    source: "A. Stergiou, R. Poppe, G. Kalliatakis, Refining activation downsampling with SoftPool (2021), arXiv \
             2101.00440",
    parameters: &[SIZE, STRIDE, SHARPNESS],
    variants: &[],
    build,
};

const SHARPNESS: Parameter = Parameter {
    name: "sharpness",
    default: "1",
    values: Values::Real(0.0, 1000.0),
    help: "the β of the formula: 0 gives the average, large values come close to max",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let sharpness = arguments.real("sharpness").unwrap_or(1.0);
    Ok(filter(arguments, Soft { sharpness }, move |around| formula(around, sharpness)))
}

#[derive(Clone, Debug)]
struct Soft {
    sharpness: f64,
}

impl Reduce for Soft {
    #[inline(always)]
    fn reduce<T: Pixel>(&mut self, window: &mut [T]) -> T {
        let real = |a: &T| f64::from(a.to_real());
        // The greatest is subtracted, which cancels out, so that no exponential overflows.
        let greatest = window.iter().map(real).fold(f64::NEG_INFINITY, f64::max);
        let (mut sum, mut weights) = (0.0, 0.0);
        for a in window.iter().map(real) {
            let weight = (self.sharpness * (a - greatest) / f64::from(T::FULL)).exp();
            sum += weight * a;
            weights += weight;
        }
        nearest(sum / weights)
    }
}
