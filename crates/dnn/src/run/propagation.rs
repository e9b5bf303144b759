//! Forward and backward propagation in their plainest form: of one batch, with room made for it.

use glassbox_tensor::{Matrix, Tensor};

use super::Workspace;
use crate::losses::Loss;
use crate::pass::{Forward, Memory, Pass};
use crate::{Net, Real};

impl<T: Real> Net<T> {
    /// Forward propagation: every node of every layer, the outputs last.
    ///
    /// # Shape
    /// `[n, inputs]` → one `[n, outputs of the layer]` a layer
    ///
    /// # Panics
    /// If `input` does not have the net's number of inputs.
    pub fn forward(&self, input: &Matrix<T>) -> Vec<Matrix<T>> {
        let samples = input.nrows();
        assert_eq!(input.ncols(), self.inputs(), "forward: as many numbers as the net has inputs");
        let mut nodes: Vec<Matrix<T>> = Vec::with_capacity(self.layers().len());
        for (index, layer) in self.layers().iter().enumerate() {
            let mut output = Matrix::zeros([samples, layer.output().len()]);
            let node = |node: usize| node.checked_sub(1).map_or(input, |layer| &nodes[layer]).as_slice();
            layer.forward(Forward {
                pass: Pass { layer: index, ..Pass::predict(samples) },
                input: node(index),
                skipped: layer.skip_from().map_or(&[], node),
                output: output.as_mut_slice(),
                parameters: &self.parameters()[index],
                memory: &mut Memory::default(),
            });
            nodes.push(output);
        }
        nodes
    }

    /// The outputs alone.
    ///
    /// # Shape
    /// `[n, inputs]` → `[n, outputs]`
    ///
    /// # Panics
    /// If `input` does not have the net's number of inputs.
    pub fn predict(&self, input: &Matrix<T>) -> Matrix<T> {
        let mut workspace = Workspace::new(self, input.nrows());
        let outputs = workspace.forward(self, Pass::predict(input.nrows()), input.as_slice());
        Matrix::from_vec([input.nrows(), self.outputs()], outputs.to_vec()).expect("a row a sample")
    }

    /// Backward propagation: the derivative of the loss, summed over the samples, by every parameter.
    ///
    /// From the last layer to the first, each layer turns ∂E/∂output into ∂E/∂input (the next one's ∂E/∂output) and its
    /// own ∂E/∂parameters.
    ///
    /// # Shape
    /// `input` `[n, inputs]`, `target` `[n, outputs]`; the result has, for each layer, a tensor of the shape of each
    /// parameter.
    ///
    /// # Panics
    /// If the shapes are not these.
    pub fn gradient(&self, input: &Matrix<T>, target: &Matrix<T>, loss: &dyn Loss<T>) -> Vec<Vec<Tensor<T>>> {
        assert_eq!(target.dim(), (input.nrows(), self.outputs()), "gradient: one target an output");
        let mut workspace = Workspace::new(self, input.nrows());
        let pass = Pass::train(input.nrows(), 0, 0);
        workspace.forward(self, pass, input.as_slice());
        workspace.backward(self, pass, input.as_slice(), target.as_slice(), loss, T::one());
        workspace.into_gradients()
    }
}
