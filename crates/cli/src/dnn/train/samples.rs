//! What a drawing net makes while it is taught.

use std::ops::ControlFlow;
use std::path::Path;

use glassbox_dnn::flow::Sampler;
use glassbox_dnn::{About, AnyNet};
use glassbox_formats::{Packing, Picture, Pixels, write_picture};

use crate::dnn::drawn::sheet;
use crate::run::{Common, interrupted};

/// Pictures of each class, and most classes, so that a sheet takes a small part of an epoch.
const OF_EACH: usize = 8;
const CLASSES: usize = 12;

/// Draws a sheet, from the same noise after each epoch; none if the training is interrupted meanwhile.
pub(super) fn write(path: &Path, net: &AnyNet, about: &About, seed: u64, common: &Common) -> anyhow::Result<()> {
    let sampler = Sampler::new(&net.to_f32())?;
    let classes: Vec<usize> = (0..sampler.classes().min(CLASSES)).flat_map(|class| [class; OF_EACH]).collect();
    let samples = sampler.draw(&classes, seed, false, &|_| {
        if interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if samples.len() == classes.len() {
        let page = sheet(&samples, about, |sample| &sample.picture);
        let notes = write_picture(path, Picture::from(Pixels::U8(page)), Packing::default())?.notes;
        notes.iter().for_each(|text| common.detail(text));
    }
    Ok(())
}
