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
    only_for_classes(settings)?;
    let damage = damage(base.purpose);
    let side = patch_of(settings, &base, pictures, damage.scale())?;
    let input = Shape::picture(side, side, damage.planes());
    let source = if settings.layers.is_some() { "layers" } else { "preset" };
    let net = Net::<f32>::from_text(&base.layers, input).map_err(|error| Error::setting(source, error))?;
    let needed = Shape::picture(side * damage.scale(), side * damage.scale(), 1);
    if net.output() != needed {
        let problem = format!("make {} of patches of {input}; {needed} is needed", net.output());
        return Err(Error::setting(source, problem));
    }
    let (layers, loss) = loss_of(settings, &net, &base, false, base.layers.clone())?;
    let recipe = recipe_of(settings, &base)?;
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
        hold_out: hold_out_of(settings, pictures.train.len())?,
        patience: settings.patience,
        classes: 0,
        class_names: Vec::new(),
        noise_seed: None,
        picture: input,
        prepare: Prepare::None,
        data_checksum: Material::from(pictures).checksum(),
    })
}

/// Refuses settings that only nets have that tell classes.
pub(super) fn only_for_classes(settings: &Settings) -> Result<(), Error> {
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
