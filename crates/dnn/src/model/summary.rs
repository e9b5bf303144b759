use crate::layers::{Entry, Layer};
use crate::{Net, Real, Shape};

/// A layer without its numbers.
#[derive(Clone, Debug)]
pub struct LayerSummary {
    /// The layer in the model language.
    pub text: String,
    /// Its entry in the registry.
    pub entry: &'static Entry,
    /// The shape of an output sample.
    pub output: Shape,
    /// Numbers that it keeps in model files.
    pub parameters: usize,
    /// Multiplications for a sample.
    pub multiplications: u64,
}

/// A parameter without its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterSummary {
    /// Its name in model files.
    pub name: String,
    /// Lengths of its axes.
    pub shape: Vec<usize>,
    /// How many numbers it has.
    pub len: usize,
    /// Whether it is trained.
    pub trained: bool,
    /// The smallest number.
    pub least: f64,
    /// The mean of all numbers.
    pub mean: f64,
    /// The largest number.
    pub greatest: f64,
}

pub(super) fn layers_of<T: Real>(net: &Net<T>) -> Vec<LayerSummary> {
    net.layers().iter().map(|layer| layer_of(&**layer)).collect()
}

pub(super) fn layer_of<T: Real>(layer: &dyn Layer<T>) -> LayerSummary {
    LayerSummary {
        text: layer.text(),
        entry: layer.entry(),
        output: layer.output(),
        parameters: layer.parameters().iter().map(|parameter| parameter.shape.iter().product::<usize>()).sum(),
        multiplications: layer.multiplications(),
    }
}

pub(super) fn parameters_of<T: Real>(net: &Net<T>) -> Vec<ParameterSummary> {
    let summary = net.list().into_iter().map(|parameter| {
        let values = || parameter.value.as_slice().iter().map(|value| value.as_f64());
        let (least, greatest) = values().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
        let len = parameter.value.len();
        ParameterSummary {
            shape: parameter.value.shape().to_vec(),
            len,
            trained: parameter.trained,
            least,
            mean: values().sum::<f64>() / len as f64,
            greatest,
            name: parameter.name,
        }
    });
    summary.collect()
}
