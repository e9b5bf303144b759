use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::pool_window::{Reduce, SIZE, STRIDE, filter};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::{Error, Filter, Pixel};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "lp-pool",
    summary: "from average (p = 1) to max (p large): the power mean of each window",
    formula: "(Σ |a|^p / n)^(1/p); PyTorch's LPPool does not divide by n",
    source: "P. Sermanet et al., Convolutional neural networks applied to house numbers digit classification (2012)",
    parameters: &[SIZE, STRIDE, P],
    variants: &[],
    build,
};

const P: Parameter = Parameter {
    name: "p",
    default: "2",
    values: Values::Real(0.1, 64.0),
    help: "the power: the greater, the more the greatest pixel counts",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    Ok(filter(arguments, PowerMean { p: arguments.text("p").parse().unwrap_or(2.0) }))
}

#[derive(Clone, Debug)]
struct PowerMean {
    p: f64,
}

impl Reduce for PowerMean {
    #[inline(always)]
    fn reduce<T: Pixel>(&mut self, window: &mut [T]) -> T {
        let real = |a: &T| f64::from(a.to_real()).abs();
        let n = window.len() as f64;
        if self.p == 2.0 {
            return nearest((window.iter().map(|a| real(a) * real(a)).sum::<f64>() / n).sqrt());
        }
        // Parts of the greatest, because a high power of a number may be larger than any.
        let greatest = window.iter().map(real).fold(0.0, f64::max);
        if greatest == 0.0 {
            return nearest(0.0);
        }
        let sum: f64 = window.iter().map(|a| (real(a) / greatest).powf(self.p)).sum();
        nearest(greatest * (sum / n).powf(1.0 / self.p))
    }
}
