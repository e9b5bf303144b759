//! Optimisers: what a gradient does to the parameters.
//!
//! Each works number by number: a parameter `w`, its gradient `g`, the learning rate `η`, and up to two numbers that are kept for it from
//! step to step.

use glassbox_simd::{Level, Task, dispatch};
use rayon::prelude::*;

use crate::Real;

/// Numbers that are worth a task of their own.
const CHUNK: usize = 1 << 14;

/// A way to descend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optimiser {
    /// `w ← w − η·g`.
    Sgd,
    /// `v ← β·v + g`, `w ← w − η·v`, β = 0.9: a ball that rolls on.
    Momentum,
    /// `v ← β·v + g`, `w ← w − η·(g + β·v)`: as momentum, the gradient being looked at where the ball will be. Y. Nesterov (1983), in the
    /// form of I. Sutskever et al., *On the importance of initialization and momentum* (2013).
    Nesterov,
    /// `s ← s + g²`, `w ← w − η·g / (√s + ε)`, ε = 1e-10: what has moved much moves less. J. Duchi et al. (2011).
    AdaGrad,
    /// `s ← ρ·s + (1 − ρ)·g²`, `w ← w − η·g / (√s + ε)`, ρ = 0.99, ε = 1e-8: AdaGrad that forgets. T. Hinton, lecture 6e (2012).
    RmsProp,
    /// `m ← β₁·m + (1 − β₁)·g`, `v ← β₂·v + (1 − β₂)·g²`, `w ← w − η·m̂ / (√v̂ + ε)` with `m̂ = m / (1 − β₁ᵗ)`, `v̂ = v / (1 − β₂ᵗ)`,
    /// β₁ = 0.9, β₂ = 0.999, ε = 1e-8. D. Kingma, J. Ba, *Adam* (2014).
    Adam,
    /// As Adam, but weight decay takes its share of `w` itself instead of being part of `g`. I. Loshchilov, F. Hutter, *Decoupled weight decay
    /// regularization* (2017).
    AdamW,
    /// SGD; the model is the mean of all `w` there have been, `a ← a + (w − a) / t`. B. Polyak, A. Juditsky (1992).
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

    /// Whether the model is not what is descended with but the mean kept beside it.
    pub fn averages(self) -> bool {
        self == Optimiser::Averaged
    }

    /// How many numbers are kept for each parameter.
    pub fn slots(self) -> usize {
        match self {
            Optimiser::Sgd => 0,
            Optimiser::Adam | Optimiser::AdamW => 2,
            _ => 1,
        }
    }
}

/// A step, for all parameters alike.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What to do.
    pub optimiser: Optimiser,
    /// Number of the step, from 1.
    pub number: u64,
    /// Learning rate, η.
    pub rate: f64,
    /// Weight decay, λ: `g ← g + λ·w` first; with AdamW `w ← w − η·λ·w` instead.
    pub decay: f64,
    /// What gradients are multiplied by.
    pub scale: f64,
    /// Instructions to use.
    pub level: Level,
}

impl Step {
    /// Changes the parameters by their gradients. `kept` are as many numbers for each parameter as the optimiser has slots, the first of all, then the
    /// second of all.
    ///
    /// # Panics
    /// If the lists differ in length.
    pub fn apply<T: Real>(&self, parameters: &mut [T], gradients: &[T], kept: &mut [T]) {
        assert_eq!(parameters.len(), gradients.len(), "step: one gradient a parameter");
        assert_eq!(kept.len(), self.optimiser.slots() * parameters.len(), "step: room for what is kept");
        let (first, second) = kept.split_at_mut(kept.len().min(parameters.len()));
        let chunks = parameters.par_chunks_mut(CHUNK).zip(gradients.par_chunks(CHUNK));
        match self.optimiser.slots() {
            0 => chunks.for_each(|(w, g)| self.chunk(w, g, &mut [], &mut [])),
            1 => chunks.zip(first.par_chunks_mut(CHUNK)).for_each(|((w, g), first)| self.chunk(w, g, first, &mut [])),
            _ => chunks
                .zip(first.par_chunks_mut(CHUNK).zip(second.par_chunks_mut(CHUNK)))
                .for_each(|((w, g), (first, second))| self.chunk(w, g, first, second)),
        }
    }

    fn chunk<T: Real>(&self, w: &mut [T], g: &[T], first: &mut [T], second: &mut [T]) {
        dispatch(self.level, Chunk { step: self, w, g, first, second });
    }
}

struct Chunk<'a, T> {
    step: &'a Step,
    w: &'a mut [T],
    g: &'a [T],
    first: &'a mut [T],
    second: &'a mut [T],
}

impl<T: Real> Task for Chunk<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        let Self { step, w, g, first, second } = self;
        let real = T::from_f64;
        let decoupled = step.optimiser == Optimiser::AdamW;
        let decay = real(if decoupled { 0.0 } else { step.decay });
        let (rate, scale, one) = (real(step.rate), real(step.scale), T::one());
        let gradients = g.iter().map(|&g| g * scale);
        let n = w.len();
        match step.optimiser {
            Optimiser::Sgd => {
                for (w, g) in w.iter_mut().zip(gradients) {
                    *w -= rate * (g + decay * *w);
                }
            }
            Optimiser::Momentum | Optimiser::Nesterov => {
                let beta = real(0.9);
                let ahead = step.optimiser == Optimiser::Nesterov;
                for ((w, g), v) in w.iter_mut().zip(gradients).zip(first) {
                    let g = g + decay * *w;
                    *v = beta * *v + g;
                    *w -= rate * if ahead { g + beta * *v } else { *v };
                }
            }
            Optimiser::AdaGrad => {
                for ((w, g), s) in w.iter_mut().zip(gradients).zip(first) {
                    let g = g + decay * *w;
                    *s += g * g;
                    *w -= rate * g / (s.sqrt() + real(1e-10));
                }
            }
            Optimiser::RmsProp => {
                let rho = real(0.99);
                for ((w, g), s) in w.iter_mut().zip(gradients).zip(first) {
                    let g = g + decay * *w;
                    *s = rho * *s + (one - rho) * (g * g);
                    *w -= rate * g / (s.sqrt() + real(1e-8));
                }
            }
            Optimiser::Adam | Optimiser::AdamW => {
                let (beta1, beta2, epsilon) = (real(0.9), real(0.999), real(1e-8));
                let (left1, left2) = (1.0 - 0.9f64.powf(step.number as f64), 1.0 - 0.999f64.powf(step.number as f64));
                let (rate, root) = (real(step.rate / left1), real(1.0 / left2.sqrt()));
                let kept = real(if decoupled { 1.0 - step.rate * step.decay } else { 1.0 });
                let (g, first, second) = (&g[..n], &mut first[..n], &mut second[..n]);
                for i in 0..n {
                    let before = w[i] * kept;
                    let g = g[i] * scale + decay * w[i];
                    first[i] = beta1 * first[i] + (one - beta1) * g;
                    second[i] = beta2 * second[i] + (one - beta2) * (g * g);
                    w[i] = before - rate * first[i] / (second[i].sqrt() * root + epsilon);
                }
            }
            Optimiser::Averaged => {
                let share = real(1.0 / step.number as f64);
                for ((w, g), mean) in w.iter_mut().zip(gradients).zip(first) {
                    *w -= rate * (g + decay * *w);
                    *mean += (*w - *mean) * share;
                }
            }
        }
    }
}
