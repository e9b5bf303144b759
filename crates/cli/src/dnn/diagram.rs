//! A net as a picture: the article's title picture, from any model.

use std::fmt::Write;

use glassbox_dnn::{Net, Real, Shape};

/// Nodes of a list that are drawn; of longer ones the first and the last, with dots between.
const MOST_NODES: usize = 12;
/// Channels of a picture that are drawn one behind the other.
const MOST_SHEETS: usize = 6;

const HEIGHT: f64 = 420.0;
const COLUMN: f64 = 150.0;
const MIDDLE: f64 = 180.0;
/// From one node of a list to the next.
const GAP: f64 = 26.0;
/// The longest side of a picture.
const LONGEST: f64 = 110.0;

/// What stands in one column: a node, in the sense of the model language, and the layers that lead to it.
struct Column {
    shape: Shape,
    /// The layer that made the shape, then what was done to each number.
    layers: Vec<String>,
    /// Of a dense layer its weights.
    weights: Option<usize>,
}

/// The net as SVG: a column for each node, lists as circles, pictures as sheets, every weight of a dense layer as a line, red where it is
/// positive and blue where it is negative.
pub(super) fn svg<T: Real>(net: &Net<T>) -> String {
    let columns = columns(net);
    let width = COLUMN * columns.len() as f64 + 20.0;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{HEIGHT}\" viewBox=\"0 0 {width} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"11\" text-anchor=\"middle\">\n<rect width=\"{width}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    for (index, pair) in columns.windows(2).enumerate() {
        edges(&mut text, net, index, &pair[0], &pair[1]);
    }
    for (index, column) in columns.iter().enumerate() {
        let x = place(index);
        if column.shape.is_flat() {
            circles(&mut text, x, column.shape)
        } else {
            sheets(&mut text, x, column.shape)
        }
        let lines = std::iter::once(column.shape.to_string()).chain(column.layers.iter().cloned());
        for (line, label) in lines.enumerate() {
            let weight = if line == 0 { " font-weight=\"bold\"" } else { "" };
            let y = HEIGHT - 64.0 + 14.0 * line as f64;
            let _ = writeln!(text, "<text x=\"{x}\" y=\"{y}\"{weight}>{}</text>", escaped(&label));
        }
    }
    text + "</svg>\n"
}

/// A new column where the shape changes or weights stand, so that an activation is named below what it works on.
fn columns<T: Real>(net: &Net<T>) -> Vec<Column> {
    let mut columns = vec![Column { shape: net.input(), layers: vec!["inputs".into()], weights: None }];
    for (index, layer) in net.layers().iter().enumerate() {
        let shape = layer.output();
        let has_weights = !net.parameters()[index].is_empty();
        match columns.last_mut() {
            Some(last) if last.shape == shape && !has_weights => last.layers.push(layer.text()),
            _ => columns.push(Column {
                shape,
                layers: vec![layer.text()],
                weights: (layer.entry().name == "dense").then_some(index),
            }),
        }
    }
    columns
}

fn place(column: usize) -> f64 {
    COLUMN * (column as f64 + 0.5) + 10.0
}

/// Which nodes of a list are drawn, and where; none stands for the dots.
fn drawn(nodes: usize) -> Vec<(Option<usize>, f64)> {
    let shown: Vec<Option<usize>> = if nodes <= MOST_NODES {
        (0..nodes).map(Some).collect()
    } else {
        let half = MOST_NODES / 2;
        (0..half).map(Some).chain([None]).chain((nodes - half + 1..nodes).map(Some)).collect()
    };
    let top = MIDDLE - GAP * (shown.len() as f64 - 1.0) / 2.0;
    shown.into_iter().enumerate().map(|(line, node)| (node, top + GAP * line as f64)).collect()
}

fn edges<T: Real>(text: &mut String, net: &Net<T>, index: usize, from: &Column, to: &Column) {
    let (left, right) = (place(index), place(index + 1));
    let weights =
        to.weights.filter(|_| from.shape.is_flat() && to.shape.is_flat()).map(|layer| &net.parameters()[layer][0]);
    let Some(weights) = weights else {
        let (from, to) = (half_height(from.shape), half_height(to.shape));
        let _ = writeln!(
            text,
            "<path d=\"M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z\" fill=\"#eef2f7\" stroke=\"#c8d2de\"/>",
            left,
            MIDDLE - from,
            right,
            MIDDLE - to,
            right,
            MIDDLE + to,
            left,
            MIDDLE + from
        );
        return;
    };
    let inputs = from.shape.len();
    let largest = weights.as_slice().iter().map(|weight| weight.as_f64().abs()).fold(f64::MIN_POSITIVE, f64::max);
    for (output, y2) in drawn(to.shape.len()) {
        for (input, y1) in drawn(inputs) {
            let (Some(output), Some(input)) = (output, input) else { continue };
            let weight = weights.as_slice()[output * inputs + input].as_f64() / largest;
            let colour = if weight > 0.0 { "#c0392b" } else { "#2457a7" };
            let _ = writeln!(
                text,
                "<line x1=\"{left:.1}\" y1=\"{y1:.1}\" x2=\"{right:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\" stroke-opacity=\"{:.2}\" \
                 stroke-width=\"{:.2}\"/>",
                0.12 + 0.7 * weight.abs(),
                0.4 + 1.6 * weight.abs()
            );
        }
    }
}

fn half_height(shape: Shape) -> f64 {
    if shape.is_flat() { GAP * (drawn(shape.len()).len() as f64 - 1.0) / 2.0 + 8.0 } else { side(shape.height) / 2.0 }
}

/// How long a side of so many pixels is drawn: large ones are not drawn as much larger as they are.
fn side(pixels: usize) -> f64 {
    (18.0 * (pixels as f64).sqrt()).min(LONGEST)
}

fn circles(text: &mut String, x: f64, shape: Shape) {
    for (node, y) in drawn(shape.len()) {
        let circles: &[(f64, f64, &str)] = match node {
            Some(_) => &[(0.0, 8.0, "#ffffff")],
            None => &[(-6.0, 1.5, "#333"), (0.0, 1.5, "#333"), (6.0, 1.5, "#333")],
        };
        for (down, radius, fill) in circles {
            let y = y + down;
            let _ = writeln!(
                text,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{fill}\" stroke=\"#333\" stroke-width=\"1.3\"/>"
            );
        }
    }
}

fn sheets(text: &mut String, x: f64, shape: Shape) {
    let (height, width, count) = (side(shape.height), side(shape.width), shape.channels.min(MOST_SHEETS));
    for sheet in (0..count).rev() {
        let shift = 5.0 * (sheet as f64 - (count as f64 - 1.0) / 2.0);
        let _ = writeln!(
            text,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"#f7f3e8\" stroke=\"#333\"/>",
            x - width / 2.0 + shift,
            MIDDLE - height / 2.0 - shift
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
