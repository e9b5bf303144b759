//! Layers: one file each, forward and backward side by side, and one line in the registry below.

mod dense;
mod sigmoid;

pub use dense::Dense;
pub use sigmoid::{Sigmoid, sigmoid};

use glassbox_tensor::Matrix;

use crate::{Error, Real};

/// What the registry knows of a kind of layer.
#[derive(Debug)]
pub struct Entry {
    /// The word that begins it in the model language.
    pub name: &'static str,
    /// How it is written in the model language.
    pub usage: &'static str,
    /// One line for lists and help.
    pub summary: &'static str,
    /// What it computes.
    pub formula: &'static str,
}

/// A step of a net: `[samples, inputs]` in, `[samples, outputs]` out.
pub trait Layer<T: Real>: std::fmt::Debug + Send + Sync {
    /// Its kind.
    fn entry(&self) -> &'static Entry;

    /// The layer as the model language writes it: `dense 20`.
    fn text(&self) -> String;

    /// Numbers a sample that come out.
    fn outputs(&self) -> usize;

    /// The layer's answer, a row a sample.
    ///
    /// # Shape
    /// `[n, inputs]` → `[n, outputs]`
    ///
    /// # Panics
    /// If `input` does not have the layer's number of inputs.
    fn forward(&self, input: &Matrix<T>) -> Matrix<T>;

    /// The chain rule through this layer: from ∂E/∂output to ∂E/∂input and ∂E/∂parameters (summed over the samples).
    ///
    /// # Shape
    /// `input` and `output` as in [`forward`](Layer::forward), `gradient` `[n, outputs]`; the first result `[n, inputs]`, the second a
    /// tensor of the parameter's shape for each of [`parameters`](Layer::parameters).
    ///
    /// # Panics
    /// If the shapes are not these.
    fn backward(&self, input: &Matrix<T>, output: &Matrix<T>, gradient: &Matrix<T>) -> (Matrix<T>, Vec<Matrix<T>>);

    /// The trained tensors with their names, `weight` before `bias`; none by default.
    fn parameters(&self) -> Vec<(&'static str, &Matrix<T>)> {
        Vec::new()
    }

    /// The trained tensors, to write to, in the order of [`parameters`](Layer::parameters).
    fn parameters_mut(&mut self) -> Vec<(&'static str, &mut Matrix<T>)> {
        Vec::new()
    }

    /// Itself, if it is a dense layer: the per-sample loop works on the weights directly.
    fn as_dense(&self) -> Option<&Dense<T>> {
        None
    }
}

/// The registry: a module a line. Each names its entry and how it is read from the model language.
macro_rules! registry {
    ($($layer:ident),* $(,)?) => {
        /// Every kind of layer, in the order of the help.
        pub static ENTRIES: &[&Entry] = &[$(&$layer::ENTRY),*];

        /// Reads a layer from the words of the model language, `inputs` numbers a sample coming in.
        ///
        /// # Errors
        /// If the word is unknown or its arguments are not what the layer takes.
        pub fn parse<T: Real>(words: &[&str], inputs: usize) -> Result<Box<dyn Layer<T>>, Error> {
            let name = words.first().copied().unwrap_or_default();
            $(if name == $layer::ENTRY.name {
                return Ok(Box::new($layer::parse(&words[1..], inputs)?));
            })*
            let known: Vec<_> = ENTRIES.iter().map(|entry| entry.usage).collect();
            Err(Error::Model(format!("unknown layer {name:?}; allowed: {}", known.join(", "))))
        }
    };
}

registry!(dense, sigmoid);
