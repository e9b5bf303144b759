//! The article's training loop: one sample at a time, forward and backward in one pass over the weights.
//!
//! Four of five pixels of MNIST are zero. Such a pixel adds nothing to a sum and changes no weight, so it is skipped:
//! the result is exact, and this is most of the speed. The weights are stored transposed, unlike in
//! [`Dense`](crate::layers::Dense): the weights of one input lie side by side, so that each pixel takes one short
//! vector operation. A step allocates nothing.

mod active;
mod blocks;
mod dense_sigmoid;
mod sparse_samples;

pub use sparse_samples::SparseSamples;

use std::ops::{ControlFlow, Range};

use glassbox_simd::{Level, Task, dispatch};
use glassbox_tensor::Tensor;

use self::active::Pixels;
use self::dense_sigmoid::DenseSigmoid;
use crate::data::feature;
use crate::run::Progress;
use crate::{Error, Net, Real};

/// The rule of the backward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Rule {
    /// What the article's script does: the output delta is `(2/n)·(o − l)` without σ′, and each delta is backpropagated
    /// through weights that have already been updated.
    #[default]
    Code,
    /// The gradient of the mean squared error, as the article's text derives it.
    Formula,
}

/// Samples between two reports: some ten milliseconds.
const REPORT: usize = 5_000;

/// A net in training, one sample at a time.
///
/// ```
/// use glassbox_dnn::{Net, Online, Rule, SparseSamples};
/// use glassbox_tensor::Tensor;
/// let net = Net::<f64>::from_text("dense 2 | sigmoid", 2).unwrap();
/// let mut online = Online::new(&net, Rule::Code, 0.5).unwrap();
/// let pictures = Tensor::from_vec([1, 1, 2, 1], vec![255, 0]).unwrap();
/// let samples = SparseSamples::new(&pictures, &[1]).unwrap();
/// online.epoch(&samples, None, |_| std::ops::ControlFlow::Continue(())).unwrap();
/// // Both outputs were σ(0) = 0.5; the deltas are (2/2)·(0.5 − 0) and (2/2)·(0.5 − 1); the second pixel was zero.
/// assert_eq!(online.net().to_arrays()[0].1.as_slice(), [-0.25, 0.0, 0.25, 0.0]);
/// ```
#[derive(Debug)]
pub struct Online<T: Real> {
    layers: Vec<DenseSigmoid<T>>,
    rule: Rule,
    rate: T,
    level: Level,
    /// The feature for each value of a pixel.
    features: Box<[T; 256]>,
    text: String,
}

impl<T: Real> Online<T> {
    /// Takes a copy of the net's parameters.
    ///
    /// # Errors
    /// If the net is not made of `dense N | sigmoid` pairs: the article's rule is defined for those.
    pub fn new(net: &Net<T>, rule: Rule, rate: f64) -> Result<Self, Error> {
        let pairs = net.dense_sigmoid_pairs().ok_or_else(|| {
            Error::Model(format!(
                "the article's way of training takes pairs \"dense N | sigmoid\", as in \"{}\"; found \"{}\"",
                crate::ARTICLE,
                net.text()
            ))
        })?;
        Ok(Self {
            layers: pairs.into_iter().map(DenseSigmoid::new).collect(),
            rule,
            rate: T::from_f64(rate),
            level: Level::best(),
            features: Box::new(std::array::from_fn(|pixel| feature(pixel as u8))),
            text: net.text(),
        })
    }

