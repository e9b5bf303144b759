use glassbox_tensor::{Dimension, Matrix, Tensor};

use crate::layers::{self, Dense, Layer};
use crate::losses::Loss;
use crate::{Error, Real};

/// The article's net in the model language, behind its 784 inputs.
pub const ARTICLE: &str = "dense 20 | sigmoid | dense 10 | sigmoid";

/// Most parameters of a net: a quarter of a GiB of `f32`.
const MOST_PARAMETERS: usize = 1 << 26;

/// The names under which the article's script keeps the parameters of a net of one hidden layer.
const ARTICLE_NAMES: [&str; 4] = ["w_i_h", "b_i_h", "w_h_o", "b_h_o"];

/// A net: layers one behind the other, the outputs of one the inputs of the next.
///
/// ```
/// use glassbox_dnn::{ARTICLE, Net};
/// let net = Net::<f32>::from_text(ARTICLE, 784).unwrap();
/// assert_eq!(net.outputs(), 10);
/// assert_eq!(net.parameter_count(), 15_910);
/// ```
#[derive(Debug)]
pub struct Net<T: Real> {
    inputs: usize,
    layers: Vec<Box<dyn Layer<T>>>,
}

impl<T: Real> Net<T> {
    /// Reads a net from the model language, `inputs` numbers a sample coming in; every parameter is zero.
    ///
    /// # Errors
    /// If the text names an unknown layer or gives a layer what it does not take; the message points at the place.
    pub fn from_text(text: &str, inputs: usize) -> Result<Self, Error> {
        let mut layers: Vec<Box<dyn Layer<T>>> = Vec::new();
        let (mut width, mut weights) = (inputs, 0);
        for (position, part) in text.split('|').enumerate() {
            let words: Vec<_> = part.split_whitespace().collect();
            let layer = layers::parse(&words, width)
                .map_err(|error| Error::Model(format!("layer {} of \"{text}\": {error}", position + 1)))?;
            width = layer.outputs();
            weights += layer.parameters().iter().map(|(_, parameter)| parameter.len()).sum::<usize>();
            if weights > MOST_PARAMETERS {
                let place = position + 1;
                return Err(Error::Model(format!(
                    "layer {place} of \"{text}\": more than {MOST_PARAMETERS} parameters in all"
                )));
            }
            layers.push(layer);
        }
        Ok(Self { inputs, layers })
    }

    /// The net in the model language.
    pub fn text(&self) -> String {
        self.layers.iter().map(|layer| layer.text()).collect::<Vec<_>>().join(" | ")
    }

    /// Numbers a sample that go in.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Numbers a sample that come out.
    pub fn outputs(&self) -> usize {
        self.layers.last().map_or(self.inputs, |layer| layer.outputs())
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Box<dyn Layer<T>>] {
        &self.layers
    }

    /// The layers, to write their parameters.
    pub fn layers_mut(&mut self) -> &mut [Box<dyn Layer<T>>] {
        &mut self.layers
    }

    /// How many numbers are trained.
    pub fn parameter_count(&self) -> usize {
        self.layers.iter().flat_map(|layer| layer.parameters()).map(|(_, parameter)| parameter.len()).sum()
    }

    /// Forward propagation: every node of every layer, the outputs last.
    ///
    /// # Shape
    /// `[n, inputs]` → one `[n, outputs of the layer]` a layer
    ///
    /// # Panics
    /// If `input` does not have the net's number of inputs.
    pub fn forward(&self, input: &Matrix<T>) -> Vec<Matrix<T>> {
        assert_eq!(input.ncols(), self.inputs, "forward: one column an input");
        let mut nodes: Vec<Matrix<T>> = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            nodes.push(layer.forward(nodes.last().unwrap_or(input)));
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
        self.forward(input).pop().unwrap_or_else(|| input.clone())
    }

    /// Backward propagation: the derivative of the loss, summed over the samples, by every parameter.
    ///
    /// From the last layer to the first, each layer turns ∂E/∂output into ∂E/∂input (the next one's ∂E/∂output) and its
    /// own ∂E/∂parameters.
    ///
    /// # Shape
    /// `input` `[n, inputs]`, `wanted` `[n, outputs]`; the result has, a layer, a tensor for each parameter, of its shape.
    ///
    /// # Panics
    /// If the shapes are not these.
    pub fn gradient(&self, input: &Matrix<T>, wanted: &Matrix<T>, loss: &dyn Loss<T>) -> Vec<Vec<Matrix<T>>> {
        let nodes = self.forward(input);
        let outputs = nodes.last().unwrap_or(input);
        assert_eq!(outputs.dim(), wanted.dim(), "gradient: one wanted number an output");
        let rows = (0..outputs.nrows()).flat_map(|row| {
            let range = row * outputs.ncols()..(row + 1) * outputs.ncols();
            loss.gradient(&outputs.as_slice()[range.clone()], &wanted.as_slice()[range])
        });
        let mut upstream = Matrix::from_vec(outputs.dim(), rows.collect()).expect("a derivative an output");
        let mut gradients = Vec::with_capacity(self.layers.len());
        for (index, layer) in self.layers.iter().enumerate().rev() {
            let layer_input = if index == 0 { input } else { &nodes[index - 1] };
            let (downstream, parameters) = layer.backward(layer_input, &nodes[index], &upstream);
            gradients.push(parameters);
            upstream = downstream;
        }
        gradients.reverse();
        gradients
    }

