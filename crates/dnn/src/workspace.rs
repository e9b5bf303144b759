use std::ops::Range;

use glassbox_tensor::{IxDyn, Tensor};

use crate::layers::Layer;
use crate::losses::Loss;
use crate::pass::{Backward, Forward, Memory, Pass};
use crate::{Net, Real};

/// The nodes and gradients of a net for some samples: made once, used for every batch. Nothing is allocated after the first.
///
/// Through the layers on pictures, where nodes are many and weights few, a batch goes in parts, each part through all of those layers, so that what
/// one layer leaves is still in the cache when the next one comes.
#[derive(Debug)]
pub struct Workspace<T: Real> {
    samples: usize,
    /// Samples a part.
    part: usize,
    /// The first layers, through which a batch goes in parts.
    in_parts: usize,
    /// The net's numbers a sample between layers: of the input first.
    sizes: Vec<usize>,
    /// Of each layer its outputs.
    nodes: Vec<Vec<T>>,
    /// Of each layer ∂E/∂output: of those that are passed in parts but for the last of them, one part's.
    gradients: Vec<Vec<T>>,
    /// Of each layer that sees a second node ∂E/∂that node.
    skipped_gradients: Vec<Vec<T>>,
    parameter_gradients: Vec<Vec<Tensor<T>>>,
    /// Of a part but the first.
    part_gradients: Vec<Vec<Tensor<T>>>,
    /// A list a part.
    memories: Vec<Vec<Memory<T>>>,
}

/// Numbers of the largest node that a part may have: a megabyte of `f32`.
const PART_NUMBERS: usize = 1 << 18;
/// Samples that a part has at least, so that every thread has something to do.
const LEAST_PART: usize = 8;

impl<T: Real> Workspace<T> {
    /// Room for up to so many samples to go forward; that for going backward is made when it is needed.
    pub fn new(net: &Net<T>, samples: usize) -> Self {
        let mut sizes = vec![net.inputs()];
        sizes.extend(net.layers().iter().map(|layer| layer.output().len()));
        let in_parts = in_parts(net);
        let largest = sizes[..=in_parts].iter().copied().max().unwrap_or(1).max(1);
        // The size of a part follows from the net and the batch alone, so that sums are added up in the same order everywhere.
        let part = (PART_NUMBERS / largest).max(LEAST_PART).min(samples.max(1));
        Self {
            samples,
            part,
            in_parts,
            nodes: sizes[1..].iter().map(|size| vec![T::zero(); samples * size]).collect(),
            gradients: vec![Vec::new(); sizes.len() - 1],
            skipped_gradients: vec![Vec::new(); sizes.len() - 1],
            parameter_gradients: Vec::new(),
            part_gradients: Vec::new(),
            memories: vec![vec![Memory::default(); sizes.len() - 1]; samples.div_ceil(part).max(1)],
            sizes,
        }
    }

    /// Forward propagation of `input`, `[samples, inputs]`; gives back the outputs.
    ///
    /// # Panics
    /// If there is no room for so many samples, or the input is not of the net's shape.
    #[track_caller]
    pub fn forward(&mut self, net: &Net<T>, pass: Pass, input: &[T]) -> &[T] {
        assert!(pass.samples <= self.samples, "forward: room for {} samples, got {}", self.samples, pass.samples);
        assert_eq!(input.len(), pass.samples * net.inputs(), "forward: as many numbers as the net has inputs");
        for first in (0..pass.samples).step_by(self.part) {
            let part = Pass { first, samples: self.part.min(pass.samples - first), ..pass };
            for index in 0..self.in_parts {
                self.forward_through(net, part, input, index);
            }
        }
        for index in self.in_parts..net.layers().len() {
            self.forward_through(net, pass, input, index);
        }
        match self.nodes.last() {
            Some(outputs) => &outputs[..pass.samples * net.outputs()],
            None => &[],
        }
    }

