//! What is kept on disk so that a training can go on.
//!
//! A checkpoint is an npz archive: the numbers of the net and the optimiser, and a text with the counters and with all that decides the
//! outcome. It is written beside its place, flushed and renamed; the archive's checksums are compared when it is read. The two newest are
//! kept, so that there is one before a damaged one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use glassbox_dnn::{Net, Progress};
use glassbox_formats::npz::{self, Array, Npz};
use glassbox_tensor::Tensor;
use serde_json::{Value, json};

use super::learner::Learner;
use super::report::Epoch;
use crate::dnn::model::Stored;
use crate::outcome::wrong_flag;
use crate::run::Common;

/// Checkpoints that are kept.
const KEPT: usize = 2;

/// The version of what is written; others are refused.
const VERSION: u64 = 1;

/// The array that holds the text.
const STATE: &str = "state";

/// What the best net so far has in front of its arrays' names.
const BEST: &str = "best/";

/// How far a training has come, without the net's numbers.
#[derive(Debug)]
pub(super) struct Checkpoint {
    /// Epochs finished.
    pub(super) epoch: usize,
    /// How far the next one has come.
    pub(super) progress: Progress,
    /// Seconds that took.
    pub(super) seconds: f64,
    pub(super) epochs: Vec<Epoch>,
    pub(super) best: Option<Best>,
}

/// The net that did best on what is held out.
#[derive(Debug)]
pub(super) struct Best {
    pub(super) epoch: usize,
    pub(super) hits: usize,
    pub(super) arrays: Vec<(String, Array)>,
}

/// The numbers of a net as they are written.
pub(super) fn stored<T: Stored>(net: &Net<T>) -> Vec<(String, Array)> {
    net.to_arrays().into_iter().map(|(name, tensor)| (name, T::array(tensor))).collect()
}

/// A net like `net` with the numbers of the best.
pub(super) fn restored<T: Stored>(net: &Net<T>, best: &Best) -> anyhow::Result<Net<T>> {
    let mut net = net.clone();
    net.set_parameters(|name| {
        let found = best.arrays.iter().find(|(known, _)| known == name).and_then(|(_, array)| T::tensor(array));
        found.with_context(|| format!("the best net lacks {name}"))
    })?;
    Ok(net)
}

impl Checkpoint {
    pub(super) fn begin() -> Self {
        Self { epoch: 0, progress: Progress::default(), seconds: 0.0, epochs: Vec::new(), best: None }
    }

    /// Whether the best is further back than patience goes.
    pub(super) fn has_run_out(&self, patience: Option<usize>) -> bool {
        patience.zip(self.best.as_ref()).is_some_and(|(patience, best)| self.epoch >= best.epoch + patience)
    }
}

/// A folder of checkpoints of one training.
pub(super) struct Folder {
    path: PathBuf,
    identity: Value,
}

