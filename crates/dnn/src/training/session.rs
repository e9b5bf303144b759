use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use glassbox_tensor::shown;

use super::checkpoint::{Best, Folder, State};
use super::epoch::Epoch;
use super::learner::Learner;
use super::material::{Material, Part, dataset};
use super::plan::Plan;
use super::settings::{Order, Precision};
use super::trainer::ADVICE;
use crate::tasks::{Score, Task};
use crate::{AnyNet, Error, Progress, Shape, Stored, shuffled};

/// An event of a training.
#[derive(Debug)]
pub enum Event<'e> {
    /// The net is there, and its pictures fit.
    Started {
        /// The net in the model language.
        layers: String,
        /// The shape of an input sample.
        input: Shape,
        /// Numbers of an output sample.
        outputs: usize,
        /// The number of trained parameters.
        parameters: usize,
        /// Samples of an epoch.
        samples: usize,
    },
    /// The training goes on from a checkpoint.
    Resumed {
        /// The checkpoint.
        file: &'e Path,
        /// Epochs finished.
        epoch: usize,
        /// Samples done of the next one.
        seen: usize,
    },
    /// A checkpoint is not whole; the one before it is tried.
    DamagedCheckpoint(&'e Error),
    /// The training was to go on from a checkpoint, but there is none: it begins.
    NoCheckpoint(&'e Path),
    /// An epoch begins, or goes on.
    EpochStarted(usize),
    /// Some samples of the epoch are done.
    Progress(Progress),
    /// No net before did as well on the held-out pictures as the epoch's.
    Best {
        /// The epoch.
        epoch: usize,
    },
    /// An epoch is finished.
    Epoch {
        /// Its result.
        epoch: &'e Epoch,
        /// The net after it.
        net: &'e AnyNet,
    },
    /// A checkpoint was written.
    Checkpoint(&'e Path),
}

/// Why a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All epochs are done.
    Complete,
    /// The held-out accuracy has not risen for as many epochs as patience allows.
    OutOfPatience,
    /// The answer to an event ended it.
    Interrupted {
        /// The epoch that was interrupted, or after which it was.
        epoch: usize,
    },
}

/// The result of a training.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The net after the last whole epoch; if it was interrupted before one was whole, as it was then.
    pub net: AnyNet,
    /// The net of the epoch that did best on the held-out pictures, with the epoch's number; none if nothing is held
    /// out.
    pub best: Option<(usize, AnyNet)>,
    /// The epochs, those before a checkpoint included.
    pub epochs: Vec<Epoch>,
    /// Why it ended.
    pub ending: Ending,
}

/// Receives the events, and tells whether the training is to end.
struct Reporter<'r> {
    report: &'r mut (dyn FnMut(Event) -> ControlFlow<()> + Send),
    is_over: bool,
}

impl Reporter<'_> {
    fn tell(&mut self, event: Event) -> ControlFlow<()> {
        self.is_over |= (self.report)(event).is_break();
        if self.is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// A training that is ready to run.
#[derive(Clone, Debug)]
pub struct Session<'a> {
    plan: &'a Plan,
    material: Material<'a>,
    checkpoints: Option<(PathBuf, bool)>,
}

impl<'a> Session<'a> {
    /// A training by `plan`, which was made for this material.
    pub fn new(plan: &'a Plan, material: impl Into<Material<'a>>) -> Self {
        Self { plan, material: material.into(), checkpoints: None }
    }

    /// Keeps checkpoints in a folder: after each epoch, and when the training is interrupted. With `resume` it goes
    /// on from the newest that is whole, and ends, bit for bit, as one that was never interrupted.
    pub fn with_checkpoints(self, folder: impl Into<PathBuf>, resume: bool) -> Self {
        Self { checkpoints: Some((folder.into(), resume)), ..self }
    }

