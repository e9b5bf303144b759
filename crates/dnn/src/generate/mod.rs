//! Pictures that a net takes for a class: not the weights are changed but the input.
//!
//! Someone proposes a change, an adversary looks at the net's outputs: is the wanted class above its bound, is each
//! forbidden class below its own, did the proposal lead in the right direction? A step in the wrong direction is taken
//! back. The picture is accepted when every bound holds for it as it is, and in most views: turned, scaled and moved a
//! little.

mod change;
mod objective;
mod views;

pub use objective::{Bound, Wish};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub use self::change::noise;
use self::change::{bump, smoothed};
use self::objective::{Objective, Said};
use crate::{Error, Net};

/// Where proposals come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A bump of ink, or a hole, at random: the net is only asked.
    AcceptReject,
    /// Along the gradient of the objective by the input, smoothed.
    Gradient,
}

/// What the adversary says of a proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Number of the proposal, from 1.
    pub number: usize,
    /// The objective with the proposed change, and before it.
    pub objective: [f64; 2],
    /// The outputs for the picture as it is, with the change.
    pub outputs: Vec<f64>,
    /// The bounds that do not hold with it, as it is or in most views.
    pub broken: Vec<Bound>,
    /// Whether the step is taken: the objective rises, and no forbidden class comes over a bound that held before.
    pub taken: bool,
}

impl Answer {
    /// Whether the change leads in the right direction.
    pub fn is_right(&self) -> bool {
        self.objective[0] > self.objective[1]
    }
}

/// A picture in the making.
#[derive(Debug)]
pub struct Drawing {
    objective: Objective,
    method: Method,
    generator: ChaCha8Rng,
    picture: Vec<f64>,
    said: Said,
    gradient: Vec<f64>,
    /// How far a step along the gradient moves the pixel that moves most.
    step: f64,
    proposals: usize,
}

/// The first step along the gradient, the longest, and the one at which there is no way up any more.
const STEPS: [f64; 3] = [0.1, 0.5, 1e-6];

/// What the next step is multiplied by after a right one, and after a wrong one.
const LONGER: f64 = 1.3;
const SHORTER: f64 = 0.5;

impl Drawing {
    /// Begins with a picture.
    ///
    /// # Shape
    /// `start` as many numbers as the net has inputs, 0 … 1
    ///
    /// # Errors
    /// If the net has no class of a wish, its outputs are not between 0 and 1, or the picture does not fit.
    pub fn new(net: Net<f64>, wish: Wish, method: Method, start: Vec<f64>, seed: u64) -> Result<Self, Error> {
        if start.len() != net.inputs() {
            let (found, needed) = (start.len(), net.input());
            return Err(Error::Data(format!("a picture of {found} numbers; this net takes {needed}")));
        }
        let mut objective = Objective::new(net, wish, seed)?;
        let mut gradient = vec![0.0; start.len()];
        let said = objective.ask(&start, Some(&mut gradient));
        let generator = ChaCha8Rng::seed_from_u64(seed);
        let picture = start;
        Ok(Self { objective, method, generator, picture, said, gradient, step: STEPS[0], proposals: 0 })
    }

    /// The picture as it is now, 0 … 1.
    pub fn picture(&self) -> &[f64] {
        &self.picture
    }

    /// What it is to be.
    pub fn wish(&self) -> &Wish {
        &self.objective.wish
    }

    /// What the net says of it.
    pub fn outputs(&self) -> &[f64] {
        &self.said.outputs
    }

    /// The objective `J`.
    pub fn value(&self) -> f64 {
        self.said.value
    }

    /// The bounds that do not hold yet, for the picture as it is or in most views; if there are none, it is accepted.
    pub fn broken(&self) -> Vec<Bound> {
        self.objective.wish.broken(&self.said.doubtful)
    }

    /// Whether no step along the gradient is short enough to lead up.
    pub fn is_stuck(&self) -> bool {
        self.step < STEPS[2]
    }

    /// Proposes a change, asks the adversary, and takes the step or reverses it.
    pub fn propose(&mut self) -> Answer {
        let is_gradient = self.method == Method::Gradient;
        let proposed = if is_gradient {
            self.along_the_gradient()
        } else {
            bump(&self.picture, self.objective.shape(), &mut self.generator)
        };
        let mut gradient = if is_gradient { vec![0.0; proposed.len()] } else { Vec::new() };
        let said = self.objective.ask(&proposed, Some(&mut gradient[..]).filter(|_| is_gradient));
        let (before, broken) = (self.broken(), self.objective.wish.broken(&said.doubtful));
        let breaks = broken.iter().any(|bound| bound.is_forbidden && !before.contains(bound));
        let taken = said.value > self.said.value && !breaks;
        self.proposals += 1;
        let (number, objective) = (self.proposals, [said.value, self.said.value]);
        let answer = Answer { number, objective, outputs: said.outputs.clone(), broken, taken };
        if taken {
            (self.picture, self.said, self.gradient) = (proposed, said, gradient);
            self.step = (self.step * LONGER).min(STEPS[1]);
        } else if is_gradient {
            self.step *= SHORTER;
        }
        answer
    }

    /// The picture after a step along the smoothed gradient, each pixel kept in 0 … 1.
    fn along_the_gradient(&self) -> Vec<f64> {
        let direction = smoothed(&self.gradient, self.objective.shape());
        let longest = direction.iter().fold(f64::MIN_POSITIVE, |longest, g| longest.max(g.abs()));
        let moved = self.picture.iter().zip(direction).map(|(x, g)| x + self.step * g / longest);
        moved.map(|x| x.clamp(0.0, 1.0)).collect()
    }
}
