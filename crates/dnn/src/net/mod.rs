mod init;
mod text;

pub(crate) use text::{Size, each_layer};

pub use init::{Init, initialise, initialise_numpy, initialise_uniform};

use std::sync::Arc;

use glassbox_tensor::{Dimension, IxDyn, Tensor};

use crate::layers::{self, Layer, Mark, Start};
use crate::{Error, Real, Shape};

/// The article's net in the model language, for 784 inputs.
pub const ARTICLE: &str = "dense 20 | sigmoid | dense 10 | sigmoid";

/// Most numbers between all layers, a sample: a GiB of `f32`.
const MOST_NODES_IN_ALL: usize = 1 << 28;

/// The names of the parameters in the article's script, for a net of one hidden layer.
const ARTICLE_NAMES: [&str; 4] = ["w_i_h", "b_i_h", "w_h_o", "b_h_o"];

type Layers<T> = [Arc<dyn Layer<T>>];

/// A net: layers in order, each reading the outputs of the one before, and the trained numbers.
///
/// In the model language layers are separated by `|`. `as NAME` names the node between two layers; `concat NAME` and
/// `add NAME` connect to it over the layers between.
///
/// ```
/// use glassbox_dnn::{ARTICLE, Net};
/// let net = Net::<f32>::from_text(ARTICLE, 784).unwrap();
/// assert_eq!(net.outputs(), 10);
/// assert_eq!(net.parameter_count(), 15_910);
/// ```
#[derive(Clone, Debug)]
pub struct Net<T: Real> {
    input: Shape,
    layers: Vec<Arc<dyn Layer<T>>>,
    marks: Vec<Mark>,
    /// For each layer, in its order.
    parameters: Vec<Vec<Tensor<T>>>,
    /// The parameters as the layers describe them.
    specified: Vec<Vec<layers::Parameter>>,
    first_trained: Option<usize>,
}

/// A parameter of a net, for lists.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter<'a, T: Real> {
    /// Its name in model files.
    pub name: String,
    /// Its numbers.
    pub value: &'a Tensor<T>,
    /// Whether it is trained.
    pub trained: bool,
}

impl<T: Real> Net<T> {
    /// Reads a net from the model language, samples of shape `input` coming in; weights are zero, to be initialised.
    ///
    /// # Errors
    /// If the text names an unknown layer, gives a layer what it does not take, or shapes do not meet; the message
    /// points at the place.
    pub fn from_text(text: &str, input: impl Into<Shape>) -> Result<Self, Error> {
        let mut net = Self::begin(input);
        net.marks = each_layer(text, net.input, |layer| net.push(Arc::from(layer)))?;
        Ok(net)
    }

    /// A net without layers: its output is its input.
    pub fn begin(input: impl Into<Shape>) -> Self {
        let (input, layers) = (input.into(), Vec::new());
        Self { input, layers, marks: Vec::new(), parameters: Vec::new(), specified: Vec::new(), first_trained: None }
    }

    /// The same net for samples of another shape, in another precision.
    ///
    /// # Errors
    /// If its layers do not take that shape, or their parameters would be of other shapes.
    ///
    /// ```
    /// use glassbox_dnn::{Net, Shape};
    /// let net = Net::<f32>::from_text("conv 4 3x3 same | conv 1 3x3 same", Shape::picture(8, 8, 1)).unwrap();
    /// let large = net.rebuilt::<f64>(Shape::picture(100, 60, 1)).unwrap();
    /// assert_eq!(large.output(), Shape::picture(100, 60, 1));
    /// ```
    pub fn rebuilt<U: Real>(&self, input: impl Into<Shape>) -> Result<Net<U>, Error> {
        let mut net = Net::from_text(&self.text(), input)?;
        let both = net.parameters.iter_mut().flatten().zip(self.parameters.iter().flatten());
        for (to, from) in both {
            if to.shape() != from.shape() {
                let (input, needs, has) = (net.input, to.shape(), from.shape());
                return Err(Error::Model(format!("a parameter for {input} needs shape {needs:?}; it has {has:?}")));
            }
            *to = from.map(|value| U::from_f64(value.as_f64()));
        }
        Ok(net)
    }

    /// The first `layers` layers as a net of their own.
    ///
    /// # Panics
    /// If there are fewer.
    #[track_caller]
    pub fn up_to(&self, layers: usize) -> Self {
        assert!(layers <= self.layers.len(), "up_to: {layers} layers of {}", self.layers.len());
        Self {
            input: self.input,
            layers: self.layers[..layers].to_vec(),
            marks: self.marks.iter().filter(|mark| mark.node <= layers).cloned().collect(),
            parameters: self.parameters[..layers].to_vec(),
            specified: self.specified[..layers].to_vec(),
            first_trained: self.first_trained.filter(|&first| first < layers),
        }
    }

