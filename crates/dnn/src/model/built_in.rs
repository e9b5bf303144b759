use glassbox_tensor::quoted;

use super::Model;
use crate::Error;

/// The models that are part of the library, as data/README.md describes them.
const MODELS: [(&str, &[u8]); 2] = [
    ("denoise", include_bytes!("../../../../data/models/denoise.npz")),
    ("enlarge", include_bytes!("../../../../data/models/enlarge.npz")),
];

/// A model that is part of the library: `denoise` or `enlarge`.
///
/// # Errors
/// If there is none of that name.
pub fn built_in(name: &str) -> Result<Model, Error> {
    let known = || MODELS.map(|(name, _)| name).join(", ");
    let found = MODELS.iter().find(|(model, _)| *model == name);
    let (name, bytes) = found.ok_or_else(|| Error::Model(format!("found {}; allowed: {}", quoted(name), known())))?;
    Model::of_bytes(bytes, &format!("built-in {name}"))
}
