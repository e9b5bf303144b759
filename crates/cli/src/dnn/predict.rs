use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use glassbox_dnn::{About, Model, Prepare, PrepareError, Prepared, argmax, plain, prepare};
use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::{Batch, Image, shown};
use serde_json::json;

use super::classifier::load_classifier;
use super::data::PrepareName;
use super::prepared::stages;
use crate::filters::read_pixels;
use crate::outcome::{Reported, check_outputs, one_line, wrong_flag};
use crate::run::{Common, complain, say, say_json, say_picture};

/// Largest output from which an answer counts as sure.
const SURE: f64 = 0.5;
/// How many times the second largest output the largest must be.
const AHEAD: f64 = 2.0;
/// Longest side of the picture that a digit is looked for in; larger ones are made smaller as they are read.
const LONGEST: usize = 1000;

/// Recognise pictures with a model
///
/// The model says how pictures are prepared for it. A net trained on the built-in MNIST takes any picture of one digit,
/// dark on light or light on dark: a photograph, a scan, a drawing. The digit is found on its paper, without frames,
/// ruled lines and specks, and prepared as MNIST was: fitted into 20×20, its centre of mass in the middle of 28×28.
/// Every other net gets the whole picture in its own colours, stretched to its size if it has another. --verbose shows
/// the prepared picture, --show-prepared how it was made.
///
/// An answer is marked "not sure" ("sure": false) if the largest output is below 0.5 or less than twice the second
/// largest.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn predict model.npz seven.png
  dnn predict model.npz scans/*.jpg --json
  dnn predict model.npz photo.jpg --show-prepared stages.png
  dnn predict model.npz - < photo.jpg")]
pub(super) struct Predict {
    /// A model that `dnn train` wrote
    model: PathBuf,
    /// Picture; - for standard input
    #[arg(required = true)]
    pictures: Vec<PathBuf>,
    /// Prepare pictures as MNIST's digits were, or take them as they are [default: what the model says]
    #[arg(long, value_enum, value_name = "HOW")]
    prepare: Option<PrepareName>,
    /// Draw how the digit was found: paper, ink, pieces kept and dropped, the 28×28
    #[arg(long, value_name = "FILE")]
    show_prepared: Option<PathBuf>,
}

impl Predict {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        if self.show_prepared.is_some() && self.pictures.len() > 1 {
            let found = self.pictures.len();
            return Err(wrong_flag("--show-prepared", format!("draws one picture, found {found}")));
        }
        let inputs: Vec<_> = self.pictures.iter().chain([&self.model]).map(|path| Some(path.as_path())).collect();
        check_outputs(&inputs, &[self.show_prepared.as_deref()])?;
        let mut model = load_classifier(&self.model)?;
        if let Some(prepare) = self.prepare.map(Prepare::from) {
            if prepare == Prepare::Digit && model.about.picture != Some(Prepare::DIGIT) {
                let (digit, found) = (Prepare::DIGIT, model.net.input());
                return Err(wrong_flag("--prepare", format!("digit is for nets of {digit}; this one takes {found}")));
            }
            model.about.prepare = prepare;
        }
        if self.show_prepared.is_some() && model.about.prepare == Prepare::None {
            return Err(wrong_flag("--show-prepared", "this net takes whole pictures; only digits are prepared"));
        }
        let mut failures = 0;
        for path in &self.pictures {
            if let Err(error) = self.predict(&model, path, common) {
                if error.is::<std::io::Error>() {
                    return Err(error);
                }
                complain(&format!("dnn: {}", one_line(error.as_ref())));
                failures += 1;
            }
        }
        if failures > 0 { Err(Reported.into()) } else { Ok(()) }
    }

    fn predict(&self, model: &Model, path: &Path, common: &Common) -> anyhow::Result<()> {
        let (name, about) = (shown(path), &model.about);
        let pixels = read_pixels(path, common)?;
        let prepared = self.prepared(&pixels, about, &name, common).with_context(|| name.clone())?;
        let outputs = model.classify(&prepared).with_context(|| name.clone())?;
        let (class, sure) = (argmax(&outputs), is_sure(&outputs));
        if common.json {
            let picture = path.display().to_string();
            let mut line =
                json!({"event": "predict", "picture": picture, "class": class, "sure": sure, "outputs": outputs});
            if !about.class_names.is_empty() {
                line["name"] = about.class_name(class).into();
            }
            return Ok(say_json(&line)?);
        }
        if common.verbose {
            let (_, height, width, channels) = prepared.dim();
            let seen: Image<u8> = prepared.reshape([height, width, channels])?;
            say_picture(&seen)?;
        }
        let of_class = |(class, output)| format!("{}:{output:.3}", about.class_name(class));
        let all: Vec<_> = outputs.iter().enumerate().map(of_class).collect();
        let doubt = if sure { "" } else { " (not sure)" };
        say(&format!("{name}: {}{doubt}   {}", about.class_name(class), all.join(" ")))?;
        Ok(())
    }

    /// Makes a picture like those that the model was trained on.
    ///
    /// # Shape
    /// `[1, height, width, channels]`
    fn prepared(&self, pixels: &Pixels, about: &About, name: &str, common: &Common) -> anyhow::Result<Batch<u8>> {
        if about.prepare == Prepare::Digit {
            let found = digit(pixels)?;
            if found.has_rival {
                common.note(&format!("note: {name}: two marks of about the same size; only one is read"));
            }
            if let Some(out) = &self.show_prepared {
                let sheet = Picture::from(Pixels::U8(stages(&found)));
                let notes = write_picture(out, sheet, Packing::default())?.notes;
                notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", shown(out))));
            }
            return Ok(found.digit);
        }
        let (height, width, _) = pixels.dim();
        let prepared = whole(pixels, about)?;
        let (_, h, w, _) = prepared.dim();
        if (height, width) != (h, w) {
            common.note(&format!("note: {name}: {width}×{height} pixels, stretched to the net's {w}×{h}"));
        }
        Ok(prepared)
    }
}

/// Whether the outputs say one class clearly: the largest is at least 0.5, and twice the second largest.
fn is_sure(outputs: &[f64]) -> bool {
    let class = argmax(outputs);
    let others = outputs.iter().enumerate().filter(|(other, _)| *other != class).map(|(_, output)| *output);
    let second = others.fold(0.0, f64::max);
    outputs[class] >= SURE && outputs[class] >= AHEAD * second
}

/// A picture as a model's own.
pub(super) fn like_own(pixels: &Pixels, about: &About) -> anyhow::Result<Batch<u8>> {
    match about.prepare {
        Prepare::Digit => Ok(digit(pixels)?.digit),
        Prepare::None => whole(pixels, about),
    }
}

/// The digit on a picture.
fn digit(pixels: &Pixels) -> Result<Prepared, PrepareError> {
    // Transparent pixels become paper; white ink on transparency shows only on black.
    let over = |background: f32| prepare(&pixels.luma_within(background, LONGEST));
    over(1.0).or_else(|_| over(0.0))
}

/// The whole picture in the size and colours of a model's.
fn whole(pixels: &Pixels, about: &About) -> anyhow::Result<Batch<u8>> {
    let picture =
        about.picture.context("this net takes a list of numbers; pictures are for nets that take pictures")?;
    Ok(plain(pixels, picture)?)
}
