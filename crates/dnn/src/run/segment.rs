use std::ops::Range;

use glassbox_tensor::Tensor;

use crate::pass::{Backward, Forward, Memory, Pass, Scratch, room};
use crate::{Net, Real};

/// Consecutive layers and the nodes between them, for some samples. Its input and output are held elsewhere.
#[derive(Debug)]
pub(crate) struct Segment<T> {
    layers: Range<usize>,
    /// Numbers a sample of each node, from the input to the output.
    sizes: Vec<usize>,
    /// For each node, from the input to the output, the node that holds its numbers: itself, or a later one where
    /// layers overwrite their input.
    holders: Vec<usize>,
    /// The nodes between; those that are written over are empty.
    nodes: Vec<Vec<T>>,
    /// A layer's each.
    memories: Vec<Memory<T>>,
}

/// Room that a segment needs only during a pass. Several segments may use the same room in turn, which is then still in
/// the cache.
#[derive(Debug, Default)]
pub(crate) struct Desk<T> {
    /// ∂E/∂node of the nodes between: the first is the output of the first layer.
    gradients: Vec<Vec<T>>,
    /// For each layer with a skip connection, ∂E/∂(its second node).
    skipped: Vec<Vec<T>>,
    scratch: Scratch<T>,
}

/// The input and the output of a segment in the backward pass.
#[derive(Debug)]
pub(crate) struct Ends<'a, T> {
    pub(crate) input: &'a [T],
    pub(crate) output: &'a [T],
    /// ∂E/∂(what the last layer to go back through gives).
    pub(crate) gradient: &'a mut [T],
    /// ∂E/∂input, to be written; empty if not needed. If it is not, every layer of the segment is gone back through.
    pub(crate) input_gradient: &'a mut [T],
}

impl<T: Real> Segment<T> {
    /// Room for `samples` samples.
    pub(crate) fn new(net: &Net<T>, layers: Range<usize>, samples: usize) -> Self {
        let sizes: Vec<usize> = (layers.start..=layers.end).map(|node| net.node_len(node)).collect();
        let mut holders: Vec<usize> = (0..sizes.len()).collect();
        for node in (1..layers.len()).rev() {
            if writes_over(net, layers.start + node) {
                holders[node] = holders[node + 1];
            }
        }
        let own = |node: usize| if holders[node] == node { samples * sizes[node] } else { 0 };
        Self {
            nodes: (1..layers.len()).map(|node| vec![T::zero(); own(node)]).collect(),
            memories: layers.clone().map(|_| Memory::default()).collect(),
            sizes,
            holders,
            layers,
        }
    }

    /// The memory of each layer, with the layer's position.
    pub(crate) fn memories(&self) -> impl Iterator<Item = (usize, &Memory<T>)> {
        self.layers.clone().zip(&self.memories)
    }

    pub(crate) fn forward(&mut self, net: &Net<T>, pass: Pass, input: &[T], output: &mut [T], desk: &mut Desk<T>) {
        let end = self.layers.len();
        for (i, index) in self.layers.clone().enumerate() {
            let (layer, pass) = (&net.layers()[index], Pass { layer: index, ..pass });
            let to = self.holders[i + 1];
            let (before, here) = self.nodes.split_at_mut(to - 1);
            let output = if to == end { &mut *output } else { &mut here[0] };
            let output = &mut output[..pass.samples * self.sizes[i + 1]];
            if let (true, Some(layer)) = (self.holders[i] == to, layer.in_place()) {
                layer.forward_in_place(pass, output);
                continue;
            }
            let node = |node: usize| node_of(input, before, &[], self.holders[node], pass.samples * self.sizes[node]);
            let memory = &mut self.memories[i];
            std::mem::swap(&mut memory.scratch, &mut desk.scratch);
            layer.forward(Forward {
                pass,
                input: node(i),
                skipped: layer.skip_from().map_or(&[], |from| node(from - self.layers.start)),
                output,
                parameters: &net.parameters()[index],
                memory: &mut *memory,
            });
            std::mem::swap(&mut memory.scratch, &mut desk.scratch);
        }
    }

