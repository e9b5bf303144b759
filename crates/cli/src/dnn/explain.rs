use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use glassbox_dnn::explain::{Explanation, Link, Place, Subtracted, Weight, explain, subtracted, worst};
use glassbox_dnn::losses::{by_name, one_hot};
use glassbox_dnn::{Error, Net, Shape, argmax, features};
use glassbox_tensor::Batch;
use serde_json::{Value, json};

use super::classifier::load_classifier;
use super::data::{Data, Part};
use crate::outcome::wrong_flag;
use crate::run::{Common, say, say_json};

/// Terms of a sum that are written out; the others are added up in one line.
const WRITTEN: usize = 12;

/// The chain rule for one weight, number by number: why a picture would change it, and by how much
///
/// The gradient of the loss by a weight is a product: how the loss answers the node's output, times how the output
/// answers the node's input, times what the weight is multiplied by. A hidden node's output works through every node of
/// the next layer, so its first factor is a sum. A mask's weight works at every pixel, so its gradient is a sum over
/// places.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn explain model.npz --index 7                     the weight with the largest gradient
  dnn explain model.npz --index 7 --weight 0,3,406    layer 0, from input 406 to node 3
  dnn explain model.npz --index 7 --weight 2,9,bias
  dnn explain lenet5.npz --index 7 --weight 0,2,1x4x0 mask 2, row 1, column 4, channel 0")]
pub(super) struct Explain {
    /// A model that `dnn train` wrote
    #[arg(default_value = "model.npz")]
    model: PathBuf,
    /// Number of the picture, counted from 0
    #[arg(long, value_name = "N")]
    index: usize,
    /// The weight that leads from input X to node P of a layer, as `dnn inspect` numbers the layers; bias instead of X
    /// is the bias of the node
    #[arg(long, value_name = "LAYER,P,X", conflicts_with = "worst")]
    weight: Option<String>,
    /// The weight with the largest gradient [this is the default]
    #[arg(long)]
    worst: bool,
    /// Learning rate of the step
    #[arg(long, value_name = "RATE", default_value_t = 0.2)]
    lr: f64,
    /// Which pictures
    #[arg(long, value_enum, default_value_t = Part::Train)]
    part: Part,
    #[command(flatten)]
    data: Data,
}

impl Explain {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let mut model = load_classifier(&self.model)?;
        let samples = self.data.read_for(&mut model, self.part, common)?;
        if self.index >= samples.len() {
            let (found, last) = (self.index, samples.len() - 1);
            return Err(wrong_flag("--index", format!("found {found}; the {} set has 0 … {last}", self.part.name())));
        }
        if !(self.lr.is_finite() && self.lr > 0.0) {
            return Err(wrong_flag("--lr", format!("found {}; a number above 0 is allowed", self.lr)));
        }
        let (_, height, width, channels) = samples.images.dim();
        let numbers = height * width * channels;
        let pixels = samples.images.as_slice()[self.index * numbers..][..numbers].to_vec();
        let picture = Batch::from_vec([1, height, width, channels], pixels)?;
        let label = samples.labels[self.index];
        model.classify(&picture).with_context(|| self.data.name())?;
        let net = model.net.to_f64();
        if usize::from(label) >= net.outputs() {
            anyhow::bail!("the label is {label}; this net has {} outputs", net.outputs());
        }
        let loss = by_name::<f64>(&model.about.loss).context("the model's loss is unknown")?;
        let (input, target) = (features::<f64>(&picture), one_hot(label, net.outputs()));
        let of_flag = |error| match error {
            Error::Setting { name, problem } => wrong_flag(&format!("--{name}"), problem),
            error => error.into(),
        };
        let weight = match &self.weight {
            Some(text) => Weight::parse(&net, text).map_err(of_flag)?,
            None => worst(&net, &input, &target, &*loss).context("no layer of this net multiplies by weights")?,
        };
        let found = explain(&net, &input, &target, &*loss, weight).map_err(of_flag)?;
        let rules = net.dense_sigmoid_pairs().is_some();
        let rules = rules.then(|| subtracted(&net, &picture, label, self.lr, weight)).transpose()?;
        if common.json {
            return Ok(say_json(&self.json(&net, &found, rules))?);
        }
        let answer = argmax(net.predict(&input).as_slice());
        let [label, answer] = [usize::from(label), answer].map(|class| model.about.class_name(class));
        say(&format!(
            "picture {} of the {} set: the label is {label}, the net thinks it is {answer}; E = {:.6} ({})",
            self.index,
            self.part.name(),
            found.loss,
            model.about.loss
        ))?;
        print(&net, &found)?;
        if let Some(Subtracted { code, formula }) = rules {
            say(&format!(
                "One step at rate {} subtracts {code:+.6e} by --rule code, {formula:+.6e} by --rule formula.",
                self.lr
            ))?;
        }
        Ok(())
    }

    fn json(&self, net: &Net<f64>, found: &Explanation, rules: Option<Subtracted>) -> Value {
        let place = |place: &Place| json!({"node": place.node, "x": place.x, "delta": place.delta});
        let chain = found.chain.iter().rev().map(|link| {
            let terms = link.terms.iter();
            let terms = terms.map(|term| json!({"node": term.node, "outer": term.outer, "inner": term.inner}));
            json!({
                "of": link.layer.map_or("loss".into(), |layer| net.layers()[layer].text()),
                "layer": link.layer, "node": link.node, "value": link.value, "terms": terms.collect::<Vec<_>>(),
            })
        });
        let mut line = json!({
            "event": "explain", "part": self.part.name(), "index": self.index, "weight": found.weight.name(net),
            "value": found.value, "loss": found.loss, "places": found.places.iter().map(place).collect::<Vec<_>>(),
            "factors": chain.collect::<Vec<_>>(), "gradient": found.gradient, "central_difference": found.difference,
        });
        if let Some(Subtracted { code, formula }) = rules {
            line["rate"] = self.lr.into();
            line["subtracted"] = json!({"code": code, "formula": formula});
        }
        line
    }
}

