use super::Schedule;
use crate::Augment;
use crate::optimisers::Optimiser;

/// The hyperparameters of a training.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// The optimiser.
    pub optimiser: Optimiser,
    /// Learning rate.
    pub rate: f64,
    /// The schedule of the rate.
    pub schedule: Schedule,
    /// Samples a step.
    pub batch: usize,
    /// Passes over the samples, which schedules count on.
    pub epochs: usize,
    /// Weight decay.
    pub decay: f64,
    /// Longest gradient: a longer one is shortened to this.
    pub clip: Option<f64>,
    /// Random changes of the pictures before they are learned from.
    pub augment: Option<Augment>,
    /// The share of the averaged weights that stays in each step; none if the weights are not averaged.
    pub average: Option<f64>,
    /// The seed of all draws.
    pub seed: u64,
}

impl Default for Recipe {
    /// Adam at 1e-3 in batches of 128.
    fn default() -> Self {
        Self {
            optimiser: Optimiser::Adam,
            rate: 1e-3,
            schedule: Schedule::Constant,
            batch: 128,
            epochs: 10,
            decay: 0.0,
            clip: None,
            augment: None,
            average: None,
            seed: 0,
        }
    }
}
