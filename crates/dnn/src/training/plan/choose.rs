//! What a plan leaves to the settings, the preset, and the defaults, in this order.

use crate::losses;
use crate::optimisers::Optimiser;
use crate::training::settings::{Precision, Settings, unknown};
use crate::{Error, Init, Net, Preset, Purpose, Recipe, Workspace, preset, presets};

/// Most memory that a batch may take between layers.
const MOST_GIBIBYTES: f64 = 8.0;

/// The preset that is named, or the article's, with the layers that are given; where a task is named, too, layers are
/// taught that.
pub(super) fn base(settings: &Settings) -> Result<Preset, Error> {
    if settings.preset.is_some() && settings.layers.is_some() {
        return Err(Error::setting("layers", "are those of the preset; either is allowed, not both"));
    }
    if let (Some(name), Some(task)) = (&settings.preset, &settings.task) {
        return Err(Error::setting("task", format!("found {task}; the preset {name} has its own")));
    }
    let purpose = settings.purpose()?;
    if purpose != Purpose::Classify && settings.preset.is_none() {
        let Some(layers) = settings.layers.clone() else {
            let task = purpose.task();
            return Err(Error::setting("layers", format!("are needed for the task {task}; or --preset {task}")));
        };
        return Ok(batches(layers, purpose));
    }
    let name = settings.preset.as_deref().unwrap_or("article");
    let known = || unknown("preset", name, presets().iter().map(|preset| preset.name));
    let base = preset(name).ok_or_else(known)?;
    Ok(Preset { layers: settings.layers.clone().unwrap_or(base.layers), ..base })
}

/// The training of nets other than the presets.
pub(super) fn batches(layers: String, purpose: Purpose) -> Preset {
    let loss = if purpose == Purpose::Classify { "" } else { "mean-squared-error" };
    let recipe = Recipe::default();
    Preset { name: "batches", summary: "", purpose, patch: 48, layers, loss, init: Init::He, recipe }
}

/// The loss, and the layers followed by the softmax that it may need.
pub(super) fn loss_of(
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

pub(super) fn loss_names() -> impl Iterator<Item = &'static str> {
    losses::all::<f32>().into_iter().map(|loss| loss.name())
}

/// The preset's recipe with what the settings change.
pub(super) fn recipe_of(settings: &Settings, base: &Preset) -> Result<Recipe, Error> {
    let mut recipe = Recipe { seed: settings.seed, ..base.recipe.clone() };
    recipe.epochs = settings.epochs.unwrap_or(recipe.epochs);
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
pub(super) fn check_memory(net: &Net<f32>, batch: usize, samples: usize, precision: Precision) -> Result<(), Error> {
    let bytes = if precision == Precision::F64 { 8.0 } else { 4.0 };
    let gibibytes = Workspace::numbers(net, batch.min(samples)) as f64 * bytes / f64::from(1 << 30);
    if gibibytes > MOST_GIBIBYTES {
        let problem =
            format!("{batch} samples of this net take about {gibibytes:.0} GiB; at most {MOST_GIBIBYTES} are allowed");
        return Err(Error::setting("batch", problem));
    }
    Ok(())
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

/// How many of the training pictures are held out.
pub(super) fn hold_out_of(settings: &Settings, samples: usize) -> Result<usize, Error> {
    let hold_out = settings.hold_out.unwrap_or(if settings.patience.is_some() { samples / 12 } else { 0 });
    if hold_out >= samples || settings.hold_out == Some(0) {
        let most = samples - 1;
        return Err(Error::setting("hold-out", format!("found {hold_out}; 1 to {most} pictures can be held out")));
    }
    if settings.patience == Some(0) {
        return Err(Error::setting("patience", "found 0; a whole number from 1 up is allowed"));
    }
    if settings.patience.is_some() && hold_out == 0 {
        let problem =
            format!("needs held-out pictures, and a twelfth of {samples} is none: --hold-out N says how many");
        return Err(Error::setting("patience", problem));
    }
    Ok(hold_out)
}
