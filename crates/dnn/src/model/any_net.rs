use std::path::Path;

use glassbox_tensor::{Batch, Tensor, quoted};

use super::About;
use super::summary::{LayerSummary, ParameterSummary, layers_of, parameters_of};
use crate::confidence::{self, Bank, Confidence, Typical};
use crate::run::check_finite;
use crate::{Dataset, Error, Evaluation, Net, Real, Shape, evaluate, features, losses};

/// A net of the precision that its file has: for code that must not care which, and need not be compiled for both.
#[derive(Clone, Debug)]
pub enum AnyNet {
    /// A net that computes in `f32`.
    F32(Net<f32>),
    /// A net that computes in `f64`.
    F64(Net<f64>),
}

/// The same expression for a net of either precision.
macro_rules! of_either {
    ($any:expr, $net:ident => $body:expr) => {
        match $any {
            AnyNet::F32($net) => $body,
            AnyNet::F64($net) => $body,
        }
    };
}

impl AnyNet {
    /// Name of the number type: `f32` or `f64`.
    pub fn precision(&self) -> &'static str {
        match self {
            AnyNet::F32(_) => "f32",
            AnyNet::F64(_) => "f64",
        }
    }

    /// The net in the model language.
    pub fn text(&self) -> String {
        of_either!(self, net => net.text())
    }

    /// The shape of an input sample.
    pub fn input(&self) -> Shape {
        of_either!(self, net => net.input())
    }

    /// The shape of an output sample.
    pub fn output(&self) -> Shape {
        of_either!(self, net => net.output())
    }

    /// The number of trained parameters.
    pub fn parameter_count(&self) -> usize {
        of_either!(self, net => net.parameter_count())
    }

    /// The layers, first to last.
    pub fn layers(&self) -> Vec<LayerSummary> {
        of_either!(self, net => layers_of(net))
    }

    /// The parameters under their names in model files, in order.
    pub fn parameters(&self) -> Vec<ParameterSummary> {
        of_either!(self, net => parameters_of(net))
    }

    /// The numbers of the parameters of a layer, from 0.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn layer_parameters(&self, layer: usize) -> Vec<Tensor<f64>> {
        of_either!(self, net => net.parameters()[layer].iter().map(|tensor| tensor.map(f64::from)).collect())
    }

    /// The net in single precision, its numbers rounded.
    ///
    /// # Panics
    /// Never: the net's text and shapes were its own.
    pub fn to_f32(&self) -> Net<f32> {
        of_either!(self, net => net.rebuilt(net.input()).expect("the text of a net"))
    }

    /// The net in double precision, its numbers as they are.
    ///
    /// # Panics
    /// Never: the net's text and shapes were its own.
    pub fn to_f64(&self) -> Net<f64> {
        of_either!(self, net => net.rebuilt(net.input()).expect("the text of a net"))
    }

    /// All outputs for one picture.
    ///
    /// # Shape
    /// `[1, height, width, channels]`, 0 … 255 → `outputs` numbers
    ///
    /// # Errors
    /// If the net takes pictures of another size, or an output is NaN or infinite.
    pub fn classify(&self, picture: &Batch<u8>) -> Result<Vec<f64>, Error> {
        let labelled = Dataset { images: picture, labels: &[0] };
        of_either!(self, net => {
            labelled.check(net)?;
            let outputs = net.predict(&features(picture));
            check_finite(outputs.as_slice())?;
            Ok(outputs.as_slice().iter().map(|value| value.as_f64()).collect())
        })
    }

    /// Shows every picture to the net and compares its answers with the labels: [`evaluate`] with the loss of that
    /// name.
    ///
    /// # Errors
    /// If there is no such loss, or pictures and net do not fit.
    pub fn evaluate(&self, pictures: Dataset, loss: &str) -> Result<Evaluation, Error> {
        let unknown = || Error::Model(format!("there is no loss {}", quoted(loss)));
        of_either!(self, net => evaluate(net, pictures, &*losses::by_name(loss).ok_or_else(unknown)?))
    }

    /// What the net answers to a picture, and what speaks for it: [`confidences`](confidence::confidences) of one.
    ///
    /// # Shape
    /// `[1, height, width, channels]`, 0 … 255
    ///
    /// # Errors
    /// If the net takes pictures of another size, or an output is NaN or infinite.
    pub fn confidence(&self, picture: &Batch<u8>, bank: Option<&Bank>) -> Result<Confidence, Error> {
        let pictures = Dataset { images: picture, labels: &[0] };
        let mut found = of_either!(self, net => confidence::confidences(net, bank, pictures))?;
        Ok(found.swap_remove(0))
    }

    /// The pictures of a class, the most typical first, as [`typical`](confidence::typical) orders them.
    ///
    /// # Errors
    /// If pictures and net do not fit.
    pub fn typical(&self, pictures: Dataset, class: usize) -> Result<Vec<Typical>, Error> {
        of_either!(self, net => confidence::typical(net, pictures, class))
    }

    /// Draws what the model keeps of its training pictures, as [`Bank::new`] does.
    ///
    /// # Errors
    /// If pictures and net do not fit.
    pub fn bank(&self, pictures: Dataset, held_out: Option<Dataset>, seed: u64) -> Result<Option<Bank>, Error> {
        of_either!(self, net => Bank::new(net, pictures, held_out, seed))
    }

    /// Numbers of a feature in the bank.
    pub(super) fn feature_width(&self) -> usize {
        of_either!(self, net => confidence::feature_width(net))
    }

    /// Writes the model file, with the bank if there is one.
    pub(super) fn write(&self, path: &Path, about: &About, bank: Option<&Bank>) -> Result<(), Error> {
        of_either!(self, net => net.write(path, about, bank))
    }

    /// Writes the net, as [`Net::save`] does.
    ///
    /// # Errors
    /// As [`Net::save`].
    pub fn save(&self, path: impl AsRef<Path>, about: &About) -> Result<(), Error> {
        of_either!(self, net => net.save(path, about))
    }

    /// Writes the net for other tools, as [`Net::save_onnx`] does.
    ///
    /// # Errors
    /// As [`Net::save_onnx`].
    pub fn save_onnx(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        of_either!(self, net => net.save_onnx(path))
    }
}
