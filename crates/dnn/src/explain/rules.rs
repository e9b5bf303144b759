use std::ops::ControlFlow;

use glassbox_tensor::Batch;

use super::Weight;
use crate::{Error, Net, Online, Rule, SparseSamples};

/// What one step with one picture subtracts from a weight, by each rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subtracted {
    /// As the article's script does it.
    pub code: f64,
    /// As its text derives it: the rate times the gradient of the mean squared error.
    pub formula: f64,
}

/// What the article's step subtracts from a weight by each [`Rule`]: the step is done, on a copy.
///
/// # Shape
/// `picture` `[1, height, width, channels]`, 0 … 255
///
/// # Errors
/// If the net is not made of pairs `dense N | sigmoid`, for which the rules are defined, or does not take the picture.
pub fn subtracted(
    net: &Net<f64>,
    picture: &Batch<u8>,
    label: u8,
    rate: f64,
    weight: Weight,
) -> Result<Subtracted, Error> {
    weight.check(net)?;
    let labels = [label];
    let samples = SparseSamples::new(picture, &labels)?;
    let by = |rule: Rule| -> Result<f64, Error> {
        let mut online = Online::new(net, rule, rate)?;
        online.epoch(&samples, None, |_| ControlFlow::Continue(()))?;
        Ok(weight.value(net) - weight.value(&online.net()))
    };
    Ok(Subtracted { code: by(Rule::Code)?, formula: by(Rule::Formula)? })
}
