use std::sync::Mutex;

use glassbox_tensor::{IxDyn, Tensor};
use rayon::iter::{Either, repeat_n};
use rayon::prelude::*;

use super::segment::{Desk, Ends, Segment};
use crate::layers::Layer;
use crate::losses::Loss;
use crate::pass::Pass;
use crate::{Net, Real};

/// The nodes and gradients of a net for some samples: made once, used for every batch. Nothing is allocated after the
/// first.
///
/// The first layers have many nodes and few weights, so a batch goes through them in parts. Each part passes all of
/// these layers, so that the output of one is still in the cache for the next; several parts run at once, so that
/// threads meet once and not at every layer. The other layers take the whole batch, each with all threads.
#[derive(Debug)]
pub struct Workspace<T: Real> {
    samples: usize,
    /// Samples a part.
    part: usize,
    /// The number of first layers that take a batch in parts.
    in_parts: usize,
    parts: Vec<Part<T>>,
    /// The output of the parts, and its gradient.
    between: [Vec<T>; 2],
    rest: Segment<T>,
    /// The output of the net, and its gradient.
    output: [Vec<T>; 2],
    /// One for each part that ran at the same time so far.
    desks: Mutex<Vec<Desk<T>>>,
    desk: Desk<T>,
    /// ∂E/∂parameters, a list a layer; made when they are needed.
    gradients: Vec<Vec<Tensor<T>>>,
}

#[derive(Debug)]
struct Part<T: Real> {
    segment: Segment<T>,
    /// The part's share in ∂E/∂parameters.
    gradients: Vec<Vec<Tensor<T>>>,
}

/// Parts of a batch, for any number of threads, so that sums are added in the same order everywhere. Each has its own
/// gradients.
const PARTS: usize = 8;
/// Weights that are summed up in one task.
const SUMS: usize = 1 << 12;

impl<T: Real> Workspace<T> {
    /// Room for up to `samples` samples forward; the room for the backward pass is made when it is needed.
    pub fn new(net: &Net<T>, samples: usize) -> Self {
        let in_parts = in_parts(net);
        let part = samples.div_ceil(PARTS).max(1);
        let parts = if in_parts == 0 { 0 } else { samples.div_ceil(part) };
        let room = |node: usize| vec![T::zero(); samples * net.node_len(node)];
        Self {
            samples,
            part,
            in_parts,
            parts: (0..parts)
                .map(|_| Part { segment: Segment::new(net, 0..in_parts, part), gradients: Vec::new() })
                .collect(),
            between: [if in_parts == 0 { Vec::new() } else { room(in_parts) }, Vec::new()],
            rest: Segment::new(net, in_parts..net.layers().len(), samples),
            output: [room(net.layers().len()), Vec::new()],
            desks: Mutex::new(Vec::new()),
            desk: Desk::default(),
            gradients: Vec::new(),
        }
    }

    /// About how many numbers a forward and a backward pass of `samples` samples take: nodes, and the gradients of all
    /// parts, or of as many cuts as a convolution makes of a whole batch.
    pub fn numbers(net: &Net<T>, samples: usize) -> usize {
        net.nodes(samples).saturating_add((PARTS + 1) * net.parameter_count())
    }

    /// Forward propagation of `input`, `[samples, inputs]`; returns the outputs.
    ///
    /// # Panics
    /// If there are more samples than there is room for, or the input is not of the net's shape.
    #[track_caller]
    pub fn forward(&mut self, net: &Net<T>, pass: Pass, input: &[T]) -> &[T] {
        assert!(pass.samples <= self.samples, "forward: room for {} samples, got {}", self.samples, pass.samples);
        assert_eq!(input.len(), pass.samples * net.inputs(), "forward: as many numbers as the net has inputs");
        if net.layers().is_empty() {
            let output = &mut self.output[0][..input.len()];
            output.copy_from_slice(input);
            return output;
        }
        let (part, desks) = (self.part, &self.desks);
        let size = if self.in_parts > 0 { net.node_len(self.in_parts) } else { 0 };
        let between = &mut self.between[0][..pass.samples * size];
        if !self.parts.is_empty() {
            let inputs = input.par_chunks(part * net.inputs());
            let outputs = between.par_chunks_mut(part * size);
            let parts = self.parts.par_iter_mut().zip(inputs.zip(outputs)).enumerate().with_max_len(1);
            parts.for_each(|(index, (here, (input, output)))| {
                let pass = nth(pass, index, part);
                at_a_desk(desks, |desk| here.segment.forward(net, pass, input, output, desk));
            });
        }
        let output = &mut self.output[0][..pass.samples * net.outputs()];
        let input = if self.parts.is_empty() { input } else { between };
        self.rest.forward(net, pass, input, output, &mut self.desk);
        output
    }