    fn forward_through(&mut self, net: &Net<T>, pass: Pass, input: &[T], index: usize) {
        let layer = &net.layers()[index];
        let (before, rest) = self.nodes.split_at_mut(index);
        let node = |node: usize| node_of(input, before, &self.sizes, node, pass);
        layer.forward(Forward {
            pass: Pass { layer: index, ..pass },
            input: node(index),
            skipped: layer.skip_from().map_or(&[], node),
            output: &mut rest[0][range(pass, self.sizes[index + 1])],
            parameters: &net.parameters()[index],
            memory: &mut self.memories[pass.first / self.part][index],
        });
    }

    /// Backward propagation from what [`forward`](Workspace::forward) left: ∂(`scale`·E)/∂parameters, E being the loss summed over the samples, is then in
    /// [`gradients`](Workspace::gradients). Gives back E.
    ///
    /// # Panics
    /// If `input` and `wanted` are not of the net's shapes.
    #[track_caller]
    pub fn backward(
        &mut self,
        net: &Net<T>,
        pass: Pass,
        input: &[T],
        wanted: &[T],
        loss: &dyn Loss<T>,
        scale: T,
    ) -> f64 {
        assert_eq!(wanted.len(), pass.samples * net.outputs(), "backward: one wanted number an output");
        self.make_room(net);
        let Some(last) = net.layers().len().checked_sub(1) else { return 0.0 };
        let outputs = net.outputs();
        // Where loss and last layer are simpler together than apart, the last layer is passed over.
        let fused = net.output().is_flat() && loss.fuses_with(net.layers()[last].entry().name);
        let from = if fused && last > 0 { last - 1 } else { last };
        let mut value = 0.0;
        let slopes = &mut self.gradients[from][..wanted.len()];
        let rows = self.nodes[last].chunks_exact(outputs).zip(wanted.chunks_exact(outputs));
        for (slopes, (output, wanted)) in slopes.chunks_exact_mut(outputs).zip(rows) {
            value += loss.value(output, wanted).as_f64();
            if from < last {
                loss.fused_gradient(output, wanted, slopes)
            } else {
                loss.gradient(output, wanted, slopes)
            }
            slopes.iter_mut().for_each(|slope| *slope *= scale);
        }
        for index in (self.in_parts..=from).rev().filter(|&index| net.needs_gradient(index)) {
            self.backward_through(net, pass, input, index);
        }
        for first in (0..pass.samples).step_by(self.part) {
            let part = Pass { first, samples: self.part.min(pass.samples - first), ..pass };
            for index in (0..self.in_parts).rev().filter(|&index| net.needs_gradient(index)) {
                self.backward_through(net, part, input, index);
            }
        }
        value
    }

    fn backward_through(&mut self, net: &Net<T>, pass: Pass, input: &[T], index: usize) {
        let layer = &net.layers()[index];
        // Of what is passed in parts only the last gradient is there for the whole batch.
        let within = |node: usize| {
            let samples = if node < self.in_parts { Pass { first: 0, ..pass } } else { pass };
            range(samples, self.sizes[node])
        };
        let (before, rest) = self.gradients.split_at_mut(index);
        let gradient = &mut rest[0][within(index + 1)];
        // What later layers that skipped to this node have to say comes on top.
        for (layer, skipped) in net.layers().iter().zip(&self.skipped_gradients).skip(index + 1) {
            if layer.skip_from() == Some(index + 1) {
                gradient
                    .iter_mut()
                    .zip(&skipped[range(pass, self.sizes[index + 1])])
                    .for_each(|(sum, &slope)| *sum += slope);
            }
        }
        let wants_input = index > 0 && net.needs_gradient(index - 1);
        let node = |node: usize| node_of(input, &self.nodes, &self.sizes, node, pass);
        let wants_skipped = layer.skip_from().filter(|&from| from > 0 && net.needs_gradient(from - 1));
        let sums = if pass.first == 0 { &mut self.parameter_gradients } else { &mut self.part_gradients };
        layer.backward(Backward {
            pass: Pass { layer: index, ..pass },
            input: node(index),
            skipped: layer.skip_from().map_or(&[], node),
            output: node(index + 1),
            gradient,
            input_gradient: if wants_input { &mut before[index - 1][within(index)] } else { &mut [] },
            skipped_gradient: match wants_skipped {
                Some(from) => &mut self.skipped_gradients[index][range(pass, self.sizes[from])],
                None => &mut [],
            },
            parameters: &net.parameters()[index],
            parameter_gradients: &mut sums[index],
            memory: &mut self.memories[pass.first / self.part][index],
        });
        if pass.first > 0 {
            for (sum, part) in self.parameter_gradients[index].iter_mut().zip(&self.part_gradients[index]) {
                sum.as_mut_slice().iter_mut().zip(part.as_slice()).for_each(|(sum, &part)| *sum += part);
            }
        }
    }

