use std::f32::consts::TAU;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::pass::Pass;

/// Random numbers of one sample in one step: the same in every thread.
#[derive(Debug)]
pub struct Draws(ChaCha8Rng);

impl Draws {
    /// Those of the `sample`-th sample of a batch in this step.
    pub fn of(pass: Pass, sample: usize) -> Self {
        // A layer's number that no layer has.
        Self(Pass { layer: (1 << 20) - 1, ..pass }.generator(sample))
    }

    /// Those of a seed, apart from a training's.
    pub fn seeded(seed: u64, stream: u64) -> Self {
        let pass = Pass { step: stream & ((1 << 40) - 1), seed, ..Pass::predict(1) };
        Self(Pass { layer: (1 << 20) - 2, ..pass }.generator(0))
    }

    /// Uniform in 0 … 1, 1 excluded: 24 bits.
    pub fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / (1u32 << 24) as f32
    }

    /// A whole number below `end`.
    ///
    /// # Panics
    /// If `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.0.next_u64() % end as u64) as usize
    }

    /// Fills `numbers` with normal ones of mean 0 and variance 1.
    ///
    /// `√(−2·ln u)·cos(2π·v)` and the same with sin, u in 0 … 1 but not 0. Source: G. Box, M. Muller, *A note on the
    /// generation of random normal deviates* (1958).
    pub fn normal(&mut self, numbers: &mut [f32]) {
        for pair in numbers.chunks_mut(2) {
            let (radius, angle) = ((-2.0 * (1.0 - self.unit()).ln()).sqrt(), TAU * self.unit());
            pair[0] = radius * angle.cos();
            if let Some(second) = pair.get_mut(1) {
                *second = radius * angle.sin();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_their_moments() {
        let mut numbers = vec![0.0; 100_001];
        Draws::seeded(1, 0).normal(&mut numbers);
        let mean = |power: i32| numbers.iter().map(|x| f64::from(*x).powi(power)).sum::<f64>() / numbers.len() as f64;
        for (power, moment, error) in [(1, 0.0, 0.02), (2, 1.0, 0.03), (3, 0.0, 0.06), (4, 3.0, 0.15)] {
            assert!((mean(power) - moment).abs() < error, "{power} {}", mean(power));
        }
    }
}
