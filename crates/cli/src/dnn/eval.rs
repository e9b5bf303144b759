use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use glassbox_dnn::{Dataset, Model};
use glassbox_draw::draw_confusion;
use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::shown;
use serde_json::json;

use super::data::{Data, Part};
use crate::run::{Common, say, say_json};

/// Accuracy, loss and confusion matrix of a model on the test set
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn eval model.npz
  dnn eval model.npz --out confusion.png
  dnn eval model.npz --part train --json")]
pub(super) struct Eval {
    /// A model that `dnn train` wrote
    model: PathBuf,
    /// Which pictures
    #[arg(long, value_enum, default_value_t = Part::Test)]
    part: Part,
    /// Draw the confusion matrix
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
}

impl Eval {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let model = Model::load(&self.model)?;
        let samples = self.data.read(self.part)?;
        let pictures = Dataset { images: &samples.images, labels: &samples.labels };
        let context = || format!("{} with {}", self.data.name(), shown(&self.model));
        let result = model.evaluate(pictures).with_context(context)?;
        if let Some(out) = &self.out {
            let page = draw_confusion(&result.confusion);
            let notes = write_picture(out, Picture::from(Pixels::U8(page)), Packing::default())?.notes;
            notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", shown(out))));
        }
        if common.json {
            say_json(&json!({
                "event": "eval", "model": self.model.display().to_string(), "data": self.data.name(),
                "part": self.part.name(), "hits": result.hits, "total": result.total,
                "accuracy": result.accuracy(), "loss": result.loss, "confusion": result.confusion,
            }))?;
            return Ok(());
        }
        let (percent, part) = (100.0 * result.accuracy(), self.part.name());
        say(&format!(
            "{percent:.2}% of {} right ({part} set, {} hits), loss {:.5}",
            result.total, result.hits, result.loss
        ))?;
        say("")?;
        say("confusion: a row for each label, a column for each answer")?;
        let classes = result.confusion.len();
        let head: String = (0..classes).map(|class| format!("{class:>6}")).collect();
        say(&format!("      {head}   right"))?;
        for (label, row) in result.confusion.iter().enumerate() {
            let cells: String =
                row.iter().map(|count| if *count == 0 { "     .".into() } else { format!("{count:>6}") }).collect();
            let right = 100.0 * row[label] as f64 / row.iter().sum::<usize>().max(1) as f64;
            say(&format!("{label:>6}{cells}  {right:5.1}%"))?;
        }
        Ok(())
    }
}
