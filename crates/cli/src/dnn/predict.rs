use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use glassbox_dnn::{argmax, features, prepare};
use glassbox_formats::{decode_picture, read_picture};
use glassbox_tensor::{Image, Ix3, Tensor};
use serde_json::json;

use super::model::{self, Model, with_net};
use crate::filters::read_stdin;
use crate::outcome::{Reported, one_line};
use crate::run::{Common, say, say_json};
use crate::terminal;

/// What a model takes pictures of digits for
///
/// Any picture of one digit, dark on light or light on dark: it is prepared as MNIST was (cropped, fitted into 20×20, its centre of
/// mass in the middle of 28×28). With --verbose the prepared picture is shown.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn predict model.npz seven.png
  dnn predict model.npz scans/*.jpg --json
  dnn predict model.npz - < photo.jpg")]
pub(super) struct Predict {
    /// A model that `dnn train` wrote
    model: PathBuf,
    /// Pictures; - for standard input
    #[arg(required = true)]
    pictures: Vec<PathBuf>,
}

impl Predict {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let model = model::load(&self.model)?;
        let mut failures = 0;
        for path in &self.pictures {
            if let Err(error) = predict(&model, path, common) {
                if error.is::<std::io::Error>() {
                    return Err(error);
                }
                anstream::eprintln!("dnn: {}", one_line(&error));
                failures += 1;
            }
        }
        if failures > 0 { Err(Reported.into()) } else { Ok(()) }
    }
}

fn predict(model: &Model, path: &Path, common: &Common) -> anyhow::Result<()> {
    let name = path.display().to_string();
    let picture =
        if name == "-" { decode_picture(&read_stdin()?, "standard input", true)? } else { read_picture(path, true)? };
    // Transparent pictures are drawn on paper; white ink on nothing shows on black alone.
    let digit = prepare(&picture.pixels.luma_over(1.0))
        .or_else(|_| prepare(&picture.pixels.luma_over(0.0)))
        .with_context(|| name.clone())?;
    let outputs = classify(model, &digit).with_context(|| name.clone())?;
    let class = argmax(&outputs);
    if common.json {
        say_json(&json!({"event": "predict", "picture": name, "class": class, "outputs": outputs}))?;
        return Ok(());
    }
    if common.verbose {
        let (_, height, width) = digit.dim();
        let grey: Image<u8> = digit.reshape([height, width, 1])?;
        say(terminal::picture(&grey).trim_end_matches('\n'))?;
    }
    let all: Vec<_> = outputs.iter().enumerate().map(|(class, output)| format!("{class}:{output:.3}")).collect();
    say(&format!("{name}: {class}   {}", all.join(" ")))?;
    Ok(())
}

/// Every output for one picture of the size that the net takes.
///
/// # Shape
/// `[1, height, width]`
pub(super) fn classify(model: &Model, digit: &Tensor<u8, Ix3>) -> anyhow::Result<Vec<f64>> {
    let (_, height, width) = digit.dim();
    with_net!(model, net => {
        if net.inputs() != height * width {
            anyhow::bail!("a picture of {height}×{width} pixels; this net takes {} inputs", net.inputs());
        }
        Ok(model::outputs(net, &features(digit)))
    })
}
