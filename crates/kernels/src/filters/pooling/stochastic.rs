use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::pool_window::{Reduce, SIZE, STRIDE, filter};
use crate::filters::shared::random::{Draws, SEED};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::{Error, Filter, Pixel};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "stochastic-pool",
    summary: "one pixel of each window by chance, light ones more likely; or what that gives in the mean",
    formula: "pᵢ = aᵢ / Σ a for aᵢ > 0, else 0; train: aᵢ with the probability pᵢ; test: Σ pᵢ aᵢ; 0 where no a is above 0",
    source: "M. Zeiler, R. Fergus, Stochastic pooling for regularization of deep convolutional neural networks (2013)",
    parameters: &[SIZE, STRIDE, FORM, SEED],
    variants: &[],
    build,
};

const FORM: Parameter = Parameter {
    name: "form",
    default: "train",
    values: Values::Choice(&["train", "test"]),
    help: "train (draw a pixel) or test (the mean of what would be drawn)",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let drawn = arguments.text("form") == "train";
    if !drawn {
        arguments.refuse(&["seed"], "form=test")?;
    }
    let draws = drawn.then(|| Draws::new(arguments.whole("seed").unwrap_or(0)));
    Ok(filter(arguments, Stochastic { draws }))
}

#[derive(Clone, Debug)]
struct Stochastic {
    draws: Option<Draws>,
}

impl Reduce for Stochastic {
    fn draws(&mut self) -> Option<&mut Draws> {
        self.draws.as_mut()
    }

    #[inline(always)]
    fn reduce<T: Pixel>(&mut self, window: &mut [T]) -> T {
        let weight = |a: &T| f64::from(a.to_real()).max(0.0);
        let sum: f64 = window.iter().map(weight).sum();
        match &mut self.draws {
            // A number is drawn for every window, so that what one window holds moves no other's.
            Some(draws) => {
                let mut left = draws.unit() * sum;
                let drawn = window.iter().find(|a| {
                    left -= weight(a);
                    left < 0.0
                });
                drawn.copied().unwrap_or_default()
            }
            None if sum == 0.0 => nearest(0.0),
            None => nearest(window.iter().map(|a| weight(a) * weight(a)).sum::<f64>() / sum),
        }
    }
}
