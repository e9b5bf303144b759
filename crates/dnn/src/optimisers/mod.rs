//! Optimisers: how a gradient changes the parameters. One file each; from the simplest on: sgd.rs, momentum.rs,
//! nesterov.rs, adagrad.rs, rmsprop.rs, adam.rs, adamw.rs, averaged.rs.
//!
//! Each works number by number: on a parameter `w`, its gradient `g`, the learning rate `η`, and up to two moments,
//! which it keeps from step to step.

mod adagrad;
mod adam;
mod adamw;
mod averaged;
mod momentum;
mod nesterov;
mod rmsprop;
mod sgd;

use glassbox_simd::{Level, Task, dispatch_with};
use rayon::prelude::*;

use crate::Real;
use adagrad::AdaGrad;
use adam::Adam;
use adamw::AdamW;
use averaged::Averaged;
use momentum::Momentum;
use nesterov::Nesterov;
use rmsprop::RmsProp;
use sgd::Sgd;

/// Parameters of one task.
const CHUNK: usize = 1 << 14;

/// A method of gradient descent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optimiser {
    /// `w ← w − η·g`.
    Sgd,
    /// `v ← β·v + g`, `w ← w − η·v`, β = 0.9: a ball that rolls on.
    Momentum,
    /// `v ← β·v + g`, `w ← w − η·(g + β·v)`: momentum with the gradient taken where the ball will be. Y. Nesterov
    /// (1983), in the form of I. Sutskever et al., *On the importance of initialization and momentum* (2013).
    Nesterov,
    /// `s ← s + g²`, `w ← w − η·g / (√s + ε)`, ε = 1e-10: a parameter that has moved much moves less. J. Duchi et al.
    /// (2011).
    AdaGrad,
    /// `s ← ρ·s + (1 − ρ)·g²`, `w ← w − η·g / (√s + ε)`, ρ = 0.99, ε = 1e-8: AdaGrad that forgets. T. Hinton, lecture
    /// 6e (2012).
    RmsProp,
    /// `m ← β₁·m + (1 − β₁)·g`, `v ← β₂·v + (1 − β₂)·g²`, `w ← w − η·m̂ / (√v̂ + ε)` with `m̂ = m / (1 − β₁ᵗ)`, `v̂ = v
    /// / (1 − β₂ᵗ)`, β₁ = 0.9, β₂ = 0.999, ε = 1e-8. D. Kingma, J. Ba, *Adam* (2014).
    Adam,
    /// As Adam, but weight decay takes its share of `w` itself instead of being part of `g`. I. Loshchilov, F. Hutter,
    /// *Decoupled weight decay regularization* (2017).
    AdamW,
    /// SGD; the model is the mean of all `w` so far, `a ← a + (w − a) / t`. B. Polyak, A. Juditsky (1992).
    Averaged,
}

impl Optimiser {
    /// Every optimiser.
    pub const ALL: [Optimiser; 8] = [
        Optimiser::Sgd,
        Optimiser::Momentum,
        Optimiser::Nesterov,
        Optimiser::AdaGrad,
        Optimiser::RmsProp,
        Optimiser::Adam,
        Optimiser::AdamW,
        Optimiser::Averaged,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Optimiser::Sgd => "sgd",
            Optimiser::Momentum => "momentum",
            Optimiser::Nesterov => "nesterov",
            Optimiser::AdaGrad => "adagrad",
            Optimiser::RmsProp => "rmsprop",
            Optimiser::Adam => "adam",
            Optimiser::AdamW => "adamw",
            Optimiser::Averaged => "averaged-sgd",
        }
    }

    /// The optimiser of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|optimiser| optimiser.name() == name)
    }

    /// Whether the model is the running mean of the parameters, not the parameters that descend.
    pub fn averages(self) -> bool {
        self == Optimiser::Averaged
    }

    /// Moments of each parameter.
    pub fn slots(self) -> usize {
        match self {
            Optimiser::Sgd => 0,
            Optimiser::Adam | Optimiser::AdamW => 2,
            _ => 1,
        }
    }
}

