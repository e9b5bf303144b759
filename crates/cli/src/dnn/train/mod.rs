//! `dnn train`: its flags, and the files it writes at the end.

mod files;
mod plot;
mod report;
mod samples;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use glassbox_dnn::training::{
    DEFAULT_SEED, Ending, Event, Material, Order, Plan, Precision, Session, Settings, Trained,
};
use glassbox_dnn::{Error, Prepare, Rule};
use glassbox_tensor::shown;

use self::files::Files;
use self::report::Report;
use super::data::{Data, PrepareName};
use crate::outcome::{Interrupted, wrong_flag};
use crate::run::{Common, catch_interrupts, interrupted};

/// Train a net and save it; with no arguments: the article's, on MNIST
///
/// Prints a line per epoch: the article's confidence ("Уверенность": hits before each update, over the training
/// stream), the accuracy on the test set, which never influences the training, and the time of the training alone.
///
/// A net of pairs "dense N | sigmoid" is trained the article's way, one sample at a time. With --loss, --optimiser,
/// --schedule, --batch, --weight-decay, --clip or --augment, and with every other net, training is in batches.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn train
  dnn train --preset lenet5 --checkpoint run1              Ctrl-C, and later the same with --resume
  dnn train --layers 'conv 8 3x3 | relu | max-pool 2 | dense 10' --epochs 3 --log run.jsonl --plot run.svg
  dnn train --preset cnn --hold-out 5000 --patience 3      stops when the held-out accuracy does; keeps the best net
  dnn train --preset lenet5 --noise-class                  eleven classes: digits and noise
  dnn train --rule formula --epochs 5
  dnn train --preset denoise --data photos --model denoise.npz    a folder of pictures
  dnn train --preset flow --model flow.npz --samples sheet.png     digits drawn, anew after each epoch
  dnn train --init numpy:0 --precision f64 --json          NumPy's run of the article's script, number for number
  dnn train --layers 'dense 20 | relu | dense 10' --init torch.safetensors --epochs 0     weights of PyTorch")]
