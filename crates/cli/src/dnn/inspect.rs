use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use glassbox_dnn::{AnyNet, LayerSummary, Model, Outline, ParameterSummary, Prepare, Shape, losses};
use glassbox_draw::{Column, Nodes, draw_net, draw_weights};
use glassbox_formats::{Packing, Picture, Pixels, write_atomically, write_picture};
use glassbox_tensor::{Image, Matrix, Tensor, shown};
use serde_json::json;

use super::outline::{self, layer_json, multiplications, print_layers, shape};
use crate::outcome::{check_outputs, wrong_flag};
use crate::run::{Common, say, say_json};

/// Most nodes whose weights are drawn.
const MOST_NODES: usize = 512;

/// The seven parts of a model: its layers, shapes and parameters; its first weights as pictures
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn inspect model.npz
  dnn inspect model.npz --svg net.svg         the net as a picture
  dnn inspect model.npz --out weights.png     what each node of the first layer responds to
  dnn inspect model.npz --input 64x64x1       what the same weights make of larger pictures
  dnn inspect --layers 'conv 8 3x3 | as a | max-pool 2 | conv 16 3x3 | up 2 | concat a | conv 1 1x1' --input 28x28x1
                                              sizes, parameters, and the sides of pictures that a net takes")]
pub(super) struct Inspect {
    /// A model that `dnn train` wrote
    #[arg(required_unless_present = "layers")]
    model: Option<PathBuf>,
    /// A net in the model language instead of a model; nothing is trained or initialised
    #[arg(long, value_name = "SPEC", requires = "input", conflicts_with = "model")]
    layers: Option<String>,
    /// The input, as in 572x572x1: the size of each layer's output, and the sides of square pictures that the same
    /// weights take whole, no row or column left out; found by trying them
    #[arg(long, value_name = "HxWxC", value_parser = shape, conflicts_with_all = ["out", "svg"])]
    input: Option<Shape>,
    /// Draw the weights of the first layer, a picture for each node: red where they are positive, blue where negative
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Draw the net: its nodes, layer by layer, and the weights between them
    #[arg(long, value_name = "FILE.svg")]
    svg: Option<PathBuf>,
}

impl Inspect {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        check_outputs(&[self.model.as_deref()], &[self.out.as_deref(), self.svg.as_deref()])?;
        let path = match (&self.layers, self.input, &self.model) {
            (Some(layers), Some(input), _) => {
                let outline = Outline::read(layers, input).map_err(|error| wrong_flag("--layers", error))?;
                return outline::print(&outline, common.json);
            }
            (None, Some(input), Some(path)) => {
                let own = Outline::of_model(&Model::net_text(path)?).with_context(|| shown(path))?;
                let outline = own.with_input(input).map_err(|error| wrong_flag("--input", error))?;
                return outline::print(&outline, common.json);
            }
            (_, _, path) => path.as_ref().context("clap asks for a model or --layers")?,
        };
        let model = Model::load(path)?;
        if let Some(out) = &self.out {
            let page = draw_weights(&node_weights(&model.net)?);
            let notes = write_picture(out, Picture::from(Pixels::U8(page)), Packing::default())?.notes;
            notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", shown(out))));
        }
        if let Some(out) = &self.svg {
            let text = draw_net(&columns(&model.net));
            write_atomically(out, |file| file.write_all(text.as_bytes()))?;
        }
        if common.json { print_json(&model) } else { print(&model) }
    }
}

fn print(model: &Model) -> anyhow::Result<()> {
    let (net, layers, parameters) = (&model.net, model.net.layers(), model.net.parameters());
    let count = |is_bias: bool| -> usize {
        let trained = parameters.iter().filter(|parameter| parameter.trained);
        trained.filter(|parameter| names_bias(&parameter.name) == is_bias).map(|parameter| parameter.len).sum()
    };
    let hidden = hidden(&layers);
    let nodes: usize = hidden.iter().map(|shape| shape.len()).sum();
    let shapes: Vec<_> = hidden.iter().map(|shape| shape.to_string()).collect();
    let mut activations: Vec<_> = layers.iter().map(|layer| layer.entry).filter(|entry| entry.is_activation).collect();
    activations.dedup_by_key(|entry| entry.name);
    let activations: Vec<_> = activations.iter().map(|entry| format!("{}, {}", entry.name, entry.formula)).collect();
    let row = |part: &str, text: String| say(&format!("{part:<34}{text}"));
    row("1  inputs (features)", net.input().to_string())?;
    row("2  weights (parameters)", count(false).to_string())?;
    row("3  biases", count(true).to_string())?;
    row("4  hidden layers", format!("{} of {} nodes in all ({})", hidden.len(), nodes, shapes.join(", ")))?;
    row("5  activation functions", if activations.is_empty() { "none".into() } else { activations.join("; ") })?;
    let about = &model.about;
    let formula = losses::by_name::<f64>(&about.loss).map_or("", |loss| loss.formula());
    row("6  loss function", format!("{}, {formula}", about.loss))?;
    row("7  outputs (predictions)", net.output().to_string())?;
    row("what it is for", about.purpose.to_string())?;
    let picture = about.picture.map_or(String::new(), |picture| format!(" of {picture}"));
    row("pictures", format!("{}{picture}", how_prepared(about.prepare)))?;
    if !about.class_names.is_empty() {
        row("classes", about.class_names.join(", "))?;
    }
    say("")?;
    print_layers(&layers, net.parameter_count(), &format!("a sample; {}", net.precision()))?;
    say("")?;
    say(&format!("{:<17} {:<17} {:>11} {:>11} {:>11}", "array", "shape", "least", "mean", "greatest"))?;
    for ParameterSummary { name, shape, least, mean, greatest, .. } in parameters {
        let (shape, [least, mean, greatest]) = (format!("{shape:?}"), [least, mean, greatest].map(short));
        say(&format!("{name:<17} {shape:<17} {least:>11} {mean:>11} {greatest:>11}"))?;
    }
    Ok(())
}