    /// Backward propagation after [`forward`](Workspace::forward), E being the loss summed over the samples: leaves
    /// ∂(`scale`·E)/∂parameters in [`gradients`](Workspace::gradients) and returns E.
    ///
    /// # Panics
    /// If `input` and `target` are not of the net's shapes.
    #[track_caller]
    pub fn backward(
        &mut self,
        net: &Net<T>,
        pass: Pass,
        input: &[T],
        target: &[T],
        loss: &dyn Loss<T>,
        scale: T,
    ) -> f64 {
        assert_eq!(target.len(), pass.samples * net.outputs(), "backward: one target an output");
        self.make_room(net);
        let Some(last) = net.layers().len().checked_sub(1) else { return 0.0 };
        // Where the loss and the last layer have a simpler common gradient, the last layer is skipped.
        let fused = last > 0 && net.output().is_flat() && loss.fuses_with(net.layers()[last].entry().name);
        let [output, gradient] = &mut self.output;
        let (output, gradient) = (&output[..target.len()], &mut gradient[..target.len()]);
        let value = loss_of(loss, fused, scale, net.outputs(), [output, target], gradient);
        self.propagate(net, pass, input, last - usize::from(fused), &mut []);
        value
    }

    /// Backward propagation after [`forward`](Workspace::forward) from any objective, `gradient` being its ∂J/∂output:
    /// leaves ∂J/∂parameters in [`gradients`](Workspace::gradients) and writes ∂J/∂input, if there is room for it.
    ///
    /// # Shape
    /// `input` `[samples, inputs]`, `gradient` `[samples, outputs]`, `input_gradient` as `input`, or empty
    ///
    /// # Panics
    /// If the shapes are not these.
    #[track_caller]
    pub fn backward_from(&mut self, net: &Net<T>, pass: Pass, input: &[T], gradient: &[T], input_gradient: &mut [T]) {
        assert_eq!(gradient.len(), pass.samples * net.outputs(), "backward_from: one number an output");
        assert!([0, input.len()].contains(&input_gradient.len()), "backward_from: as many numbers as inputs, or none");
        self.make_room(net);
        match net.layers().len().checked_sub(1) {
            Some(last) => {
                self.output[1][..gradient.len()].copy_from_slice(gradient);
                self.propagate(net, pass, input, last, input_gradient);
            }
            None if input_gradient.is_empty() => {}
            None => input_gradient.copy_from_slice(gradient),
        }
    }

    /// The chain rule from layer `from` back, the gradient of whose output is there.
    fn propagate(&mut self, net: &Net<T>, pass: Pass, input: &[T], from: usize, input_gradient: &mut [T]) {
        let in_parts = self.in_parts;
        let [output, gradient] = self.output.each_mut().map(|numbers| &mut numbers[..pass.samples * net.outputs()]);
        let [between, between_gradient] = &mut self.between;
        let size = if in_parts > 0 { net.node_len(in_parts) } else { 0 };
        let (between, between_gradient) =
            (&between[..pass.samples * size], &mut between_gradient[..pass.samples * size]);
        let wants_input = !input_gradient.is_empty();
        let wants_between = in_parts > 0 && (wants_input || net.needs_gradient(in_parts - 1));
        let (front, back) = self.gradients.split_at_mut(in_parts);
        let ends = Ends {
            input: if in_parts > 0 { between } else { input },
            output,
            gradient,
            input_gradient: match in_parts {
                0 => &mut *input_gradient,
                _ if wants_between => &mut *between_gradient,
                _ => &mut [],
            },
        };
        self.rest.backward(net, pass, ends, from, back, &mut self.desk);
        if wants_between {
            let (part, desks) = (self.part, &self.desks);
            let inputs = input.par_chunks(part * net.inputs());
            let input_gradients = if wants_input {
                Either::Left(input_gradient.par_chunks_mut(part * net.inputs()))
            } else {
                Either::Right(repeat_n((), self.parts.len()).map(|()| <&mut [T]>::default()))
            };
            let outputs = between.par_chunks(part * size).zip(between_gradient.par_chunks_mut(part * size));
            let parts = self.parts.par_iter_mut().zip(inputs.zip(input_gradients).zip(outputs));
            parts.enumerate().with_max_len(1).for_each(
                |(index, (here, ((input, input_gradient), (output, gradient))))| {
                    let pass = nth(pass, index, part);
                    let ends = Ends { input, output, gradient, input_gradient };
                    at_a_desk(desks, |desk| {
                        here.segment.backward(net, pass, ends, in_parts - 1, &mut here.gradients, desk)
                    });
                },
            );
            add_up(front, &self.parts[..pass.samples.div_ceil(part)]);
        }
    }

