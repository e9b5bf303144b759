use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_mt::Mt;

use crate::layers::Start;
use crate::{Net, Real};

/// The spread of the first weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Uniform in ±a.
    Uniform(f64),
    /// Uniform in ±√(6 / (inputs + outputs)): the spread stays about the same through layers whose activation is the
    /// identity near 0, forward and backward. X. Glorot, Y. Bengio, *Understanding the difficulty of training deep
    /// feedforward neural networks* (2010).
    Xavier,
    /// Uniform in ±√(6 / inputs): larger, because rectifiers pass only half. K. He et al., *Delving deep into
    /// rectifiers* (2015).
    He,
}

/// Fills every weight with a random number, as `init` says, and gives every other parameter its first value.
///
/// The numbers come from ChaCha8 under `seed`, as for [`initialise_uniform`].
pub fn initialise<T: Real>(net: &mut Net<T>, init: Init, seed: u64) {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    fill(net, |inputs, outputs| {
        let bound = match init {
            Init::Uniform(bound) => bound,
            Init::Xavier => (6.0 / (inputs + outputs)).sqrt(),
            Init::He => (6.0 / inputs).sqrt(),
        };
        bound * (2.0 * unit(generator.next_u64() >> 11) - 1.0)
    });
}

/// Fills every weight with a random number, uniform in −`bound` … `bound`, and every bias with zero.
///
/// The numbers come from ChaCha8 under `seed`: the same on every machine and in every release. They are drawn layer by
/// layer in row-major order, 53 bits each, `w = bound·(2·k/2⁵³ − 1)`.
pub fn initialise_uniform<T: Real>(net: &mut Net<T>, bound: f64, seed: u64) {
    initialise(net, Init::Uniform(bound), seed);
}

/// Fills every weight with what `np.random.RandomState(seed).uniform(-0.5, 0.5, shape)` draws, the first layer first,
/// and every bias with zero: the article's initialisation under a NumPy seed.
///
/// NumPy's legacy generator is the Mersenne Twister MT19937; a number takes two draws `a`, `b`:
/// `u = ((a >> 5)·2²⁶ + (b >> 6)) / 2⁵³`, `w = −0.5 + 1.0·u`.
///
/// Source: M. Matsumoto, T. Nishimura, *Mersenne Twister*, ACM TOMACS 8 (1998), `genrand_res53`.
///
/// ```
/// use glassbox_dnn::{ARTICLE, Net, initialise_numpy};
/// let mut net = Net::<f64>::from_text(ARTICLE, 784).unwrap();
/// initialise_numpy(&mut net, 0);
/// let (name, w_i_h) = &net.to_arrays()[0];
/// assert_eq!((name.as_str(), w_i_h.as_slice()[0]), ("w_i_h", 0.5488135039273248 - 0.5));
/// ```
pub fn initialise_numpy<T: Real>(net: &mut Net<T>, seed: u32) {
    let mut generator = Mt::new(seed);
    fill(net, |_, _| {
        let (a, b) = (u64::from(generator.next_u32() >> 5), u64::from(generator.next_u32() >> 6));
        unit((a << 26) + b) - 0.5
    });
}

/// 53 random bits as a number in 0 … 1, 1 excluded.
fn unit(bits: u64) -> f64 {
    bits as f64 / (1u64 << 53) as f64
}

/// Calls `draw` for every number that begins at random, with its layer's numbers of inputs and outputs; the others get
/// their value.
fn fill<T: Real>(net: &mut Net<T>, mut draw: impl FnMut(f64, f64) -> f64) {
    let (layers, parameters) = net.parts_mut();
    let specified = layers.iter().flat_map(|layer| layer.parameters());
    for (parameter, tensor) in specified.zip(parameters.iter_mut().flatten()) {
        for value in tensor.as_mut_slice() {
            *value = T::from_f64(match parameter.start {
                Start::Random { fan_in, fan_out } => draw(fan_in as f64, fan_out as f64),
                Start::Value(value) => value,
            });
        }
    }
}