impl Folder {
    /// Makes the folder if need be. One that holds checkpoints is for going on with: beginning anew beside them would leave nobody knowing which
    /// run is the newest.
    pub(super) fn open(path: &Path, identity: Value, resume: bool) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("{}: cannot be made", path.display()))?;
        let folder = Self { path: path.into(), identity };
        if let Some(newest) = folder.newest().filter(|_| !resume) {
            let newest = newest.display();
            return Err(wrong_flag(
                "--checkpoint",
                format!("{newest} is there; --resume goes on from it, another folder begins anew"),
            ));
        }
        // What a run that was killed had begun to write.
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| name.starts_with(".glassbox-") && name.ends_with(".part")) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The newest checkpoint's file.
    pub(super) fn newest(&self) -> Option<PathBuf> {
        self.files().ok()?.pop()
    }

    /// Every checkpoint, the oldest first.
    fn files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(&self.path).with_context(|| format!("{}: cannot be read", self.path.display()))?;
        let mut files: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        files.retain(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with("checkpoint-") && name.ends_with(".npz")
        });
        files.sort();
        Ok(files)
    }

    /// Writes a checkpoint and removes those that are no longer needed.
    pub(super) fn save<T: Stored>(&self, learner: &Learner<T>, state: &Checkpoint) -> anyhow::Result<()> {
        let (arrays, steps) = learner.state();
        let progress = state.progress;
        let text = json!({
            "version": VERSION, "training": self.identity, "epoch": state.epoch, "steps": steps,
            "seen": progress.seen, "hits": progress.hits, "loss": progress.loss.to_bits(),
            "seconds": state.seconds, "epochs": state.epochs.iter().map(Epoch::to_json).collect::<Vec<_>>(),
            "best": state.best.as_ref().map(|best| json!({"epoch": best.epoch, "hits": best.hits})),
        });
        let mut all: Vec<_> = arrays.into_iter().map(|(name, tensor)| (name, T::array(tensor))).collect();
        let best = state.best.iter().flat_map(|best| &best.arrays);
        all.extend(best.map(|(name, array)| (format!("{BEST}{name}"), array.clone())));
        all.push((STATE.into(), Array::Text(text.to_string())));
        let name = format!("checkpoint-{:06}-{:012}.npz", state.epoch, progress.seen);
        npz::write(&self.path.join(name), &all)?;
        let files = self.files()?;
        for old in &files[..files.len().saturating_sub(KEPT)] {
            fs::remove_file(old).with_context(|| format!("{}: cannot be removed", old.display()))?;
        }
        Ok(())
    }

    /// Goes back to the newest checkpoint that is whole; none if there is none at all.
    pub(super) fn resume<T: Stored>(
        &self,
        learner: &mut Learner<T>,
        common: &Common,
    ) -> anyhow::Result<Option<Checkpoint>> {
        let mut damaged = Vec::new();
        for file in self.files()?.into_iter().rev() {
            match self.read(&file, learner) {
                Ok(state) => {
                    let (epoch, seen) = (state.epoch, state.progress.seen);
                    let name = file.display();
                    common.note(&format!("going on from {name}: {epoch} epochs and {seen} samples done"));
                    return Ok(Some(state));
                }
                Err(error) if error.is::<OtherTraining>() => return Err(error),
                Err(error) => {
                    common.note(&format!("{error:#}: trying the one before"));
                    damaged.push(file);
                }
            }
        }
        if let Some(file) = damaged.first() {
            bail!("{}: no checkpoint in the folder is whole", file.display());
        }
        Ok(None)
    }

    fn read<T: Stored>(&self, file: &Path, learner: &mut Learner<T>) -> anyhow::Result<Checkpoint> {
        let name = file.display().to_string();
        let mut archive = Npz::open(file)?;
        let text: Value = serde_json::from_str(&archive.read_text(STATE)?).with_context(|| name.clone())?;
        let number = |key: &str| text[key].as_u64().with_context(|| format!("{name}: {STATE} has no number {key}"));
        let version = number("version")?;
        if version != VERSION {
            return Err(OtherTraining(format!("{name}: is of version {version}; this program reads {VERSION}")).into());
        }
        self.compare(&name, &text["training"])?;
        let epochs: Option<Vec<Epoch>> =
            text["epochs"].as_array().and_then(|epochs| epochs.iter().map(Epoch::from_json).collect());
        let best = match text["best"].as_object() {
            Some(_) => {
                let names = archive.names();
                let mut arrays = Vec::new();
                for name in names.iter().filter_map(|name| name.strip_prefix(BEST)) {
                    let tensor: Tensor<T> = archive.read(&format!("{BEST}{name}"))?;
                    arrays.push((name.to_string(), T::array(tensor)));
                }
                let of = |key: &str| text["best"][key].as_u64().unwrap_or_default() as usize;
                Some(Best { epoch: of("epoch"), hits: of("hits"), arrays })
            }
            None => None,
        };
        let state = Checkpoint {
            epoch: number("epoch")? as usize,
            progress: Progress {
                seen: number("seen")? as usize,
                hits: number("hits")? as usize,
                loss: f64::from_bits(number("loss")?),
            },
            seconds: text["seconds"].as_f64().unwrap_or_default(),
            epochs: epochs.with_context(|| format!("{name}: {STATE} has no list of epochs"))?,
            best,
        };
        learner.restore(number("steps")?, |array| anyhow::Ok(archive.read::<T>(array)?))?;
        Ok(state)
    }

    /// Whether a checkpoint is of this training; if not, what differs.
    fn compare(&self, name: &str, found: &Value) -> anyhow::Result<()> {
        let empty = serde_json::Map::new();
        for (key, wanted) in self.identity.as_object().unwrap_or(&empty) {
            if &found[key] != wanted {
                let found = &found[key];
                return Err(OtherTraining(format!(
                    "{name}: is of another training: {key} was {found}, now it is {wanted}; give the flags of that run, or another folder"
                ))
                .into());
            }
        }
        Ok(())
    }
}

/// A checkpoint that is whole but not of this training: the one before would not help.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct OtherTraining(String);
