use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::pool_window::{Reduce, SIZE, STRIDE, filter};
use crate::filters::shared::random::{Draws, SEED};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::operator::Neighbourhood;
use crate::{Error, Filter, Pixel};

/// A number of the window, drawn with the probability `a / Σ a`; negative ones are never drawn.
fn train(around: &Neighbourhood, seed: usize) -> f64 {
    let (window, (y, x, channel)) = (around.window(), around.output());
    let sum: f64 = window.iter().map(|a| a.max(0.0)).sum();
    let mut left = Draws::of(seed, y, channel, x).unit() * sum;
    for a in window {
        left -= a.max(0.0);
        if left < 0.0 {
            return a;
        }
    }
    0.0
}

/// The mean of what would be drawn: `Σ a² / Σ a`.
fn test(around: &Neighbourhood) -> f64 {
    let positive: Vec<f64> = around.window().iter().map(|a| a.max(0.0)).collect();
    let squares: f64 = positive.iter().map(|a| a * a).sum();
    let sum: f64 = positive.iter().sum();
    if sum == 0.0 { 0.0 } else { squares / sum }
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "stochastic-pool",
    summary: "one pixel of each window by chance, light ones more likely; or the mean over all such draws",
    formula: "pᵢ = aᵢ / Σ a for aᵢ > 0, else 0; train: aᵢ with the probability pᵢ; test: Σ pᵢ aᵢ; 0 where no a is \
              above 0",
    source: "M. Zeiler, R. Fergus, Stochastic pooling for regularization of deep convolutional neural networks (2013)",
    parameters: &[SIZE, STRIDE, FORM, SEED],
    variants: &[],
    build,
};

const FORM: Parameter = Parameter {
    name: "form",
    default: "train",
    values: Values::Choice(&["train", "test"]),
    help: "train (draw a pixel) or test (the mean over all draws)",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let drawn = arguments.text("form") == "train";
    if !drawn {
        arguments.refuse(&["seed"], "form=test")?;
    }
    if drawn {
        let seed = arguments.whole("seed").unwrap_or(0);
        return Ok(filter(arguments, Stochastic { draws: Some(Draws::new(seed)) }, move |around| train(around, seed)));
    }
    Ok(filter(arguments, Stochastic { draws: None }, test))
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
            // Every window draws one number, so that its contents do not change what the next one draws.
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
