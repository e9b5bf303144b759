use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use glassbox_dnn::{Model, Shape, argmax, prepare};
use glassbox_formats::Pixels;
use glassbox_kernels::resample;
use glassbox_tensor::{Batch, Image, shown};
use serde_json::json;

use crate::filters::read_pixels;
use crate::outcome::{Reported, one_line};
use crate::run::{Common, complain, say, say_json, say_picture};

/// Recognise pictures with a model
///
/// A net for MNIST takes any picture of one digit, dark on light or light on dark. The picture is prepared as MNIST
/// was: cropped, fitted into 20×20, its centre of mass in the middle of 28×28. Every other net gets the whole picture
/// in its own size and colours. --verbose shows the prepared picture.
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
}

impl Predict {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let model = Model::load(&self.model)?;
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
    let name = shown(path);
    let pixels = read_pixels(path, common)?;
    let prepared = prepared(&pixels, model.net.input()).with_context(|| name.clone())?;
    let outputs = model.classify(&prepared).with_context(|| name.clone())?;
    let class = argmax(&outputs);
    if common.json {
        say_json(
            &json!({"event": "predict", "picture": path.display().to_string(), "class": class, "outputs": outputs}),
        )?;
        return Ok(());
    }
    if common.verbose {
        let (_, height, width, channels) = prepared.dim();
        let seen: Image<u8> = prepared.reshape([height, width, channels])?;
        say_picture(&seen)?;
    }
    let all: Vec<_> = outputs.iter().enumerate().map(|(class, output)| format!("{class}:{output:.3}")).collect();
    say(&format!("{name}: {class}   {}", all.join(" ")))?;
    Ok(())
}

/// Converts a picture to the input of a net.
///
/// # Shape
/// `[1, height, width, channels]`
fn prepared(pixels: &Pixels, input: Shape) -> anyhow::Result<Batch<u8>> {
    let digit = Shape::picture(28, 28, 1);
    // Transparent pixels become paper; white ink on transparency shows only on black.
    if input == digit || input == digit.len().into() {
        return Ok(prepare(&pixels.luma_over(1.0)).or_else(|_| prepare(&pixels.luma_over(0.0)))?);
    }
    let picture = match input.channels {
        _ if input.is_flat() => {
            anyhow::bail!("this net takes a list of {input} numbers; pictures are for nets that take pictures")
        }
        1 => pixels.luma_over(1.0),
        3 => pixels.colours_over(1.0),
        _ => anyhow::bail!("this net takes pictures of {input}; only those of 1 or 3 channels can be made of a file"),
    };
    let values =
        resample(&picture, input.height, input.width).map(|value| (value * 255.0).round().clamp(0.0, 255.0) as u8);
    Ok(values.reshape([1, input.height, input.width, input.channels])?)
}
