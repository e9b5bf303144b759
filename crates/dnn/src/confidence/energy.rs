//! What goes into the last activation of a classifier, and what it says of a whole picture.

use crate::{Net, Real};

/// Activations that make shares of numbers without a bound.
const SQUASHING: [&str; 3] = ["softmax", "log-softmax", "sigmoid"];

/// The node whose numbers, the logits, go into the last softmax or sigmoid; the outputs themselves where there is
/// neither.
pub(super) fn logit_node<T: Real>(net: &Net<T>) -> usize {
    let layers = net.layers();
    let ends = layers.last().is_some_and(|last| SQUASHING.contains(&last.entry().name));
    layers.len() - usize::from(ends)
}

/// Whether the last layer weighs the outputs against each other.
pub(super) fn shares<T: Real>(net: &Net<T>) -> bool {
    net.layers().last().is_some_and(|last| last.entry().name.ends_with("softmax"))
}

/// The energy of a picture: `log Σ e^zᵢ` of its logits `z`, the higher, the more familiar.
///
/// ```
/// use glassbox_dnn::confidence::energy;
/// assert_eq!(energy(&[0.0, 0.0]), 2f64.ln());
/// assert_eq!(energy(&[1000.0, 0.0]), 1000.0);
/// ```
///
/// Source: W. Liu et al., *Energy-based out-of-distribution detection* (2020), equation 4 with T = 1, its sign turned.
pub fn energy(logits: &[f64]) -> f64 {
    let greatest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !greatest.is_finite() {
        return greatest;
    }
    greatest + logits.iter().map(|z| (z - greatest).exp()).sum::<f64>().ln()
}
