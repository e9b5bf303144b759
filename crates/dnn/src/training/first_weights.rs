//! The texts for the first weights of a net.

use std::path::Path;

use glassbox_tensor::quoted;

use crate::{Error, Init, Net, Stored, initialise, initialise_numpy};

/// How wide the article's weights are spread.
const BOUND: f64 = 0.5;

/// The text of one of the ways that presets begin in.
pub(super) fn text_of(init: Init) -> String {
    match init {
        Init::Uniform(BOUND) => "uniform".into(),
        Init::Uniform(bound) => format!("uniform:{bound}"),
        Init::Xavier => "xavier".into(),
        Init::He => "he".into(),
    }
}

/// The file that a text names, if it names one.
pub(super) fn file_of(text: &str) -> Option<&Path> {
    let path = Path::new(text);
    let suffix = path.extension()?;
    ["npz", "safetensors"].iter().any(|known| suffix.eq_ignore_ascii_case(known)).then_some(path)
}

/// Initialises the weights of a net by a text.
pub(super) fn fill<T: Stored>(net: &mut Net<T>, text: &str, seed: u64) -> Result<(), Error> {
    match text.split_once(':') {
        None if text == "uniform" => initialise(net, Init::Uniform(BOUND), seed),
        None if text == "xavier" => initialise(net, Init::Xavier, seed),
        None if text == "he" => initialise(net, Init::He, seed),
        Some(("uniform", bound)) => {
            let bound = bound.parse().ok().filter(|bound: &f64| bound.is_finite() && *bound > 0.0);
            let problem = || format!("found {text}; a number above 0 is allowed after uniform:");
            initialise(net, Init::Uniform(bound.ok_or_else(|| Error::setting("init", problem()))?), seed);
        }
        Some(("numpy", seed)) => {
            let problem = || format!("found numpy:{seed}; a seed from 0 to {} is allowed", u32::MAX);
            initialise_numpy(net, seed.parse().map_err(|_| Error::setting("init", problem()))?);
        }
        _ if file_of(text).is_some() => net.initialise_from(text)?,
        _ => {
            let allowed = "uniform, uniform:A, xavier, he, numpy:SEED, FILE.npz or FILE.safetensors";
            return Err(Error::setting("init", format!("found {}; {allowed} is allowed", quoted(text))));
        }
    }
    Ok(())
}
