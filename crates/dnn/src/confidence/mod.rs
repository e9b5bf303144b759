//! What an answer of a net is worth.
//!
//! Every net answers with one of its classes, whatever it is shown. Three numbers say how far to trust it:
//!
//! | name | what it is |
//! |---|---|
//! | `output` | the largest output: the net's own |
//! | `similarity` | the share of held-out training pictures that are no nearer to the training set than this picture |
//! | `product` | the article's: the accuracy on training pictures times the similarity |
//!
//! A picture is as far from the training set as its feature is from the fifth nearest feature of a [`Bank`] of training
//! pictures. Its feature are the numbers of the last hidden layer, made of length 1. Beside them stands the [`energy`]
//! of the numbers before the last activation, which needs no bank.

mod bank;
mod calibration;
mod energy;
mod features;
mod separation;
mod stored;
mod typical;

pub use bank::{Bank, UNFAMILIAR};
pub use calibration::{Calibration, calibration};
pub use energy::energy;
pub(crate) use features::width as feature_width;
pub use separation::{auroc, false_positives};
pub(crate) use stored::{BANK, BANK_DISTANCES, BANK_FEATURES};
pub use typical::{Typical, typical};

use crate::run::{argmax, check_finite, look};
use crate::{Dataset, Error, Net, Real};

/// A net's answer about a picture, and what speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Confidence {
    /// All outputs.
    pub outputs: Vec<f64>,
    /// The energy of the numbers before the last activation: the higher, the more familiar.
    pub energy: f64,
    /// The share of held-out training pictures that are no nearer to the training set, 0 … 1; none without a bank.
    pub similarity: Option<f64>,
    /// The accuracy on training pictures times the similarity; none without a bank.
    pub product: Option<f64>,
}

impl Confidence {
    /// The class of the largest output.
    pub fn class(&self) -> usize {
        argmax(&self.outputs)
    }

    /// The largest output.
    pub fn output(&self) -> f64 {
        self.outputs[self.class()]
    }

    /// Whether 95 % of held-out training pictures are more similar.
    pub fn is_unfamiliar(&self) -> bool {
        self.similarity.is_some_and(|similarity| similarity < UNFAMILIAR)
    }
}

/// What a net answers to each picture, and what speaks for it. Labels are not looked at.
///
/// # Errors
/// If pictures and net do not fit, or an output is NaN or infinite.
pub fn confidences<T: Real>(net: &Net<T>, bank: Option<&Bank>, pictures: Dataset) -> Result<Vec<Confidence>, Error> {
    let all: Vec<u32> = (0..pictures.len() as u32).collect();
    let (hidden, logits) = (features::hidden_node(net), energy::logit_node(net));
    let found = look(net, pictures, &all, |nodes| {
        let outputs = nodes[nodes.len() - 1];
        check_finite(outputs)?;
        let numbers = |node: &[T]| node.iter().map(|value| value.as_f64()).collect::<Vec<_>>();
        let similarity = bank.map(|bank| bank.similarity(bank.distance(&features::feature(nodes[hidden]))));
        Ok(Confidence {
            outputs: numbers(outputs),
            energy: energy(&numbers(nodes[logits])),
            similarity,
            product: bank.zip(similarity).map(|(bank, similarity)| bank.accuracy() * similarity),
        })
    })?;
    found.into_iter().collect()
}
