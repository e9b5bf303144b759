//! Evolution of the shares in which the pools are blended.

use glassbox_tensor::Image;

use super::{Genetic, Weights};
use crate::filters::shared::random::Draws;
use crate::{Engine, Filter};

const POPULATION: usize = 24;
const GENERATIONS: usize = 20;

/// Individuals that survive unchanged.
const ELITE: usize = 2;

/// Standard deviation of a mutation.
const MUTATION: f64 = 0.1;

impl Genetic {
    /// The shares with which the edges of the blend are most like the pooled edges of the picture.
    pub(super) fn evolve(&self, judged: &Image<f32>) -> Weights {
        let pools: Vec<_> = self.pools.iter().map(|pool| run(pool, judged)).collect();
        let target = run(&self.pools[0], &run(&self.edges, judged));
        let error = |weights: &Weights| {
            let mut blend = Image::<f32>::zeros(target.dim());
            for (place, out) in blend.as_mut_slice().iter_mut().enumerate() {
                let parts = weights.iter().zip(&pools).map(|(&weight, pool)| weight as f32 * pool.as_slice()[place]);
                *out = parts.sum();
            }
            let found = run(&self.edges, &blend);
            let squares = found.as_slice().iter().zip(target.as_slice()).map(|(a, b)| f64::from(a - b).powi(2));
            squares.sum::<f64>()
        };
        let mut draws = Draws::new(self.seed);
        // The four pools alone, then random blends.
        let pure = (0..4).map(|pool| [0, 1, 2, 3].map(|i| f64::from(i == pool)));
        let drawn = (4..POPULATION).map(|_| shares([0; 4].map(|_| draws.unit())));
        let mut all: Vec<(f64, Weights)> = pure.chain(drawn).map(|weights| (error(&weights), weights)).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        for _ in 0..GENERATIONS {
            let mut next = all[..ELITE].to_vec();
            while next.len() < POPULATION {
                // The better of two random individuals. All are sorted, so it is the one with the smaller index.
                let mut parent = || all[draws.below(POPULATION).min(draws.below(POPULATION))].1;
                let (mother, father) = (parent(), parent());
                let blend = draws.unit();
                let child = shares([0, 1, 2, 3].map(|i| {
                    // A sum of twelve draws is nearly normal.
                    let mutation = (0..12).map(|_| draws.unit()).sum::<f64>() - 6.0;
                    blend * mother[i] + (1.0 - blend) * father[i] + MUTATION * mutation
                }));
                next.push((error(&child), child));
            }
            next.sort_by(|a, b| a.0.total_cmp(&b.0));
            all = next;
        }
        all[0].1
    }
}

/// The numbers as shares: none is negative, and they add up to 1.
pub(super) fn shares(numbers: Weights) -> Weights {
    let positive = numbers.map(|number| number.max(0.0));
    let sum: f64 = positive.iter().sum();
    if sum > 0.0 { positive.map(|number| number / sum) } else { [0.25; 4] }
}

/// The output of one filter for a picture that is large enough for it.
fn run(filter: &Filter, picture: &Image<f32>) -> Image<f32> {
    Engine::default().run(std::slice::from_ref(filter), picture).expect("large enough for the pools")
}
