//! Parts as the containers give them, and the data set that they make.

use glassbox_tensor::Batch;

use super::labels::{self, Labels};
use super::layout::Layout;
use super::{DataSet, Labelled, range};
use crate::Error;
use crate::numbers::Numbers;

/// Pictures as they are in the file.
pub(super) struct Part {
    /// What the pictures and the labels are called in the file.
    pub(super) names: [String; 2],
    pub(super) pixels: Numbers,
    pub(super) layout: Layout,
    pub(super) labels: Labels,
}

/// What a container held.
pub(super) struct Found {
    pub(super) container: &'static str,
    pub(super) train: Option<Part>,
    pub(super) test: Option<Part>,
    /// The classes' names, if the file says them apart from the labels.
    pub(super) class_names: Vec<String>,
    /// The white of the pixels, if the format says it.
    pub(super) white: Option<f32>,
    pub(super) understood: Vec<String>,
}

/// Some names for a message, the first of them if there are many.
pub(super) fn listed(names: &[String]) -> String {
    const MOST_LISTED: usize = 12;
    let more = if names.len() > MOST_LISTED { ", …" } else { "" };
    format!("{}{more}", names[..names.len().min(MOST_LISTED)].join(", "))
}

/// Turns parts into a data set: bytes and class numbers.
pub(super) fn assemble(name: &str, found: Found) -> Result<DataSet, Error> {
    let invalid = |problem: String| Error::invalid(name, problem);
    let parts: Vec<&Part> = found.train.iter().chain(&found.test).collect();
    for part in &parts {
        let ([x, y], n, labels) = (&part.names, part.layout.n, part.labels.len());
        if n != labels {
            return Err(invalid(format!("{x} holds {n} pictures, {y} {labels} labels; as many of each are needed")));
        }
    }
    let pixels: Vec<_> = parts.iter().map(|part| (part.names[0].as_str(), &part.pixels)).collect();
    let mut understood = found.understood;
    understood.extend(parts.first().map(|part| format!("pictures are {}", part.layout.text())));
    let white = match found.white {
        Some(white) => white,
        None => {
            let (greatest, white) = range::white(&pixels).map_err(invalid)?;
            understood.push(range::text(greatest, white));
            white
        }
    };
    let (has_train, has_test) = (found.train.is_some(), found.test.is_some());
    let (mut sets, mut all_labels) = (Vec::new(), Vec::new());
    for part in found.train.into_iter().chain(found.test) {
        let layout = part.layout;
        let bytes = layout.channels_last(range::to_bytes(part.pixels, white));
        let shape = [layout.n, layout.height, layout.width, layout.channels];
        sets.push(Batch::from_vec(shape, bytes).map_err(|error| invalid(error.to_string()))?);
        all_labels.push(part.labels);
    }
    let (all_labels, mut class_names) = labels::number(all_labels).map_err(invalid)?;
    let greatest = all_labels.iter().flatten().copied().max().unwrap_or_default();
    if class_names.is_empty() && !found.class_names.is_empty() {
        let named = found.class_names.len();
        if named <= usize::from(greatest) {
            return Err(invalid(format!("names {named} classes, but label {greatest} is found, counted from 0")));
        }
        class_names = found.class_names;
    }
    if !class_names.is_empty() {
        understood.push(format!("classes are {}", listed(&class_names)));
    }
    let mut sets = sets.into_iter().zip(all_labels).map(|(images, labels)| Labelled { images, labels });
    let train = if has_train { sets.next() } else { None };
    let test = if has_test { sets.next() } else { None };
    Ok(DataSet { name: name.into(), container: found.container, train, test, class_names, understood })
}
