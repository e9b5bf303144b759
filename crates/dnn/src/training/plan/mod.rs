mod choose;
mod classify;
mod flow;
mod restore;

use serde_json::json;

use self::choose::loss_names;
use super::first_weights;
use super::material::{Material, Part, dataset};
use super::settings::{Order, Precision, Settings, unknown};
use crate::losses::{self, Loss};
use crate::restore::{Damage, Denoise, Enlarge};
use crate::tasks::{Classes, Flow, Patches, Task};
use crate::{About, Drawing, Error, Net, Prepare, Purpose, Real, Recipe, Restoration, Rule, Schedule, Shape, Stored};

/// Everything that decides how a net is trained, and with which result.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What the net will be for.
    pub purpose: Purpose,
    /// The net in the model language.
    pub layers: String,
    /// The shape of a sample.
    pub input: Shape,
    /// The loss's name.
    pub loss: String,
    /// Optimiser, rate, schedule, batch, epochs, seed. Of these the article's way uses rate and epochs, and the seed
    /// for the first weights and the order.
    pub recipe: Recipe,
    /// First weights, as [`Settings::init`] has them.
    pub init: String,
    /// The article's way, one sample at a time, by this rule; in batches if there is none.
    pub rule: Option<Rule>,
    /// In which order the samples are learned from.
    pub order: Order,
    /// The precision of the net.
    pub precision: Precision,
    /// The number of training pictures that are held out: drawn by the seed, and spread over the classes if there are
    /// any.
    pub hold_out: usize,
    /// After how many epochs without a better one the training ends.
    pub patience: Option<usize>,
    /// Classes of the data set.
    pub classes: usize,
    /// Their names; none if they are numbers.
    pub class_names: Vec<String>,
    /// The seed of the pictures of a class of noise, if there is one.
    pub noise_seed: Option<u64>,
    /// The shape of a picture, which a net that takes a list does not tell.
    pub picture: Shape,
    /// How pictures from outside are to be prepared for the net.
    pub prepare: Prepare,
    /// A checksum of what is trained on.
    pub data_checksum: u32,
}

impl Plan {
    /// Decides what the settings leave open.
    ///
    /// A net of pairs `dense N | sigmoid` is trained the article's way, one sample at a time, unless loss, optimiser,
    /// schedule, batch, weight decay, clip or augmentation ask for batches; every other net is trained in batches.
    ///
    /// # Errors
    /// [`Error::Setting`] for one that is unknown, out of range, or contradicts another or the material.
    pub fn new<'a>(settings: &Settings, material: impl Into<Material<'a>>) -> Result<Self, Error> {
        let material = material.into();
        if material.counts()[0] == 0 {
            return Err(Error::setting("data", format!("{} holds no training pictures", material.name())));
        }
        let base = choose::base(settings)?;
        match (base.purpose, material) {
            (Purpose::Restore(Restoration::Fill), Material::Pictures(pictures)) => {
                flow::filling(settings, base, pictures)
            }
            (Purpose::Restore(_), Material::Pictures(pictures)) => restore::plan(settings, base, pictures),
            (Purpose::Restore(_), Material::Labelled(_)) => {
                Err(Error::setting("data", "pictures without labels are needed by a net that restores"))
            }
            (Purpose::Draw(_), Material::Labelled(data)) => flow::drawing(settings, base, data),
            (Purpose::Classify, Material::Labelled(data)) => classify::plan(settings, base, data),
            (_, Material::Pictures(_)) => Err(Error::setting("data", "labelled pictures are needed by this net")),
        }
    }

    /// What the model file says beside the net.
    pub fn about(&self) -> About {
        About {
            purpose: self.purpose,
            loss: self.loss.clone(),
            prepare: self.prepare,
            picture: Some(self.picture),
            class_names: self.class_names.clone(),
            noise_seed: self.noise_seed,
        }
    }

    /// The net in the model language with its input, as [`Model::net_text`](crate::Model::net_text) reads it.
    pub fn net_text(&self) -> String {
        let net = Net::<f32>::from_text(&self.layers, self.input);
        net.map(|net| net.text_with_input()).unwrap_or_default()
    }

    /// The net with its first weights.
    pub(super) fn net<T: Stored>(&self) -> Result<Net<T>, Error> {
        let mut net = Net::from_text(&self.layers, self.input).map_err(|error| Error::setting("layers", error))?;
        first_weights::fill(&mut net, &self.init, self.recipe.seed)?;
        Ok(net)
    }

    /// What the net is taught with a part of the material.
    pub(super) fn task<'p, T: Real>(&'p self, part: &'p Part<'_>) -> Result<Box<dyn Task<T> + 'p>, Error> {
        let (side, seed) = (self.picture.height, self.recipe.seed);
        match part {
            Part::Labelled(labelled) if self.purpose == Purpose::Draw(Drawing::Flow) => {
                Ok(Box::new(Flow::of_classes(dataset(labelled), self.classes, seed)))
            }
            Part::Labelled(labelled) => Ok(Box::new(Classes::new(dataset(labelled), self.recipe.augment))),
            Part::Pictures(pictures) if self.purpose == Purpose::Restore(Restoration::Fill) => {
                Ok(Box::new(Flow::of_holes(pictures, side, seed)?))
            }
            Part::Pictures(pictures) => Ok(Box::new(Patches::new(pictures, damage(self.purpose), side, seed)?)),
        }
    }

    /// The error of a net that does not fit what it is to be taught.
    pub(super) fn misfit(&self, error: &Error, name: &str) -> Error {
        match self.purpose {
            Purpose::Classify => Error::setting(
                "layers",
                format!("{error} (its last layer must have an output for each class of {name})"),
            ),
            _ => Error::setting("layers", error),
        }
    }

    /// The loss.
    pub(super) fn loss<T: Real>(&self) -> Result<Box<dyn Loss<T>>, Error> {
        losses::by_name(&self.loss).ok_or_else(|| unknown("loss", &self.loss, loss_names()))
    }

    /// The way of training in a word: `code` or `formula`, the article's rules, or `batches`.
    pub fn way(&self) -> &'static str {
        match self.rule {
            Some(Rule::Code) => "code",
            Some(Rule::Formula) => "formula",
            None => "batches",
        }
    }

    /// All that decides the result, to be compared when a training goes on from a checkpoint. The number of epochs
    /// may change where no schedule depends on it.
    pub(super) fn identity(&self) -> serde_json::Value {
        let recipe = &self.recipe;
        let schedule_counts_epochs = recipe.schedule != Schedule::Constant;
        json!({
            "task": self.purpose.task(), "layers": self.layers, "input": self.input.text(), "loss": self.loss,
            "optimiser": recipe.optimiser.name(),
            "lr": recipe.rate, "schedule": recipe.schedule.to_string(), "batch": recipe.batch,
            "weight_decay": recipe.decay, "clip": recipe.clip, "seed": recipe.seed, "init": self.init,
            "order": format!("{:?}", self.order), "way": self.way(), "precision": format!("{:?}", self.precision),
            "hold_out": self.hold_out, "hold_out_of": (self.hold_out > 0).then_some("each class"),
            "augment": recipe.augment.map(|augment| augment.to_string()), "average": recipe.average,
            "data": self.data_checksum, "epochs": schedule_counts_epochs.then_some(recipe.epochs),
        })
    }
}

/// What a restoring net mends.
fn damage(purpose: Purpose) -> &'static dyn Damage {
    match purpose {
        Purpose::Restore(Restoration::Enlarge) => &Enlarge,
        _ => &Denoise::USUAL,
    }
}
