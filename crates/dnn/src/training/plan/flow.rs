//! The plans of nets that lead noise to pictures: pictures of a class, and what is in holes.

use super::choose::{check_memory, hold_out_of, loss_of, recipe_of};
use super::restore::{only_for_classes, patch_of};
use super::{Plan, dataset};
use crate::flow::{HOLE_PLANES, Planes};
use crate::training::first_weights;
use crate::training::material::Material;
use crate::training::settings::{Order, Settings};
use crate::training::{Data, Pictures};
use crate::{Error, Net, Prepare, Preset, Shape};

/// Decides what the settings leave open for a net that is taught to draw pictures of classes.
pub(super) fn drawing(settings: &Settings, base: Preset, data: &Data) -> Result<Plan, Error> {
    let (picture, test_picture) = (dataset(&data.train).shape(), dataset(&data.test).shape());
    if picture != test_picture {
        let problem = format!("training pictures of {picture}, test pictures of {test_picture}; one shape is needed");
        return Err(Error::setting("data", problem));
    }
    if settings.patch.is_some() {
        return Err(Error::setting("patch", "is for nets that restore; whole pictures are drawn"));
    }
    let classes = data.classes();
    let input = Planes { channels: picture.channels, classes }.shape(picture);
    let plan = plan(settings, base, data.into(), [input, picture])?;
    Ok(Plan { classes, class_names: data.class_names.clone(), ..plan })
}

/// Decides what the settings leave open for a net that is taught to fill holes.
pub(super) fn filling(settings: &Settings, base: Preset, pictures: &Pictures) -> Result<Plan, Error> {
    let side = patch_of(settings, &base, pictures, 1)?;
    plan(settings, base, pictures.into(), [HOLE_PLANES, 1].map(|planes| Shape::picture(side, side, planes)))
}

/// The plan of a net that takes the first of these shapes and gives the second.
fn plan(settings: &Settings, base: Preset, material: Material, [input, picture]: [Shape; 2]) -> Result<Plan, Error> {
    only_for_classes(settings)?;
    let layers = base.layers.replace("CHANNELS", &picture.channels.to_string());
    let source = if settings.layers.is_some() { "layers" } else { "preset" };
    let fits = if settings.layers.is_some() { "" } else { "; its sides must be multiples of 4" };
    let problem = |problem: String| Error::setting(source, format!("{problem}{fits}"));
    let net = Net::<f32>::from_text(&layers, input).map_err(|error| problem(error.to_string()))?;
    if net.output() != picture {
        return Err(problem(format!("make {} of {input}; {picture} is needed", net.output())));
    }
    let (layers, loss) = loss_of(settings, &net, &base, false, layers)?;
    let recipe = recipe_of(settings, &base)?;
    let samples = material.counts()[0];
    check_memory(&net, recipe.batch, usize::MAX, settings.precision)?;
    Ok(Plan {
        purpose: base.purpose,
        layers,
        input,
        loss,
        recipe,
        init: settings.init.clone().unwrap_or_else(|| first_weights::text_of(base.init)),
        rule: None,
        order: settings.order.unwrap_or(Order::Shuffle),
        precision: settings.precision,
        hold_out: hold_out_of(settings, samples)?,
        patience: settings.patience,
        classes: 0,
        class_names: Vec::new(),
        picture: input,
        prepare: Prepare::None,
        noise_seed: None,
        data_checksum: material.checksum(),
    })
}