    /// Appends a layer: one of the registry or your own. Its weights are zero until they are initialised.
    ///
    /// # Errors
    /// If it gives no or too many numbers, or the net gets too many layers or parameters.
    pub fn push(&mut self, layer: Arc<dyn Layer<T>>) -> Result<(), Error> {
        let before = self.parameters.iter().flatten().map(|tensor| tensor.len()).sum();
        Size { layers: self.layers.len(), parameters: before }.add(&*layer)?;
        if self.nodes(1).saturating_add(2 * layer.output().len()) > 2 * MOST_NODES_IN_ALL {
            return Err(Error::Model(format!("more than {MOST_NODES_IN_ALL} numbers a sample between all layers")));
        }
        let parameters = layer.parameters();
        if parameters.iter().any(|parameter| parameter.trained) {
            self.first_trained.get_or_insert(self.layers.len());
        }
        let tensor = |parameter: &layers::Parameter| {
            let mut tensor = Tensor::zeros(IxDyn(&parameter.shape));
            if let Start::Value(value) = parameter.start {
                tensor.as_mut_slice().fill(T::from_f64(value));
            }
            tensor
        };
        self.parameters.push(parameters.iter().map(tensor).collect());
        self.specified.push(parameters);
        self.layers.push(layer);
        Ok(())
    }

    /// The net in the model language.
    pub fn text(&self) -> String {
        let mut parts = Vec::new();
        for node in 0..=self.layers.len() {
            parts.extend(self.marks.iter().filter(|mark| mark.node == node).map(|mark| format!("as {}", mark.name)));
            parts.extend(self.layers.get(node).map(|layer| layer.text()));
        }
        parts.join(" | ")
    }

    /// The shape of an input sample.
    pub fn input(&self) -> Shape {
        self.input
    }

    /// The shape of an output sample.
    pub fn output(&self) -> Shape {
        self.layers.last().map_or(self.input, |layer| layer.output())
    }

    /// Numbers of an input sample.
    pub fn inputs(&self) -> usize {
        self.input.len()
    }

    /// Numbers a sample of a node: node 0 is the input, node `i` what layer `i − 1` gives.
    pub(crate) fn node_len(&self, node: usize) -> usize {
        node.checked_sub(1).map_or(self.inputs(), |layer| self.layers[layer].output().len())
    }

    /// Numbers of an output sample.
    pub fn outputs(&self) -> usize {
        self.output().len()
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Arc<dyn Layer<T>>] {
        &self.layers
    }

    /// The parameters, of each layer a list.
    pub fn parameters(&self) -> &[Vec<Tensor<T>>] {
        &self.parameters
    }

    /// The parameters, to be changed.
    pub fn parameters_mut(&mut self) -> &mut [Vec<Tensor<T>>] {
        &mut self.parameters
    }

    /// The layers and their parameters, to be changed.
    pub(crate) fn parts_mut(&mut self) -> (&Layers<T>, &mut [Vec<Tensor<T>>]) {
        (&self.layers, &mut self.parameters)
    }

    /// The parameters that are trained, one after the other, to be changed.
    pub fn trained_mut(&mut self) -> impl Iterator<Item = &mut Tensor<T>> {
        let all = self.specified.iter().flatten().zip(self.parameters.iter_mut().flatten());
        all.filter(|(parameter, _)| parameter.trained).map(|(_, tensor)| tensor)
    }

