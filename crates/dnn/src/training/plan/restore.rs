//! The plan of a net that mends pictures.

use super::choose::{check_memory, hold_out_of, loss_of, recipe_of};
use super::{Plan, damage};
use crate::training::Pictures;
use crate::training::first_weights;
use crate::training::material::Material;
use crate::training::settings::{Order, Settings};
use crate::{Error, Net, Prepare, Preset, Shape};

/// Decides what the settings leave open for a net that is taught to mend pictures.
pub(super) fn plan(settings: &Settings, base: Preset, pictures: &Pictures) -> Result<Plan, Error> {
    let damage = damage(base.purpose);
    let side = patch_of(settings, &base, pictures, damage.scale())?;
    let (input, whole) = (Shape::picture(side, side, damage.planes()), side * damage.scale());
    plan_of(settings, base, pictures.into(), [input, Shape::picture(whole, whole, 1)])
}

/// The plan of a net that takes the first of these shapes, whatever it is taught, and gives the second.
pub(super) fn plan_of(
    settings: &Settings,
    base: Preset,
    material: Material,
    [input, output]: [Shape; 2],
) -> Result<Plan, Error> {
    only_for_classes(settings)?;
    let layers = base.layers.replace("CHANNELS", &output.channels.to_string());
    let source = if settings.layers.is_some() { "layers" } else { "preset" };
    let fits = if settings.layers.is_some() { "" } else { "; sides that are multiples of 4 will do" };
    let problem = |problem: String| Error::setting(source, format!("{problem}{fits}"));
    let net = Net::<f32>::from_text(&layers, input).map_err(|error| problem(error.to_string()))?;
    if net.output() != output {
        return Err(problem(format!("make {} of {input}; {output} is needed", net.output())));
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

/// Refuses settings that only nets have that tell classes.
fn only_for_classes(settings: &Settings) -> Result<(), Error> {
    for (name, is_set) in [
        ("rule", settings.rule.is_some()),
        ("augment", settings.augment.is_some()),
        ("prepare", settings.prepare.is_some()),
    ] {
        if is_set {
            return Err(Error::setting(name, "is for nets that tell classes"));
        }
    }
    Ok(())
}

/// The side of the patches that a net is taught with, in pixels of a picture that is `scale` times as small as those of
/// the material.
pub(super) fn patch_of(settings: &Settings, base: &Preset, pictures: &Pictures, scale: usize) -> Result<usize, Error> {
    let all = pictures.train.iter().chain(&pictures.test);
    let least = all.map(|picture| picture.height().min(picture.width())).min().unwrap_or(0) / scale;
    // Sides of small pictures are halved twice by most nets.
    let side = settings.patch.unwrap_or(if least < base.patch { least / 4 * 4 } else { base.patch });
    if side == 0 || side > least {
        let (found, name) = (settings.patch.unwrap_or(base.patch), &pictures.name);
        let problem = format!("found {found}; the smallest of {name} allows patches of 1 to {least} pixels");
        let doubled = if scale > 1 { format!(", each made of {scale}×{scale}") } else { String::new() };
        return Err(Error::setting("patch", format!("{problem}{doubled}")));
    }
    Ok(side)
}
