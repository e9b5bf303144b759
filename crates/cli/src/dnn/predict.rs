use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use glassbox_dnn::{About, Model, Prepare, argmax, plain, prepare};
use glassbox_formats::Pixels;
use glassbox_tensor::{Batch, Image};
use serde_json::json;

use crate::filters::read_pixels;
use super::data::PrepareName;
use crate::outcome::{Reported, one_line, wrong_flag};
use crate::run::{Common, complain, say, say_json, say_picture};

/// Recognise pictures with a model
///
/// The model says how pictures are prepared for it. A net trained on the built-in MNIST takes any picture of one digit,
/// dark on light or light on dark: it is cropped, fitted into 20×20, its centre of mass in the middle of 28×28. Every
/// other net gets the whole picture in its own colours, stretched to its size if it has another. --verbose shows the
/// prepared picture.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn predict model.npz seven.png
  dnn predict model.npz scans/*.jpg --json
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
}

impl Predict {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let mut model = Model::load(&self.model)?;
        if let Some(prepare) = self.prepare.map(Prepare::from) {
            if prepare == Prepare::Digit && model.about.picture != Some(Prepare::DIGIT) {
                let (digit, found) = (Prepare::DIGIT, model.net.input());
                return Err(wrong_flag("--prepare", format!("digit is for nets of {digit}; this one takes {found}")));
            }
            model.about.prepare = prepare;
        }
        let mut failures = 0;
        for path in &self.pictures {
            if let Err(error) = predict(&model, path, common) {
                if error.is::<std::io::Error>() {
                    return Err(error);
                }
                complain(&format!("dnn: {}", one_line(error.as_ref())));
                failures += 1;
            }
        }
        if failures > 0 { Err(Reported.into()) } else { Ok(()) }
    }
}

fn predict(model: &Model, path: &Path, common: &Common) -> anyhow::Result<()> {
    let name = path.display().to_string();
    let pixels = read_pixels(path, common)?;
    let prepared = prepared(&pixels, &model.about).with_context(|| name.clone())?;
    let ((height, width, _), (_, h, w, _)) = (pixels.dim(), prepared.dim());
    if model.about.prepare == Prepare::None && (height, width) != (h, w) {
        common.note(&format!("note: {name}: {width}×{height} pixels, stretched to the net's {w}×{h}"));
    }
    let outputs = model.classify(&prepared).with_context(|| name.clone())?;
    let class = argmax(&outputs);
    if common.json {
        let mut line = json!({"event": "predict", "picture": name, "class": class, "outputs": outputs});
        if !model.about.class_names.is_empty() {
            line["name"] = model.about.class_name(class).into();
        }
        return Ok(say_json(&line)?);
    }
    if common.verbose {
        let (_, height, width, channels) = prepared.dim();
        let seen: Image<u8> = prepared.reshape([height, width, channels])?;
        say_picture(&seen)?;
    }
    let of_class = |(class, output)| format!("{}:{output:.3}", model.about.class_name(class));
    let all: Vec<_> = outputs.iter().enumerate().map(of_class).collect();
    say(&format!("{name}: {}   {}", model.about.class_name(class), all.join(" ")))?;
    Ok(())
}

/// Makes a picture like those that the model was trained on.
///
/// # Shape
/// `[1, height, width, channels]`
pub(super) fn prepared(pixels: &Pixels, about: &About) -> anyhow::Result<Batch<u8>> {
    match (about.prepare, about.picture) {
        // Transparent pixels become paper; white ink on transparency shows only on black.
        (Prepare::Digit, _) => Ok(prepare(&pixels.luma_over(1.0)).or_else(|_| prepare(&pixels.luma_over(0.0)))?),
        (Prepare::None, Some(picture)) => Ok(plain(pixels, picture)?),
        (Prepare::None, None) => anyhow::bail!("this net takes a list of numbers; pictures are for nets that take pictures"),
    }
}