    fn make_room(&mut self, net: &Net<T>) {
        if self.parameter_gradients.len() == net.layers().len() {
            return;
        }
        let samples = |node: usize| if node < self.in_parts { self.part } else { self.samples };
        let sizes = self.sizes.iter().enumerate().skip(1);
        self.gradients = sizes.map(|(node, size)| vec![T::zero(); samples(node) * size]).collect();
        for (room, layer) in self.skipped_gradients.iter_mut().zip(net.layers()) {
            let size = layer.skip_from().map_or(0, |from| self.sizes[from]);
            room.resize(self.samples * size, T::zero());
        }
        let zeros = |tensors: &Vec<Tensor<T>>| tensors.iter().map(|t| Tensor::zeros(IxDyn(t.shape()))).collect();
        self.parameter_gradients = net.parameters().iter().map(zeros).collect();
        self.part_gradients = net.parameters()[..self.in_parts].iter().map(zeros).collect();
    }

    /// Layer `node − 1`'s outputs, as the last forward pass left them, for all samples that there is room for.
    ///
    /// # Panics
    /// If `node` is 0 or there is no such layer.
    pub fn node(&self, node: usize) -> &[T] {
        &self.nodes[node - 1]
    }

    /// ∂E/∂parameters, a list a layer.
    pub fn gradients(&self) -> &[Vec<Tensor<T>>] {
        &self.parameter_gradients
    }

    pub(crate) fn into_gradients(self) -> Vec<Vec<Tensor<T>>> {
        self.parameter_gradients
    }

    /// Lets layers learn what is learned by looking, after a training pass.
    pub(crate) fn observe(&self, net: &mut Net<T>) {
        let (layers, parameters) = net.parts_mut();
        for ((layer, parameters), memory) in layers.iter().zip(parameters).zip(&self.memories[0]) {
            Layer::observe(&**layer, parameters, memory);
        }
    }
}

/// How many of the first layers a batch goes through in parts: as far as they take parts, leaving to the whole batch the last two, at which the loss
/// begins, and what a connection that skips leads from.
fn in_parts<T: Real>(net: &Net<T>) -> usize {
    let layers = net.layers();
    let taking = layers.iter().take_while(|layer| layer.takes_parts() && layer.skip_from().is_none()).count();
    let skipped = layers.iter().filter_map(|layer| layer.skip_from()).min().unwrap_or(usize::MAX);
    taking.min(skipped).min(layers.len().saturating_sub(2))
}

/// Where the numbers of the samples of a pass stand, `size` a sample.
fn range(pass: Pass, size: usize) -> Range<usize> {
    pass.first * size..(pass.first + pass.samples) * size
}

/// Node 0 is the input, node `i + 1` the output of layer `i`.
fn node_of<'a, T>(input: &'a [T], nodes: &'a [Vec<T>], sizes: &[usize], node: usize, pass: Pass) -> &'a [T] {
    match node.checked_sub(1) {
        None => &input[range(pass, sizes[0])],
        Some(layer) => &nodes[layer][range(pass, sizes[node])],
    }
}