    /// Trains. `report` receives the events; [`ControlFlow::Break`] ends the training as soon as possible.
    ///
    /// # Errors
    /// If the net does not fit the data, the training runs away, or a checkpoint cannot be read or written, or is of
    /// another training.
    ///
    /// # Panics
    /// If the plan holds out more pictures than there are: it was made for other data.
    pub fn run(self, report: &mut (dyn FnMut(Event) -> ControlFlow<()> + Send)) -> Result<Trained, Error> {
        let reporter = Reporter { report, is_over: false };
        match self.plan.precision {
            Precision::F32 => self.run_in::<f32>(reporter),
            Precision::F64 => self.run_in::<f64>(reporter),
        }
    }

    fn run_in<T: Stored>(self, mut reporter: Reporter) -> Result<Trained, Error> {
        let (plan, name) = (self.plan, self.material.name());
        let net = plan.net::<T>()?;
        let [train, test] = self.material.parts();
        let parts = (plan.hold_out > 0).then(|| train.split(plan.hold_out, plan.recipe.seed));
        let (train, held_out) = match &parts {
            Some([train, held_out]) => (train, Some(held_out)),
            None => (&train, None),
        };
        let task = |part| plan.task::<T>(part).map_err(|error| error.within(name));
        let (taught, test) = (task(train)?, task(&test)?);
        let held_out = held_out.map(task).transpose()?;
        for task in [&taught, &test] {
            task.check(&net).map_err(|error| plan.misfit(&error, name))?;
        }
        let folder = self.checkpoints.as_ref();
        let folder = folder.map(|(path, resume)| Folder::open(path, plan.identity(), *resume)).transpose()?;
        let _ = reporter.tell(Event::Started {
            layers: net.text(),
            input: net.input(),
            outputs: net.outputs(),
            parameters: net.parameter_count(),
            samples: taught.samples(),
        });
        let learner = match (plan.rule, train) {
            (Some(rule), Part::Labelled(pictures)) => Learner::article(net, plan, rule, dataset(pictures)),
            _ => Learner::batches(net, plan, &*taught),
        };
        let mut learner = learner.map_err(|error| error.within(name))?;
        let mut state = State::begin();
        if let (Some(folder), Some((path, true))) = (&folder, &self.checkpoints) {
            let damaged = |error: &Error| {
                let _ = reporter.tell(Event::DamagedCheckpoint(error));
            };
            match folder.resume(&mut learner, damaged)? {
                Some((file, found)) => {
                    let _ =
                        reporter.tell(Event::Resumed { file: &file, epoch: found.epoch, seen: found.progress.seen });
                    state = found;
                }
                None => {
                    let _ = reporter.tell(Event::NoCheckpoint(path));
                }
            }
        }
        let (samples, test, held_out) = (taught.samples(), &*test, held_out.as_deref());
        let mut run = Run { plan, name, samples, test, held_out, folder, learner, state, last: None };
        let ending = run.epochs(&mut reporter)?;
        run.trained(ending)
    }
}

/// A training under way.
struct Run<'a, T: Stored> {
    plan: &'a Plan,
    /// The name of the material.
    name: &'a str,
    /// Samples of an epoch.
    samples: usize,
    test: &'a dyn Task<T>,
    held_out: Option<&'a dyn Task<T>>,
    folder: Option<Folder>,
    learner: Learner<'a, T>,
    state: State<T>,
    /// The net of the last epoch that was finished here.
    last: Option<AnyNet>,
}