    /// The same training with the instructions of `level`; the result has the same bits at each.
    pub fn at_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// One pass over the samples, in file order or in the order given. `report` receives the progress every few
    /// thousand samples and at the end, and may stop the pass.
    ///
    /// # Errors
    /// If the pictures do not have as many pixels as the net has inputs, a label has no output, or the loss or a weight
    /// is no longer finite.
    ///
    /// # Panics
    /// If `order` has fewer entries than there are samples, or an index that no sample has.
    pub fn epoch(
        &mut self,
        samples: &SparseSamples,
        order: Option<&[u32]>,
        mut report: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Progress, Error> {
        self.check(samples)?;
        let level = self.level;
        let mut progress = Progress { seen: 0, hits: 0, loss: 0.0 };
        let mut loss = 0.0;
        while progress.seen < samples.len() {
            let end = samples.len().min(progress.seen + REPORT);
            let part = Learn { net: self, samples, order, range: progress.seen..end };
            let (new_hits, new_loss) = dispatch(level, part);
            loss += new_loss;
            progress = Progress { seen: end, hits: progress.hits + new_hits, loss: loss / end as f64 };
            if !loss.is_finite() || !self.layers.iter().all(DenseSigmoid::is_finite) {
                return Err(Error::Diverged(format!(
                    "loss or weights are no longer finite after {end} samples; try a smaller learning rate"
                )));
            }
            if report(progress).is_break() {
                break;
            }
        }
        Ok(progress)
    }

    /// How many of these pictures the net classifies correctly; changes nothing.
    ///
    /// # Errors
    /// As [`epoch`](Online::epoch), but for the loss.
    pub fn hits(&mut self, samples: &SparseSamples) -> Result<usize, Error> {
        self.check(samples)?;
        let level = self.level;
        Ok(dispatch(level, Count { net: self, samples }))
    }

    fn check(&self, samples: &SparseSamples) -> Result<(), Error> {
        samples.check(self.layers[0].inputs, self.layers[self.layers.len() - 1].outputs)
    }

    /// The net with its current parameters.
    ///
    /// # Panics
    /// Never: the net's text and shapes were its own.
    pub fn net(&self) -> Net<T> {
        let mut net = Net::from_text(&self.text, self.layers[0].inputs).expect("the text of a net");
        for (parameters, layer) in net.parameters_mut().iter_mut().step_by(2).zip(&self.layers) {
            *parameters = layer.parameters().map(Tensor::into_dyn).to_vec();
        }
        net
    }

    /// Replaces the parameters by those of a net with the same layers.
    ///
    /// # Panics
    /// If it has other layers.
    pub fn set_net(&mut self, net: &Net<T>) {
        assert_eq!(net.text(), self.text, "set_net: a net of the same layers");
        self.layers = net.dense_sigmoid_pairs().into_iter().flatten().map(DenseSigmoid::new).collect();
    }

    /// Forward propagation of one picture.
    #[inline(always)]
    fn forward(&mut self, samples: &SparseSamples, index: usize) {
        let Self { layers, features, .. } = self;
        layers[0].forward(Pixels { packed: samples.packed(index), features });
        for index in 1..layers.len() {
            let (below, here) = layers.split_at_mut(index);
            here[0].forward(below[index - 1].listed());
        }
    }

    /// Backward propagation after [`forward`](Self::forward), with an update of every parameter. Returns the mean
    /// squared error before the update.
    #[inline(always)]
    fn backward(&mut self, samples: &SparseSamples, index: usize) -> T {
        let Self { layers, features, rate, rule, .. } = self;
        let last = layers.len() - 1;
        let loss = layers[last].output_delta(samples.label(index), *rule);
        for layer in (1..=last).rev() {
            let (below, here) = layers.split_at_mut(layer);
            let (below, here) = (&mut below[layer - 1], &mut here[0]);
            if *rule == Rule::Formula {
                here.backpropagate(below);
            }
            here.update(below.listed(), *rate);
            if *rule == Rule::Code {
                here.backpropagate(below);
            }
        }
        layers[0].update(Pixels { packed: samples.packed(index), features }, *rate);
        loss
    }

    /// Whether the largest node is the label's, the first of them if there are several: [`argmax`](crate::argmax)
    /// without a branch.
    #[inline(always)]
    fn is_hit(&self, label: usize) -> bool {
        let nodes = self.layers[self.layers.len() - 1].nodes();
        let labelled = nodes[label];
        let beaten =
            |all: bool, (i, &node): (usize, &T)| all & (if i < label { labelled > node } else { labelled >= node });
        nodes.iter().enumerate().fold(true, beaten)
    }
}

/// A part of an epoch.
struct Learn<'a, T: Real> {
    net: &'a mut Online<T>,
    samples: &'a SparseSamples<'a>,
    order: Option<&'a [u32]>,
    range: Range<usize>,
}

impl<T: Real> Task for Learn<'_, T> {
    type Output = (usize, f64);

    #[inline(always)]
    fn run(self, _: Level) -> (usize, f64) {
        let Self { net, samples, order, range } = self;
        let (mut hits, mut loss) = (0, 0.0);
        for position in range {
            let index = order.map_or(position, |order| order[position] as usize);
            net.forward(samples, index);
            hits += usize::from(net.is_hit(samples.label(index)));
            loss += net.backward(samples, index).as_f64();
        }
        (hits, loss)
    }
}

/// Counts the hits without learning.
struct Count<'a, T: Real> {
    net: &'a mut Online<T>,
    samples: &'a SparseSamples<'a>,
}

impl<T: Real> Task for Count<'_, T> {
    type Output = usize;

    #[inline(always)]
    fn run(self, _: Level) -> usize {
        let Self { net, samples } = self;
        let mut hits = 0;
        for index in 0..samples.len() {
            net.forward(samples, index);
            hits += usize::from(net.is_hit(samples.label(index)));
        }
        hits
    }
}
