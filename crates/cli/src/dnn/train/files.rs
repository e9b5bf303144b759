//! The files of a training: what is allowed is checked before any work.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use glassbox_dnn::training::Plan;
use glassbox_dnn::{Drawing, Model, Purpose};
use glassbox_formats::Format;
use glassbox_tensor::shown;

use crate::outcome::{check_outputs, wrong_flag};
use crate::run::Common;

/// Formats of models by their suffix; a name without one is of the first.
const MODELS: [&str; 2] = ["npz", "safetensors"];

/// What a training writes.
pub(super) struct Files<'a> {
    pub(super) model: &'a Path,
    /// The net of the epoch that did best on the held-out pictures.
    pub(super) best: Option<PathBuf>,
    pub(super) plot: Option<&'a Path>,
    pub(super) log: Option<&'a Path>,
    pub(super) checkpoint: Option<&'a Path>,
    /// A sheet of what a drawing net makes after each epoch.
    pub(super) samples: Option<&'a Path>,
}

impl Files<'_> {
    /// Checks the names against each other, against the files that are read, and by their suffixes.
    pub(super) fn check_names(&self, inputs: &[Option<&Path>]) -> anyhow::Result<()> {
        if suffix_of(self.model).is_some_and(|suffix| !MODELS.contains(&suffix.as_str())) {
            let found = shown(self.model);
            return Err(wrong_flag(
                "--model",
                format!("found {found}; .npz, .safetensors or no suffix is allowed; `dnn export` writes other formats"),
            ));
        }
        if let Some(plot) = self.plot
            && suffix_of(plot).is_some_and(|suffix| suffix != "svg")
        {
            return Err(wrong_flag("--plot", format!("found {}; the suffix .svg is needed", shown(plot))));
        }
        let best = self.best.as_deref();
        check_outputs(inputs, &[Some(self.model), best, self.plot, self.log, self.checkpoint, self.samples])
    }

    /// Checks that everything could be written now, and that no other net's model and no file but a log is in the way.
    pub(super) fn check_targets(&self, plan: &Plan, force: bool, common: &Common) -> anyhow::Result<()> {
        for model in [Some(self.model), self.best.as_deref()].into_iter().flatten() {
            common.check_writable(model)?;
            if !force && model.is_file() {
                check_same_net(model, plan)?;
            }
        }
        if let Some(samples) = self.samples {
            if plan.purpose != Purpose::Draw(Drawing::Flow) {
                let purpose = plan.purpose;
                return Err(wrong_flag("--samples", format!("is for nets that draw; this one is for {purpose}")));
            }
            Format::of_path(samples).map_err(|error| wrong_flag("--samples", error))?;
        }
        for file in [self.plot, self.log, self.samples].into_iter().flatten() {
            common.check_writable(file)?;
        }
        if let Some(log) = self.log.filter(|log| log.is_file()) {
            let mut first = [b'{'];
            let read = File::open(log).and_then(|mut file| file.read(&mut first));
            read.with_context(|| format!("{}: cannot be read", shown(log)))?;
            if first != *b"{" {
                let problem = format!("{} is there, and no log: it does not begin with {{", shown(log));
                return Err(wrong_flag("--log", problem));
            }
        }
        Ok(())
    }
}

/// Refuses to replace anything but a model of the net that is to be trained.
fn check_same_net(model: &Path, plan: &Plan) -> anyhow::Result<()> {
    let advice = "--force replaces it, and --model OUT names another file";
    let problem = match Model::net_text(model) {
        Ok(found) if found == plan.net_text() => return Ok(()),
        Ok(found) => format!("{} is a model of another net, {found}; {advice}", shown(model)),
        Err(error) => format!("{} is there, and no model ({error}); {advice}", shown(model)),
    };
    Err(wrong_flag("--model", problem))
}

/// The name for the best epoch's net: `.best` before the suffix of a model.
pub(super) fn best_of(model: &Path) -> PathBuf {
    match suffix_of(model) {
        Some(suffix) => model.with_extension(format!("best.{suffix}")),
        None => {
            let mut name = model.as_os_str().to_owned();
            name.push(format!(".best.{}", MODELS[0]));
            name.into()
        }
    }
}

/// The suffix in small letters. What begins with a digit belongs to the name, as in `lr0.1`.
fn suffix_of(path: &Path) -> Option<String> {
    let suffix = path.extension()?.to_string_lossy().to_lowercase();
    suffix.starts_with(|first: char| !first.is_ascii_digit()).then_some(suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn best_goes_before_the_suffix_of_a_model_only() {
        for (model, best) in [
            ("model.npz", "model.best.npz"),
            ("runs.d/m.safetensors", "runs.d/m.best.safetensors"),
            ("lr0.1", "lr0.1.best.npz"),
            ("model", "model.best.npz"),
        ] {
            assert_eq!(best_of(Path::new(model)), Path::new(best));
        }
    }
}
