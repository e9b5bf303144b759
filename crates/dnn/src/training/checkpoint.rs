//! Checkpoints: files from which a training can go on.
//!
//! A checkpoint is an npz archive: the numbers of the net and the optimiser, and a text with the counters and with
//! all that decides the result. It is written beside its place, flushed and renamed; the archive's checksums are
//! compared when it is read. The two newest are kept: if one is damaged, the one before it serves.

use std::fs;
use std::path::{Path, PathBuf};

use glassbox_formats::FolderLock;
use glassbox_formats::npz::{self, Array, Npz};
use glassbox_tensor::shown;
use serde_json::{Value, json};

use super::epoch::Epoch;
use super::learner::Learner;
use crate::{Error, Net, Progress, Stored};

/// Checkpoints that are kept.
const KEPT: usize = 2;

/// The version of the format; others are refused.
const VERSION: u64 = 2;

/// The array that holds the text.
const STATE: &str = "state";

/// The names of the best net's arrays begin with this.
const BEST: &str = "best/";

/// The progress of a training; the learner has the numbers.
#[derive(Clone, Debug)]
pub(super) struct State<T: Stored> {
    /// Epochs finished.
    pub(super) epoch: usize,
    /// Progress in the next one.
    pub(super) progress: Progress,
    /// Seconds that this progress took.
    pub(super) seconds: f64,
    pub(super) epochs: Vec<Epoch>,
    pub(super) best: Option<Best<T>>,
}

/// The net that did best on the held-out pictures.
#[derive(Clone, Debug)]
pub(super) struct Best<T: Stored> {
    pub(super) epoch: usize,
    /// The [rank](crate::tasks::Score::rank) of its score.
    pub(super) rank: f64,
    pub(super) net: Net<T>,
}

impl<T: Stored> State<T> {
    pub(super) fn begin() -> Self {
        Self { epoch: 0, progress: Progress::default(), seconds: 0.0, epochs: Vec::new(), best: None }
    }

    /// Whether there has been no better epoch for as many as patience allows.
    pub(super) fn has_run_out(&self, patience: Option<usize>) -> bool {
        patience.zip(self.best.as_ref()).is_some_and(|(patience, best)| self.epoch >= best.epoch + patience)
    }
}

/// A folder of checkpoints of one training.
pub(super) struct Folder {
    path: PathBuf,
    /// All that decides the training's result.
    identity: Value,
    _lock: FolderLock,
}

/// A file and its problem.
fn invalid(file: &Path, problem: String) -> Error {
    glassbox_formats::Error::Invalid { file: shown(file), problem }.into()
}

impl Folder {
    /// Makes the folder if there is none, and keeps other trainings out of it. Unless the training is to go on, the
    /// folder must not hold checkpoints: with those of a second training among them, nobody would know which is the
    /// newest.
    pub(super) fn open(path: &Path, identity: Value, resume: bool) -> Result<Self, Error> {
        fs::create_dir_all(path).map_err(|error| invalid(path, format!("cannot be made: {error}")))?;
        let folder = Self { path: path.into(), identity, _lock: FolderLock::take(path)? };
        if let Some(newest) = folder.newest().filter(|_| !resume) {
            return Err(Error::HasCheckpoints { newest });
        }
        Ok(folder)
    }

    /// The newest checkpoint's file.
    pub(super) fn newest(&self) -> Option<PathBuf> {
        self.files().ok()?.pop()
    }

