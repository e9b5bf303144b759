use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use glassbox_dnn::{Model, argmax};
use glassbox_draw::{Tile, draw_sheet, enlarge};
use glassbox_formats::data::Labelled;
use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::{Batch, Image, shown};
use serde_json::json;

use super::classifier::load_classifier;
use super::data::{Data, Part};
use crate::outcome::{check_outputs, wrong_flag};
use crate::run::{Common, say, say_json, say_picture};

/// Pixels of the file for each pixel of the picture, in both directions.
const ENLARGED: usize = 10;

/// The article's last step: a picture of the data set, and what the net thinks it is
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn show model.npz --index 7
  dnn show model.npz --index 115 --part test --out digit.png")]
pub(super) struct Show {
    /// A model that `dnn train` wrote
    model: PathBuf,
    /// Number of the picture, counted from 0
    #[arg(long, value_name = "N")]
    index: usize,
    /// Which pictures
    #[arg(long, value_enum, default_value_t = Part::Train)]
    part: Part,
    #[command(flatten)]
    data: Data,
    /// Write the picture to a file instead of showing it here
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Show {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        check_outputs(&[Some(&self.model), self.data.path()], &[self.out.as_deref()])?;
        let mut model = load_classifier(&self.model)?;
        let samples = self.data.read_for(&mut model, self.part, common)?;
        if self.index >= samples.len() {
            let (found, last) = (self.index, samples.len() - 1);
            return Err(wrong_flag("--index", format!("found {found}; the {} set has 0 … {last}", self.part.name())));
        }
        let seen = look(&model, &samples, self.index).with_context(|| self.data.name())?;
        if let Some(out) = &self.out {
            // On paper, ink is dark; colours stay as they are.
            let inverted = |pixel| if seen.picture.channels() == 1 { 255 - pixel } else { pixel };
            let as_shown = seen.picture.map(inverted);
            let label = format!("the net thinks it is {} (label {})", seen.name, seen.label_name);
            let page = draw_sheet(&[Tile { label, image: enlarge(&as_shown, ENLARGED) }], 1);
            let notes = write_picture(out, Picture::from(Pixels::U8(page)), Packing::default())?.notes;
            notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", shown(out))));
        }
        if common.json {
            let mut line = json!({
                "event": "show", "part": self.part.name(), "index": self.index, "label": seen.label,
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
    let (_, height, width, channels) = samples.images.dim();
    let numbers = height * width * channels;
    let pixels = samples.images.as_slice()[index * numbers..(index + 1) * numbers].to_vec();
    let outputs = model.classify(&Batch::from_vec([1, height, width, channels], pixels.clone())?)?;
    let picture = Image::from_vec([height, width, channels], pixels)?;
    let (label, answer) = (samples.labels[index], argmax(&outputs));
    let [label_name, name] = [usize::from(label), answer].map(|class| model.about.class_name(class));
    Ok(Seen { picture, label, label_name, answer, name, is_digit: model.about.class_names.is_empty(), outputs })
}
