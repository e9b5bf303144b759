//! Labels as they are in files, and the class numbers that they become.

use std::collections::{BTreeMap, BTreeSet};

use super::MOST_CLASSES;

/// The labels of a part.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Labels {
    /// Class numbers.
    Numbers(Vec<u8>),
    /// Names in the order in which they first came, and for each picture the place of its own.
    Names(Vec<String>, Vec<u8>),
}

/// Collects labels that are text.
#[derive(Default)]
pub(super) struct Names {
    places: BTreeMap<String, u8>,
    names: Vec<String>,
    labels: Vec<u8>,
}

impl Names {
    /// Adds a picture of this class.
    pub(super) fn push(&mut self, name: &str) -> Result<(), String> {
        let place = match self.places.get(name) {
            Some(&place) => place,
            None => {
                let place = u8::try_from(self.names.len())
                    .map_err(|_| format!("holds more than {MOST_CLASSES} different labels; {name:?} is one more"))?;
                self.places.insert(name.into(), place);
                self.names.push(name.into());
                place
            }
        };
        self.labels.push(place);
        Ok(())
    }

    pub(super) fn labels(self) -> Labels {
        Labels::Names(self.names, self.labels)
    }
}

impl Labels {
    pub(super) fn len(&self) -> usize {
        match self {
            Labels::Numbers(labels) | Labels::Names(_, labels) => labels.len(),
        }
    }
}

/// Class numbers for each part, and the classes' names, which are none if the labels are numbers, be it as text.
///
/// Names are numbered in the order of the alphabet.
pub(super) fn number(parts: Vec<Labels>) -> Result<(Vec<Vec<u8>>, Vec<String>), String> {
    let mut all = BTreeSet::new();
    for part in &parts {
        if let Labels::Names(names, _) = part {
            all.extend(names.iter().cloned());
        }
    }
    let as_number = |name: &str| name.trim().parse::<u8>().ok();
    let are_numbers = all.iter().all(|name| as_number(name).is_some());
    if !are_numbers && parts.iter().any(|part| matches!(part, Labels::Numbers(_))) {
        return Err("has numbers for labels in one part and text in the other".into());
    }
    if all.len() > MOST_CLASSES {
        return Err(format!("has {} classes; at most {MOST_CLASSES} are allowed", all.len()));
    }
    let names: Vec<String> = if are_numbers { Vec::new() } else { all.into_iter().collect() };
    let number = |name: &String| match as_number(name) {
        Some(number) if are_numbers => number,
        // There are at most 256, and each is among them.
        _ => names.binary_search(name).unwrap_or_default() as u8,
    };
    let parts = parts.into_iter().map(|part| match part {
        Labels::Numbers(labels) => labels,
        Labels::Names(own, labels) => {
            let numbers: Vec<u8> = own.iter().map(number).collect();
            labels.into_iter().map(|place| numbers[usize::from(place)]).collect()
        }
    });
    Ok((parts.collect(), names))
}

/// The class of each row of which exactly one number is 1 and the others are 0.
pub(super) fn of_one_hot(rows: &[u8], classes: usize) -> Result<Vec<u8>, String> {
    let class = |(at, row): (usize, &[u8])| {
        let place = row.iter().position(|&number| number == 1);
        let place = place.filter(|_| row.iter().filter(|&&number| number != 0).count() == 1);
        let place = place.and_then(|place| u8::try_from(place).ok());
        place.ok_or_else(|| format!("is not one-hot at {at}: a 1 among zeros is needed, at most {MOST_CLASSES} in all"))
    };
    rows.chunks_exact(classes).enumerate().map(class).collect()
}