    fn make_room(&mut self, net: &Net<T>) {
        if self.gradients.len() == net.layers().len() {
            return;
        }
        let zeros = |tensors: &Vec<Tensor<T>>| tensors.iter().map(|t| Tensor::zeros(IxDyn(t.shape()))).collect();
        self.gradients = net.parameters().iter().map(zeros).collect();
        for part in &mut self.parts {
            part.gradients = net.parameters()[..self.in_parts].iter().map(zeros).collect();
        }
        for [values, gradients] in [&mut self.between, &mut self.output] {
            gradients.resize(values.len(), T::zero());
        }
    }

    /// ∂E/∂parameters, a list a layer.
    pub fn gradients(&self) -> &[Vec<Tensor<T>>] {
        &self.gradients
    }

    pub(crate) fn into_gradients(self) -> Vec<Vec<Tensor<T>>> {
        self.gradients
    }

    /// Lets layers update their measured parameters after a training pass.
    pub(crate) fn observe(&self, net: &mut Net<T>) {
        let (layers, parameters) = net.parts_mut();
        for (index, memory) in self.rest.memories() {
            Layer::observe(&*layers[index], &mut parameters[index], memory);
        }
    }
}

/// The loss summed over the samples, and its gradient times `scale`: by the outputs, or by the input of the last layer
/// if that is `fused` with the loss.
fn loss_of<T: Real>(
    loss: &dyn Loss<T>,
    fused: bool,
    scale: T,
    outputs: usize,
    [output, target]: [&[T]; 2],
    gradient: &mut [T],
) -> f64 {
    let mut value = 0.0;
    let rows = output.chunks_exact(outputs).zip(target.chunks_exact(outputs));
    for (gradient, (output, target)) in gradient.chunks_exact_mut(outputs).zip(rows) {
        value += loss.value(output, target).as_f64();
        if fused {
            loss.fused_gradient(output, target, gradient)
        } else {
            loss.gradient(output, target, gradient)
        }
        gradient.iter_mut().for_each(|g| *g *= scale);
    }
    value
}

/// How many of the first layers take a batch in parts: those before the first that needs the whole batch, without a
/// later skip connection into their midst. The last two layers, where the loss begins, always take the whole batch.
fn in_parts<T: Real>(net: &Net<T>) -> usize {
    let layers = net.layers();
    let taking = layers.iter().take_while(|layer| layer.takes_parts()).count();
    let mut in_parts = taking.min(layers.len().saturating_sub(2));
    for index in (0..layers.len()).rev() {
        match layers[index].skip_from() {
            Some(from) if index >= in_parts => in_parts = in_parts.min(from),
            _ => {}
        }
    }
    in_parts
}

/// The pass of part `index`, of up to `part` samples.
fn nth(pass: Pass, index: usize, part: usize) -> Pass {
    let done = index * part;
    Pass { first: pass.first + done, samples: part.min(pass.samples - done), whole: false, ..pass }
}

/// Takes a free desk, or a new one, and leaves it for the next.
fn at_a_desk<T: Real>(desks: &Mutex<Vec<Desk<T>>>, work: impl FnOnce(&mut Desk<T>)) {
    let free = || desks.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let desk = free().pop();
    let mut desk = desk.unwrap_or_default();
    work(&mut desk);
    free().push(desk);
}

/// Adds up the gradients of the parts, in order.
fn add_up<T: Real>(sums: &mut [Vec<Tensor<T>>], parts: &[Part<T>]) {
    for (layer, sums) in sums.iter_mut().enumerate() {
        for (tensor, sums) in sums.iter_mut().enumerate() {
            sums.as_mut_slice().par_chunks_mut(SUMS).enumerate().for_each(|(chunk, sums)| {
                let shares = parts.iter().map(|part| &part.gradients[layer][tensor].as_slice()[chunk * SUMS..]);
                sums.fill(T::zero());
                for share in shares {
                    sums.iter_mut().zip(share).for_each(|(sum, &share)| *sum += share);
                }
            });
        }
    }
}
