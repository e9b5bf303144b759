//! What a training says: lines, JSON, a log, curves.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use glassbox_dnn::{Net, Progress, Real};
use glassbox_draw::{Chart, Curve, draw_charts};
use glassbox_formats::write_atomically;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::plan::Plan;
use crate::run::{Common, say, say_json};

/// What an epoch came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Epoch {
    pub(super) number: usize,
    pub(super) of: usize,
    pub(super) progress: Progress,
    pub(super) test_hits: usize,
    pub(super) test_total: usize,
    pub(super) test_loss: f64,
    /// Hits and pictures.
    pub(super) held_out: Option<(usize, usize)>,
    /// Of the training alone.
    pub(super) seconds: f64,
    /// Of the test pictures.
    pub(super) test_seconds: f64,
}

impl Epoch {
    pub(super) fn to_json(&self) -> Value {
        let Progress { seen, hits, loss } = self.progress;
        let mut line = json!({
            "event": "epoch", "epoch": self.number, "epochs": self.of, "online_hits": hits, "online_total": seen,
            "test_hits": self.test_hits, "test_total": self.test_total, "test_loss": self.test_loss, "loss": loss,
            "seconds": self.seconds, "test_seconds": self.test_seconds,
        });
        if let Some((hits, total)) = self.held_out {
            line["held_out_hits"] = hits.into();
            line["held_out_total"] = total.into();
        }
        line
    }

    /// Reads what [`to_json`](Epoch::to_json) wrote.
    pub(super) fn from_json(line: &Value) -> Option<Self> {
        let whole = |key: &str| line[key].as_u64().map(|number| number as usize);
        let real = |key: &str| line[key].as_f64();
        Some(Self {
            number: whole("epoch")?,
            of: whole("epochs")?,
            progress: Progress { seen: whole("online_total")?, hits: whole("online_hits")?, loss: real("loss")? },
            test_hits: whole("test_hits")?,
            test_total: whole("test_total")?,
            test_loss: real("test_loss")?,
            held_out: whole("held_out_hits").zip(whole("held_out_total")),
            seconds: real("seconds")?,
            test_seconds: real("test_seconds")?,
        })
    }

    fn line(&self) -> String {
        let held_out = self.held_out.map(|(hits, total)| format!("  held out: {:.2}%", percent(hits, total)));
        format!(
            "epoch {}/{}  confidence (Уверенность): {:.2}%{}  test: {:.2}%  loss: {:.5}  {:.3} s",
            self.number,
            self.of,
            percent(self.progress.hits, self.progress.seen),
            held_out.unwrap_or_default(),
            percent(self.test_hits, self.test_total),
            self.progress.loss,
            self.seconds,
        )
    }
}

fn percent(hits: usize, total: usize) -> f64 {
    100.0 * hits as f64 / total.max(1) as f64
}

/// Where the lines go.
pub(super) struct Report<'a> {
    common: &'a Common,
    log: Option<PathBuf>,
    epochs: usize,
}

impl<'a> Report<'a> {
    pub(super) fn new<T: Real>(
        common: &'a Common,
        log: Option<&Path>,
        net: &Net<T>,
        plan: &Plan,
        data: &str,
        [train, test]: [usize; 2],
    ) -> anyhow::Result<Self> {
        let report = Self { common, log: log.map(Into::into), epochs: plan.recipe.epochs };
        let recipe = &plan.recipe;
        let line = json!({
            "event": "start", "layers": net.text(), "inputs": net.inputs(), "parameters": net.parameter_count(),
            "data": data, "train": train, "test": test, "hold_out": plan.hold_out, "epochs": recipe.epochs, "lr": recipe.rate,
            "loss": plan.loss, "way": plan.way_text(), "optimiser": recipe.optimiser.name(), "batch": recipe.batch,
            "schedule": recipe.schedule.to_string(), "seed": recipe.seed,
        });
        report.write(&line)?;
        if !common.json {
            let sizes = format!("{} inputs | {}", net.input(), net.text());
            common.note(&format!("{sizes}: {} parameters; {train} pictures of {data}", net.parameter_count()));
        }
        Ok(report)
    }

    /// A bar for an epoch, if it would be seen.
    pub(super) fn bar(&self, epoch: usize, samples: usize) -> ProgressBar {
        if !self.common.shows_progress() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{prefix} {bar:40} {pos}/{len} samples, {eta} left");
        let bar = ProgressBar::new(samples as u64).with_prefix(format!("epoch {epoch}/{}", self.epochs));
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    pub(super) fn epoch(&self, epoch: &Epoch) -> anyhow::Result<()> {
        self.write(&epoch.to_json())?;
        if !self.common.json {
            say(&epoch.line())?;
        }
        Ok(())
    }

    pub(super) fn done(&self, model: &Path, best: Option<&Path>, seconds: f64) -> anyhow::Result<()> {
        let mut line = json!({"event": "done", "model": model.display().to_string(), "seconds": seconds});
        if let Some(best) = best {
            line["best"] = best.display().to_string().into();
        }
        self.write(&line)?;
        if !self.common.json {
            let best = best.map(|best| format!(", the best epoch's net as {}", best.display())).unwrap_or_default();
            say(&format!("saved {}{best} after {seconds:.2} s", model.display()))?;
        }
        Ok(())
    }

    /// A line of JSON, where it was asked for.
    fn write(&self, line: &Value) -> anyhow::Result<()> {
        if self.common.json {
            say_json(line)?;
        }
        if let Some(path) = &self.log {
            let file = OpenOptions::new().create(true).append(true).open(path);
            let written = file.and_then(|mut file| writeln!(file, "{line}"));
            written.with_context(|| format!("{}: cannot be written", path.display()))?;
        }
        Ok(())
    }
}

/// Draws the curves of a training.
pub(super) fn plot(path: &Path, epochs: &[Epoch]) -> anyhow::Result<()> {
    let points = |value: &dyn Fn(&Epoch) -> Option<f64>| -> Vec<(f64, f64)> {
        epochs.iter().filter_map(|epoch| Some((epoch.number as f64, value(epoch)?))).collect()
    };
    let accuracy = Chart {
        title: "accuracy, %",
        x: "epoch",
        curves: vec![
            Curve::new(
                "training stream, before each update",
                points(&|e| Some(percent(e.progress.hits, e.progress.seen))),
            ),
            Curve::new("held out", points(&|e| e.held_out.map(|(hits, total)| percent(hits, total)))),
            Curve::new("test", points(&|e| Some(percent(e.test_hits, e.test_total)))),
        ],
    };
    let loss = Chart {
        title: "loss",
        x: "epoch",
        curves: vec![
            Curve::new("training stream, before each update", points(&|e| Some(e.progress.loss))),
            Curve::new("held out", Vec::new()),
            Curve::new("test", points(&|e| Some(e.test_loss))),
        ],
    };
    let text = draw_charts(&[accuracy, loss]);
    Ok(write_atomically(path, |file| file.write_all(text.as_bytes()))?)
}
