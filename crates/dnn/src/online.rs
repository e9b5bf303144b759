//! The article's training loop: one sample at a time, forward and backward in one pass over the weights.
//!
//! Four of five pixels of MNIST are zero. Such a pixel adds nothing to a sum and changes no weight, so it is skipped:
//! exact, and most of the speed. The weights are kept the other way round than in [`Dense`], those that leave one input
//! side by side, so that what remains to be done for a pixel is a short vector operation. Nothing is allocated a step.

use std::ops::{ControlFlow, Range};

use glassbox_kernels::simd::{Level, Task, dispatch};
use glassbox_tensor::{Ix3, Tensor};

use crate::evaluate::check_samples;
use crate::stage::Stage;
use crate::{Error, Net, Real, argmax};

/// What the article's loop does in the backward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Rule {
    /// What the article's script does: the output delta is `(2/n)·(o − l)` without σ′, and each delta is carried back
    /// through weights that have already been updated.
    #[default]
    Code,
    /// The gradient of the mean squared error, as the article's text derives it.
    Formula,
}

/// What has come of the training so far in an epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Samples seen.
    pub seen: usize,
    /// Samples whose largest output was the label's, counted before each update.
    pub hits: usize,
    /// Mean over the samples seen of the mean squared error, before each update.
    pub loss: f64,
}

/// Samples between two reports: some ten milliseconds.
const REPORT: usize = 5_000;

/// A net in training, one sample at a time.
///
/// ```
/// use glassbox_dnn::{Net, Online, Rule};
/// use glassbox_tensor::Tensor;
/// let net = Net::<f64>::from_text("dense 2 | sigmoid", 2).unwrap();
/// let mut online = Online::new(&net, Rule::Code, 0.5).unwrap();
/// let pictures = Tensor::from_vec([1, 1, 2], vec![255, 0]).unwrap();
/// online.epoch(&pictures, &[1], None, |_| std::ops::ControlFlow::Continue(())).unwrap();
/// // Both outputs were σ(0) = 0.5; the deltas are (2/2)·(0.5 − 0) and (2/2)·(0.5 − 1); the second pixel was zero.
/// assert_eq!(online.net().to_arrays()[0].1.as_slice(), [-0.25, 0.0, 0.25, 0.0]);
/// ```
#[derive(Debug)]
pub struct Online<T: Real> {
    stages: Vec<Stage<T>>,
    rule: Rule,
    rate: T,
    level: Level,
    /// `pixel / 255`, divided in f32 as the article's script does.
    scale: [T; 256],
    /// The inputs of the sample in hand that are not zero: the first `count`, then eight to spare.
    active: Vec<(u32, T)>,
    count: usize,
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
            stages: pairs.into_iter().map(Stage::new).collect(),
            rule,
            rate: T::from_f64(rate),
            level: Level::best(),
            scale: std::array::from_fn(|pixel| T::from_f64(f64::from(pixel as f32 / 255.0))),
            active: vec![(0, T::zero()); net.inputs() + 8],
            count: 0,
            text: net.text(),
        })
    }

    /// The same training with the instructions of `level`; the result has the same bits at each.
    pub fn at_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// One pass over the samples, in file order or in the given one. `report` hears of the progress every few thousand
    /// samples and at the end, and may stop the pass.
    ///
    /// # Shape
    /// `images` `[n, height, width]`, `labels` `n` numbers below the net's number of outputs, `order` `n` indices
    ///
    /// # Errors
    /// If the pictures do not have as many pixels as the net has inputs, a label has no output, or the loss is no longer a
    /// finite number.
    ///
    /// # Panics
    /// If an index of `order` is not below `n`.
    pub fn epoch(
        &mut self,
        images: &Tensor<u8, Ix3>,
        labels: &[u8],
        order: Option<&[u32]>,
        mut report: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Progress, Error> {
        let (first, last) = (&self.stages[0], &self.stages[self.stages.len() - 1]);
        check_samples(first.inputs, last.outputs, images, labels)?;
        let (pixels, level) = (images.as_slice(), self.level);
        let (mut hits, mut loss, mut seen) = (0, 0.0, 0);
        while seen < labels.len() {
            let end = labels.len().min(seen + REPORT);
            let (new_hits, new_loss) = dispatch(level, Samples { net: self, pixels, labels, order, range: seen..end });
            hits += new_hits;
            loss += new_loss;
            seen = end;
            if !loss.is_finite() {
                return Err(Error::Diverged(format!(
                    "the loss is no longer a finite number after {seen} samples; try a smaller learning rate"
                )));
            }
            if report(Progress { seen, hits, loss: loss / seen as f64 }).is_break() {
                break;
            }
        }
        Ok(Progress { seen, hits, loss: loss / seen.max(1) as f64 })
    }

    /// How many of these pictures the net now gets right, nothing changed.
    ///
    /// # Errors
    /// As [`epoch`](Online::epoch), but for the loss.
    pub fn hits(&mut self, images: &Tensor<u8, Ix3>, labels: &[u8]) -> Result<usize, Error> {
        let (first, last) = (&self.stages[0], &self.stages[self.stages.len() - 1]);
        check_samples(first.inputs, last.outputs, images, labels)?;
        let level = self.level;
        Ok(dispatch(level, Answers { net: self, pixels: images.as_slice(), labels }))
    }

    /// The net with the parameters as they are now.
    ///
    /// # Panics
    /// Never: the net's text and shapes were its own.
    pub fn net(&self) -> Net<T> {
        let mut net = Net::from_text(&self.text, self.stages[0].inputs).expect("the text of a net");
        let dense = net.layers_mut().iter_mut().step_by(2);
        for (layer, stage) in dense.zip(&self.stages) {
            for ((_, parameter), value) in layer.parameters_mut().into_iter().zip(stage.parameters()) {
                *parameter = value;
            }
        }
        net
    }

    /// Forward propagation of one picture.
    #[inline(always)]
    fn forward(&mut self, picture: &[u8]) {
        self.count = 0;
        // Eight pixels at a time: most are zero together.
        let (words, rest) = picture.as_chunks::<8>();
        for (word, pixels) in words.iter().enumerate() {
            if u64::from_ne_bytes(*pixels) != 0 {
                self.note_active(word * 8, pixels);
            }
        }
        self.note_active(words.len() * 8, rest);
        let active = &self.active[..self.count];
        self.stages[0].forward(active.len(), |i| active[i]);
        for index in 1..self.stages.len() {
            let (below, here) = self.stages.split_at_mut(index);
            let below = &below[index - 1];
            here[0].forward(below.outputs, |i| (i as u32, below.nodes[i]));
        }
    }

    /// Notes those of at most eight pixels that are not zero. Every one is written down and only the count says whether it
    /// stays: a branch would be mispredicted at every stroke's edge.
    #[inline(always)]
    fn note_active(&mut self, first: usize, pixels: &[u8]) {
        let slots = &mut self.active[self.count..self.count + 8];
        let mut found = 0;
        for (input, &pixel) in (first as u32..).zip(pixels) {
            slots[found & 7] = (input, self.scale[usize::from(pixel)]);
            found += usize::from(pixel != 0);
        }
        self.count += found;
    }

    /// Backward propagation from the nodes that [`forward`](Self::forward) left behind, every parameter updated. Gives back the mean
    /// squared error there was.
    #[inline(always)]
    fn backward(&mut self, label: usize) -> T {
        let (active, rate, rule) = (&self.active[..self.count], self.rate, self.rule);
        let last = self.stages.len() - 1;
        let loss = self.stages[last].output_delta(label, rule);
        for index in (1..=last).rev() {
            let (below, here) = self.stages.split_at_mut(index);
            let (below, here) = (&mut below[index - 1], &mut here[0]);
            if rule == Rule::Formula {
                here.carry_back(below);
            }
            here.update(below.outputs, rate, |i| (i as u32, below.nodes[i]));
            if rule == Rule::Code {
                here.carry_back(below);
            }
        }
        self.stages[0].update(active.len(), rate, |i| active[i]);
        loss
    }

    #[inline(always)]
    fn answer(&self) -> usize {
        let last = &self.stages[self.stages.len() - 1];
        argmax(&last.nodes[..last.outputs])
    }
}

