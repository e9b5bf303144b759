use std::fmt;
use std::str::FromStr;

use serde_json::json;

use super::Purpose;
use crate::{Error, Shape, losses};

/// The loss of a file that does not name one: the article's.
const USUAL_LOSS: &str = "mean-squared-error";

/// How a picture from outside is made like those that a net was trained on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prepare {
    /// As MNIST's digits were: [`prepare`](crate::prepare).
    Digit,
    /// Not at all, but for size and channels: [`plain`](crate::plain).
    #[default]
    None,
}

/// What a model file says beside the net.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// What it is for.
    pub purpose: Purpose,
    /// The name of the loss of its training, as [`losses::by_name`] takes it.
    pub loss: String,
    /// How its pictures were prepared.
    pub prepare: Prepare,
    /// The shape of its pictures, which a net that takes a list does not tell.
    pub picture: Option<Shape>,
    /// The names of the classes, first that of class 0; none if they are numbers.
    pub class_names: Vec<String>,
    /// The seed of the pictures of the last class, if it is noise.
    pub noise_seed: Option<u64>,
}

/// Names of the entries of a file.
const PURPOSE: &str = "purpose";
const LOSS: &str = "loss";
const PREPARE: &str = "prepare";
const PICTURE: &str = "picture";
const CLASS_NAMES: &str = "class_names";
const NOISE_SEED: &str = "noise_seed";

impl About {
    /// A classifier trained by this loss on pictures that are taken as they are, its classes without names.
    pub fn of_loss(loss: &str) -> Self {
        let (purpose, prepare) = (Purpose::Classify, Prepare::None);
        Self { purpose, loss: loss.into(), prepare, picture: None, class_names: Vec::new(), noise_seed: None }
    }

    /// The name of a class, or its number if it has none.
    pub fn class_name(&self, class: usize) -> String {
        self.class_names.get(class).cloned().unwrap_or_else(|| class.to_string())
    }

    /// The entries of a file, each a text.
    pub(super) fn entries(&self) -> Vec<(String, String)> {
        let mut entries =
            vec![(PURPOSE, self.purpose.to_string()), (LOSS, self.loss.clone()), (PREPARE, self.prepare.to_string())];
        entries.extend(self.picture.map(|picture| (PICTURE, picture.text())));
        if !self.class_names.is_empty() {
            entries.push((CLASS_NAMES, json!(self.class_names).to_string()));
        }
        entries.extend(self.noise_seed.map(|seed| (NOISE_SEED, seed.to_string())));
        entries.into_iter().map(|(name, text)| (name.into(), text)).collect()
    }

    /// Reads the entries of the file of a net that takes `input`; `entry` gives the text of a name, if there is one.
    ///
    /// A file that does not say how its pictures were prepared is older: nets for 28×28 were taken for MNIST's.
    pub(super) fn read(
        mut entry: impl FnMut(&str) -> Result<Option<String>, Error>,
        input: Shape,
    ) -> Result<Self, Error> {
        let wrong =
            |name: &str, text: &str, needed: &str| Error::Model(format!("{name} is {text:?}; {needed} is needed"));
        let purpose = match entry(PURPOSE)? {
            Some(text) => text.parse().map_err(|()| wrong(PURPOSE, &text, &Purpose::all()))?,
            None => Purpose::default(),
        };
        let loss = entry(LOSS)?.unwrap_or_else(|| USUAL_LOSS.into());
        if losses::by_name::<f64>(&loss).is_none() {
            return Err(Error::Model(format!("{LOSS} is {loss:?}, which is none of this program's losses")));
        }
        let picture = match entry(PICTURE)? {
            Some(text) => {
                let picture = Shape::from_text(&text).filter(|picture| picture.len() == input.len());
                Some(picture.ok_or_else(|| wrong(PICTURE, &text, "a shape of as many numbers as the net takes"))?)
            }
            None if input.is_flat() => {
                let side = input.len().isqrt();
                (side * side == input.len()).then(|| Shape::picture(side, side, 1))
            }
            None => Some(input),
        };
        let prepare = match entry(PREPARE)? {
            Some(text) => text.parse().map_err(|()| wrong(PREPARE, &text, "digit or none"))?,
            None if picture == Some(Prepare::DIGIT) => Prepare::Digit,
            None => Prepare::None,
        };
        let class_names = match entry(CLASS_NAMES)? {
            Some(text) => {
                let names: Option<Vec<String>> = serde_json::from_str(&text).ok();
                names.ok_or_else(|| wrong(CLASS_NAMES, &text, "a list of texts in JSON"))?
            }
            None => Vec::new(),
        };
        let noise_seed = match entry(NOISE_SEED)? {
            Some(text) => Some(text.parse().map_err(|_| wrong(NOISE_SEED, &text, "a whole number"))?),
            None => None,
        };
        Ok(Self { purpose, loss, prepare, picture, class_names, noise_seed })
    }
}

impl Prepare {
    /// The shape of a prepared digit.
    pub const DIGIT: Shape = Shape { height: 28, width: 28, channels: 1 };
}

impl fmt::Display for Prepare {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Prepare::Digit => "digit",
            Prepare::None => "none",
        })
    }
}

impl FromStr for Prepare {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "digit" => Ok(Prepare::Digit),
            "none" => Ok(Prepare::None),
            _ => Err(()),
        }
    }
}
