use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use glassbox_dnn::{Dataset, evaluate, losses};
use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::Image;
use serde_json::json;

use super::data::{Data, Part};
use super::model::{self, with_net};
use crate::run::{Common, say, say_json};
use crate::sheet::{LETTER, write};

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
        let model = model::load(&self.model)?;
        let samples = self.data.read(self.part)?;
        let pictures = Dataset { images: &samples.images, labels: &samples.labels };
        let result = with_net!(&model, net => evaluate(net, pictures, &*losses::by_name(&model.loss).expect("a loss that was read")))
            .with_context(|| format!("{} with {}", self.data.name(), self.model.display()))?;
        if let Some(out) = &self.out {
            let page = confusion_picture(&result.confusion);
            let notes = write_picture(out, Picture::from(Pixels::U8(page)), Packing::default())?.notes;
            notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", out.display())));
        }
        if common.json {
            say_json(&json!({
                "event": "eval", "model": self.model.display().to_string(), "data": self.data.name(), "part": self.part.name(),
                "hits": result.hits, "total": result.total, "accuracy": result.accuracy(), "loss": result.loss,
                "confusion": result.confusion,
            }))?;
            return Ok(());
        }
        let (percent, part) = (100.0 * result.accuracy(), self.part.name());
        say(&format!(
            "{percent:.2}% of {} right ({part} set, {} hits), loss {:.5}",
            result.total, result.hits, result.loss
        ))?;
        say("")?;
        say("confusion: a row a label, a column an answer")?;
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

/// Side of a cell of the drawn matrix.
const CELL: usize = 44;

/// The matrix as a picture: a row a label, a column an answer; right answers green, wrong ones red, the darker the more of the row they are.
fn confusion_picture(confusion: &[Vec<usize>]) -> Image<u8> {
    let classes = confusion.len();
    let (left, top) = (CELL, 2 * CELL);
    let mut page = Image::from_fn([top + classes * CELL + 8, left + classes * CELL + 8, 3], |(y, x, channel)| {
        let (Some(row), Some(column)) = (y.checked_sub(top), x.checked_sub(left)) else { return 255 };
        let (row, column, on_line) = (row / CELL, column / CELL, row % CELL == 0 || column % CELL == 0);
        let Some(&count) = confusion.get(row).and_then(|row| row.get(column)).filter(|_| !on_line) else { return 255 };
        let share = count as f64 / confusion[row].iter().sum::<usize>().max(1) as f64;
        // Few mistakes would not be seen if a share were drawn as it is.
        let strength = if row == column { 0.6 * share } else { share.powf(0.4) };
        let hue = if row == column { [60, 160, 90] } else { [200, 50, 40] };
        (255.0 - strength.min(1.0) * f64::from(255 - hue[channel])).round() as u8
    });
    write(&mut page, "rows: labels, columns: answers", 10, 8);
    for (class, row) in confusion.iter().enumerate() {
        let name = class.to_string();
        write(&mut page, &name, top + class * CELL + (CELL - LETTER) / 2, left - 2 * LETTER - 4);
        write(&mut page, &name, top - 2 * LETTER, left + class * CELL + (CELL - LETTER) / 2);
        for (answer, count) in row.iter().enumerate().filter(|(_, count)| **count > 0) {
            let text = count.to_string();
            let inset = (CELL.saturating_sub(text.len() * LETTER)) / 2;
            write(&mut page, &text, top + class * CELL + (CELL - LETTER) / 2, left + answer * CELL + inset);
        }
    }
    page
}