/// One step, the same for all parameters.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The method.
    pub optimiser: Optimiser,
    /// Number of the step, from 1.
    pub number: u64,
    /// Learning rate, η.
    pub rate: f64,
    /// Weight decay, λ: `g ← g + λ·w` first; with AdamW `w ← w − η·λ·w` instead.
    pub decay: f64,
    /// The factor of the gradients.
    pub scale: f64,
    /// Instructions to use.
    pub level: Level,
}

/// The update of one parameter, with `M` moments.
trait Update<T, const M: usize>: Copy + Sync {
    /// The new parameter, after a step from `w` with gradient `g`. Changes the moments. Mark it `#[inline(always)]`.
    fn update(self, w: T, g: T, moments: &mut [T; M]) -> T;
}

impl Step {
    /// Changes the parameters by their gradients. `moments` holds a number of each parameter for each slot of the
    /// optimiser: the first moments of all parameters, then the second.
    ///
    /// # Panics
    /// If the lists differ in length.
    pub fn apply<T: Real>(&self, parameters: &mut [T], gradients: &[T], moments: &mut [T]) {
        assert_eq!(parameters.len(), gradients.len(), "step: one gradient a parameter");
        assert_eq!(moments.len(), self.optimiser.slots() * parameters.len(), "step: room for the moments");
        match self.optimiser {
            Optimiser::Sgd => self.each(Sgd::new(self), parameters, gradients, moments),
            Optimiser::Momentum => self.each(Momentum::new(self), parameters, gradients, moments),
            Optimiser::Nesterov => self.each(Nesterov::new(self), parameters, gradients, moments),
            Optimiser::AdaGrad => self.each(AdaGrad::new(self), parameters, gradients, moments),
            Optimiser::RmsProp => self.each(RmsProp::new(self), parameters, gradients, moments),
            Optimiser::Adam => self.each(Adam::new(self), parameters, gradients, moments),
            Optimiser::AdamW => self.each(AdamW::new(self), parameters, gradients, moments),
            Optimiser::Averaged => self.each(Averaged::new(self), parameters, gradients, moments),
        }
    }

    fn each<T: Real, U: Update<T, M>, const M: usize>(&self, rule: U, w: &mut [T], g: &[T], moments: &mut [T]) {
        let (first, second) = moments.split_at_mut(moments.len().min(w.len()));
        let chunk = |w, g, moments| {
            // AdamW decays by itself.
            let decay = T::from_f64(if self.optimiser == Optimiser::AdamW { 0.0 } else { self.decay });
            dispatch_with::<U, _>(self.level, Chunk { rule, decay, scale: T::from_f64(self.scale), w, g, moments });
        };
        let chunks = w.par_chunks_mut(CHUNK).zip(g.par_chunks(CHUNK));
        match M {
            0 => chunks.for_each(|(w, g)| chunk(w, g, [&mut [], &mut []])),
            1 => chunks.zip(first.par_chunks_mut(CHUNK)).for_each(|((w, g), first)| chunk(w, g, [first, &mut []])),
            _ => chunks
                .zip(first.par_chunks_mut(CHUNK).zip(second.par_chunks_mut(CHUNK)))
                .for_each(|((w, g), (first, second))| chunk(w, g, [first, second])),
        }
    }
}

struct Chunk<'a, T, U, const M: usize> {
    rule: U,
    decay: T,
    scale: T,
    w: &'a mut [T],
    g: &'a [T],
    /// `M` of them, and empty lists.
    moments: [&'a mut [T]; 2],
}

impl<T: Real, U: Update<T, M>, const M: usize> Task for Chunk<'_, T, U, M> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        let Self { rule, decay, scale, w, g, mut moments } = self;
        let n = w.len();
        let g = &g[..n];
        for moments in &mut moments[..M] {
            *moments = &mut std::mem::take(moments)[..n];
        }
        for i in 0..n {
            let mut here = [T::zero(); M];
            for m in 0..M {
                here[m] = moments[m][i];
            }
            w[i] = rule.update(w[i], g[i] * scale + decay * w[i], &mut here);
            for m in 0..M {
                moments[m][i] = here[m];
            }
        }
    }
}