/// Some samples of an epoch.
struct Samples<'a, T: Real> {
    net: &'a mut Online<T>,
    pixels: &'a [u8],
    labels: &'a [u8],
    order: Option<&'a [u32]>,
    range: Range<usize>,
}

impl<T: Real> Task for Samples<'_, T> {
    type Output = (usize, f64);

    #[inline(always)]
    fn run(self) -> (usize, f64) {
        let Self { net, pixels, labels, order, range } = self;
        let inputs = net.stages[0].inputs;
        let (mut hits, mut loss) = (0, 0.0);
        for position in range {
            let sample = order.map_or(position, |order| order[position] as usize);
            let label = usize::from(labels[sample]);
            net.forward(&pixels[sample * inputs..(sample + 1) * inputs]);
            hits += usize::from(net.answer() == label);
            loss += net.backward(label).as_f64();
        }
        (hits, loss)
    }
}

/// Pictures to be counted, not learned from.
struct Answers<'a, T: Real> {
    net: &'a mut Online<T>,
    pixels: &'a [u8],
    labels: &'a [u8],
}

impl<T: Real> Task for Answers<'_, T> {
    type Output = usize;

    #[inline(always)]
    fn run(self) -> usize {
        let Self { net, pixels, labels } = self;
        let mut hits = 0;
        for (picture, &label) in pixels.chunks_exact(net.stages[0].inputs).zip(labels) {
            net.forward(picture);
            hits += usize::from(net.answer() == usize::from(label));
        }
        hits
    }
}
