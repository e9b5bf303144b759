//! The plan of a net that tells classes.

use super::Plan;
use super::choose::{batches, check_memory, hold_out_of, loss_of, recipe_of};
use crate::training::Data;
use crate::training::first_weights;
use crate::training::material::{Material, dataset};
use crate::training::settings::{Order, Settings};
use crate::{Error, Net, Prepare, Preset};

/// Decides what the settings leave open for a net that is taught classes.
pub(super) fn plan(settings: &Settings, base: Preset, data: &Data) -> Result<Plan, Error> {
    if settings.patch.is_some() {
        return Err(Error::setting("patch", "is for nets that restore pictures"));
    }
    let (picture, test_picture) = (dataset(&data.train).shape(), dataset(&data.test).shape());
    if picture != test_picture {
        let problem = format!("training pictures of {picture}, test pictures of {test_picture}; one shape is needed");
        return Err(Error::setting("data", problem));
    }
    let classes = data.classes();
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
        return Err(Error::setting("rule", "is for nets of pairs \"dense N | sigmoid\" trained one sample at a time"));
    }
    // The article's defaults are for the article's way.
    let base = if base.name == "article" && !article { batches(base.layers, base.purpose) } else { base };
    let (layers, loss) = loss_of(settings, &net, &base, article, layers)?;
    let recipe = recipe_of(settings, &base)?;
    let samples = data.train.len();
    if !article {
        check_memory(&net, recipe.batch, samples, settings.precision)?;
    }
    let hold_out = hold_out_of(settings, samples)?;
    let prepare = settings.prepare.unwrap_or(data.prepare);
    if prepare == Prepare::Digit && picture != Prepare::DIGIT {
        let problem = format!("digit is for pictures of {}; found {picture}", Prepare::DIGIT);
        return Err(Error::setting("prepare", problem));
    }
    Ok(Plan {
        purpose: base.purpose,
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
        noise_seed: data.noise_seed,
        picture,
        prepare,
        data_checksum: Material::from(data).checksum(),
    })
}
