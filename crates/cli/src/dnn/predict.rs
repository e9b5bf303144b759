use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use glassbox_dnn::{Model, PrepareError, Prepared, Shape, argmax, prepare};
use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_kernels::resample;
use glassbox_tensor::{Batch, Image};
use serde_json::json;

use super::prepared::stages;
use crate::filters::read_pixels;
use crate::outcome::{Reported, one_line, wrong_flag};
use crate::run::{Common, complain, say, say_json, say_picture};

/// Largest output from which an answer counts as sure.
const SURE: f64 = 0.5;
/// How many times the second largest output the largest must be.
const AHEAD: f64 = 2.0;
/// Longest side of what a picture is scaled to a net's size from; larger ones are made smaller as they are read.
const LONGEST: usize = 1000;

/// Recognise pictures with a model
///
/// A net for MNIST takes any picture of one digit, dark on light or light on dark: a photograph, a scan, a drawing. The
/// digit is found on its paper, without frames, ruled lines and specks, and prepared as MNIST was: fitted into 20×20,
/// its centre of mass in the middle of 28×28. Every other net gets the whole picture in its own size and colours.
/// --verbose shows the prepared picture, --show-prepared how it was made.
///
/// An answer is marked "not sure" ("sure": false) if the largest output is below 0.5 or less than twice the second
/// largest.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn predict model.npz seven.png
  dnn predict model.npz photo.jpg --show-prepared stages.png
  dnn predict model.npz scans/*.jpg --json
  dnn predict model.npz - < photo.jpg")]
pub(super) struct Predict {
    /// A model that `dnn train` wrote
    model: PathBuf,
    /// Picture; - for standard input
    #[arg(required = true)]
    pictures: Vec<PathBuf>,
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
        let model = Model::load(&self.model)?;
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
        let name = path.display().to_string();
        let pixels = read_pixels(path, common)?;
        let input = model.net.input();
        let prepared = if takes_digits(input) {
            let prepared = digit(&pixels).with_context(|| name.clone())?;
            if prepared.has_rival {
                common.note(&format!("note: {name}: two marks of about the same size; only one is read"));
            }
            if let Some(out) = &self.show_prepared {
                let sheet = Picture::from(Pixels::U8(stages(&prepared)));
                let notes = write_picture(out, sheet, Packing::default())?.notes;
                notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", out.display())));
            }
            prepared.digit
        } else if self.show_prepared.is_some() {
            return Err(wrong_flag("--show-prepared", "this net takes whole pictures; only digits are prepared"));
        } else {
            scaled(&pixels, input).with_context(|| name.clone())?
        };
        let outputs = model.classify(&prepared).with_context(|| name.clone())?;
        if let Some(class) = outputs.iter().position(|output| !output.is_finite()) {
            anyhow::bail!("{name}: output {class} of the net is not a number: the model's training went wrong");
        }
        let (class, sure) = (argmax(&outputs), is_sure(&outputs));
        if common.json {
            let line = json!({"event": "predict", "picture": name, "class": class, "sure": sure, "outputs": outputs});
            say_json(&line)?;
            return Ok(());
        }
        if common.verbose {
            let (_, height, width, channels) = prepared.dim();
            let seen: Image<u8> = prepared.reshape([height, width, channels])?;
            say_picture(&seen)?;
        }
        let all: Vec<_> = outputs.iter().enumerate().map(|(class, output)| format!("{class}:{output:.3}")).collect();
        let doubt = if sure { "" } else { " (not sure)" };
        say(&format!("{name}: {class}{doubt}   {}", all.join(" ")))?;
        Ok(())
    }
}

/// Whether the outputs say one class clearly: the largest is at least 0.5, and twice the second largest.
fn is_sure(outputs: &[f64]) -> bool {
    let class = argmax(outputs);
    let others = outputs.iter().enumerate().filter(|(other, _)| *other != class).map(|(_, output)| *output);
    let second = others.fold(0.0, f64::max);
    outputs[class] >= SURE && outputs[class] >= AHEAD * second
}

/// Whether a net's pictures are prepared as MNIST's were.
fn takes_digits(input: Shape) -> bool {
    let digit = Shape::picture(28, 28, 1);
    input == digit || input == digit.len().into()
}

/// The digit on a picture.
fn digit(pixels: &Pixels) -> Result<Prepared, PrepareError> {
    // Transparent pixels become paper; white ink on transparency shows only on black.
    let over = |background: f32| prepare(&pixels.luma_within(background, LONGEST));
    over(1.0).or_else(|_| over(0.0))
}

/// Converts a picture to the input of a net.
///
/// # Shape
/// `[1, height, width, channels]`
fn scaled(pixels: &Pixels, input: Shape) -> anyhow::Result<Batch<u8>> {
    let longest = LONGEST.max(4 * input.height.max(input.width));
    let picture = match input.channels {
        _ if input.is_flat() => {
            anyhow::bail!("this net takes a list of {input} numbers; pictures are for nets that take pictures")
        }
        1 => pixels.luma_within(1.0, longest),
        3 => pixels.colours_within(1.0, longest),
        _ => anyhow::bail!("this net takes pictures of {input}; only those of 1 or 3 channels can be made of a file"),
    };
    let values =
        resample(&picture, input.height, input.width).map(|value| (value * 255.0).round().clamp(0.0, 255.0) as u8);
    Ok(values.reshape([1, input.height, input.width, input.channels])?)
}