    /// The dense layers, if each is followed by a sigmoid and nothing else is there: what the article's loop trains.
    pub fn dense_sigmoid_pairs(&self) -> Option<Vec<&Dense<T>>> {
        let (pairs, rest) = self.layers.as_chunks::<2>();
        let dense: Option<Vec<_>> = pairs
            .iter()
            .map(|[dense, activation]| dense.as_dense().filter(|_| activation.entry().name == "sigmoid"))
            .collect();
        dense.filter(|dense| rest.is_empty() && !dense.is_empty())
    }

    /// The names of the parameters in a model file, in order.
    ///
    /// A net of two dense layers with sigmoids has the article's (`w_i_h`, `b_i_h`, `w_h_o`, `b_h_o`); in others it is
    /// `position.layer.parameter`, as in `0.dense.weight`.
    pub fn parameter_names(&self) -> Vec<String> {
        if self.is_article() {
            return ARTICLE_NAMES.map(String::from).to_vec();
        }
        let names = self.layers.iter().enumerate().flat_map(|(position, layer)| {
            let kind = layer.entry().name;
            layer.parameters().into_iter().map(move |(name, _)| format!("{position}.{kind}.{name}"))
        });
        names.collect()
    }

    /// Whether the article's script can load this net.
    pub fn is_article(&self) -> bool {
        self.dense_sigmoid_pairs().is_some_and(|pairs| pairs.len() == 2)
    }

    /// Every parameter under its name in a model file.
    pub fn to_arrays(&self) -> Vec<(String, Tensor<T>)> {
        let parameters = self.layers.iter().flat_map(|layer| layer.parameters());
        self.parameter_names().into_iter().zip(parameters.map(|(_, tensor)| tensor.clone().into_dyn())).collect()
    }

    /// Sets every parameter from `array`, which is asked for each by the name it has in a model file.
    ///
    /// # Errors
    /// What `array` reports, or an array of another shape than the layer's, or one that holds NaN or infinity.
    pub fn set_parameters<E: From<Error>>(
        &mut self,
        mut array: impl FnMut(&str) -> Result<Tensor<T>, E>,
    ) -> Result<(), E> {
        let names = self.parameter_names();
        let parameters = self.layers.iter_mut().flat_map(|layer| layer.parameters_mut());
        for (name, (_, parameter)) in names.iter().zip(parameters) {
            let found = array(name)?;
            if found.shape() != parameter.shape() {
                let (found, allowed) = (found.shape(), parameter.shape());
                return Err(Error::Model(format!("{name} has shape {found:?}; this net needs {allowed:?}")).into());
            }
            if let Some((index, value)) = found.indexed_iter().find(|(_, value)| !value.is_finite()) {
                let index = Dimension::slice(&index);
                return Err(Error::Model(format!(
                    "{name} holds {value} at {index:?}; only finite numbers are allowed"
                ))
                .into());
            }
            parameter.as_mut_slice().copy_from_slice(found.as_slice());
        }
        Ok(())
    }

    /// The net whose parameters have these shapes, if it is one of the article's kind: the model text that such a file
    /// does not hold. `shape` is asked for the article's four names.
    ///
    /// # Errors
    /// What `shape` reports, or shapes that are not `[h, i]`, `[h, 1]`, `[o, h]`, `[o, 1]`.
    pub fn article_shaped<E: From<Error>>(mut shape: impl FnMut(&str) -> Result<Vec<usize>, E>) -> Result<Self, E> {
        let shapes = [shape("w_i_h")?, shape("b_i_h")?, shape("w_h_o")?, shape("b_h_o")?];
        let [w_i_h, b_i_h, w_h_o, b_h_o] = shapes.each_ref().map(Vec::as_slice);
        match (w_i_h, b_i_h, w_h_o, b_h_o) {
            (&[h, i], &[h2, 1], &[o, h3], &[o2, 1]) if h == h2 && h == h3 && o == o2 && ![h, i, o].contains(&0) => {
                Ok(Self::from_text(&format!("dense {h} | sigmoid | dense {o} | sigmoid"), i)?)
            }
            _ => Err(Error::Model(format!(
                "w_i_h, b_i_h, w_h_o, b_h_o have shapes {w_i_h:?}, {b_i_h:?}, {w_h_o:?}, {b_h_o:?}; \
                 allowed: [h, i], [h, 1], [o, h], [o, 1], the article's being [20, 784], [20, 1], [10, 20], [10, 1]"
            ))
            .into()),
        }
    }
}
