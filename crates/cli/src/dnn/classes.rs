//! The classes of a net on the command line.

use glassbox_dnn::About;

use crate::outcome::wrong_flag;

/// The class that a flag names: by its name, or its number.
pub(super) fn class_of(about: &About, classes: usize, flag: &str, text: &str) -> anyhow::Result<usize> {
    let by_name = about.class_names.iter().position(|name| name == text);
    let class = by_name.or_else(|| text.parse().ok()).filter(|class| *class < classes);
    let names: Vec<_> = (0..classes).map(|class| about.class_name(class)).collect();
    class.ok_or_else(|| wrong_flag(flag, format!("found {text:?}; the net has {}", names.join(", "))))
}
