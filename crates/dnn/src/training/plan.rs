use serde_json::json;

use super::data::{Data, pictures};
use super::first_weights;
use super::settings::{Order, Precision, Settings};
use crate::losses::{self, Loss};
use crate::optimisers::Optimiser;
use crate::{About, Error, Init, Net, Prepare, Preset, Purpose, Real, Recipe, Rule, Schedule, Shape, Stored, Workspace, preset, presets};

/// Most memory that a batch may take between layers.
const MOST_GIBIBYTES: f64 = 8.0;

/// Everything that decides how a net is trained, and with which result.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
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
    /// The number of training pictures, drawn by the seed and spread over the classes, that are held out.
    pub hold_out: usize,
    /// After how many epochs without a better one the training ends.
    pub patience: Option<usize>,
    /// Classes of the data set.
    pub classes: usize,
    /// Their names; none if they are numbers.
    pub class_names: Vec<String>,
    /// The shape of a picture, which a net that takes a list does not tell.
    pub picture: Shape,
    /// How pictures from outside are to be prepared for the net.
    pub prepare: Prepare,
    /// A checksum of the training pictures and labels.
    pub data_checksum: u32,
}

impl Plan {
    /// Decides what the settings leave open.
    ///
    /// A net of pairs `dense N | sigmoid` is trained the article's way, one sample at a time, unless loss, optimiser,
    /// schedule, batch, weight decay, clip or augmentation ask for batches; every other net is trained in batches.
    ///
    /// # Errors
    /// [`Error::Setting`] for one that is unknown, out of range, or contradicts another or the data.
    pub fn new(settings: &Settings, data: &Data) -> Result<Self, Error> {
        if data.train.is_empty() {
            return Err(Error::setting("data", format!("{} holds no training pictures", data.name)));
        }
        let (picture, test_picture) = (pictures(&data.train).shape(), pictures(&data.test).shape());
        if picture != test_picture {
            let problem =
                format!("training pictures of {picture}, test pictures of {test_picture}; one shape is needed");
            return Err(Error::setting("data", problem));
        }
        let classes = data.classes();
        let base = base(settings)?;
        let layers = base.layers.replace("CLASSES", &classes.to_string());
        let source = if settings.layers.is_some() { "layers" } else { "preset" };
        let net = Net::<f32>::from_text(&layers, picture).map_err(|error| Error::setting(source, error))?;
        if !net.output().is_flat() {
            let output = net.output();
            let problem = format!(
                "its last layer gives {output}; a list of {classes} numbers, one a class, is needed: \
                 add | flatten | dense {classes}"
            );
            return Err(Error::setting(source, problem));
        }
        let article = net.dense_sigmoid_pairs().is_some() && !settings.ask_for_batches();
        if !article && settings.rule.is_some() {
            return Err(Error::setting(
                "rule",
                "is for nets of pairs \"dense N | sigmoid\" trained one sample at a time",
            ));
        }
        // The article's defaults are for the article's way.
        let base = if base.name == "article" && !article { batches(base.layers) } else { base };
        let (layers, loss) = loss_of(settings, &net, &base, article, layers)?;
        let recipe = recipe_of(settings, &base)?;
        let samples = data.train.len();
        if !article {
            check_memory(&net, recipe.batch, samples, settings.precision)?;
        }
        let hold_out = settings.hold_out.unwrap_or(if settings.patience.is_some() { samples / 12 } else { 0 });
        if hold_out >= samples || settings.hold_out == Some(0) {
            let most = samples - 1;
            return Err(Error::setting("hold-out", format!("found {hold_out}; 1 to {most} pictures can be held out")));
        }
        if settings.patience == Some(0) {
            return Err(Error::setting("patience", "found 0; a whole number from 1 up is allowed"));
        }
        if settings.patience.is_some() && hold_out == 0 {
            let problem = format!("needs held-out pictures, and a twelfth of {samples} is none: --hold-out N says how many");
            return Err(Error::setting("patience", problem));
        }
        let prepare = settings.prepare.unwrap_or(data.prepare);
        if prepare == Prepare::Digit && picture != Prepare::DIGIT {
            let problem = format!("digit is for pictures of {}; found {picture}", Prepare::DIGIT);
            return Err(Error::setting("prepare", problem));
        }
        Ok(Self {
            layers,
            input: if article { picture.len().into() } else { picture },
            loss,
            recipe,
            init: settings.init.clone().unwrap_or_else(|| first_weights::text_of(base.init)),
            rule: article.then(|| settings.rule.unwrap_or_default()),
            order: settings.order.unwrap_or(if article { Order::File } else { Order::Shuffle }),
            precision: settings.precision,
            hold_out,
            patience: settings.patience,
            classes,
            class_names: data.class_names.clone(),
            picture,
            prepare,
            data_checksum: glassbox_formats::checksum(&[data.train.images.as_slice(), &data.train.labels]),
        })
    }

    /// What the model file says beside the net.
    pub fn about(&self) -> About {
        About {
            purpose: Purpose::Classify,
            loss: self.loss.clone(),
            prepare: self.prepare,
            picture: Some(self.picture),
            class_names: self.class_names.clone(),
        }
    }

