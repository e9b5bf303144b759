use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::pool_window::{Reduce, SIZE, STRIDE, filter};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::{Error, Filter, Pixel};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "soft-pool",
    summary: "a mean in which lighter pixels count more: average and max in one",
    formula: "Σ a·exp(β·a) / Σ exp(β·a), a as part of the range",
    source: "A. Stergiou, R. Poppe, G. Kalliatakis, Refining activation downsampling with SoftPool (2021), arXiv 2101.00440",
    parameters: &[SIZE, STRIDE, SHARPNESS],
    variants: &[],
    build,
};

const SHARPNESS: Parameter = Parameter {
    name: "sharpness",
    default: "1",
    values: Values::Real(0.0, 1000.0),
    help: "the formula's β: 0 is average, the greater the nearer to max",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    Ok(filter(arguments, Soft { sharpness: arguments.text("sharpness").parse().unwrap_or(1.0) }))
}

#[derive(Clone, Debug)]
struct Soft {
    sharpness: f64,
}

impl Reduce for Soft {
    #[inline(always)]
    fn reduce<T: Pixel>(&mut self, window: &mut [T]) -> T {
        let real = |a: &T| f64::from(a.to_real());
        // Less the greatest, which cancels out: no exponential is too large for a number then.
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
