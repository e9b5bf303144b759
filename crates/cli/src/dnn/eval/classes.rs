//! What a model that tells classes is worth.

use anyhow::Context;
use glassbox_dnn::{Dataset, Model};
use glassbox_tensor::shown;
use serde_json::json;

use super::{Eval, confusion};
use crate::dnn::data::Part;
use crate::run::{Common, say, say_json};

impl Eval {
    pub(super) fn classes(&self, mut model: Model, common: &Common) -> anyhow::Result<()> {
        let part = self.part.unwrap_or(Part::Test);
        let samples = self.data.read_for(&mut model, part, common)?;
        let pictures = Dataset { images: &samples.images, labels: &samples.labels };
        let context = || format!("{} with {}", self.data.name(), shown(&self.model));
        let result = model.evaluate(pictures).with_context(context)?;
        self.draw(&result.confusion, &model.about, common)?;
        if common.json {
            say_json(&json!({
                "event": "eval", "model": self.model.display().to_string(), "data": self.data.name(),
                "part": part.name(), "hits": result.hits, "total": result.total,
                "accuracy": result.accuracy(), "loss": result.loss, "confusion": result.confusion,
                "class_names": model.about.class_names,
            }))?;
            return Ok(());
        }
        let (percent, part) = (100.0 * result.accuracy(), part.name());
        say(&format!(
            "{percent:.2}% of {} right ({part} set, {} hits), loss {:.5}",
            result.total, result.hits, result.loss
        ))?;
        say("")?;
        say("confusion: a row for each label, a column for each answer")?;
        confusion(&result.confusion, &model.about)
    }
}
