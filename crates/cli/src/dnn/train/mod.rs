//! `dnn train`: the flags, and one epoch after the other.

mod checkpoint;
mod learner;
mod plan;
mod report;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use clap::{Args, ValueEnum};
use glassbox_dnn::{Dataset, Evaluation, Net, Progress, Schedule, shuffled};
use glassbox_formats::check_writable;
use glassbox_formats::mnist::Labelled;
use glassbox_tensor::Tensor;
use serde_json::json;

use self::checkpoint::{Checkpoint, Folder};
use self::learner::Learner;
use self::plan::Plan;
use self::report::{Epoch, Report};
use super::data::Data;
use super::model::{self, Stored};
use crate::outcome::{Interrupted, wrong_flag};
use crate::run::{Common, catch_interrupts, interrupted};

/// The seed that is taken if none is given: the accuracy the article's net is led to by it is in the middle of what the seeds 0 … 9 lead to
/// (92.5 to 94.0 %), so that what is shown first is what is to be expected.
const TYPICAL_SEED: u64 = 9;

/// Train a net and save it; with no arguments: the article's, on MNIST
///
/// Prints, an epoch a line: the article's confidence ("Уверенность": hits before each update, over the training stream), the accuracy
/// on the test set, which is used for nothing else, and the time of the training alone.
///
/// A net of pairs "dense N | sigmoid" is trained the article's way, one sample at a time, unless --loss, --optimiser, --schedule or --batch
/// ask for batches; every other net is trained in batches.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn train
  dnn train --preset lenet5 --checkpoint run1              Ctrl-C, and later: dnn train --preset lenet5 --checkpoint run1 --resume
  dnn train --layers 'conv 8 3x3 | relu | max-pool 2 | dense 10' --epochs 3 --log run.jsonl --plot run.svg
  dnn train --preset cnn --hold-out 5000 --patience 3      stops when the held-out accuracy does; the best net is kept apart
  dnn train --rule formula --epochs 5
  dnn train --init numpy:0 --precision f64 --json          NumPy's run of the article's script, number for number")]