pub(super) struct Train {
    /// A net and how it is trained: article, mlp, lenet5, cnn or best, which tell classes; denoise, enlarge or
    /// fill, which restore pictures; flow, which draws them [default: article]
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Another net, layers separated by |; `dnn layers` lists them
    #[arg(long, value_name = "SPEC", conflicts_with = "preset")]
    layers: Option<String>,
    /// What --layers are taught, if not to tell classes: denoise, enlarge, fill or flow
    #[arg(long, value_name = "NAME", requires = "layers")]
    task: Option<String>,
    /// Side of the patches that restoring nets are taught with
    #[arg(long, value_name = "PIXELS")]
    patch: Option<usize>,
    /// mean-squared-error, cross-entropy, binary-cross-entropy, mean-absolute, huber, hinge or kullback-leibler
    #[arg(long, value_name = "NAME")]
    loss: Option<String>,
    /// sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw or averaged-sgd
    #[arg(long, value_name = "NAME")]
    optimiser: Option<String>,
    /// Passes over the training set; with 0 the first weights are tested and saved
    #[arg(long)]
    epochs: Option<usize>,
    /// Learning rate
    #[arg(long)]
    lr: Option<f64>,
    /// Schedule of the rate: constant, step:EPOCHS:FACTOR, cosine or one-cycle
    #[arg(long, value_name = "NAME")]
    schedule: Option<String>,
    /// Samples per step; 1 is the article's way
    #[arg(long, value_name = "N")]
    batch: Option<usize>,
    /// Weight decay: this share of each parameter is added to its gradient; adamw subtracts the share times the rate
    /// from the parameter itself
    #[arg(long, value_name = "SHARE")]
    weight_decay: Option<f64>,
    /// Shorten a gradient that is longer than this
    #[arg(long, value_name = "LENGTH")]
    clip: Option<f64>,
    /// Augment pictures at random: shift:PIXELS, rotate:DEGREES, scale:SHARE, elastic:PIXELS, separated by commas
    #[arg(long, value_name = "WHAT")]
    augment: Option<String>,
    /// Hold out N training pictures, drawn by --seed, of each class its share: they choose the best epoch, whose net is
    /// saved beside the model
    #[arg(long, value_name = "N")]
    hold_out: Option<usize>,
    /// Stop when the held-out accuracy has not risen for this many epochs; without --hold-out, a twelfth of the
    /// pictures is held out
    #[arg(long, value_name = "EPOCHS")]
    patience: Option<usize>,
    /// code: as in the article's script (the output delta lacks σ′, deltas go back through updated weights); formula:
    /// the gradient that its text derives
    #[arg(long, value_enum)]
    rule: Option<RuleName>,
    /// Precision of the numbers; f64 repeats NumPy
    #[arg(long, value_enum, default_value_t = PrecisionName::F32)]
    precision: PrecisionName,
    /// Initial weights: uniform[:A] (±A, by default ±0.5), xavier, he, numpy:SEED (as
    /// np.random.RandomState(SEED).uniform(-0.5, 0.5, …) draws them), or an npz or safetensors file: a model of the
    /// same net, or a PyTorch state_dict whose modules match the layers in one way only
    #[arg(long, value_name = "WHAT|FILE")]
    init: Option<String>,
    /// Order of the samples: as in the file, or shuffled in each epoch by --seed [default: file for the article's way,
    /// else shuffle]
    #[arg(long, value_enum)]
    order: Option<OrderName>,
    /// Seed of all randomness
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
    #[command(flatten)]
    data: Data,
    /// One class more, named noise: uniform, Gaussian, blurred, and the shuffled pixels of pictures, drawn by --seed.
    /// `dnn generate --forbid noise` can then forbid it
    #[arg(long)]
    noise_class: bool,
    /// How `dnn predict` is to prepare pictures for this net; digit if those of --data are made like MNIST's [default:
    /// none with --data, digit without]
    #[arg(long, value_enum, value_name = "HOW")]
    prepare: Option<PrepareName>,
    /// File for the model: safetensors if the suffix says so, otherwise npz. A model of the same net is replaced
    #[arg(long, value_name = "OUT", default_value = "model.npz")]
    model: PathBuf,
    /// Replace a model of another net, too, or a file that is no model
    #[arg(long)]
    force: bool,
    /// Write checkpoints into this folder after each epoch and on Ctrl-C, so that --resume can continue the training
    #[arg(long, value_name = "DIR")]
    checkpoint: Option<PathBuf>,
    /// Continue from the newest undamaged checkpoint; the result has the same bits as without interruption
    #[arg(long, requires = "checkpoint")]
    resume: bool,
    /// Also append the lines of --json to a file
    #[arg(long, value_name = "FILE.jsonl")]
    log: Option<PathBuf>,
    /// Draw the curves of loss and accuracy
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Draw a sheet of what a drawing net makes, anew after each epoch
    #[arg(long, value_name = "FILE")]
    samples: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RuleName {
    Code,
    Formula,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PrecisionName {
    F32,
    F64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OrderName {
    File,
    Shuffle,
}

impl From<RuleName> for Rule {
    fn from(name: RuleName) -> Self {
        match name {
            RuleName::Code => Rule::Code,
            RuleName::Formula => Rule::Formula,
        }
    }
}

impl Train {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let settings = self.settings();
        let files = self.files();
        files.check_names(&[self.data.path(), settings.init_file()])?;
        let purpose = settings.purpose().map_err(of_flags)?;
        let mut data = self.data.read_to_train(purpose)?;
        if self.noise_class {
            data = data.with_noise_class(purpose, self.seed).map_err(of_flags)?;
        }
        let material = data.material();
        let plan = Plan::new(&settings, material).map_err(of_flags)?;
        files.check_targets(&plan, self.force, common)?;
        catch_interrupts(true)?;
        common.warn_of_debug_build();
        let start = Instant::now();
        let mut session = Session::new(&plan, material);
        if let Some(folder) = &self.checkpoint {
            session = session.with_checkpoints(folder, self.resume);
        }
        let mut report = Report::new(common, self.log.as_deref(), &plan, material);
        let (mut unsaid, mut whole) = (None, 0);
        let trained = session.run(&mut |event| {
            if let Event::Epoch { epoch, .. } = event {
                whole = epoch.number;
            }
            // The net matters: if nobody reads the lines, it is trained and saved anyway.
            let sheet = match (&event, &self.samples) {
                (Event::Epoch { net, .. }, Some(path)) => {
                    samples::write(path, net, &plan.about(), plan.recipe.seed, common)
                }
                _ => Ok(()),
            };
            unsaid = unsaid.take().or(report.tell(event).err()).or(sheet.err());
            if interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        report.clear();
        let trained = trained.map_err(of_flags)?;
        match trained.ending {
            Ending::Complete => {}
            Ending::OutOfPatience => {
                let last = trained.epochs.len();
                common.note(&format!("stopped after epoch {last}: no better on held-out pictures"));
            }
            Ending::Interrupted { epoch } => {
                // Within the first epoch the net is no result yet.
                if whole > 0 {
                    write(&files, &trained, &plan, material)?;
                }
                let model = self.model.display();
                let net = match whole {
                    0 => format!("{model} is not written"),
                    whole => format!("{model} has the net of epoch {whole}"),
                };
                let kept = match &self.checkpoint {
                    Some(folder) => format!("kept in {}; --resume goes on", shown(folder)),
                    None => "--checkpoint DIR would have kept the rest".into(),
                };
                common.note(&format!("interrupted in epoch {epoch}: {net}; {kept}"));
                return Err(Interrupted.into());
            }
        }
        write(&files, &trained, &plan, material)?;
        let best = files.best.as_deref().filter(|_| trained.best.is_some());
        let said = report.done(&self.model, best, start.elapsed().as_secs_f64());
        unsaid.or(said.err()).map_or(Ok(()), Err)
    }

    fn files(&self) -> Files<'_> {
        let holds_out = self.hold_out.is_some() || self.patience.is_some();
        Files {
            model: &self.model,
            best: holds_out.then(|| files::best_of(&self.model)),
            plot: self.plot.as_deref(),
            log: self.log.as_deref(),
            checkpoint: self.checkpoint.as_deref(),
            samples: self.samples.as_deref(),
        }
    }

    fn settings(&self) -> Settings {
        Settings {
            preset: self.preset.clone(),
            layers: self.layers.clone(),
            task: self.task.clone(),
            patch: self.patch,
            loss: self.loss.clone(),
            optimiser: self.optimiser.clone(),
            epochs: self.epochs,
            rate: self.lr,
            schedule: self.schedule.clone(),
            batch: self.batch,
            decay: self.weight_decay,
            clip: self.clip,
            augment: self.augment.clone(),
            hold_out: self.hold_out,
            patience: self.patience,
            rule: self.rule.map(Rule::from),
            precision: match self.precision {
                PrecisionName::F32 => Precision::F32,
                PrecisionName::F64 => Precision::F64,
            },
            init: self.init.clone(),
            order: self.order.map(|order| match order {
                OrderName::File => Order::File,
                OrderName::Shuffle => Order::Shuffle,
            }),
            prepare: self.prepare.map(Prepare::from),
            seed: self.seed,
        }
    }
}

/// Writes the nets and the curves.
fn write(files: &Files, trained: &Trained, plan: &Plan, material: Material) -> anyhow::Result<()> {
    if let Some(path) = files.plot {
        plot::plot(path, &trained.epochs)?;
    }
    plan.model(trained.net.clone(), material)?.save(files.model)?;
    if let (Some(path), Some((_, net))) = (&files.best, &trained.best) {
        plan.model(net.clone(), material)?.save(path)?;
    }
    Ok(())
}

/// Names flags, not settings, in an error of a training.
fn of_flags(error: Error) -> anyhow::Error {
    match error {
        Error::Setting { name, problem } => wrong_flag(&format!("--{name}"), problem),
        Error::HasCheckpoints { newest } => {
            let newest = shown(&newest);
            wrong_flag(
                "--checkpoint",
                format!("{newest} is there; --resume goes on from it, another folder begins anew"),
            )
        }
        error => error.into(),
    }
}
