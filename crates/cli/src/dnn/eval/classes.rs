use anyhow::Context;
use glassbox_dnn::{About, Dataset, Model};
use glassbox_draw::draw_confusion;
use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::shown;
use serde_json::json;

use super::Eval;
use crate::dnn::data::Part;
use crate::run::{Common, say, say_json};

impl Eval {
    /// Accuracy, loss and confusion matrix.
    pub(super) fn classes(&self, mut model: Model, common: &Common) -> anyhow::Result<()> {
        let part = self.part.unwrap_or(Part::Test);
        let samples = self.data.read_for(&mut model, part, common)?;
        let pictures = Dataset { images: &samples.images, labels: &samples.labels };
        let context = || format!("{} with {}", self.data.name(), shown(&self.model));
        let result = model.evaluate(pictures).with_context(context)?;
        if let Some(out) = &self.out {
            let page = draw_confusion(&result.confusion, &model.about.class_names);
            let notes = write_picture(out, Picture::from(Pixels::U8(page)), Packing::default())?.notes;
            notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", shown(out))));
        }
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

/// Prints the matrix, and the share of each label that is right: none if there is no picture of it.
fn confusion(confusion: &[Vec<usize>], about: &About) -> anyhow::Result<()> {
    let label = |class: usize| match about.class_names.is_empty() {
        true => class.to_string(),
        false => format!("{} {class}", about.class_name(class)),
    };
    let wide = (0..confusion.len()).map(|class| label(class).chars().count()).max().unwrap_or(0).max(6);
    let head: String = (0..confusion.len()).map(|class| format!("{class:>6}")).collect();
    say(&format!("{:wide$}{head}   right", ""))?;
    for (class, row) in confusion.iter().enumerate() {
        let cells: String =
            row.iter().map(|count| if *count == 0 { "     .".into() } else { format!(" {count:>5}") }).collect();
        let right = match row.iter().sum::<usize>() {
            0 => "    –".into(),
            all => format!("{:5.1}%", 100.0 * row[class] as f64 / all as f64),
        };
        say(&format!("{:>wide$}{cells}  {right}", label(class)))?;
    }
    Ok(())
}
