use std::path::Path;

use glassbox_tensor::quoted;

use super::first_weights::file_of;
use super::presets::presets;
use crate::{Error, Prepare, Purpose, Rule};

/// The seed that is taken if none is given. It leads the article's net to an accuracy in the middle of those that the
/// seeds 0 … 9 lead to (92.5 to 94.0 %), so that the first run shows what to expect.
pub const DEFAULT_SEED: u64 = 9;

/// In which order the samples are learned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As in the file.
    File,
    /// Shuffled anew each epoch, by the seed.
    Shuffle,
}

/// The precision of a net.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// `f32`.
    #[default]
    F32,
    /// `f64`, which repeats NumPy.
    F64,
}

/// The settings of a training; [`Plan`](super::Plan) decides what is left open. Names and texts are those of the
/// command line.
///
/// By default everything is left open: that is the article's training.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// A preset's name; the article's if there are no layers either.
    pub preset: Option<String>,
    /// A net in the model language instead of a preset; `CLASSES` stands for the number of classes.
    pub layers: Option<String>,
    /// What the layers are taught, if not to tell classes: `denoise`, `enlarge` and so on. A preset has its own.
    pub task: Option<String>,
    /// The side of the patches that restoring nets are taught with, in pixels of a damaged picture.
    pub patch: Option<usize>,
    /// A loss's name.
    pub loss: Option<String>,
    /// An optimiser's name.
    pub optimiser: Option<String>,
    /// Passes over the training pictures.
    pub epochs: Option<usize>,
    /// Learning rate.
    pub rate: Option<f64>,
    /// The schedule of the rate: `constant`, `step:EPOCHS:FACTOR`, `cosine` or `one-cycle`.
    pub schedule: Option<String>,
    /// Samples a step.
    pub batch: Option<usize>,
    /// Weight decay.
    pub decay: Option<f64>,
    /// Longest gradient.
    pub clip: Option<f64>,
    /// Random changes of the pictures: `shift:1.5,rotate:10`.
    pub augment: Option<String>,
    /// How many of the training pictures choose the best epoch instead of being learned from: drawn by the seed, of
    /// each class its share.
    pub hold_out: Option<usize>,
    /// After how many epochs without a better one the training ends. It needs held-out pictures: a twelfth, unless
    /// `hold_out` says how many.
    pub patience: Option<usize>,
    /// The rule of the article's way of training.
    pub rule: Option<Rule>,
    /// The precision of the net.
    pub precision: Precision,
    /// First weights: `uniform`, `uniform:A`, `xavier`, `he`, `numpy:SEED`, or a file that holds them: npz or
    /// safetensors, of ours or of PyTorch's names.
    pub init: Option<String>,
    /// In which order the samples are learned from.
    pub order: Option<Order>,
    /// How pictures from outside are to be prepared, if not as the data set says.
    pub prepare: Option<Prepare>,
    /// Seed of all randomness.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            preset: None,
            layers: None,
            task: None,
            patch: None,
            loss: None,
            optimiser: None,
            epochs: None,
            rate: None,
            schedule: None,
            batch: None,
            decay: None,
            clip: None,
            augment: None,
            hold_out: None,
            patience: None,
            rule: None,
            precision: Precision::F32,
            init: None,
            order: None,
            prepare: None,
            seed: DEFAULT_SEED,
        }
    }
}

impl Settings {
    /// The file that the first weights come from, if they come from one.
    pub fn init_file(&self) -> Option<&Path> {
        file_of(self.init.as_deref()?)
    }

    /// What the net will be for, which decides what it is trained with.
    ///
    /// # Errors
    /// If there is no such preset or task.
    pub fn purpose(&self) -> Result<Purpose, Error> {
        if let Some(task) = &self.task {
            let tasks = || Purpose::ALL.iter().map(|purpose| purpose.task());
            return Purpose::of_task(task).ok_or_else(|| unknown("task", task, tasks()));
        }
        let Some(name) = &self.preset else { return Ok(Purpose::Classify) };
        let presets = presets();
        let names = || presets.iter().map(|preset| preset.name);
        let preset = presets.iter().find(|preset| preset.name == name);
        preset.map(|preset| preset.purpose).ok_or_else(|| unknown("preset", name, names()))
    }

    /// Whether something is set that only training in batches has.
    pub(super) fn ask_for_batches(&self) -> bool {
        self.batch.is_some_and(|batch| batch != 1)
            || [&self.loss, &self.optimiser, &self.schedule, &self.augment].iter().any(|setting| setting.is_some())
            || self.decay.is_some()
            || self.clip.is_some()
    }
}

/// The error of a name that is not known.
pub(super) fn unknown<'a>(name: &'static str, found: &str, allowed: impl Iterator<Item = &'a str>) -> Error {
    Error::setting(name, format!("found {}; allowed: {}", quoted(found), allowed.collect::<Vec<_>>().join(", ")))
}
