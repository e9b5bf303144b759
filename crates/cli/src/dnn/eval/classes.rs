//! What a model that tells classes is worth.

use anyhow::Context;
use glassbox_dnn::confidence::{Calibration, calibration};
use glassbox_dnn::{Dataset, Model};
use glassbox_tensor::shown;
use serde_json::json;

use super::{Eval, confusion};
use crate::dnn::data::Part;
use crate::run::{Common, say, say_json};

/// The seed of the draws for the interval: every run says the same.
const SEED: u64 = 0;

impl Eval {
    pub(super) fn classes(&self, mut model: Model, common: &Common) -> anyhow::Result<()> {
        let part = self.part.unwrap_or(Part::Test);
        let samples = self.data.read_for(&mut model, part, common)?;
        let pictures = Dataset { images: &samples.images, labels: &samples.labels };
        let context = || format!("{} with {}", self.data.name(), shown(&self.model));
        let result = model.evaluate(pictures).with_context(context)?;
        self.draw(&result.confusion, &model.about, common)?;
        let calibration = calibration(&result.answers, SEED);
        if common.json {
            say_json(&json!({
                "event": "eval", "model": self.model.display().to_string(), "data": self.data.name(),
                "part": part.name(), "hits": result.hits, "total": result.total,
                "accuracy": result.accuracy(), "loss": result.loss, "confusion": result.confusion,
                "class_names": model.about.class_names,
                "calibration": calibration.as_ref().map(|found| json!({
                    "error": found.error, "interval": found.interval, "output": found.said,
                })),
            }))?;
            return Ok(());
        }
        let (percent, part) = (100.0 * result.accuracy(), part.name());
        say(&format!(
            "{percent:.2}% of {} right ({part} set, {} hits), loss {:.5}",
            result.total, result.hits, result.loss
        ))?;
        say(&calibrated(calibration.as_ref()))?;
        say("")?;
        say("confusion: a row for each label, a column for each answer")?;
        confusion(&result.confusion, &model.about)
    }
}

/// The calibration in words.
fn calibrated(found: Option<&Calibration>) -> String {
    let Some(Calibration { error, interval: [low, high], said, right }) = found else {
        return "calibration: none, the outputs are no shares from 0 to 1".into();
    };
    let [error, low, high, said, right] = [error, low, high, said, right].map(|share| 100.0 * share);
    let more = if said > right { "more than" } else { "less than, or as much as," };
    format!(
        "calibration error {error:.2}% (95% interval {low:.2} … {high:.2}%): the largest output is {said:.2}% on \
         average, {more} the {right:.2}% of answers that are right"
    )
}