/// A factor, or a total, with its meaning.
fn row(symbol: &str, value: f64, meaning: &str) -> std::io::Result<()> {
    say(&format!("  {symbol:<14}{value:>+14.6e}  {meaning}"))
}

fn print(net: &Net<f64>, found: &Explanation) -> anyhow::Result<()> {
    let layer = found.weight.layer;
    let (text, output) = (net.layers()[layer].text(), net.layers()[layer].output());
    say(&format!("{} = {:+.6}: a number of layer {layer}, {text}", found.weight.name(net), found.value))?;
    let Some(place) = found.main_place() else {
        say("It is multiplied by zero everywhere, so the loss does not depend on it.")?;
        return Ok(());
    };
    let node = node_name(place.node, output);
    if found.places.len() > 1 {
        say(&format!("It works at {} places, ∂E/∂w = Σ δ·x:", found.places.len()))?;
        let lines = found.places.iter().map(|place| (node_name(place.node, output), [place.delta, place.x]));
        table(["place", "δ", "x", "δ·x"], lines.collect())?;
        say(&format!("The factors at {node}, which has the largest share:"))?;
    } else {
        say(&format!("It leads to {node}. The factors of ∂E/∂w, from the loss back:"))?;
    }
    for link in found.chain.iter().rev() {
        print_link(net, link)?;
    }
    row("∂in/∂w", place.x, "what the weight is multiplied by")?;
    if found.places.len() == 1 {
        row("product", place.product(), "∂E/∂w")?;
    } else {
        row("product", place.product(), "the share of this place")?;
        row("sum", found.gradient, "∂E/∂w, over all places")?;
    }
    row("difference", found.difference, "∂E/∂w by a central difference, the loss asked with w a little changed")?;
    Ok(())
}

fn print_link(net: &Net<f64>, link: &Link) -> anyhow::Result<()> {
    let Some(layer) = link.layer else {
        row("∂E/∂out", link.value, &format!("the loss, by output {}", link.node))?;
        return Ok(());
    };
    let (entry, output) = (net.layers()[layer].entry(), net.layers()[layer].output());
    match link.terms.len() {
        0 => row("∂E/∂out", link.value, &format!("what comes back from layer {layer}, {}, and others", entry.name))?,
        1 if entry.is_activation => {
            row("∂out/∂in", link.value, &format!("the slope of {}, layer {layer}", entry.name))?
        }
        1 => row("∂out/∂in", link.value, &format!("layer {layer}, {}", entry.name))?,
        count => {
            row("∂E/∂out", link.value, &format!("the sum over {count} nodes of layer {layer}, {}:", entry.name))?;
            let lines = link.terms.iter().map(|term| (node_name(term.node, output), [term.outer, term.inner]));
            table(["", "∂E/∂in", "∂in/∂out", "product"], lines.collect())?;
        }
    }
    Ok(())
}

/// Pairs of numbers and their products, the largest products; the others in one line.
fn table(head: [&str; 4], lines: Vec<(String, [f64; 2])>) -> std::io::Result<()> {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    let product = |index: usize| lines[index].1[0] * lines[index].1[1];
    if lines.len() > WRITTEN {
        order.sort_by(|&a, &b| product(b).abs().total_cmp(&product(a).abs()));
    }
    let [name, a, b, c] = head;
    say(&format!("      {name:<22}{a:>14}{b:>14}{c:>14}"))?;
    for &index in order.iter().take(WRITTEN) {
        let (name, [a, b]) = &lines[index];
        say(&format!("      {name:<22}{a:>+14.6e}{b:>+14.6e}{:>+14.6e}", a * b))?;
    }
    if lines.len() > WRITTEN {
        let rest: f64 = order[WRITTEN..].iter().map(|&index| product(index)).sum();
        let name = format!("{} more", lines.len() - WRITTEN);
        say(&format!("      {name:<50}{rest:>+14.6e}"))?;
    }
    Ok(())
}

/// `node 3`, or `row 2, column 5, map 1` of a picture.
fn node_name(node: usize, shape: Shape) -> String {
    if shape.is_flat() {
        return format!("node {node}");
    }
    let (pixel, channel) = (node / shape.channels, node % shape.channels);
    format!("row {}, column {}, map {channel}", pixel / shape.width, pixel % shape.width)
}