impl<T: Stored> Run<'_, T> {
    /// One epoch after the other, to the end.
    fn epochs(&mut self, reporter: &mut Reporter) -> Result<Ending, Error> {
        let epochs = self.plan.recipe.epochs;
        if epochs == 0 && self.state.epochs.is_empty() {
            // The first weights are looked at as those after an epoch are.
            self.finish(0, reporter)?;
            self.save(reporter)?;
        }
        while self.state.epoch < epochs {
            if self.state.has_run_out(self.plan.patience) {
                return Ok(Ending::OutOfPatience);
            }
            let epoch = self.state.epoch + 1;
            let _ = reporter.tell(Event::EpochStarted(epoch));
            if !self.learn(epoch, reporter)? {
                // Where it cannot go on within an epoch, the checkpoint after the epoch before serves.
                if self.learner.is_resumable_within() {
                    self.save(reporter)?;
                }
                return Ok(Ending::Interrupted { epoch });
            }
            self.finish(epoch, reporter)?;
            self.save(reporter)?;
            if reporter.is_over && epoch < epochs {
                return Ok(Ending::Interrupted { epoch });
            }
        }
        Ok(Ending::Complete)
    }

    /// Learns from the samples of an epoch; whether from all of them.
    fn learn(&mut self, epoch: usize, reporter: &mut Reporter) -> Result<bool, Error> {
        let (samples, seed) = (self.samples, self.plan.recipe.seed);
        let order: Vec<u32> = match self.plan.order {
            Order::Shuffle => shuffled(samples, seed, epoch as u64),
            Order::File => (0..samples as u32).collect(),
        };
        let began = Instant::now();
        let mut report = |progress| reporter.tell(Event::Progress(progress));
        let progress = self.learner.epoch(&order, self.state.progress, &mut report);
        let progress = progress.map_err(|error| self.ran_away(epoch, error))?;
        self.state.progress = progress;
        self.state.seconds += began.elapsed().as_secs_f64();
        Ok(progress.seen == samples)
    }

    /// An error of an epoch, with the data set, the epoch and the checkpoint before it.
    fn ran_away(&self, epoch: usize, error: Error) -> Error {
        let kept = self.folder.as_ref().and_then(Folder::newest);
        let kept = kept.map_or(String::new(), |path| format!("; the last good state is {}", shown(&path)));
        error.within(self.name).within(format!("epoch {epoch}{kept}"))
    }

    /// Evaluates the net after an epoch; the held-out pictures decide whether it is the best.
    ///
    /// The last step may have led it out of the numbers: then it answers with none, and must not be kept.
    fn finish(&mut self, number: usize, reporter: &mut Reporter) -> Result<(), Error> {
        let net = self.learner.net().map_err(|error| error.within(self.name))?;
        let last_step = self.learner.last_step();
        let away =
            |error: Error| self.ran_away(number, Error::Diverged(format!("{error}, after {last_step}; {ADVICE}")));
        net.check_finite().map_err(away)?;
        let loss = self.plan.loss()?;
        let score = |task: &dyn Task<T>| task.score(&net, &*loss).map_err(away);
        let began = Instant::now();
        let test = score(self.test)?;
        let test_seconds = began.elapsed().as_secs_f64();
        let held_out = self.held_out.map(score).transpose()?;
        if let Some(rank) = held_out.as_ref().map(Score::rank)
            && self.state.best.as_ref().is_none_or(|best| rank > best.rank)
        {
            self.state.best = Some(Best { epoch: number, rank, net: net.clone() });
            let _ = reporter.tell(Event::Best { epoch: number });
        }
        let epoch = Epoch {
            number,
            of: self.plan.recipe.epochs,
            progress: self.state.progress,
            test,
            held_out,
            seconds: self.state.seconds,
            test_seconds,
        };
        let net = T::any(net);
        let _ = reporter.tell(Event::Epoch { epoch: &epoch, net: &net });
        self.last = Some(net);
        self.state.epochs.push(epoch);
        (self.state.epoch, self.state.progress, self.state.seconds) = (number, Progress::default(), 0.0);
        Ok(())
    }

    /// Writes a checkpoint, if there is a folder for it.
    fn save(&mut self, reporter: &mut Reporter) -> Result<(), Error> {
        if let Some(folder) = &self.folder {
            let file = folder.save(&self.learner, &self.state)?;
            let _ = reporter.tell(Event::Checkpoint(&file));
        }
        Ok(())
    }

    fn trained(mut self, ending: Ending) -> Result<Trained, Error> {
        let net = match (self.last.take(), ending) {
            (Some(net), _) => net,
            (None, Ending::Interrupted { .. }) => T::any(self.learner.unsettled_net()),
            // Nothing was left to do after the checkpoint.
            (None, _) => T::any(self.learner.net().map_err(|error| error.within(self.name))?),
        };
        let best = self.state.best.map(|best| (best.epoch, T::any(best.net)));
        Ok(Trained { net, best, epochs: self.state.epochs, ending })
    }
}
