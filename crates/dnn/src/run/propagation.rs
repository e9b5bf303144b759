//! Forward and backward propagation in their plainest form: of one batch, with room made for it.

use glassbox_tensor::{Matrix, Tensor};

use super::Workspace;
use super::trace::{Loops, Trace};
use crate::losses::Loss;
use crate::pass::Pass;
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
        let mut nodes = Trace::forward(self, Pass::predict(input.nrows()), input, Loops::Fast).nodes;
        nodes.remove(0);
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

    /// The derivative of any objective of the outputs by every number of the input: how the picture would have to
    /// change. `objective` gives ∂J/∂outputs.
    ///
    /// To ask for what the last activation gets rather than for what it gives, ask [`up_to`](Net::up_to) of the net.
    ///
    /// # Shape
    /// `[n, inputs]` → `[n, inputs]`; `objective`: `[n, outputs]` → `[n, outputs]`
    ///
    /// # Panics
    /// If the shapes are not these.
    ///
    /// ```
    /// use glassbox_dnn::Net;
    /// use glassbox_tensor::Matrix;
    /// let mut net = Net::<f64>::from_text("dense 1", 2).unwrap();
    /// net.parameters_mut()[0][0].as_mut_slice().copy_from_slice(&[3.0, -2.0]);
    /// let input = Matrix::from_vec([1, 2], vec![5.0, 7.0]).unwrap();
    /// // J = o, so ∂J/∂o = 1, and ∂J/∂x is the weights.
    /// let gradient = net.input_gradient(&input, |outputs| outputs.map(|_| 1.0));
    /// assert_eq!(gradient.as_slice(), [3.0, -2.0]);
    /// ```
    pub fn input_gradient(&self, input: &Matrix<T>, objective: impl FnOnce(&Matrix<T>) -> Matrix<T>) -> Matrix<T> {
        let (samples, pass) = (input.nrows(), Pass::predict(input.nrows()));
        let mut workspace = Workspace::new(self, samples);
        let outputs = workspace.forward(self, pass, input.as_slice()).to_vec();
        let outputs = Matrix::from_vec([samples, self.outputs()], outputs).expect("a row a sample");
        let gradient = objective(&outputs);
        let mut input_gradient = Matrix::zeros([samples, self.inputs()]);
        workspace.backward_from(self, pass, input.as_slice(), gradient.as_slice(), input_gradient.as_mut_slice());
        input_gradient
    }
}
