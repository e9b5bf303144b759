use std::path::PathBuf;

use clap::Args;
use glassbox_dnn::{Net, Real, Shape, losses};
use glassbox_draw::{Column, Nodes, draw_net, draw_weights};
use glassbox_formats::{Packing, Picture, Pixels, write_atomically, write_picture};
use glassbox_tensor::{Image, Matrix};
use serde_json::json;

use super::model::{self, with_net};
use crate::run::{Common, say, say_json};

/// Most nodes whose weights are drawn.
const MOST_NODES: usize = 512;

/// The seven parts of a model: its layers, shapes and parameters; its first weights as pictures
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn inspect model.npz
  dnn inspect model.npz --svg net.svg         the net as a picture
  dnn inspect model.npz --out weights.png     what each node of the first layer responds to")]
pub(super) struct Inspect {
    /// A model that `dnn train` wrote
    model: PathBuf,
    /// Draw the weights of the first layer, a picture for each node: red where they are positive, blue where negative
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Draw the net: its nodes, layer by layer, and the weights between them
    #[arg(long, value_name = "FILE.svg")]
    svg: Option<PathBuf>,
}

impl Inspect {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let model = model::load(&self.model)?;
        if let Some(out) = &self.out {
            let page = draw_weights(&with_net!(&model, net => node_weights(net))?);
            let notes = write_picture(out, Picture::from(Pixels::U8(page)), Packing::default())?.notes;
            notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", out.display())));
        }
        if let Some(out) = &self.svg {
            let text = draw_net(&with_net!(&model, net => columns(net)));
            write_atomically(out, |file| file.write_all(text.as_bytes()))?;
        }
        with_net!(&model, net => if common.json { print_json(net, &model.loss) } else { print(net, &model.loss) })
    }
}

fn print<T: Real>(net: &Net<T>, loss: &str) -> anyhow::Result<()> {
    let list = net.list();
    let count = |is_bias: bool| -> usize {
        let trained = list.iter().filter(|parameter| parameter.trained && names_bias(&parameter.name) == is_bias);
        trained.map(|parameter| parameter.value.len()).sum()
    };
    let (hidden, nodes) = hidden(net);
    let mut activations: Vec<_> =
        net.layers().iter().map(|layer| layer.entry()).filter(|entry| entry.is_activation).collect();
    activations.dedup_by_key(|entry| entry.name);
    let activations: Vec<_> = activations.iter().map(|entry| format!("{}, {}", entry.name, entry.formula)).collect();
    let row = |part: &str, text: String| say(&format!("{part:<34}{text}"));
    row("1  inputs (features)", net.input().to_string())?;
    row("2  weights (parameters)", count(false).to_string())?;
    row("3  biases", count(true).to_string())?;
    row("4  hidden layers", format!("{} of {} nodes in all ({})", hidden.len(), nodes, hidden.join(", ")))?;
    row("5  activation functions", if activations.is_empty() { "none".into() } else { activations.join("; ") })?;
    let formula = losses::by_name::<T>(loss).map_or("", |loss| loss.formula());
    row("6  loss function", format!("{loss}, {formula}"))?;
    row("7  outputs (predictions)", net.output().to_string())?;
    say("")?;
    let texts: Vec<_> = net.layers().iter().map(|layer| layer.text()).collect();
    let wide = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(12) + 2;
    say(&format!("{:<4}{:<wide$}{:>12}{:>12}{:>16}  formula", "", "layer", "output", "parameters", "multiplications"))?;
    for ((position, layer), text) in net.layers().iter().enumerate().zip(texts) {
        let (output, parameters) = (layer.output().to_string(), parameters_of(net, position));
        let (multiplications, formula) = (layer.multiplications(), layer.entry().formula);
        say(&format!("{position:<4}{text:<wide$}{output:>12}{parameters:>12}{multiplications:>16}  {formula}"))?;
    }
    let multiplications: u64 = net.layers().iter().map(|layer| layer.multiplications()).sum();
    let (all, number) = (net.parameter_count(), T::NAME);
    say(&format!("{:<4}{:<wide$}{:>12}{all:>12}{multiplications:>16}  a sample; {number}", "", "in all", ""))?;
    say("")?;
    say(&format!("{:<18}{:<18}{:>12}{:>12}{:>12}", "array", "shape", "least", "mean", "greatest"))?;
    for parameter in list {
        let values: Vec<f64> = parameter.value.as_slice().iter().map(|value| value.as_f64()).collect();
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), &v| (low.min(v), high.max(v)));
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let (name, shape) = (parameter.name, format!("{:?}", parameter.value.shape()));
        say(&format!("{name:<18}{shape:<18}{low:>12.4}{mean:>12.4}{high:>12.4}"))?;
    }
    Ok(())
}

