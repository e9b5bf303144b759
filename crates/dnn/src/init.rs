use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_mt::Mt;

use crate::{Net, Real};

/// Fills every weight with a random number, uniform in −`bound` … `bound`, and every bias with zero.
///
/// The numbers come from ChaCha8 under `seed`: the same on every machine and in every release. They are drawn layer by
/// layer in row-major order, 53 bits each, `w = bound·(2·k/2⁵³ − 1)`.
pub fn initialise_uniform<T: Real>(net: &mut Net<T>, bound: f64, seed: u64) {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    fill(net, || bound * (2.0 * unit(generator.next_u64() >> 11) - 1.0));
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
    fill(net, || {
        let (a, b) = (u64::from(generator.next_u32() >> 5), u64::from(generator.next_u32() >> 6));
        unit((a << 26) + b) - 0.5
    });
}

/// 53 random bits as a number in 0 … 1, 1 excluded.
fn unit(bits: u64) -> f64 {
    bits as f64 / (1u64 << 53) as f64
}

fn fill<T: Real>(net: &mut Net<T>, mut draw: impl FnMut() -> f64) {
    for (name, parameter) in net.layers_mut().iter_mut().flat_map(|layer| layer.parameters_mut()) {
        for value in parameter.as_mut_slice() {
            *value = if name == "bias" { T::zero() } else { T::from_f64(draw()) };
        }
    }
}
