use std::path::PathBuf;

use clap::Args;
use glassbox_dnn::Model;
use glassbox_tensor::shown;
use serde_json::json;

use crate::outcome::{check_outputs, wrong_flag};
use crate::run::{Common, say, say_json};

/// Write a model in a format of other tools: .npz (NumPy), .safetensors or .onnx
///
/// ONNX has the channels of a picture before its rows: `input` is [n, channels, height, width], or [n, numbers] for a
/// net that takes a list; `output` is as `dnn predict` gives it. The numbers of safetensors are those of npz; its
/// metadata hold the model text.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn export model.npz model.onnx
  dnn export model.npz model.safetensors
  dnn export model.safetensors model.npz")]
pub(super) struct Export {
    /// A model that `dnn train` or `dnn export` wrote (npz or safetensors)
    model: PathBuf,
    /// Where it goes; the suffix says in which format
    out: PathBuf,
}

impl Export {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        check_outputs(&[Some(&self.model)], &[Some(&self.out)])?;
        let model = Model::load(&self.model)?;
        let suffix = self.out.extension().and_then(|suffix| suffix.to_str()).unwrap_or_default().to_lowercase();
        match suffix.as_str() {
            "npz" | "safetensors" => model.save(&self.out)?,
            "onnx" => {
                model.net.save_onnx(&self.out)?;
                if model.net.precision() == "f64" {
                    common.note(
                        "note: the model computes in f64; ONNX Runtime lacks convolutions, average pooling and some \
                         activations for it",
                    );
                }
            }
            _ => {
                let found = shown(&self.out);
                return Err(wrong_flag(
                    "OUT",
                    format!("found {found}; the suffix .npz, .safetensors or .onnx is needed"),
                ));
            }
        }
        if common.json {
            let [from, to] = [&self.model, &self.out].map(|path| path.display().to_string());
            return Ok(say_json(&json!({"event": "export", "model": from, "out": to, "format": suffix}))?);
        }
        Ok(say(&format!("wrote {}", shown(&self.out)))?)
    }
}