/// Whether a parameter is a bias, by its name in model files.
fn names_bias(name: &str) -> bool {
    name.ends_with(".bias") || name.starts_with("b_")
}

/// The shapes between layers with parameters, and the sum of their nodes.
fn hidden<T: Real>(net: &Net<T>) -> (Vec<String>, usize) {
    let trained: Vec<_> = (0..net.layers().len()).filter(|&layer| !net.parameters()[layer].is_empty()).collect();
    let hidden = trained.split_last().map_or(&[][..], |(_, hidden)| hidden);
    let shapes: Vec<_> = hidden.iter().map(|&layer| net.layers()[layer].output()).collect();
    (shapes.iter().map(|shape| shape.to_string()).collect(), shapes.iter().map(|shape| shape.len()).sum())
}

fn parameters_of<T: Real>(net: &Net<T>, layer: usize) -> usize {
    net.parameters()[layer].iter().map(|tensor| tensor.len()).sum()
}

fn print_json<T: Real>(net: &Net<T>, loss: &str) -> anyhow::Result<()> {
    let layers = net.layers().iter().enumerate().map(|(position, layer)| {
        let output = layer.output();
        json!({
            "layer": layer.text(), "output": [output.height, output.width, output.channels], "outputs": output.len(),
            "parameters": parameters_of(net, position), "multiplications": layer.multiplications(),
        })
    });
    let arrays = net.to_arrays().into_iter().map(|(name, tensor)| json!({"name": name, "shape": tensor.shape()}));
    Ok(say_json(&json!({
        "event": "inspect", "input": net.input().text(), "inputs": net.inputs(), "outputs": net.outputs(),
        "layers": layers.collect::<Vec<_>>(), "parameters": net.parameter_count(),
        "multiplications": net.layers().iter().map(|layer| layer.multiplications()).sum::<u64>(),
        "loss": loss, "precision": T::NAME, "arrays": arrays.collect::<Vec<_>>(),
    }))?)
}

/// The net as its diagram shows it.
///
/// A column begins where the shape changes or a layer has parameters. So an activation is named in the column of the
/// layer before it.
fn columns<T: Real>(net: &Net<T>) -> Vec<Column> {
    let mut shape = net.input();
    let mut columns = vec![column(shape, "inputs".into(), None)];
    for (layer, parameters) in net.layers().iter().zip(net.parameters()) {
        let output = layer.output();
        match columns.last_mut() {
            Some(last) if shape == output && parameters.is_empty() => last.labels.push(layer.text()),
            _ => {
                let is_dense = layer.entry().name == "dense" && shape.is_flat() && output.is_flat();
                let values = || parameters[0].as_slice().iter().map(|weight| weight.as_f64()).collect();
                let weights = is_dense.then(|| Matrix::from_vec([output.len(), shape.len()], values()).ok()).flatten();
                columns.push(column(output, layer.text(), weights));
            }
        }
        shape = output;
    }
    columns
}

fn column(shape: Shape, label: String, weights: Option<Matrix<f64>>) -> Column {
    let maps = Nodes::Maps([shape.height, shape.width, shape.channels]);
    let nodes = if shape.is_flat() { Nodes::List(shape.len()) } else { maps };
    Column { nodes, labels: vec![shape.to_string(), label], weights }
}

/// The weights of each node of the first layer that has any: masks, or a dense layer on a picture.
fn node_weights<T: Real>(net: &Net<T>) -> anyhow::Result<Vec<Image<f64>>> {
    let first = net.parameters().iter().position(|parameters| !parameters.is_empty());
    let first = first.filter(|&layer| ["dense", "conv"].contains(&net.layers()[layer].entry().name));
    let shape = first.map(|layer| match net.parameters()[layer][0].shape() {
        &[_, rows, columns, channels] => Shape::picture(rows, columns, channels),
        _ if net.input().is_flat() && net.inputs().isqrt().pow(2) == net.inputs() => {
            Shape::picture(net.inputs().isqrt(), net.inputs().isqrt(), 1)
        }
        _ => net.input(),
    });
    let Some((layer, shape)) = first.zip(shape).filter(|(_, shape)| !shape.is_flat()) else {
        anyhow::bail!(
            "only the weights of masks, or of a dense layer directly on a picture, can be drawn; found {}",
            net.text()
        );
    };
    let weight = net.parameters()[layer][0].as_slice();
    if !weight.len().is_multiple_of(shape.len()) || weight.len() / shape.len() > MOST_NODES {
        anyhow::bail!("{} nodes; at most {MOST_NODES} can be drawn", weight.len() / shape.len());
    }
    let nodes = weight.chunks(shape.len()).map(|weights| {
        let weights = weights.iter().map(|weight| weight.as_f64()).collect();
        Ok(Image::from_vec([shape.height, shape.width, shape.channels], weights)?)
    });
    nodes.collect()
}
