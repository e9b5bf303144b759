use std::path::PathBuf;

use clap::Args;
use glassbox_dnn::{Net, Real};
use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::Image;
use serde_json::json;

use super::model::{self, with_net};
use crate::run::{Common, say, say_json};
use crate::sheet::{Tile, enlarge, sheet};

/// How many times a picture of weights is enlarged.
const ENLARGED: usize = 4;
/// Pictures of weights in a row.
const COLUMNS: usize = 5;

/// The seven parts of a model: its layers, shapes and parameters; its first weights as pictures
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn inspect model.npz
  dnn inspect model.npz --out weights.png     what each node of the first layer looks for")]
pub(super) struct Inspect {
    /// A model that `dnn train` wrote
    model: PathBuf,
    /// Draw the weights of the first layer, a picture a node: red where ink speaks for the node, blue where against
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Inspect {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let model = model::load(&self.model)?;
        if let Some(out) = &self.out {
            let page = with_net!(&model, net => draw(net))?;
            let notes = write_picture(out, Picture::from(Pixels::U8(page)), Packing::default())?;
            notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", out.display())));
        }
        with_net!(&model, net => if common.json { print_json(net) } else { print(net) })
    }
}

fn print<T: Real>(net: &Net<T>) -> anyhow::Result<()> {
    let hidden: Vec<_> =
        net.dense_sigmoid_pairs().unwrap_or_default().iter().map(|dense| dense.weight.nrows()).collect();
    let hidden = hidden.split_last().map_or(Vec::new(), |(_, hidden)| hidden.to_vec());
    let count = |kind: &str| -> usize {
        net.layers()
            .iter()
            .flat_map(|layer| layer.parameters())
            .filter(|(name, _)| *name == kind)
            .map(|(_, p)| p.len())
            .sum()
    };
    let nodes: usize = hidden.iter().sum();
    let widths: Vec<_> = hidden.iter().map(|width| width.to_string()).collect();
    say(&format!("{:<34}{}", "1  inputs (features)", net.inputs()))?;
    say(&format!("{:<34}{}", "2  weights (parameters)", count("weight")))?;
    say(&format!("{:<34}{}", "3  biases", count("bias")))?;
    say(&format!("{:<34}{} of {} nodes in all ({})", "4  hidden layers", hidden.len(), nodes, widths.join(", ")))?;
    let activation = net.layers().iter().map(|layer| layer.entry()).find(|entry| entry.name == "sigmoid");
    let activation = activation.map_or("none".into(), |entry| format!("{}, {}", entry.name, entry.formula));
    say(&format!("{:<34}{activation}", "5  activation function"))?;
    say(&format!("{:<34}mean squared error, (1/n)·Σ(o − l)²", "6  loss function (as reported)"))?;
    say(&format!("{:<34}{}", "7  outputs (predictions)", net.outputs()))?;
    say("")?;
    say(&format!("{:<5}{:<14}{:>9}{:>9}{:>12}  formula", "", "layer", "inputs", "outputs", "parameters"))?;
    let mut inputs = net.inputs();
    for (position, layer) in net.layers().iter().enumerate() {
        let parameters: usize = layer.parameters().iter().map(|(_, parameter)| parameter.len()).sum();
        let (text, formula) = (layer.text(), layer.entry().formula);
        say(&format!("{position:<5}{text:<14}{inputs:>9}{:>9}{parameters:>12}  {formula}", layer.outputs()))?;
        inputs = layer.outputs();
    }
    say(&format!("{:<37}{:>12}  in all, {}", "", net.parameter_count(), T::NAME))?;
    say("")?;
    say(&format!("{:<18}{:<14}{:>12}{:>12}{:>12}", "array", "shape", "least", "mean", "greatest"))?;
    for (name, tensor) in net.to_arrays() {
        let values: Vec<f64> = tensor.as_slice().iter().map(|value| value.as_f64()).collect();
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), &v| (low.min(v), high.max(v)));
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        say(&format!("{name:<18}{:<14}{low:>12.4}{mean:>12.4}{high:>12.4}", format!("{:?}", tensor.shape())))?;
    }
    Ok(())
}

fn print_json<T: Real>(net: &Net<T>) -> anyhow::Result<()> {
    let layers = net.layers().iter().map(|layer| {
        let parameters: usize = layer.parameters().iter().map(|(_, parameter)| parameter.len()).sum();
        json!({"layer": layer.text(), "outputs": layer.outputs(), "parameters": parameters})
    });
    let arrays = net.to_arrays().into_iter().map(|(name, tensor)| json!({"name": name, "shape": tensor.shape()}));
    Ok(say_json(&json!({
        "event": "inspect", "inputs": net.inputs(), "outputs": net.outputs(), "layers": layers.collect::<Vec<_>>(),
        "parameters": net.parameter_count(), "precision": T::NAME, "arrays": arrays.collect::<Vec<_>>(),
    }))?)
}

/// A picture for each node of the first layer: its weights where the pixels are that they belong to.
fn draw<T: Real>(net: &Net<T>) -> anyhow::Result<Image<u8>> {
    let side = net.inputs().isqrt();
    let dense = net.layers().first().and_then(|layer| layer.as_dense());
    let Some(dense) = dense.filter(|_| side * side == net.inputs()) else {
        anyhow::bail!(
            "only the weights of a dense first layer behind a square picture can be drawn; found {}",
            net.text()
        );
    };
    let largest = dense.weight.as_slice().iter().map(|weight| weight.as_f64().abs()).fold(f64::MIN_POSITIVE, f64::max);
    let tiles = dense.weight.rows().into_iter().enumerate().map(|(node, weights)| {
        let image = Image::from_fn([side, side, 3], |(y, x, channel)| {
            let weight = weights[y * side + x].as_f64() / largest;
            // White is zero; red is left where the weight is positive, blue where it is negative.
            let kept = if channel == if weight > 0.0 { 0 } else { 2 } { 0.0 } else { weight.abs().sqrt() };
            (255.0 * (1.0 - kept)).round() as u8
        });
        Tile { label: format!("node {node}"), image: enlarge(&image, ENLARGED) }
    });
    Ok(sheet(&tiles.collect::<Vec<_>>(), COLUMNS))
}
