//! The most and the least typical pictures of a class.

use super::energy::{energy, logit_node, shares};
use crate::run::look;
use crate::{Dataset, Error, Net, Real};

/// A picture of a class and what the net says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Typical {
    /// Its index among the pictures.
    pub index: usize,
    /// The output of its class.
    pub output: f64,
}

/// The pictures with this label, the one with the greatest output of its class first.
///
/// Outputs near 1 are rounded to 1, so pictures are ordered by what the output comes from: after a sigmoid by the logit
/// `z_c`, after a softmax by `log(o_c / (1 − o_c)) = z_c − log Σ_{j ≠ c} e^z_j`. Of equals, the first in the file is
/// first.
///
/// # Errors
/// If pictures and net do not fit.
pub fn typical<T: Real>(net: &Net<T>, pictures: Dataset, class: usize) -> Result<Vec<Typical>, Error> {
    let of_class: Vec<u32> = (0..pictures.len() as u32).filter(|&at| pictures.label(at) == class).collect();
    let (node, shares) = (logit_node(net), shares(net));
    let mut found = look(net, pictures, &of_class, |nodes| {
        let logits: Vec<f64> = nodes[node].iter().map(|z| z.as_f64()).collect();
        let others: Vec<f64> =
            logits.iter().enumerate().filter(|(other, _)| *other != class).map(|(_, &z)| z).collect();
        let against = if shares && !others.is_empty() { energy(&others) } else { 0.0 };
        (logits[class] - against, nodes[nodes.len() - 1][class].as_f64())
    })?
    .into_iter()
    .zip(of_class)
    .collect::<Vec<_>>();
    found.sort_by(|((a, _), _), ((b, _), _)| b.total_cmp(a));
    Ok(found.into_iter().map(|((_, output), at)| Typical { index: at as usize, output }).collect())
}
