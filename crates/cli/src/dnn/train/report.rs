//! The output of a training: lines, JSON, a log, curves.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use glassbox_dnn::tasks::Score;
use glassbox_dnn::training::{Epoch, Event, Material, Plan};
use glassbox_dnn::{Purpose, Shape};
use glassbox_tensor::shown;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::run::{Common, say, say_json};

/// Reports the events of a training on standard output, on standard error and in a log.
pub(super) struct Report<'a> {
    common: &'a Common,
    log: Option<&'a Path>,
    plan: &'a Plan,
    material: Material<'a>,
    /// Samples of an epoch.
    samples: usize,
    bar: ProgressBar,
}

impl<'a> Report<'a> {
    pub(super) fn new(common: &'a Common, log: Option<&'a Path>, plan: &'a Plan, material: Material<'a>) -> Self {
        Self { common, log, plan, material, samples: 0, bar: ProgressBar::hidden() }
    }

    /// Reports an event.
    pub(super) fn tell(&mut self, event: Event) -> anyhow::Result<()> {
        match event {
            Event::Started { layers, input, outputs, parameters, samples } => {
                self.samples = samples;
                self.started(&layers, input, outputs, parameters)?;
            }
            Event::Resumed { file, epoch, seen } => {
                let file = shown(file);
                self.common.note(&format!("going on from {file}: {epoch} epochs and {seen} samples done"));
            }
            Event::DamagedCheckpoint(error) => self.common.note(&format!("{error}: trying the one before")),
            Event::NoCheckpoint(folder) => {
                self.common.note(&format!("no checkpoint in {}: beginning", shown(folder)));
            }
            Event::EpochStarted(epoch) => self.bar = self.new_bar(epoch),
            Event::Progress(progress) => self.bar.set_position(progress.seen as u64),
            Event::Epoch { epoch, .. } => {
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
        let (plan, name, samples) = (self.plan, self.material.name(), self.samples);
        if plan.purpose == Purpose::Classify && outputs > plan.classes {
            let classes = plan.classes;
            self.common.note(&format!("note: the net has {outputs} outputs, but {name} has {classes} classes"));
        }
        self.material.understood().iter().for_each(|sentence| self.common.note(&format!("note: {name}: {sentence}")));
        let recipe = &plan.recipe;
        self.write(&json!({
            "event": "start", "layers": layers, "inputs": input.len(), "parameters": parameters,
            "data": name, "train": samples, "test": self.material.counts()[1], "purpose": plan.purpose.to_string(),
            "prepare": plan.prepare.to_string(), "hold_out": plan.hold_out,
            "epochs": recipe.epochs, "lr": recipe.rate, "loss": plan.loss, "way": plan.way(),
            "optimiser": recipe.optimiser.name(), "batch": recipe.batch, "schedule": recipe.schedule.to_string(),
            "seed": recipe.seed,
        }))?;
        if !self.common.json {
            let samples_are = if matches!(plan.purpose, Purpose::Restore(_)) { "patches" } else { "pictures" };
            self.common.note(&format!(
                "{input} inputs | {layers}: {parameters} parameters; {samples} {samples_are} of {name}"
            ));
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
            let best = best.map(|best| format!(", the best epoch's net as {}", shown(best))).unwrap_or_default();
            say(&format!("saved {}{best} after {seconds:.2} s", shown(model)))?;
        }
        Ok(())
    }

    /// Writes a line of JSON to standard output with `--json`, and to the log if there is one.
    fn write(&self, line: &Value) -> anyhow::Result<()> {
        let said = if self.common.json { say_json(line) } else { Ok(()) };
        if let Some(path) = self.log {
            let file = OpenOptions::new().create(true).append(true).open(path);
            let written = file.and_then(|mut file| writeln!(file, "{line}"));
            written.with_context(|| format!("{}: cannot be written", shown(path)))?;
        }
        Ok(said?)
    }
}

/// The line of an epoch.
fn line(epoch: &Epoch) -> String {
    let held_out = epoch.held_out.map(|score| format!("  held out: {}", worth(&score))).unwrap_or_default();
    let test = worth(&epoch.test);
    if epoch.number == 0 {
        return format!("epoch 0/0{held_out}  test: {test}  test loss: {:.5}", epoch.test.loss);
    }
    let confidence = match epoch.test.hits {
        Some(_) => format!("  confidence (Уверенность): {:.2}%", percent(epoch.progress.hits, epoch.progress.seen)),
        None => String::new(),
    };
    format!(
        "epoch {}/{}{confidence}{held_out}  test: {test}  loss: {:.5}  {:.3} s",
        epoch.number, epoch.of, epoch.progress.loss, epoch.seconds,
    )
}

/// A score in its own unit.
fn worth(score: &Score) -> String {
    match (score.hits, score.psnr) {
        (Some(hits), _) => format!("{:.2}%", percent(hits, score.total)),
        (None, Some(psnr)) => format!("{psnr:.2} dB"),
        (None, None) if score.total == 0 => "no pictures".into(),
        (None, None) => format!("loss {:.5}", score.loss),
    }
}

pub(super) fn percent(hits: usize, total: usize) -> f64 {
    100.0 * hits as f64 / total.max(1) as f64
}
