//! The plans of nets that lead noise to pictures: pictures of a class, and what is in holes.

use super::restore::{patch_of, plan_of};
use super::{Plan, dataset};
use crate::flow::{HOLE_PLANES, Planes};
use crate::training::settings::Settings;
use crate::training::{Data, Pictures};
use crate::{Error, Preset, Shape};

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
    let plan = plan_of(settings, base, data.into(), [input, picture])?;
    Ok(Plan { classes, class_names: data.class_names.clone(), ..plan })
}

/// Decides what the settings leave open for a net that is taught to fill holes.
pub(super) fn filling(settings: &Settings, base: Preset, pictures: &Pictures) -> Result<Plan, Error> {
    let side = patch_of(settings, &base, pictures, 1)?;
    plan_of(settings, base, pictures.into(), [HOLE_PLANES, 1].map(|planes| Shape::picture(side, side, planes)))
}
