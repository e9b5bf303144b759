use std::path::PathBuf;

use clap::Args;
use glassbox_dnn::{Example, Model};
use glassbox_tensor::shown;
use serde_json::json;

use super::data::{Data, Part};
use crate::outcome::{check_outputs, wrong_flag};
use crate::run::{Common, say, say_json};

/// Write a model in a format of other tools: .npz (NumPy), .safetensors, .onnx, .sql or .xlsx
///
/// ONNX has the channels of a picture before its rows: `input` is [n, channels, height, width], or [n, numbers] for a
/// net that takes a list; `output` is as `dnn predict` gives it. The numbers of safetensors are those of npz; its
/// metadata hold the model text.
///
/// The .sql has tables of nodes, edges and biases and a view for each layer, for SQLite from 3.35 on. The .xlsx has a
/// dense net in live formulas: the picture, each layer, the loss, and the step that one training step with that picture
/// is. Both begin with the picture of --index, or with a black one.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn export model.npz model.onnx
  dnn export model.npz model.safetensors
  dnn export model.safetensors model.npz
  dnn export model.npz net.sql --index 7 && sqlite3 net.db < net.sql && sqlite3 net.db 'SELECT * FROM output'
  dnn export model.npz net.xlsx --index 7 --lr 0.1")]
pub(super) struct Export {
    /// A model that `dnn train` or `dnn export` wrote (npz or safetensors)
    model: PathBuf,
    /// Where it goes; the suffix says in which format
    out: PathBuf,
    /// Number of the picture in an .sql or .xlsx, counted from 0 [default: a black picture]
    #[arg(long, value_name = "N")]
    index: Option<usize>,
    /// Which pictures
    #[arg(long, value_enum, default_value_t = Part::Train, requires = "index")]
    part: Part,
    #[command(flatten)]
    data: Data,
    /// Learning rate of the step in an .xlsx [default: 0.2]
    #[arg(long, value_name = "RATE")]
    lr: Option<f64>,
}

/// The article's learning rate.
const RATE: f64 = 0.2;

impl Export {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        check_outputs(&[Some(&self.model), self.data.path()], &[Some(&self.out)])?;
        let suffix = self.out.extension().and_then(|suffix| suffix.to_str()).unwrap_or_default().to_lowercase();
        self.check(&suffix)?;
        let mut model = Model::load(&self.model)?;
        match suffix.as_str() {
            "onnx" => {
                model.net.save_onnx(&self.out)?;
                if model.net.precision() == "f64" {
                    common.note(
                        "note: the model computes in f64; ONNX Runtime lacks convolutions, average pooling and some \
                         activations for it",
                    );
                }
            }
            "sql" => {
                let example = self.example(&mut model, common)?;
                model.net.to_f64().save_sql(&self.out, &model.about, example.as_ref())?;
            }
            "xlsx" => {
                let (example, rate) = (self.example(&mut model, common)?, self.lr.unwrap_or(RATE));
                model.net.to_f64().save_xlsx(&self.out, &model.about, example.as_ref(), rate)?;
            }
            _ => model.save(&self.out)?,
        }
        if common.json {
            let [from, to] = [&self.model, &self.out].map(|path| path.display().to_string());
            return Ok(say_json(&json!({"event": "export", "model": from, "out": to, "format": suffix}))?);
        }
        Ok(say(&format!("wrote {}", shown(&self.out)))?)
    }

    /// Refuses a format that there is not, and flags that it does not take.
    fn check(&self, suffix: &str) -> anyhow::Result<()> {
        if !["npz", "safetensors", "onnx", "sql", "xlsx"].contains(&suffix) {
            let found = shown(&self.out);
            let problem = format!("found {found}; the suffix .npz, .safetensors, .onnx, .sql or .xlsx is needed");
            return Err(wrong_flag("OUT", problem));
        }
        let given = [("--index", self.index.is_some()), ("--data", self.data.path().is_some())];
        if let Some((flag, _)) = given.iter().find(|(_, given)| *given).filter(|_| !["sql", "xlsx"].contains(&suffix)) {
            return Err(wrong_flag(
                flag,
                format!("is for .sql and .xlsx, which begin with a picture; found .{suffix}"),
            ));
        }
        if self.index.is_none() && self.data.path().is_some() {
            return Err(wrong_flag("--data", "--index N says which picture of it is meant"));
        }
        match self.lr {
            Some(_) if suffix != "xlsx" => Err(wrong_flag("--lr", format!("is for .xlsx; found .{suffix}"))),
            Some(rate) if !(rate.is_finite() && rate > 0.0) => {
                Err(wrong_flag("--lr", format!("found {rate}; a number above 0 is allowed")))
            }
            _ => Ok(()),
        }
    }

    /// The picture that was asked for.
    fn example(&self, model: &mut Model, common: &Common) -> anyhow::Result<Option<Example>> {
        let Some(index) = self.index else { return Ok(None) };
        let (picture, label) = self.data.picture_for(model, self.part, index, common)?;
        Ok(Some(Example { picture, label }))
    }
}
