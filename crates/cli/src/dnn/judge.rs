//! Another net that is asked what pictures are.

use std::path::Path;

use glassbox_dnn::{Error, Model, Shape};

use crate::outcome::wrong_flag;

/// Reads the judge of pictures of this shape.
pub(super) fn judge(path: &Path, picture: Shape) -> anyhow::Result<Model> {
    let judge = Model::load(path)?;
    judge.about.purpose.check_verb("predict").map_err(|error| match error {
        Error::Model(problem) => wrong_flag("--judge", problem),
        error => error.into(),
    })?;
    if judge.about.picture != Some(picture) {
        let found = judge.net.input();
        return Err(wrong_flag("--judge", format!("takes {found}; the pictures are {picture}")));
    }
    Ok(judge)
}
