//! The output of a training: lines, JSON, a log, curves.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use glassbox_dnn::Shape;
use glassbox_dnn::training::{Data, Epoch, Event, Plan};
use glassbox_draw::{Chart, Curve, draw_charts};
use glassbox_formats::write_atomically;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::run::{Common, say, say_json};

/// Reports the events of a training on standard output, on standard error and in a log.
pub(super) struct Report<'a> {
    common: &'a Common,
    log: Option<&'a Path>,
    plan: &'a Plan,
    data: &'a Data,
    /// Number of training pictures.
    samples: usize,
    bar: ProgressBar,
}

impl<'a> Report<'a> {
    pub(super) fn new(common: &'a Common, log: Option<&'a Path>, plan: &'a Plan, data: &'a Data) -> Self {
        Self { common, log, plan, data, samples: 0, bar: ProgressBar::hidden() }
    }

    /// Reports an event.
    pub(super) fn tell(&mut self, event: Event) -> anyhow::Result<()> {
        match event {
            Event::Started { layers, input, outputs, parameters, samples } => {
                self.samples = samples;
                self.started(&layers, input, outputs, parameters)?;
            }
            Event::Resumed { file, epoch, seen } => {
                let file = file.display();
                self.common.note(&format!("going on from {file}: {epoch} epochs and {seen} samples done"));
            }
            Event::DamagedCheckpoint(error) => self.common.note(&format!("{error}: trying the one before")),
            Event::NoCheckpoint(folder) => {
                self.common.note(&format!("no checkpoint in {}: beginning", folder.display()));
            }
            Event::EpochStarted(epoch) => self.bar = self.new_bar(epoch),
            Event::Progress(progress) => self.bar.set_position(progress.seen as u64),
            Event::Epoch(epoch) => {
                self.clear();
                let written = self.write(&epoch.to_json());
                if !self.common.json {
                    say(&line(epoch))?;
                }
                written?;
            }
            Event::Best { .. } | Event::Checkpoint(_) => {}
        }
        Ok(())
    }

    fn started(&self, layers: &str, input: Shape, outputs: usize, parameters: usize) -> anyhow::Result<()> {
        let (plan, name, samples) = (self.plan, &self.data.name, self.samples);
        if outputs > plan.classes {
            let classes = plan.classes;
            self.common.note(&format!("note: the net has {outputs} outputs, but {name} has {classes} classes"));
        }
        self.data.understood.iter().for_each(|sentence| self.common.note(&format!("note: {name}: {sentence}")));
        let recipe = &plan.recipe;
        self.write(&json!({
            "event": "start", "layers": layers, "inputs": input.len(), "parameters": parameters,
            "data": name, "train": samples, "test": self.data.test.len(), "prepare": plan.prepare.to_string(), "hold_out": plan.hold_out,
            "epochs": recipe.epochs, "lr": recipe.rate, "loss": plan.loss, "way": plan.way(),
            "optimiser": recipe.optimiser.name(), "batch": recipe.batch, "schedule": recipe.schedule.to_string(),
            "seed": recipe.seed,
        }))?;
        if !self.common.json {
            self.common
                .note(&format!("{input} inputs | {layers}: {parameters} parameters; {samples} pictures of {name}"));
        }
        Ok(())
    }

    /// The progress bar of an epoch, hidden if it should not be shown.
    fn new_bar(&self, epoch: usize) -> ProgressBar {
        if !self.common.shows_progress() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{prefix} {bar:40} {pos}/{len} samples, {eta} left");
        let epochs = self.plan.recipe.epochs;
        let bar = ProgressBar::new(self.samples as u64).with_prefix(format!("epoch {epoch}/{epochs}"));
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    /// Removes the bar.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
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

    /// Writes a line of JSON to standard output with `--json`, and to the log if there is one.
    fn write(&self, line: &Value) -> anyhow::Result<()> {
        let said = if self.common.json { say_json(line) } else { Ok(()) };
        if let Some(path) = self.log {
            let file = OpenOptions::new().create(true).append(true).open(path);
            let written = file.and_then(|mut file| writeln!(file, "{line}"));
            written.with_context(|| format!("{}: cannot be written", path.display()))?;
        }
        Ok(said?)
    }
}

/// The line of an epoch.
fn line(epoch: &Epoch) -> String {
    let held_out = epoch.held_out.map(|(hits, total)| format!("  held out: {:.2}%", percent(hits, total)));
    format!(
        "epoch {}/{}  confidence (Уверенность): {:.2}%{}  test: {:.2}%  loss: {:.5}  {:.3} s",
        epoch.number,
        epoch.of,
        percent(epoch.progress.hits, epoch.progress.seen),
        held_out.unwrap_or_default(),
        percent(epoch.test_hits, epoch.test_total),
        epoch.progress.loss,
        epoch.seconds,
    )
}

fn percent(hits: usize, total: usize) -> f64 {
    100.0 * hits as f64 / total.max(1) as f64
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
