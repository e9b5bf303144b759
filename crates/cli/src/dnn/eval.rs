use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use glassbox_dnn::confidence::{Calibration, calibration};
use glassbox_dnn::{About, Dataset, Model};
use glassbox_draw::draw_confusion;
use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::shown;
use serde_json::json;

use super::data::{Data, Part};
use crate::outcome::check_outputs;
use crate::run::{Common, say, say_json};

/// The seed of the draws for the interval: every run says the same.
const SEED: u64 = 0;

/// Accuracy, loss, calibration and confusion matrix of a model on the test set
///
/// The calibration error tells how far the largest outputs are from the share of right answers: answers are put into 15
/// bins by their largest output, and each bin's mean output is compared with the share that is right. The interval is
/// that of 95 % of as many pictures drawn at random from these ones.
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
        check_outputs(&[Some(&self.model), self.data.path()], &[self.out.as_deref()])?;
        let mut model = Model::load(&self.model)?;
        let samples = self.data.read_for(&mut model, self.part, common)?;
        let pictures = Dataset { images: &samples.images, labels: &samples.labels };
        let context = || format!("{} with {}", self.data.name(), shown(&self.model));
        let result = model.evaluate(pictures).with_context(context)?;
        if let Some(out) = &self.out {
            let page = draw_confusion(&result.confusion, &model.about.class_names);
            let notes = write_picture(out, Picture::from(Pixels::U8(page)), Packing::default())?.notes;
            notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", shown(out))));
        }
        let calibration = calibration(&result.answers, SEED);
        if common.json {
            say_json(&json!({
                "event": "eval", "model": self.model.display().to_string(), "data": self.data.name(),
                "part": self.part.name(), "hits": result.hits, "total": result.total,
                "accuracy": result.accuracy(), "loss": result.loss, "confusion": result.confusion,
                "class_names": model.about.class_names,
                "calibration": calibration.as_ref().map(|found| json!({
                    "error": found.error, "interval": found.interval, "output": found.said,
                })),
            }))?;
            return Ok(());
        }
        let (percent, part) = (100.0 * result.accuracy(), self.part.name());
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
