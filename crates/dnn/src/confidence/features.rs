//! What a net makes of a picture before it decides.

use crate::{Net, Real};

/// Most numbers of a feature.
pub(super) const WIDEST: usize = 512;

/// The node of the last hidden layer, which goes into the last layer with trained parameters; of a net without hidden
/// layers, the picture itself.
pub(super) fn hidden_node<T: Real>(net: &Net<T>) -> usize {
    let is_trained = |layer: usize| net.layers()[layer].parameters().iter().any(|parameter| parameter.trained);
    (0..net.layers().len()).rev().find(|&layer| is_trained(layer)).unwrap_or(0)
}

/// The numbers of a feature of a net.
pub(crate) fn width<T: Real>(net: &Net<T>) -> usize {
    net.node_len(hidden_node(net)).min(WIDEST)
}

/// The feature of a picture: the numbers of the hidden node, folded to at most 512 and of length 1.
///
/// Length 1 and the fifth nearest neighbour did best of what was tried (docs/measurements.md, *Confidence*), on pairs
/// of digits other than those that it is judged by.
///
/// Folding adds number `i` to place `i mod 512` with a sign of its own, which keeps products of two features but for
/// chance.
///
/// Source: K. Weinberger et al., *Feature hashing for large scale multitask learning* (2009), section 2; Y. Sun et al.,
/// *Out-of-distribution detection with deep nearest neighbors* (2022), for the length.
pub(super) fn feature<T: Real>(node: &[T]) -> Vec<f32> {
    let mut feature = vec![0.0f64; node.len().min(WIDEST)];
    if node.len() <= WIDEST {
        feature.iter_mut().zip(node).for_each(|(to, from)| *to = from.as_f64());
    } else {
        node.iter().enumerate().for_each(|(i, from)| feature[i % WIDEST] += sign(i) * from.as_f64());
    }
    let length = feature.iter().map(|x| x * x).sum::<f64>().sqrt();
    let scale = if length.is_finite() && length > 0.0 { 1.0 / length } else { 0.0 };
    feature.into_iter().map(|x| (x * scale) as f32).collect()
}

/// A sign for each place, as good as drawn: the first bit of its product with 2⁶⁴ / φ.
fn sign(i: usize) -> f64 {
    let mixed = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    if mixed >> 63 == 0 { 1.0 } else { -1.0 }
}