    /// The same, each with its gradient.
    pub(crate) fn trained_with<'a>(
        &'a mut self,
        gradients: &'a [Vec<Tensor<T>>],
    ) -> impl Iterator<Item = (&'a mut Tensor<T>, &'a Tensor<T>)> {
        let all =
            self.specified.iter().flatten().zip(self.parameters.iter_mut().flatten().zip(gradients.iter().flatten()));
        all.filter(|(parameter, _)| parameter.trained).map(|(_, pair)| pair)
    }

    /// Whether a layer has parameters that are measured, not descended to (running means).
    pub(crate) fn has_running_statistics(&self) -> bool {
        self.specified.iter().flatten().any(|parameter| !parameter.trained)
    }

    /// Whether layer `index` or one before it has trained parameters.
    pub(crate) fn needs_gradient(&self, index: usize) -> bool {
        self.first_trained.is_some_and(|first| first <= index)
    }

    /// Numbers that a batch of `samples` samples takes up between layers, forward and backward.
    pub fn nodes(&self, samples: usize) -> usize {
        let sizes = self.layers.iter().map(|layer| layer.output().len());
        sizes.fold(self.inputs(), |sum, size| sum.saturating_add(2 * size)).saturating_mul(samples)
    }

    /// The number of trained parameters.
    pub fn parameter_count(&self) -> usize {
        self.list().iter().filter(|parameter| parameter.trained).map(|parameter| parameter.value.len()).sum()
    }

    /// The dense layers, if each is followed by a sigmoid and nothing else is there: what the article's loop trains. Of
    /// each the weight and the bias.
    pub fn dense_sigmoid_pairs(&self) -> Option<Vec<[&Tensor<T>; 2]>> {
        let (pairs, rest) = self.layers.as_chunks::<2>();
        let dense: Option<Vec<_>> = pairs
            .iter()
            .zip(self.parameters.chunks(2))
            .map(|([dense, activation], parameters)| match &parameters[0][..] {
                [weight, bias] if dense.entry().name == "dense" && activation.entry().name == "sigmoid" => {
                    Some([weight, bias])
                }
                _ => None,
            })
            .collect();
        dense.filter(|dense| rest.is_empty() && !dense.is_empty() && self.marks.is_empty())
    }

    /// Every parameter with its name in a model file, in order.
    ///
    /// A net of two dense layers with sigmoids has the article's names (`w_i_h`, `b_i_h`, `w_h_o`, `b_h_o`); in others
    /// they are `position.layer.parameter`, as in `0.dense.weight`.
    pub fn list(&self) -> Vec<Parameter<'_, T>> {
        let article = self.is_article();
        let layers = self.layers.iter().zip(&self.parameters).enumerate();
        let all = layers.flat_map(|(position, (layer, tensors))| {
            let kind = layer.entry().name;
            layer.parameters().into_iter().zip(tensors).map(move |(parameter, value)| Parameter {
                name: format!("{position}.{kind}.{}", parameter.name),
                value,
                trained: parameter.trained,
            })
        });
        let mut all: Vec<_> = all.collect();
        if article {
            all.iter_mut().zip(ARTICLE_NAMES).for_each(|(parameter, name)| parameter.name = name.into());
        }
        all
    }

    /// The names of the parameters in a model file, in order.
    pub fn parameter_names(&self) -> Vec<String> {
        self.list().into_iter().map(|parameter| parameter.name).collect()
    }

    /// Whether the article's script can load this net.
    pub fn is_article(&self) -> bool {
        self.dense_sigmoid_pairs().is_some_and(|pairs| pairs.len() == 2)
    }

    /// Every parameter under its name in a model file.
    pub fn to_arrays(&self) -> Vec<(String, Tensor<T>)> {
        self.list().into_iter().map(|parameter| (parameter.name, parameter.value.clone())).collect()
    }

    /// Sets every parameter to the array that `array` returns for its name in a model file.
    ///
    /// # Errors
    /// What `array` reports, or an array of another shape than the layer's, or one that holds NaN or infinity.
    pub fn set_parameters<E: From<Error>>(
        &mut self,
        mut array: impl FnMut(&str) -> Result<Tensor<T>, E>,
    ) -> Result<(), E> {
        let names = self.parameter_names();
        for (name, parameter) in names.iter().zip(self.parameters.iter_mut().flatten()) {
            let found = array(name)?;
            if found.shape() != parameter.shape() {
                let (found, allowed) = (found.shape(), parameter.shape());
                return Err(Error::Model(format!("{name} has shape {found:?}; this net needs {allowed:?}")).into());
            }
            check_finite(name, &found)?;
            parameter.as_mut_slice().copy_from_slice(found.as_slice());
        }
        Ok(())
    }

    /// Checks that the net is made of numbers.
    ///
    /// # Errors
    /// The first parameter that holds NaN or infinity.
    pub fn check_finite(&self) -> Result<(), Error> {
        self.list().iter().try_for_each(|parameter| check_finite(&parameter.name, parameter.value))
    }

    /// The article's net with parameters of these shapes, for files that hold no model text. `shape` returns the shape
    /// of each of the article's four names.
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

fn check_finite<T: Real>(name: &str, tensor: &Tensor<T>) -> Result<(), Error> {
    let Some(place) = tensor.as_slice().iter().position(|value| !value.is_finite()) else { return Ok(()) };
    let (index, value) = tensor.indexed_iter().nth(place).expect("a place in the tensor");
    let index = Dimension::slice(&index);
    Err(Error::Model(format!("{name} holds {value} at {index:?}; only finite numbers are allowed")))
}