/// A number of at most 11 signs.
fn short(number: f64) -> String {
    let plain = format!("{number:.4}");
    if plain.len() <= 11 { plain } else { format!("{number:.3e}") }
}

fn how_prepared(prepare: Prepare) -> &'static str {
    match prepare {
        Prepare::Digit => "prepared as MNIST's digits",
        Prepare::None => "as they are",
    }
}

/// Whether a parameter is a bias, by its name in model files.
fn names_bias(name: &str) -> bool {
    name.ends_with(".bias") || name.starts_with("b_")
}

/// The output shapes of all layers with parameters but the last.
fn hidden(layers: &[LayerSummary]) -> Vec<Shape> {
    let with_parameters = layers.iter().filter(|layer| layer.parameters > 0).map(|layer| layer.output);
    let mut shapes: Vec<_> = with_parameters.collect();
    shapes.pop();
    shapes
}

fn print_json(model: &Model) -> anyhow::Result<()> {
    let (net, layers) = (&model.net, model.net.layers());
    let multiplications = multiplications(&layers);
    let layers = layers.iter().map(layer_json);
    let arrays =
        net.parameters().into_iter().map(|parameter| json!({"name": parameter.name, "shape": parameter.shape}));
    Ok(say_json(&json!({
        "event": "inspect", "input": net.input().text(), "inputs": net.input().len(), "outputs": net.output().len(),
        "layers": layers.collect::<Vec<_>>(), "parameters": net.parameter_count(), "multiplications": multiplications,
        "purpose": model.about.purpose.to_string(), "prepare": model.about.prepare.to_string(),
        "picture": model.about.picture.map(Shape::text), "class_names": model.about.class_names,
        "loss": model.about.loss, "precision": net.precision(), "arrays": arrays.collect::<Vec<_>>(),
    }))?)
}

/// The columns of the net's diagram.
///
/// A column begins where the shape changes or a layer has parameters. So an activation is named in the column of the
/// layer before it.
fn columns(net: &AnyNet) -> Vec<Column> {
    let mut shape = net.input();
    let mut columns = vec![column(shape, "inputs".into(), None)];
    for (position, layer) in net.layers().into_iter().enumerate() {
        let LayerSummary { text, entry, output, parameters, .. } = layer;
        match columns.last_mut() {
            Some(last) if shape == output && parameters == 0 => last.labels.push(text),
            _ => {
                let is_dense = entry.name == "dense" && shape.is_flat() && output.is_flat();
                let values = || net.layer_parameters(position).swap_remove(0).into_vec();
                let weights = is_dense.then(|| Matrix::from_vec([output.len(), shape.len()], values()).ok()).flatten();
                columns.push(column(output, text, weights));
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
fn node_weights(net: &AnyNet) -> anyhow::Result<Vec<Image<f64>>> {
    let (layers, input) = (net.layers(), net.input());
    let first = layers.iter().position(|layer| layer.parameters > 0);
    let first = first.filter(|&layer| ["dense", "conv"].contains(&layers[layer].entry.name));
    let weight = first.map(|layer| net.layer_parameters(layer).swap_remove(0));
    let shape_of = |weight: &Tensor<f64>| match weight.shape() {
        &[_, rows, columns, channels] => Shape::picture(rows, columns, channels),
        _ if input.is_flat() && input.len().isqrt().pow(2) == input.len() => {
            Shape::picture(input.len().isqrt(), input.len().isqrt(), 1)
        }
        _ => input,
    };
    let weight = weight.map(|weight| (shape_of(&weight), weight)).filter(|(shape, _)| !shape.is_flat());
    let Some((shape, weight)) = weight else {
        anyhow::bail!(
            "only the weights of masks, or of a dense layer directly on a picture, can be drawn; found {}",
            net.text()
        );
    };
    if !weight.len().is_multiple_of(shape.len()) || weight.len() / shape.len() > MOST_NODES {
        anyhow::bail!("{} nodes; at most {MOST_NODES} can be drawn", weight.len() / shape.len());
    }
    let nodes = weight.as_slice().chunks(shape.len());
    let nodes =
        nodes.map(|weights| Ok(Image::from_vec([shape.height, shape.width, shape.channels], weights.to_vec())?));
    nodes.collect()
}
