//! Whether the outputs of a classifier are as often right as they say.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Bins of equal width over 0 … 1.
const BINS: usize = 15;

/// Samples drawn for the interval.
const RESAMPLES: usize = 1000;

/// How far the largest outputs are from the share of right answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The expected calibration error.
    pub error: f64,
    /// Between these, 95 % of the errors lie of as many pictures drawn from these ones with replacement.
    pub interval: [f64; 2],
    /// Mean of the largest outputs.
    pub said: f64,
    /// Share of right answers.
    pub right: f64,
}

/// Compares the largest output of each answer with how often answers like it are right; none if there is no answer, or
/// an output is no share of 1.
///
/// `ECE = Σ over bins (n_b / n)·|right_b − said_b|`, where bin `b` of 15 holds the answers whose largest output is
/// above `b/15` and at most `(b + 1)/15`. Chance alone keeps
/// it above 0: the interval says how far it moves it.
///
/// `answers` has the largest output of each answer and whether it is right; `seed` draws the samples of the interval.
///
/// ```
/// use glassbox_dnn::confidence::calibration;
/// let found = calibration(&[(0.9, true), (0.9, false), (0.55, true), (0.55, false)], 1).unwrap();
/// // |1/2 − 0.9| for one half, |1/2 − 0.55| for the other.
/// assert!((found.error - 0.225).abs() < 1e-12);
/// ```
///
/// Source: C. Guo et al., *On calibration of modern neural networks* (2017), section 2; B. Efron, *Bootstrap methods*
/// (1979), for the interval.
pub fn calibration(answers: &[(f64, bool)], seed: u64) -> Option<Calibration> {
    if answers.is_empty() || answers.iter().any(|(output, _)| !(0.0..=1.0).contains(output)) {
        return None;
    }
    let n = answers.len();
    let placed: Vec<Placed> = answers.iter().map(|&(output, is_right)| Placed::new(output, is_right)).collect();
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = || placed[((u128::from(generator.next_u64()) * n as u128) >> 64) as usize];
    let mut errors: Vec<f64> = (0..RESAMPLES).map(|_| error((0..n).map(|_| draw()))).collect();
    errors.sort_by(f64::total_cmp);
    let mean = |value: fn(&Placed) -> f64| placed.iter().map(value).sum::<f64>() / n as f64;
    Some(Calibration {
        error: error(placed.iter().copied()),
        interval: [RESAMPLES / 40, RESAMPLES - 1 - RESAMPLES / 40].map(|at| errors[at]),
        said: mean(|answer| answer.said),
        right: mean(|answer| answer.right),
    })
}

/// An answer in its bin.
#[derive(Clone, Copy)]
struct Placed {
    bin: usize,
    said: f64,
    /// 1 or 0.
    right: f64,
}

impl Placed {
    fn new(said: f64, is_right: bool) -> Self {
        let bin = (1..BINS).filter(|&edge| said > edge as f64 / BINS as f64).count();
        Self { bin, said, right: f64::from(u8::from(is_right)) }
    }
}

/// The expected calibration error.
fn error(answers: impl Iterator<Item = Placed>) -> f64 {
    let (mut n, mut bins) = (0.0, [0.0; BINS]);
    for answer in answers {
        bins[answer.bin] += answer.right - answer.said;
        n += 1.0;
    }
    bins.iter().map(|gap| gap.abs()).sum::<f64>() / n
}
