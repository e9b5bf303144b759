//! The bank as arrays of a model file.

use glassbox_formats::npz::Array;
use glassbox_tensor::{Matrix, Tensor, quoted};
use serde_json::{Value, json};

use super::Bank;
use super::bank::NEAREST;
use crate::Error;

/// Names of the entries of a file: features as bytes, distances, and the rest as a JSON object.
pub(crate) const BANK_FEATURES: &str = "bank.features";
pub(crate) const BANK_DISTANCES: &str = "bank.distances";
pub(crate) const BANK: &str = "bank";

impl Bank {
    /// The arrays of a file.
    pub(crate) fn arrays(&self) -> Vec<(String, Array)> {
        let distances = Tensor::from_vec([self.distances.len()], self.distances.clone()).expect("a list");
        vec![
            (BANK_FEATURES.into(), Array::U8(self.features.clone().into_dyn())),
            (BANK_DISTANCES.into(), Array::F32(distances.into_dyn())),
        ]
    }

    /// What the file says of the arrays.
    pub(crate) fn text(&self) -> String {
        json!({"nearest": NEAREST, "low": self.low, "step": self.step, "accuracy": self.accuracy}).to_string()
    }

    /// Reads the entries of the file of a net whose features have `width` numbers.
    ///
    /// # Errors
    /// If they are not what a bank of the net is.
    pub(crate) fn from_file(
        width: usize,
        text: &str,
        features: Tensor<u8>,
        distances: Tensor<f32>,
    ) -> Result<Self, Error> {
        let wrong = |name: &str, problem: String| Error::Model(format!("{name} {problem}"));
        let says: Value = serde_json::from_str(text).unwrap_or_default();
        let number = |key: &str| says[key].as_f64().filter(|number| number.is_finite());
        let known = || {
            let (low, step) = (number("low")? as f32, number("step")? as f32);
            let accuracy = number("accuracy").filter(|accuracy| (0.0..=1.0).contains(accuracy))?;
            let is_ours = says["nearest"] == NEAREST && step.is_normal() && step > 0.0 && low.is_finite();
            is_ours.then_some((low, step, accuracy))
        };
        let (low, step, accuracy) = known().ok_or_else(|| {
            let needed = "an object of nearest 5, low, step above 0 and accuracy 0 … 1 is needed";
            wrong(BANK, format!("is {}; {needed}", quoted(text)))
        })?;
        let found = features.shape().to_vec();
        let pictures = found.first().copied().unwrap_or(0);
        if found != [pictures, width] || pictures == 0 {
            return Err(wrong(BANK_FEATURES, format!("has shape {found:?}; [pictures, {width}] is needed")));
        }
        let is_sorted = distances.as_slice().is_sorted() && distances.iter().all(|distance| distance.is_finite());
        if distances.is_empty() || !is_sorted {
            return Err(wrong(BANK_DISTANCES, "holds no list of finite numbers from the least up".into()));
        }
        let features: Matrix<u8> =
            features.reshape([pictures, width]).map_err(|error| wrong(BANK_FEATURES, error.to_string()))?;
        Ok(Self { features, low, step, distances: distances.as_slice().to_vec(), accuracy })
    }
}
