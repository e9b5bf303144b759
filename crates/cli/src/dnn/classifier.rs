//! Models of commands that are for nets that tell classes.

use std::path::Path;

use anyhow::bail;
use glassbox_dnn::{Model, Purpose};
use glassbox_tensor::shown;

/// Reads a model that tells classes.
pub(super) fn load_classifier(path: &Path) -> anyhow::Result<Model> {
    let model = Model::load(path)?;
    let purpose = model.about.purpose;
    let verbs = match purpose {
        Purpose::Classify => return Ok(model),
        Purpose::Restore(_) => "restore, eval, inspect and export",
        Purpose::Draw(_) => "generate, eval, inspect and export",
    };
    bail!("{}: is for: {purpose}; a model that tells classes is needed. This one is for {verbs}", shown(path))
}
