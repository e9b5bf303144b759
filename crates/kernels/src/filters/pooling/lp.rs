use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::plain::mean;
use crate::filters::shared::pool_window::{Reduce, SIZE, STRIDE, filter};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::operator::Neighbourhood;
use crate::{Error, Filter, Pixel};

/// The power mean `(Σ |a|^p / n)^(1/p)`; of parts of the range, so that no power overflows.
fn formula(around: &Neighbourhood, p: f64) -> f64 {
    let full = around.depth().full;
    let powers: Vec<f64> = around.window().iter().map(|a| (a / full).abs().powf(p)).collect();
    full * mean(&powers).powf(1.0 / p)
}

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
    let p = arguments.real("p").unwrap_or(2.0);
    Ok(filter(arguments, PowerMean { p }, move |around| formula(around, p)))
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
        // Parts of the greatest, so that no power overflows.
        let greatest = window.iter().map(real).fold(0.0, f64::max);
        if greatest == 0.0 {
            return nearest(0.0);
        }
        let sum: f64 = window.iter().map(|a| (real(a) / greatest).powf(self.p)).sum();
        nearest(greatest * (sum / n).powf(1.0 / self.p))
    }
}
