//! A net layer by layer, with every node and every gradient kept: to be looked at, and to compare faster ways with.

use glassbox_tensor::{IxDyn, Matrix, Tensor};

use crate::pass::{Backward, Forward, Memory, Pass};
use crate::{Net, Real};

/// Which loops of a layer run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loops {
    /// The fast ones.
    #[default]
    Fast,
    /// Those of [`Plain`](crate::layers::Plain), where a layer has them.
    Plain,
}

/// Every node of a net for some samples.
#[derive(Debug)]
pub struct Trace<T: Real> {
    /// `[n, numbers]` of each node: node 0 is the input, node `i + 1` what layer `i` gives.
    pub nodes: Vec<Matrix<T>>,
    /// What each layer saved for the backward pass.
    pub memories: Vec<Memory<T>>,
    pass: Pass,
    loops: Loops,
}

/// The derivatives of an objective `J` by all that it depends on.
#[derive(Clone, Debug)]
pub struct Gradients<T: Real> {
    /// `[n, numbers]` of each node: ∂J/∂node.
    pub nodes: Vec<Matrix<T>>,
    /// ∂J/∂parameters, summed over the samples, a list a layer; undefined for parameters that are not trained.
    pub parameters: Vec<Vec<Tensor<T>>>,
}

impl<T: Real> Trace<T> {
    /// Forward propagation that keeps every node.
    ///
    /// # Shape
    /// `input` `[n, inputs]`, as many samples as the pass has
    ///
    /// # Panics
    /// If the input is not of that shape.
    pub fn forward(net: &Net<T>, pass: Pass, input: &Matrix<T>, loops: Loops) -> Self {
        assert_eq!(input.dim(), (pass.samples, net.inputs()), "forward: as many numbers as the net has inputs");
        let mut trace = Self { nodes: vec![input.clone()], memories: Vec::new(), pass, loops };
        for (index, layer) in net.layers().iter().enumerate() {
            // A number that a layer leaves out shows.
            let mut output = Matrix::zeros([pass.samples, layer.output().len()]).map(|_: T| T::nan());
            let mut memory = Memory::default();
            let forward = Forward {
                pass: Pass { layer: index, ..pass },
                input: trace.nodes[index].as_slice(),
                skipped: layer.skip_from().map_or(&[], |node| trace.nodes[node].as_slice()),
                output: output.as_mut_slice(),
                parameters: &net.parameters()[index],
                memory: &mut memory,
            };
            match layer.plain().filter(|_| loops == Loops::Plain) {
                Some(layer) => layer.plain_forward(forward),
                None => layer.forward(forward),
            }
            trace.nodes.push(output);
            trace.memories.push(memory);
        }
        trace
    }

    /// What the net gives.
    pub fn outputs(&self) -> &Matrix<T> {
        &self.nodes[self.nodes.len() - 1]
    }

    /// Backward propagation of `upstream`, which is ∂J/∂outputs.
    ///
    /// # Shape
    /// `upstream` `[n, outputs]`
    ///
    /// # Panics
    /// If it has another shape, or the trace is of another net.
    pub fn backward(&mut self, net: &Net<T>, upstream: &Matrix<T>) -> Gradients<T> {
        assert_eq!(upstream.dim(), self.outputs().dim(), "backward: one number an output");
        let unknown = |tensor: &Tensor<T>| Tensor::zeros(IxDyn(tensor.shape())).map(|_: T| T::nan());
        let mut parameters: Vec<Vec<_>> =
            net.parameters().iter().map(|tensors| tensors.iter().map(unknown).collect()).collect();
        let mut gradients: Vec<Matrix<T>> = self.nodes.iter().map(|node| Matrix::zeros(node.dim())).collect();
        let last = gradients.len() - 1;
        gradients[last].clone_from(upstream);
        for (index, layer) in net.layers().iter().enumerate().rev() {
            let skipped = layer.skip_from();
            let mut input_gradient = vec![T::nan(); self.nodes[index].len()];
            let mut skipped_gradient = vec![T::nan(); skipped.map_or(0, |node| self.nodes[node].len())];
            let backward = Backward {
                pass: Pass { layer: index, ..self.pass },
                input: self.nodes[index].as_slice(),
                skipped: skipped.map_or(&[], |node| self.nodes[node].as_slice()),
                output: self.nodes[index + 1].as_slice(),
                gradient: gradients[index + 1].as_slice(),
                input_gradient: &mut input_gradient,
                skipped_gradient: &mut skipped_gradient,
                parameters: &net.parameters()[index],
                parameter_gradients: &mut parameters[index],
                memory: &mut self.memories[index],
            };
            match layer.plain().filter(|_| self.loops == Loops::Plain) {
                Some(layer) => layer.plain_backward(backward),
                None => layer.backward(backward),
            }
            // A node that several layers read gets the sum.
            for (node, more) in
                [(index, input_gradient)].into_iter().chain(skipped.map(|node| (node, skipped_gradient)))
            {
                gradients[node].as_mut_slice().iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            }
        }
        Gradients { nodes: gradients, parameters }
    }
}