    /// Backward from layer `from` on; `sums` take ∂E/∂parameters, a list a layer.
    pub(crate) fn backward(
        &mut self,
        net: &Net<T>,
        pass: Pass,
        ends: Ends<'_, T>,
        from: usize,
        sums: &mut [Vec<Tensor<T>>],
        desk: &mut Desk<T>,
    ) {
        let (start, samples) = (self.layers.start, pass.samples);
        let Desk { gradients, skipped, scratch } = desk;
        gradients.resize_with(self.nodes.len(), Vec::new);
        skipped.resize_with(self.layers.len(), Vec::new);
        let within = start..from + 1;
        let all = !ends.input_gradient.is_empty();
        // Whether the gradient of a node is needed; node 0 is the input.
        let wanted = |node: usize| all || node > 0 && net.needs_gradient(node - 1);
        for index in within.clone().rev().filter(|&index| wanted(index + 1)) {
            let (i, layer, pass) = (index - start, &net.layers()[index], Pass { layer: index, ..pass });
            let to = self.holders[i + 1];
            let size = |node: usize| samples * self.sizes[node];
            let node = |node: usize| node_of(ends.input, &self.nodes, ends.output, self.holders[node], size(node));
            let (before, here) = gradients.split_at_mut(i);
            let gradient =
                if to > from - start { &mut *ends.gradient } else { room(&mut here[to - 1 - i], size(i + 1)) };
            add_skipped(net, index + 1..from + 1, index + 1, skipped, start, gradient);
            if let (true, Some(layer)) = (self.holders[i] == to, layer.in_place()) {
                layer.backward_in_place(pass, node(i + 1), gradient);
                continue;
            }
            let wants_skipped = layer.skip_from().filter(|&from| wanted(from));
            let memory = &mut self.memories[i];
            std::mem::swap(&mut memory.scratch, scratch);
            layer.backward(Backward {
                pass,
                input: node(i),
                skipped: layer.skip_from().map_or(&[], |from| node(from - start)),
                output: node(i + 1),
                gradient,
                input_gradient: match before.last_mut() {
                    _ if !wanted(index) => &mut [],
                    Some(gradient) => room(gradient, size(i)),
                    None => &mut *ends.input_gradient,
                },
                skipped_gradient: match wants_skipped {
                    Some(from) => room(&mut skipped[i], size(from - start)),
                    None => &mut [],
                },
                parameters: &net.parameters()[index],
                parameter_gradients: &mut sums[i],
                memory: &mut *memory,
            });
            std::mem::swap(&mut memory.scratch, scratch);
        }
        if !ends.input_gradient.is_empty() {
            add_skipped(net, within, start, skipped, start, ends.input_gradient);
        }
    }
}

/// Whether layer `index`, which is not the first of a segment, overwrites its input, which no other layer may then
/// read.
fn writes_over<T: Real>(net: &Net<T>, index: usize) -> bool {
    let layers = net.layers();
    layers[index].in_place().is_some()
        && !layers[index - 1].needs_output()
        && layers.iter().all(|layer| layer.skip_from() != Some(index))
}

/// Adds to the gradient of a node those of the `layers` that skip from it.
fn add_skipped<T: Real>(
    net: &Net<T>,
    layers: Range<usize>,
    node: usize,
    skipped: &[Vec<T>],
    start: usize,
    gradient: &mut [T],
) {
    for index in layers.filter(|&index| net.layers()[index].skip_from() == Some(node)) {
        gradient.iter_mut().zip(&skipped[index - start]).for_each(|(sum, &g)| *sum += g);
    }
}

/// Node 0 is what goes in, node `i` what layer `i − 1` of the segment gives.
fn node_of<'a, T>(input: &'a [T], nodes: &'a [Vec<T>], output: &'a [T], node: usize, length: usize) -> &'a [T] {
    match node.checked_sub(1) {
        None => &input[..length],
        Some(i) => &nodes.get(i).map_or(output, |node| node)[..length],
    }
}