pub(super) struct Train {
    /// A net and how it is trained: article, mlp, lenet5, cnn or best [default: article]
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Another net, layers separated by |; `dnn layers` lists them
    #[arg(long, value_name = "SPEC", conflicts_with = "preset")]
    layers: Option<String>,
    /// mean-squared-error, cross-entropy, binary-cross-entropy, mean-absolute, huber, hinge or kullback-leibler
    #[arg(long, value_name = "NAME")]
    loss: Option<String>,
    /// sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw or averaged-sgd
    #[arg(long, value_name = "NAME")]
    optimiser: Option<String>,
    /// Passes over the training set
    #[arg(long)]
    epochs: Option<usize>,
    /// Learning rate
    #[arg(long)]
    lr: Option<f64>,
    /// How the rate goes on: constant, step:EPOCHS:FACTOR, cosine or one-cycle
    #[arg(long, value_name = "NAME")]
    schedule: Option<String>,
    /// Samples a step; 1 is the article's way
    #[arg(long, value_name = "N")]
    batch: Option<usize>,
    /// Weight decay: so much of each parameter is added to its gradient; with adamw, times the rate, taken off the parameter itself
    #[arg(long, value_name = "SHARE")]
    weight_decay: Option<f64>,
    /// Shorten a gradient that is longer than this
    #[arg(long, value_name = "LENGTH")]
    clip: Option<f64>,
    /// Change pictures at random before they are learned from: shift:PIXELS, rotate:DEGREES, scale:SHARE, elastic:PIXELS, with commas between
    #[arg(long, value_name = "WHAT")]
    augment: Option<String>,
    /// Training pictures, the last ones, that are not learned from but choose the best epoch, which is saved beside the model
    #[arg(long, value_name = "N")]
    hold_out: Option<usize>,
    /// Stop when the held-out accuracy has not risen for so many epochs (holds out a twelfth unless --hold-out says how many)
    #[arg(long, value_name = "EPOCHS")]
    patience: Option<usize>,
    /// code: what the article's script does (the output delta lacks σ′, deltas go back through updated weights); formula: the gradient
    /// that its text derives
    #[arg(long, value_enum)]
    rule: Option<RuleName>,
    /// Numbers to compute in; f64 repeats NumPy
    #[arg(long, value_enum, default_value_t = Precision::F32)]
    precision: Precision,
    /// Weights to begin with: uniform[:A] (±A, by default ±0.5), xavier, he, numpy:SEED (what np.random.RandomState(SEED).uniform(-0.5, 0.5, …)
    /// draws), or an npz file that holds them
    #[arg(long, value_name = "WHAT|FILE.npz")]
    init: Option<String>,
    /// Order of the samples: as in the file, or shuffled anew each epoch, by --seed [default: file for the article's way, else shuffle]
    #[arg(long, value_enum)]
    order: Option<Order>,
    /// Seed of all randomness
    #[arg(long, default_value_t = TYPICAL_SEED)]
    seed: u64,
    #[command(flatten)]
    data: Data,
    /// Where the model goes
    #[arg(long, value_name = "OUT.npz", default_value = "model.npz")]
    model: PathBuf,
    /// Keep all that is needed to go on in this folder, after each epoch and on Ctrl-C
    #[arg(long, value_name = "DIR")]
    checkpoint: Option<PathBuf>,
    /// Go on from the newest whole checkpoint; the result is, bit for bit, that of a run that was never interrupted
    #[arg(long, requires = "checkpoint")]
    resume: bool,
    /// Append what --json prints to a file, too
    #[arg(long, value_name = "FILE.jsonl")]
    log: Option<PathBuf>,
    /// Draw the curves of loss and accuracy
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
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
        let (train, test) = self.data.read_both()?;
        let plan = Plan::new(&self, &train, &test)?;
        check_writable(&self.model)?;
        for file in [&self.plot, &self.log].into_iter().flatten() {
            check_writable(file)?;
        }
        catch_interrupts(true)?;
        common.warn_of_debug_build();
        match self.precision {
            Precision::F32 => self.train::<f32>(common, &plan, train, &test),
            Precision::F64 => self.train::<f64>(common, &plan, train, &test),
        }
    }

    fn train<T: Stored>(&self, common: &Common, plan: &Plan, train: Labelled, test: &Labelled) -> anyhow::Result<()> {
        let start = Instant::now();
        let net = plan.net::<T>(self)?;
        let (train, held_out) = split(train, plan.hold_out);
        let invalid = |error: glassbox_dnn::Error| anyhow::Error::new(error).context(self.data.name());
        let pictures = Dataset { images: &train.images, labels: &train.labels };
        let test = Dataset { images: &test.images, labels: &test.labels };
        for pictures in [pictures, test] {
            pictures.check(&net).map_err(|error| {
                wrong_flag(
                    "--layers",
                    format!("{error} (its last layer must have an output for each class of {})", self.data.name()),
                )
            })?;
        }
        if net.outputs() > plan.classes {
            let (outputs, classes) = (net.outputs(), plan.classes);
            common
                .note(&format!("note: the net has {outputs} outputs, but {} has {classes} classes", self.data.name()));
        }
        let report =
            Report::new(common, self.log.as_deref(), &net, plan, &self.data.name(), [train.len(), test.len()])?;
        let mut learner = Learner::new(net, plan, pictures).map_err(invalid)?;
        let folder =
            self.checkpoint.as_ref().map(|path| Folder::open(path, self.identity(plan), self.resume)).transpose()?;
        let mut state = Checkpoint::begin();
        let mut latest = None;
        if let Some(folder) = folder.as_ref().filter(|_| self.resume) {
            match folder.resume(&mut learner, common)? {
                Some(found) => state = found,
                None => common.note(&format!("no checkpoint in {}: beginning", folder.path().display())),
            }
        }
        while state.epoch < plan.recipe.epochs && !state.has_run_out(plan.patience) {
            let epoch = state.epoch + 1;
            let order: Vec<u32> = match plan.order {
                Order::Shuffle => shuffled(train.len(), plan.recipe.seed, epoch as u64),
                Order::File => (0..train.len() as u32).collect(),
            };
            let bar = report.bar(epoch, train.len());
            let began = Instant::now();
            let progress = learner.epoch(&order, state.progress, |progress| {
                bar.set_position(progress.seen as u64);
                if interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            let seconds = state.seconds + began.elapsed().as_secs_f64();
            bar.finish_and_clear();
            let progress = progress.map_err(|error| {
                let kept = folder.as_ref().and_then(|folder| folder.newest());
                let kept = kept.map_or(String::new(), |path| format!("; the last good state is {}", path.display()));
                invalid(error).context(format!("epoch {epoch}{kept}"))
            })?;
            if progress.seen < train.len() {
                (state.progress, state.seconds) = (progress, seconds);
                return Err(self.stop(common, folder.as_ref(), &learner, &state, epoch));
            }
            let net = learner.net().with_context(|| self.data.name())?;
            let line = self.look(plan, &net, &mut state, epoch, progress, seconds, &held_out, test)?;
            latest = Some(net);
            report.epoch(&line)?;
            state.epochs.push(line);
            (state.epoch, state.progress, state.seconds) = (epoch, Progress::default(), 0.0);
            if let Some(folder) = &folder {
                folder.save(&learner, &state)?;
            }
            if interrupted() && epoch < plan.recipe.epochs {
                return Err(self.stop(common, folder.as_ref(), &learner, &state, epoch));
            }
        }
        if state.has_run_out(plan.patience) && state.epoch < plan.recipe.epochs {
            common.note(&format!("stopped after epoch {}: no better on held-out pictures", state.epoch));
        }
        if let Some(path) = &self.plot {
            report::plot(path, &state.epochs)?;
        }
        let net = match latest {
            Some(net) => net,
            None => learner.net().with_context(|| self.data.name())?,
        };
        model::save(&self.model, &net, &plan.loss)?;
        let best = self.save_best(&net, plan, &state)?;
        report.done(&self.model, best.as_deref(), start.elapsed().as_secs_f64())
    }

    /// Evaluates a finished epoch; the held-out pictures say whether it is the best so far.
    #[allow(clippy::too_many_arguments, reason = "all that an epoch leaves behind")]
    fn look<T: Stored>(
        &self,
        plan: &Plan,
        net: &Net<T>,
        state: &mut Checkpoint,
        epoch: usize,
        progress: Progress,
        seconds: f64,
        held_out: &Option<Labelled>,
        test: Dataset,
    ) -> anyhow::Result<Epoch> {
        let began = Instant::now();
        let evaluate = |pictures: Dataset| -> anyhow::Result<Evaluation> {
            glassbox_dnn::evaluate(net, pictures, &*plan.loss()).with_context(|| self.data.name())
        };
        let test = evaluate(test)?;
        let test_seconds = began.elapsed().as_secs_f64();
        let held_out =
            held_out.as_ref().map(|held_out| evaluate(Dataset { images: &held_out.images, labels: &held_out.labels }));
        let held_out = held_out.transpose()?;
        if let Some(held_out) = &held_out
            && state.best.as_ref().is_none_or(|best| held_out.hits > best.hits)
        {
            state.best = Some(checkpoint::Best { epoch, hits: held_out.hits, arrays: checkpoint::stored(net) });
        }
        Ok(Epoch {
            number: epoch,
            of: plan.recipe.epochs,
            progress,
            test_hits: test.hits,
            test_total: test.total,
            test_loss: test.loss,
            held_out: held_out.map(|held_out| (held_out.hits, held_out.total)),
            seconds,
            test_seconds,
        })
    }

    /// Keeps what has been learned so far, if it was asked for, before the program ends.
    fn stop<T: Stored>(
        &self,
        common: &Common,
        folder: Option<&Folder>,
        learner: &Learner<T>,
        state: &Checkpoint,
        epoch: usize,
    ) -> anyhow::Error {
        let note = match folder {
            // What cannot go on in the middle of an epoch begins it again, from the checkpoint before it.
            Some(folder) => match if learner.is_resumable_within() { folder.save(learner, state) } else { Ok(()) } {
                Ok(()) => format!("kept in {}; --resume goes on", folder.path().display()),
                Err(error) => return error,
            },
            None => format!("{} is not written; --checkpoint DIR would have kept it", self.model.display()),
        };
        common.note(&format!("interrupted in epoch {epoch}: {note}"));
        Interrupted.into()
    }

    /// The best epoch's net, beside the last one's.
    fn save_best<T: Stored>(&self, net: &Net<T>, plan: &Plan, state: &Checkpoint) -> anyhow::Result<Option<PathBuf>> {
        let Some(best) = &state.best else { return Ok(None) };
        let path = self.model.with_extension("best.npz");
        model::save(&path, &checkpoint::restored::<T>(net, best)?, &plan.loss)?;
        Ok(Some(path))
    }

    /// All that decides what comes out, to be compared when a run is resumed; the number of epochs may change where no schedule counts on it.
    fn identity(&self, plan: &Plan) -> serde_json::Value {
        let recipe = &plan.recipe;
        let counts = recipe.schedule != Schedule::Constant;
        json!({
            "layers": plan.layers, "input": plan.input.text(), "loss": plan.loss, "optimiser": recipe.optimiser.name(),
            "lr": recipe.rate, "schedule": recipe.schedule.to_string(), "batch": recipe.batch,
            "weight_decay": recipe.decay, "clip": recipe.clip, "seed": recipe.seed, "init": plan.init,
            "order": format!("{:?}", plan.order), "way": plan.way_text(), "precision": format!("{:?}", self.precision),
            "hold_out": plan.hold_out, "augment": plan.augment_text(), "data": plan.data_sum,
            "epochs": counts.then_some(recipe.epochs),
        })
    }
}

/// The last pictures apart from the others, if any are to be held out.
fn split(all: Labelled, hold_out: usize) -> (Labelled, Option<Labelled>) {
    if hold_out == 0 {
        return (all, None);
    }
    let (n, height, width, channels) = all.images.dim();
    let kept = n - hold_out;
    let mut pixels = all.images.into_vec();
    let mut labels = all.labels;
    let (held_pixels, held_labels) = (pixels.split_off(kept * height * width * channels), labels.split_off(kept));
    let labelled = |n: usize, pixels: Vec<u8>, labels: Vec<u8>| Labelled {
        images: Tensor::from_vec([n, height, width, channels], pixels).expect("whole pictures"),
        labels,
    };
    (labelled(kept, pixels, labels), Some(labelled(hold_out, held_pixels, held_labels)))
}