    /// Every checkpoint, the oldest first.
    pub(super) fn files(&self) -> Result<Vec<PathBuf>, Error> {
        let entries = fs::read_dir(&self.path);
        let entries = entries.map_err(|error| invalid(&self.path, format!("cannot be read: {error}")))?;
        let mut files: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        files.retain(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with("checkpoint-") && name.ends_with(".npz")
        });
        files.sort();
        Ok(files)
    }

    /// Writes a checkpoint, removes those that are no longer needed, and gives the file.
    pub(super) fn save<T: Stored>(&self, learner: &Learner<T>, state: &State<T>) -> Result<PathBuf, Error> {
        let (arrays, steps) = learner.state();
        let progress = state.progress;
        let text = json!({
            "version": VERSION, "training": self.identity, "epoch": state.epoch, "steps": steps,
            "seen": progress.seen, "hits": progress.hits, "loss": progress.loss.to_bits(),
            "seconds": state.seconds, "epochs": state.epochs.iter().map(Epoch::to_json).collect::<Vec<_>>(),
            "best": state.best.as_ref().map(|best| json!({"epoch": best.epoch, "rank": best.rank.to_bits()})),
        });
        let best = state.best.iter().flat_map(|best| best.net.to_arrays());
        let arrays = arrays.into_iter().chain(best.map(|(name, tensor)| (format!("{BEST}{name}"), tensor)));
        let mut all: Vec<_> = arrays.map(|(name, tensor)| (name, T::array(tensor))).collect();
        all.push((STATE.into(), Array::Text(text.to_string())));
        let file = self.path.join(format!("checkpoint-{:06}-{:012}.npz", state.epoch, progress.seen));
        npz::write(&file, &all)?;
        let files = self.files()?;
        for old in &files[..files.len().saturating_sub(KEPT)] {
            fs::remove_file(old).map_err(|error| invalid(old, format!("cannot be removed: {error}")))?;
        }
        Ok(file)
    }

    /// Goes back to the newest checkpoint that is whole, and gives it with its file; none if there is none at all.
    /// `damaged` is told of each that is not whole.
    pub(super) fn resume<T: Stored>(
        &self,
        learner: &mut Learner<T>,
        mut damaged: impl FnMut(&Error),
    ) -> Result<Option<(PathBuf, State<T>)>, Error> {
        let mut newest_damaged = None;
        for file in self.files()?.into_iter().rev() {
            match self.read(&file, learner) {
                Ok(state) => return Ok(Some((file, state))),
                Err(error @ Error::OtherTraining(_)) => return Err(error),
                Err(error) => {
                    damaged(&error);
                    newest_damaged.get_or_insert(file);
                }
            }
        }
        match newest_damaged {
            Some(file) => Err(invalid(&file, "no checkpoint in the folder is whole".into())),
            None => Ok(None),
        }
    }

    fn read<T: Stored>(&self, file: &Path, learner: &mut Learner<T>) -> Result<State<T>, Error> {
        let mut archive = Npz::open(file)?;
        let text: Value = serde_json::from_str(&archive.read_text(STATE)?)
            .map_err(|error| invalid(file, format!("{STATE} is no JSON: {error}")))?;
        let whole = |value: &Value, key: &str| {
            value[key].as_u64().ok_or_else(|| invalid(file, format!("{STATE} has no number {key}")))
        };
        let number = |key: &str| whole(&text, key);
        let version = number("version")?;
        if version != VERSION {
            let problem = format!("{}: is of version {version}; this program reads {VERSION}", shown(file));
            return Err(Error::OtherTraining(problem));
        }
        self.compare(file, &text["training"])?;
        let epochs = text["epochs"].as_array().and_then(|epochs| epochs.iter().map(Epoch::from_json).collect());
        let mut best = None;
        if text["best"].is_object() {
            let mut net = learner.unsettled_net();
            net.set_parameters(|name| Ok::<_, Error>(archive.read(&format!("{BEST}{name}"))?))?;
            let of = |key: &str| whole(&text["best"], key);
            best = Some(Best { epoch: of("epoch")? as usize, rank: f64::from_bits(of("rank")?), net });
        }
        let state = State {
            epoch: number("epoch")? as usize,
            progress: Progress {
                seen: number("seen")? as usize,
                hits: number("hits")? as usize,
                loss: f64::from_bits(number("loss")?),
            },
            seconds: text["seconds"].as_f64().unwrap_or_default(),
            epochs: epochs.ok_or_else(|| invalid(file, format!("{STATE} has no list of epochs")))?,
            best,
        };
        learner.restore(number("steps")?, |array| Ok(archive.read::<T>(array)?))?;
        Ok(state)
    }

    /// Says what differs if a checkpoint is of another training.
    fn compare(&self, file: &Path, found: &Value) -> Result<(), Error> {
        for (key, now) in self.identity.as_object().into_iter().flatten() {
            if &found[key] != now {
                let (file, was) = (shown(file), &found[key]);
                return Err(Error::OtherTraining(format!(
                    "{file}: is of another training: {key} was {was}, now it is {now}; \
                     give the settings of that training, or another folder"
                )));
            }
        }
        Ok(())
    }
}
