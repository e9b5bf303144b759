//! The pooling methods of `--methods`.

use glassbox_kernels::Filter;
use glassbox_kernels::filters::{self, Entry, hint, split_label};
use glassbox_tensor::quoted;

use crate::outcome::{Usage, wrong_flag};

/// A pooling method and its name.
pub(super) struct Method {
    pub(super) name: String,
    /// The size of its windows, if it has any.
    pub(super) size: Option<usize>,
    /// Whether the name tells the size.
    pub(super) is_told: bool,
    pub(super) pool: [Filter; 1],
}

/// The methods that `--methods` names, with windows of `size`, for a picture of `(height, width)`.
pub(super) fn methods(names: &str, size: usize, shape: (usize, usize)) -> anyhow::Result<Vec<Method>> {
    let pools = || filters::ENTRIES.iter().filter_map(|entry| Some((short(entry.name.strip_suffix("-pool")?), entry)));
    let all = || pools().map(|(name, _)| name.to_string()).collect();
    let given = split_methods(names).into_iter();
    let labels = given.flat_map(|method| if method == "all" { all() } else { vec![method] });
    let one = |label: String| -> anyhow::Result<Method> {
        let (name, given) = split_label(&label).map_err(|error| Usage(format!("--methods: {error}")))?;
        let lower = name.to_lowercase();
        let method = short(lower.strip_suffix("-pool").unwrap_or(&lower));
        let (_, entry) = pools().find(|(name, _)| *name == method).ok_or_else(|| {
            let names: Vec<_> = pools().map(|(name, _)| name).chain(["all"]).collect();
            wrong_flag("--methods", format!("found {}; {}", quoted(name), hint(method, &names)))
        })?;
        let mut all = sized(entry, size, shape);
        all.retain(|(name, _)| given.iter().all(|(other, _)| name != other));
        let all: Vec<_> =
            all.iter().map(|(name, value)| (*name, value.as_str())).chain(given.iter().copied()).collect();
        let pool = [entry.build(&all).map_err(|error| match error {
            // The size is a flag of its own.
            glassbox_kernels::Error::Parameter { .. } => Usage(format!("--{error}")),
            error => Usage(format!("--methods: {error}")),
        })?];
        let size = all.iter().find(|(name, _)| *name == "size").and_then(|(_, size)| size.parse().ok());
        Ok(Method { size, is_told: given.iter().any(|(name, _)| *name == "size"), name: label, pool })
    };
    labels.map(one).collect()
}

/// The parameters with which a pooling reduces a picture of `(height, width)` by the size, or makes one region for
/// each window of that size. Poolings without windows have none.
fn sized(entry: &Entry, size: usize, (height, width): (usize, usize)) -> Vec<(&'static str, String)> {
    let [rows, columns] = [height, width].map(|side| (side / size.max(1)).max(1));
    let sized = match entry.name {
        "adaptive-pool" => vec![("height", rows), ("width", columns)],
        "superpixel-pool" => vec![("segments", rows * columns)],
        "fractional-pool" => vec![("ratio", size)],
        _ if entry.parameters.iter().any(|parameter| parameter.name == "size") => vec![("size", size)],
        _ => Vec::new(),
    };
    sized.into_iter().map(|(name, value)| (name, value.to_string())).collect()
}

/// The name of a pooling in this command.
fn short(name: &str) -> &str {
    if name == "avg" { "average" } else { name }
}

/// The methods of a list: a comma before a parameter belongs to the method before it.
pub(super) fn split_methods(text: &str) -> Vec<String> {
    let mut methods: Vec<String> = Vec::new();
    for part in text.split(',').map(str::trim) {
        match methods.last_mut() {
            Some(method) if part.contains('=') && !part.contains(':') => *method += &format!(",{part}"),
            _ => methods.push(part.into()),
        }
    }
    methods
}