    /// The net with its first weights.
    pub(super) fn net<T: Stored>(&self) -> Result<Net<T>, Error> {
        let mut net = Net::from_text(&self.layers, self.input).map_err(|error| Error::setting("layers", error))?;
        first_weights::fill(&mut net, &self.init, self.recipe.seed)?;
        Ok(net)
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
            "layers": self.layers, "input": self.input.text(), "loss": self.loss, "optimiser": recipe.optimiser.name(),
            "lr": recipe.rate, "schedule": recipe.schedule.to_string(), "batch": recipe.batch,
            "weight_decay": recipe.decay, "clip": recipe.clip, "seed": recipe.seed, "init": self.init,
            "order": format!("{:?}", self.order), "way": self.way(), "precision": format!("{:?}", self.precision),
            "hold_out": self.hold_out, "hold_out_of": (self.hold_out > 0).then_some("each class"), "augment": recipe.augment.map(|augment| augment.to_string()),
            "data": self.data_checksum, "epochs": schedule_counts_epochs.then_some(recipe.epochs),
        })
    }
}

/// The preset that is named, or the article's, with the layers that are given.
fn base(settings: &Settings) -> Result<Preset, Error> {
    if settings.preset.is_some() && settings.layers.is_some() {
        return Err(Error::setting("layers", "are those of the preset; either is allowed, not both"));
    }
    let name = settings.preset.as_deref().unwrap_or("article");
    let base = preset(name).ok_or_else(|| unknown("preset", name, presets().iter().map(|preset| preset.name)))?;
    Ok(Preset { layers: settings.layers.clone().unwrap_or(base.layers), ..base })
}

/// The training of nets other than the presets.
fn batches(layers: String) -> Preset {
    Preset { name: "batches", summary: "", layers, loss: "", init: Init::He, recipe: Recipe::default() }
}

/// The loss, and the layers followed by the softmax that it may need.
fn loss_of(
    settings: &Settings,
    net: &Net<f32>,
    base: &Preset,
    article: bool,
    layers: String,
) -> Result<(String, String), Error> {
    let last = net.layers().last().map_or("", |layer| layer.entry().name);
    let loss = match &settings.loss {
        Some(name) => loss_names().find(|known| known == name).ok_or_else(|| unknown("loss", name, loss_names()))?,
        None if article => "mean-squared-error",
        None if !base.loss.is_empty() => base.loss,
        None if last == "sigmoid" => "binary-cross-entropy",
        None => "cross-entropy",
    };
    let needs_shares = ["cross-entropy", "kullback-leibler"].contains(&loss);
    let layers = if needs_shares && last != "softmax" { format!("{layers} | softmax") } else { layers };
    Ok((layers, loss.into()))
}

fn loss_names() -> impl Iterator<Item = &'static str> {
    losses::all::<f32>().into_iter().map(|loss| loss.name())
}

/// The preset's recipe with what the settings change.
fn recipe_of(settings: &Settings, base: &Preset) -> Result<Recipe, Error> {
    let mut recipe = Recipe { seed: settings.seed, ..base.recipe.clone() };
    recipe.epochs = at_least_one("epochs", settings.epochs)?.unwrap_or(recipe.epochs);
    recipe.batch = at_least_one("batch", settings.batch)?.unwrap_or(recipe.batch);
    recipe.rate = positive("lr", settings.rate)?.unwrap_or(recipe.rate);
    recipe.clip = positive("clip", settings.clip)?.or(recipe.clip);
    recipe.decay = match settings.decay {
        Some(0.0) => 0.0,
        decay => positive("weight-decay", decay)?.unwrap_or(recipe.decay),
    };
    if let Some(name) = &settings.optimiser {
        let names = || Optimiser::ALL.iter().map(|optimiser| optimiser.name());
        recipe.optimiser = Optimiser::by_name(name).ok_or_else(|| unknown("optimiser", name, names()))?;
    }
    if let Some(text) = &settings.schedule {
        recipe.schedule = text.parse().map_err(|problem| Error::setting("schedule", problem))?;
    }
    if let Some(text) = &settings.augment {
        recipe.augment = Some(text.parse().map_err(|problem| Error::setting("augment", problem))?);
    }
    Ok(recipe)
}

/// Refuses batches that would take too much memory.
fn check_memory(net: &Net<f32>, batch: usize, samples: usize, precision: Precision) -> Result<(), Error> {
    let bytes = if precision == Precision::F64 { 8.0 } else { 4.0 };
    let gibibytes = Workspace::numbers(net, batch.min(samples)) as f64 * bytes / f64::from(1 << 30);
    if gibibytes > MOST_GIBIBYTES {
        let problem =
            format!("{batch} samples of this net take about {gibibytes:.0} GiB; at most {MOST_GIBIBYTES} are allowed");
        return Err(Error::setting("batch", problem));
    }
    Ok(())
}

fn unknown<'a>(name: &'static str, found: &str, allowed: impl Iterator<Item = &'a str>) -> Error {
    Error::setting(name, format!("found {found:?}; allowed: {}", allowed.collect::<Vec<_>>().join(", ")))
}

fn at_least_one(name: &'static str, found: Option<usize>) -> Result<Option<usize>, Error> {
    match found {
        Some(0) => Err(Error::setting(name, "found 0; a whole number from 1 up is allowed")),
        found => Ok(found),
    }
}

fn positive(name: &'static str, found: Option<f64>) -> Result<Option<f64>, Error> {
    match found {
        Some(number) if !(number.is_finite() && number > 0.0) => {
            Err(Error::setting(name, format!("found {number}; a number above 0 is allowed")))
        }
        found => Ok(found),
    }
}
