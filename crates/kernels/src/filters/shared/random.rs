//! Random numbers for operators that draw: they depend on the seed, the row and the channel alone, and not on strips,
//! threads or other channels.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::parameters::{Parameter, Values};

pub(in crate::filters) const SEED: Parameter = Parameter {
    name: "seed",
    default: "0",
    values: Values::Whole(0, u32::MAX as usize),
    help: "the same seed gives the same random numbers",
};

/// The random numbers of one row and channel.
#[derive(Clone, Debug)]
pub(in crate::filters) struct Draws {
    generator: ChaCha8Rng,
}

impl Draws {
    pub(in crate::filters) fn new(seed: usize) -> Self {
        Self { generator: ChaCha8Rng::seed_from_u64(seed as u64) }
    }

    /// The random numbers of one channel of row `y`, from number `index` on.
    pub(in crate::filters) fn of(seed: usize, y: usize, channel: usize, index: usize) -> Self {
        let mut draws = Self::new(seed);
        draws.begin(y, channel);
        draws.generator.set_word_pos(index as u128);
        draws
    }

    /// Begins a channel of row `y`.
    pub(in crate::filters) fn begin(&mut self, y: usize, channel: usize) {
        self.generator.set_stream((channel as u64) << 32 ^ y as u64);
        self.generator.set_word_pos(0);
    }

    /// A number from 0 up to but not including 1, made of 32 random bits.
    #[inline(always)]
    pub(in crate::filters) fn unit(&mut self) -> f64 {
        f64::from(self.generator.next_u32()) / 4_294_967_296.0
    }

    /// A whole number below `end`.
    pub(in crate::filters) fn below(&mut self, end: usize) -> usize {
        (self.unit() * end as f64) as usize
    }
}
