use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use glassbox_dnn::{Model, argmax};
use glassbox_draw::{Tile, enlarge};
use glassbox_formats::data::Labelled;
use glassbox_tensor::Image;
use serde_json::json;

use super::classes::class_of;
use super::data::{Data, Part};
use super::pictures::{on_paper, picture_at, write_sheet};
use super::typical;
use crate::outcome::{check_outputs, wrong_flag};
use crate::run::{Common, say, say_json, say_picture};

/// Pixels of the file for each pixel of the picture, in both directions.
const ENLARGED: usize = 10;
/// Pictures of a class: if no number is given, the most, and those in a row of the sheet.
const USUAL: usize = 20;
const MOST: usize = 200;
const COLUMNS: usize = 10;

/// The article's last step: a picture of the data set, and what the net thinks it is
///
/// With --class, the pictures of a class of the data set that are the most typical to the net, or the least: those with
/// the greatest or the smallest output of their class.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn show model.npz --index 7
  dnn show model.npz --index 115 --part test --out digit.png
  dnn show model.npz --class 7 --most 20 --out sevens.png
  dnn show model.npz --class 7 --least 20")]
pub(super) struct Show {
    /// A model that `dnn train` wrote
    model: PathBuf,
    /// Number of the picture, counted from 0
    #[arg(long, value_name = "N", required_unless_present = "class", conflicts_with = "class")]
    index: Option<usize>,
    /// Pictures of this class, its number or its name, in the order of the output
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// The most typical pictures, 1 to 200 [default: 20]
    #[arg(long, value_name = "N", requires = "class", conflicts_with = "least")]
    most: Option<usize>,
    /// The least typical pictures, 1 to 200
    #[arg(long, value_name = "N", requires = "class")]
    least: Option<usize>,
    /// Which pictures
    #[arg(long, value_enum, default_value_t = Part::Train)]
    part: Part,
    #[command(flatten)]
    data: Data,
    /// Write the picture, or a sheet of the pictures, to a file instead of showing it here
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Show {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        check_outputs(&[Some(&self.model), self.data.path()], &[self.out.as_deref()])?;
        let mut model = Model::load_for(&self.model, "show")?;
        let samples = self.data.read_for(&mut model, self.part, common)?;
        let index = match (self.index, &self.class) {
            (Some(index), _) => index,
            (None, class) => return self.of_class(&model, &samples, class.as_deref().unwrap_or_default(), common),
        };
        if index >= samples.len() {
            let last = samples.len() - 1;
            return Err(wrong_flag("--index", format!("found {index}; the {} set has 0 … {last}", self.part.name())));
        }
        let seen = look(&model, &samples, index).with_context(|| self.data.name())?;
        if let Some(out) = &self.out {
            let label = format!("the net thinks it is {} (label {})", seen.name, seen.label_name);
            write_sheet(out, &[Tile { label, image: enlarge(&on_paper(&seen.picture), ENLARGED) }], 1, common)?;
        }
        if common.json {
            let mut line = json!({
                "event": "show", "part": self.part.name(), "index": index, "label": seen.label,
                "class": seen.answer, "outputs": seen.outputs,
            });
            if !model.about.class_names.is_empty() {
                line["label_name"] = seen.label_name.into();
                line["name"] = seen.name.into();
            }
            say_json(&line)?;
            return Ok(());
        }
        if self.out.is_none() {
            say_picture(&seen.picture)?;
        }
        say(&seen.verdict())?;
        Ok(())
    }

    /// The most or the least typical pictures of a class.
    fn of_class(&self, model: &Model, samples: &Labelled, class: &str, common: &Common) -> anyhow::Result<()> {
        let (flag, count, is_most) = match (self.least, self.most) {
            (Some(count), _) => ("--least", count, false),
            (None, count) => ("--most", count.unwrap_or(USUAL), true),
        };
        let class = class_of(&model.about, model.net.output().len(), "--class", class)?;
        let of_class = samples.labels.iter().filter(|&&label| usize::from(label) == class).count();
        let (name, part) = (model.about.class_name(class), self.part.name());
        if of_class == 0 {
            let problem = format!("the {part} set of {} has no picture of {name}", self.data.name());
            return Err(wrong_flag("--class", problem));
        }
        if count == 0 || count > MOST {
            return Err(wrong_flag(flag, format!("found {count}; 1 to {MOST} are allowed")));
        }
        let found = typical::pictures(model, samples, class, count, is_most).with_context(|| self.data.name())?;
        if let Some(out) = &self.out {
            let tiles: Vec<_> = found.iter().map(|seen| seen.tile()).collect();
            write_sheet(out, &tiles, COLUMNS, common)?;
        }
        if common.json {
            return Ok(found.iter().try_for_each(|seen| say_json(&seen.line(part, class, &name)))?);
        }
        let most = if is_most { "most" } else { "least" };
        say(&format!("the {} {most} typical of {of_class} pictures of {name} ({part} set)", found.len()))?;
        if self.out.is_some() {
            return Ok(found.iter().try_for_each(|seen| say(&seen.words()))?);
        }
        for row in found.chunks(typical::in_a_row(&found)) {
            say_picture(&typical::side_by_side(row))?;
            row.iter().try_for_each(|seen| say(&seen.words()))?;
        }
        Ok(())
    }
}

/// A picture of the data set and the answer of the net.
pub(super) struct Seen {
    pub(super) picture: Image<u8>,
    pub(super) label: u8,
    pub(super) label_name: String,
    pub(super) answer: usize,
    pub(super) name: String,
    pub(super) is_digit: bool,
    pub(super) outputs: Vec<f64>,
}

impl Seen {
    /// The article's title, and whether it is right.
    pub(super) fn verdict(&self) -> String {
        let output = self.outputs[self.answer];
        let digit = if self.is_digit { "цифра " } else { "" };
        format!(
            "Нейросеть считает, что на картинке {digit}{0} \
             (the net thinks it is {0}, output {output:.3}; the label is {1})",
            self.name, self.label_name
        )
    }
}

pub(super) fn look(model: &Model, samples: &Labelled, index: usize) -> anyhow::Result<Seen> {
    let picture = picture_at(samples, index)?;
    let (height, width, channels) = picture.dim();
    let outputs = model.classify(&picture.clone().reshape([1, height, width, channels])?)?;
    let (label, answer) = (samples.labels[index], argmax(&outputs));
    let [label_name, name] = [usize::from(label), answer].map(|class| model.about.class_name(class));
    Ok(Seen { picture, label, label_name, answer, name, is_digit: model.about.class_names.is_empty(), outputs })
}
