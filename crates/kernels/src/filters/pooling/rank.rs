use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::plain::{mean, sorted};
use crate::filters::shared::pool_window::{Reduce, SIZE, STRIDE, filter};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::operator::Neighbourhood;
use crate::{Error, Filter, Pixel};

/// The mean of the `top` greatest numbers.
fn formula(around: &Neighbourhood, top: usize) -> f64 {
    let window = sorted(around.window());
    mean(&window[window.len().saturating_sub(top)..])
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "rank-pool",
    summary: "the mean of the few greatest pixels of each window: like max, but less sensitive to single specks",
    formula: "Σ of the t greatest a / t",
    source: "Z. Shi, Y. Ye, Y. Wu, Rank-based pooling for deep convolutional neural networks (2016)",
    parameters: &[SIZE, STRIDE, TOP],
    variants: &[],
    build,
};

const TOP: Parameter = Parameter {
    name: "top",
    default: "2",
    values: Values::Whole(1, 1 << 20),
    help: "how many of the greatest pixels count; all if the window has no more",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let top = arguments.whole("top").unwrap_or(2);
    Ok(filter(arguments, Top(top), move |around| formula(around, top)))
}

#[derive(Clone, Debug)]
struct Top(usize);

impl Reduce for Top {
    #[inline(always)]
    fn reduce<T: Pixel>(&mut self, window: &mut [T]) -> T {
        let top = self.0.min(window.len());
        window.select_nth_unstable_by(top - 1, |a, b| T::order(b, a));
        nearest(window[..top].iter().map(|a| f64::from(a.to_real())).sum::<f64>() / top as f64)
    }
}
