use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use glassbox_dnn::{ARTICLE, Net, Online, Rule, Samples, initialise_numpy, initialise_uniform, shuffled};
use glassbox_formats::check_writable;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::data::Data;
use super::model::{self, Stored};
use crate::outcome::{Interrupted, Usage, wrong_flag};
use crate::run::{Common, catch_interrupts, interrupted, say, say_json};

/// Bound of the uniform initial weights, as in the article.
const BOUND: f64 = 0.5;

/// The seed that is taken if none is given: the accuracy it leads to is in the middle of what the seeds 0 … 9 lead to
/// (92.5 to 94.0 %), so that what is shown first is what is to be expected.
const TYPICAL_SEED: u64 = 9;

/// Train a net and save it; with no arguments: the article's, on MNIST
///
/// Prints, an epoch a line: the article's confidence ("Уверенность": hits before each update, over the training stream), the accuracy
/// on the test set, which is used for nothing else, and the time of the training alone.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn train
  dnn train --rule formula --epochs 5
  dnn train --layers 'dense 100 | sigmoid | dense 10 | sigmoid' --order shuffle --model wide.npz
  dnn train --init numpy:0 --precision f64 --json       NumPy's run of the article's script, number for number")]
pub(super) struct Train {
    /// The net and how it is trained
    #[arg(long, value_enum, default_value_t = Preset::Article)]
    preset: Preset,
    /// Another net: pairs of "dense N | sigmoid"; the last N is the number of classes
    #[arg(long, value_name = "SPEC", default_value = ARTICLE)]
    layers: String,
    /// Passes over the training set
    #[arg(long, default_value_t = 3)]
    epochs: usize,
    /// Learning rate
    #[arg(long, default_value_t = 0.2)]
    lr: f64,
    /// code: what the article's script does (the output delta lacks σ′, deltas go back through updated weights); formula: the gradient
    /// that its text derives
    #[arg(long, value_enum, default_value_t = RuleName::Code)]
    rule: RuleName,
    /// Numbers to compute in; f64 repeats NumPy
    #[arg(long, value_enum, default_value_t = Precision::F32)]
    precision: Precision,
    /// Weights to begin with: uniform (±0.5, by --seed), numpy:SEED (what np.random.RandomState(SEED).uniform(-0.5, 0.5, …) draws),
    /// or an npz file that holds them
    #[arg(long, value_name = "uniform|numpy:SEED|FILE.npz", default_value = "uniform")]
    init: String,
    /// Order of the samples: as in the file, or shuffled anew each epoch, by --seed
    #[arg(long, value_enum, default_value_t = Order::File)]
    order: Order,
    /// Seed of all randomness
    #[arg(long, default_value_t = TYPICAL_SEED)]
    seed: u64,
    #[command(flatten)]
    data: Data,
    /// Where the model goes
    #[arg(long, value_name = "OUT.npz", default_value = "model.npz")]
    model: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Preset {
    /// 784-20-10, sigmoid, one sample at a time in file order
    Article,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RuleName {
    Code,
    Formula,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Precision {
    F32,
    F64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Order {
    File,
    Shuffle,
}

impl Train {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        if self.epochs == 0 {
            return Err(wrong_flag("--epochs", "found 0; a whole number from 1 up is allowed"));
        }
        if !(self.lr.is_finite() && self.lr > 0.0) {
            return Err(wrong_flag("--lr", format!("found {}; a number above 0 is allowed", self.lr)));
        }
        check_writable(&self.model)?;
        catch_interrupts(true)?;
        common.warn_of_debug_build();
        match self.precision {
            Precision::F32 => self.train::<f32>(common),
            Precision::F64 => self.train::<f64>(common),
        }
    }

    fn train<T: Stored>(&self, common: &Common) -> anyhow::Result<()> {
        let start = Instant::now();
        let (train, test) = self.data.read_both()?;
        let inputs = train.images.shape()[1] * train.images.shape()[2];
        let mut net = Net::<T>::from_text(&self.layers, inputs).map_err(|e| wrong_flag("--layers", e))?;
        self.initialise(&mut net)?;
        let rule = if self.rule == RuleName::Code { Rule::Code } else { Rule::Formula };
        let mut online = Online::new(&net, rule, self.lr).map_err(|e| wrong_flag("--layers", e))?;
        if common.json {
            say_json(&json!({
                "event": "start", "layers": net.text(), "inputs": inputs, "parameters": net.parameter_count(),
                "data": self.data.name(), "train": train.len(), "test": test.len(), "epochs": self.epochs, "lr": self.lr,
            }))?;
        } else {
            let sizes = format!("{inputs} inputs | {}", net.text());
            common.note(&format!(
                "{sizes}: {} parameters; {} pictures of {}",
                net.parameter_count(),
                train.len(),
                self.data.name()
            ));
        }
        let invalid = |error: glassbox_dnn::Error| anyhow::Error::new(error).context(self.data.name());
        let train_samples = Samples::new(&train.images, &train.labels).map_err(invalid)?;
        let test_samples = Samples::new(&test.images, &test.labels).map_err(invalid)?;
        for epoch in 1..=self.epochs {
            let order = (self.order == Order::Shuffle).then(|| shuffled(train.len(), self.seed, epoch as u64));
            let bar = self.bar(common, epoch, train.len());
            let began = Instant::now();
            let progress = online.epoch(&train_samples, order.as_deref(), |progress| {
                bar.set_position(progress.seen as u64);
                if interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            let seconds = began.elapsed().as_secs_f64();
            bar.finish_and_clear();
            let progress = progress.map_err(|error| invalid(error).context(format!("epoch {epoch}")))?;
            if interrupted() {
                common.note(&format!("interrupted in epoch {epoch}; {} is not written", self.model.display()));
                return Err(Interrupted.into());
            }
            let test_hits = online.hits(&test_samples).map_err(invalid)?;
            let share = |hits: usize, total: usize| 100.0 * hits as f64 / total as f64;
            if common.json {
                say_json(&json!({
                    "event": "epoch", "epoch": epoch, "epochs": self.epochs, "online_hits": progress.hits,
                    "online_total": progress.seen, "test_hits": test_hits, "test_total": test.len(),
                    "loss": progress.loss, "seconds": seconds,
                }))?;
            } else {
                say(&format!(
                    "epoch {epoch}/{}  confidence (Уверенность): {:.2}%  test: {:.2}%  loss: {:.5}  {seconds:.3} s",
                    self.epochs,
                    share(progress.hits, progress.seen),
                    share(test_hits, test.len()),
                    progress.loss,
                ))?;
            }
        }
        model::save(&self.model, &online.net())?;
        let seconds = start.elapsed().as_secs_f64();
        if common.json {
            say_json(&json!({"event": "done", "model": self.model.display().to_string(), "seconds": seconds}))?;
        } else {
            say(&format!("saved {} after {seconds:.2} s", self.model.display()))?;
        }
        Ok(())
    }

    fn initialise<T: Stored>(&self, net: &mut Net<T>) -> anyhow::Result<()> {
        match self.init.split_once(':') {
            None if self.init == "uniform" => initialise_uniform(net, BOUND, self.seed),
            Some(("numpy", seed)) => {
                let seed = seed.parse().map_err(|_| {
                    wrong_flag("--init", format!("found numpy:{seed}; a seed from 0 to {} is allowed", u32::MAX))
                })?;
                initialise_numpy(net, seed);
            }
            _ if self.init.ends_with(".npz") => model::initialise(net, self.init.as_ref())?,
            _ => {
                let found = &self.init;
                return Err(
                    Usage(format!("--init: found {found:?}; uniform, numpy:SEED or FILE.npz is allowed")).into()
                );
            }
        }
        Ok(())
    }

    fn bar(&self, common: &Common, epoch: usize, samples: usize) -> ProgressBar {
        if !common.shows_progress() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{prefix} {bar:40} {pos}/{len} samples, {eta} left");
        let bar = ProgressBar::new(samples as u64).with_prefix(format!("epoch {epoch}/{}", self.epochs));
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }
}
