//! `dnn inspect --input`: what a net makes of an input, without its numbers.

use glassbox_dnn::{LayerSummary, Outline, Shape, Sides};
use serde_json::{Value, json};

use crate::run::{say, say_json};

/// Sides that are named one by one.
const NAMED: usize = 12;

/// Reads the value of --input.
pub(super) fn shape(text: &str) -> Result<Shape, String> {
    Shape::from_text(text).ok_or_else(|| "HEIGHTxWIDTHxCHANNELS or a number is needed, as in 572x572x1 or 784".into())
}

/// Prints a net for an input.
pub(super) fn print(outline: &Outline, json: bool) -> anyhow::Result<()> {
    // A list has no sides.
    let sides = (!outline.input.is_flat()).then(|| outline.sides());
    if json {
        return Ok(say_json(&line(outline, sides.as_ref()))?);
    }
    print_layers(&outline.layers, outline.parameter_count, &format!("a sample of {}", outline.input))?;
    say("")?;
    for (position, [rows, columns]) in outline.unreached.iter().enumerate().filter(|(_, rest)| **rest != [0; 2]) {
        let layer = &outline.layers[position].text;
        say(&format!("layer {position} ({layer}) leaves out: rows below {rows}, columns to the right {columns}"))?;
    }
    match sides {
        Some(sides) => Ok(say(&sentence(&sides))?),
        None => Ok(say(&format!("takes a list of {} numbers", outline.input))?),
    }
}

fn sentence(sides: &Sides) -> String {
    let Sides { taken, tried } = sides;
    let list = |sides: &[usize]| sides.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let what = match (&taken[..], sides.steps()) {
        ([], _) => "no square picture whole".into(),
        ([only], _) => format!("square pictures whole only of side {only}"),
        ([first, .., last], Some((_, step))) => {
            format!("square pictures whole from side {first} in steps of {step}, up to {last}")
        }
        (sides, None) if sides.len() <= NAMED => format!("square pictures whole of side {}", list(sides)),
        (sides, None) => format!("square pictures whole of side {}, …", list(&sides[..NAMED])),
    };
    format!("takes {what} (tried: 1 to {tried})")
}

fn line(outline: &Outline, sides: Option<&Sides>) -> Value {
    let layers = outline.layers.iter().zip(&outline.unreached).map(|(layer, rest)| {
        let mut line = layer_json(layer);
        line["left_out"] = json!(rest);
        line
    });
    let layers: Vec<_> = layers.collect();
    let mut line = json!({
        "event": "inspect", "input": outline.input.text(), "output": outline.output().text(),
        "inputs": outline.input.len(), "outputs": outline.output().len(), "layers": layers,
        "parameters": outline.parameter_count, "multiplications": multiplications(&outline.layers),
        "whole": outline.is_whole(),
    });
    if let Some(sides) = sides {
        let steps = sides.steps();
        line["sides"] = json!({
            "first": sides.taken.first(), "step": steps.map(|(_, step)| step), "last": sides.taken.last(),
            "tried": sides.tried, "taken": sides.taken,
        });
    }
    line
}

/// A layer in JSON.
pub(super) fn layer_json(layer: &LayerSummary) -> Value {
    let output = layer.output;
    json!({
        "layer": layer.text, "output": [output.height, output.width, output.channels], "outputs": output.len(),
        "parameters": layer.parameters, "multiplications": layer.multiplications,
    })
}

pub(super) fn multiplications(layers: &[LayerSummary]) -> u64 {
    layers.iter().map(|layer| layer.multiplications).sum()
}

/// The table of layers, and a line of totals that ends with `note`.
pub(super) fn print_layers(layers: &[LayerSummary], parameters: usize, note: &str) -> std::io::Result<()> {
    let wide = layers.iter().map(|layer| layer.text.chars().count()).max().unwrap_or(0).max(12) + 2;
    let row = |position: &str, text: &str, output: &str, parameters: &str, products: &str, last: &str| {
        say(&format!("{position:<4}{text:<wide$} {output:>13} {parameters:>11} {products:>15}  {last}"))
    };
    row("", "layer", "output", "parameters", "multiplications", "formula")?;
    for (position, layer) in layers.iter().enumerate() {
        let numbers = [layer.parameters.to_string(), layer.multiplications.to_string()];
        let output = layer.output.to_string();
        row(&position.to_string(), &layer.text, &output, &numbers[0], &numbers[1], layer.entry.formula)?;
    }
    row("", "in all", "", &parameters.to_string(), &multiplications(layers).to_string(), note)
}
