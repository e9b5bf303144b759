use std::path::PathBuf;

use clap::Args;
use glassbox_dnn::onnx::{Attribute, Constant, INPUT, Onnx};
use glassbox_dnn::{Net, Shape};
use glassbox_formats::{Error, onnx};
use glassbox_tensor::Tensor;
use serde_json::json;

use super::model::{self, Stored, with_net};
use crate::outcome::wrong_flag;
use crate::run::{Common, say, say_json};

/// Write a model in a format of other tools: .npz (NumPy), .safetensors or .onnx
///
/// ONNX has the channels of a picture before its rows: `input` is [n, channels, height, width], or [n, numbers] for a net behind a list;
/// `output` is as `dnn predict` gives it. The numbers of safetensors are those of npz; its metadata hold the model text.
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
        let model = model::load(&self.model)?;
        let suffix = self.out.extension().and_then(|suffix| suffix.to_str()).unwrap_or_default().to_lowercase();
        match suffix.as_str() {
            "npz" | "safetensors" => with_net!(&model, net => model::save(&self.out, net, &model.loss)?),
            "onnx" => with_net!(&model, net => write_onnx(&self.out, net, common)?),
            _ => {
                let found = self.out.display();
                return Err(wrong_flag(
                    "OUT",
                    format!("found {found}; the suffix .npz, .safetensors or .onnx is needed"),
                ));
            }
        }
        let (from, to) = (self.model.display().to_string(), self.out.display().to_string());
        if common.json {
            return Ok(say_json(&json!({"event": "export", "model": from, "out": to, "format": suffix}))?);
        }
        Ok(say(&format!("wrote {to}"))?)
    }
}

fn write_onnx<T: Stored>(path: &std::path::Path, net: &Net<T>, common: &Common) -> anyhow::Result<()> {
    let (graph, output) = Onnx::of(net)?;
    if T::NAME == "f64" {
        common.note("note: the model computes in f64; ONNX Runtime has no convolutions, average pooling and some activations for it");
    }
    let attribute = |attribute: Attribute| match attribute {
        Attribute::Int(number) => onnx::Attribute::Int(number),
        Attribute::Ints(numbers) => onnx::Attribute::Ints(numbers),
        Attribute::Float(number) => onnx::Attribute::Float(number as f32),
        Attribute::Floats(numbers) => {
            onnx::Attribute::Floats(numbers.into_iter().map(|number| number as f32).collect())
        }
        Attribute::Text(text) => onnx::Attribute::Text(text.into()),
    };
    let mut nodes: Vec<_> = graph
        .nodes
        .into_iter()
        .map(|node| onnx::Node {
            operator: node.operator.into(),
            inputs: node.inputs,
            outputs: vec![node.output],
            attributes: node.attributes.into_iter().map(|(name, value)| (name.into(), attribute(value))).collect(),
        })
        .collect();
    nodes.push(onnx::Node {
        operator: "Identity".into(),
        inputs: vec![output],
        outputs: vec!["output".into()],
        attributes: vec![],
    });
    let constants = graph.constants.into_iter().map(|(name, constant)| {
        let constant = match constant {
            Constant::Real(tensor) => T::onnx(tensor),
            Constant::Whole(numbers) => onnx::Constant::I64(numbers),
        };
        (name, constant)
    });
    let port = |name: &str, shape: Shape| {
        let sides = if shape.is_flat() {
            vec![None, Some(shape.channels)]
        } else {
            vec![None, Some(shape.channels), Some(shape.height), Some(shape.width)]
        };
        onnx::Port { name: name.into(), shape: sides, double: T::NAME == "f64" }
    };
    let graph = onnx::Graph {
        name: "glassbox".into(),
        nodes,
        constants: constants.collect(),
        input: port(INPUT, net.input()),
        output: port("output", net.output()),
        metadata: vec![("model".into(), format!("input {} | {}", net.input().text(), net.text()))],
    };
    Ok(onnx::write(path, &graph).map_err(|error: Error| error)?)
}

/// A tensor as a constant of an ONNX graph.
pub(super) trait OnnxNumber: Sized + glassbox_tensor::Element {
    fn onnx(tensor: Tensor<Self>) -> onnx::Constant;
}

impl OnnxNumber for f32 {
    fn onnx(tensor: Tensor<f32>) -> onnx::Constant {
        onnx::Constant::F32(tensor)
    }
}

impl OnnxNumber for f64 {
    fn onnx(tensor: Tensor<f64>) -> onnx::Constant {
        onnx::Constant::F64(tensor)
    }
}
