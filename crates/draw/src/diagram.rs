//! A net as SVG: the article's title picture, for any net.

use std::fmt::Write;

use glassbox_tensor::Matrix;

use crate::lettering::{Size, wrap};
use crate::svg::{FONTS, escaped};

/// Maximum number of drawn nodes. Of a longer list, the first and last are drawn, with dots between them.
const MOST_NODES: usize = 12;
/// Maximum number of drawn channels of a feature map. Each is drawn with an offset to the one before.
const MOST_SHEETS: usize = 6;

/// Width of a column, and maximum width of its labels.
const COLUMN: f64 = 150.0;
const LABEL_WIDTH: f32 = 140.0;
const FONT_SIZE: f64 = 11.0;
const LINE: f64 = 15.0;
const MIDDLE: f64 = 180.0;
const LABEL_TOP: f64 = 356.0;
/// Distance from one node of a list to the next.
const GAP: f64 = 26.0;
/// The longest side of a feature map.
const LONGEST: f64 = 110.0;

/// The nodes of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Nodes {
    /// A list with this number of nodes, drawn as circles.
    List(usize),
    /// Feature maps `[height, width, channels]`, drawn as overlapping sheets.
    Maps([usize; 3]),
}

/// A column of a net's diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The nodes of the column.
    pub nodes: Nodes,
    /// Lines below it; the first is bold.
    pub labels: Vec<String>,
    /// Weights `[nodes, nodes of the column before]` of a dense layer; without them, a
    /// pale ribbon leads to the column.
    pub weights: Option<Matrix<f64>>,
}

/// Draws a net as SVG: lists as circles, feature maps as sheets, each weight as a line.
///
/// Lines are red where the weight is positive and blue where it is negative.
///
/// ```
/// use glassbox_draw::{Column, Nodes, draw_net};
/// use glassbox_tensor::Matrix;
/// let column = |count, weights| Column { nodes: Nodes::List(count), labels: vec![count.to_string()], weights };
/// let weights = Matrix::from_vec([1, 2], vec![0.5, -0.25]).unwrap();
/// let svg = draw_net(&[column(2, None), column(1, Some(weights))]);
/// // A line for each weight, a circle for each node.
/// assert_eq!((svg.matches("<line").count(), svg.matches("<circle").count()), (2, 3));
/// ```
///
/// # Panics
/// If a column has weights of another shape than `[nodes, nodes of the column before]`.
pub fn draw_net(columns: &[Column]) -> String {
    let labels: Vec<_> = columns.iter().map(lines).collect();
    let most_lines = labels.iter().map(Vec::len).max().unwrap_or(0);
    let (width, height) = (COLUMN * columns.len() as f64 + 20.0, LABEL_TOP + LINE * most_lines as f64 + 4.0);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" \
         font-family=\"{FONTS}\" font-size=\"{FONT_SIZE}\" text-anchor=\"middle\" fill=\"#222\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n"
    );
    for (index, pair) in columns.windows(2).enumerate() {
        let ([from, to], [left, right]) = ([&pair[0], &pair[1]], [middle_of(index), middle_of(index + 1)]);
        match &to.weights {
            Some(weights) => draw_weights(&mut text, [left, right], [from.nodes, to.nodes], weights),
            None => draw_band(&mut text, [left, right], [from.nodes, to.nodes]),
        }
    }
    for (index, (column, lines)) in columns.iter().zip(labels).enumerate() {
        let x = middle_of(index);
        match column.nodes {
            Nodes::List(count) => draw_circles(&mut text, x, count),
            Nodes::Maps(shape) => draw_sheets(&mut text, x, shape),
        }
        for (line, (label, is_bold)) in lines.iter().enumerate() {
            let weight = if *is_bold { " font-weight=\"bold\"" } else { "" };
            let y = LABEL_TOP + LINE * line as f64;
            let _ = writeln!(text, "<text x=\"{x}\" y=\"{y}\"{weight}>{}</text>", escaped(label));
        }
    }
    text + "</svg>\n"
}

/// The lines below a column, and which are bold.
fn lines(column: &Column) -> Vec<(String, bool)> {
    let wrapped = |label: &String| wrap(label, Size::of_em(FONT_SIZE as f32), LABEL_WIDTH);
    let of_label = |(index, label)| wrapped(label).into_iter().map(move |line| (line, index == 0));
    column.labels.iter().enumerate().flat_map(of_label).collect()
}

fn middle_of(column: usize) -> f64 {
    COLUMN * (column as f64 + 0.5) + 10.0
}

/// The drawn nodes of a list and their heights; `None` is the dots.
fn drawn(count: usize) -> Vec<(Option<usize>, f64)> {
    let shown: Vec<Option<usize>> = if count <= MOST_NODES {
        (0..count).map(Some).collect()
    } else {
        let half = MOST_NODES / 2;
        (0..half).map(Some).chain([None]).chain((count - half + 1..count).map(Some)).collect()
    };
    let top = MIDDLE - GAP * (shown.len() as f64 - 1.0) / 2.0;
    shown.into_iter().enumerate().map(|(line, node)| (node, top + GAP * line as f64)).collect()
}

fn draw_weights(text: &mut String, [left, right]: [f64; 2], [from, to]: [Nodes; 2], weights: &Matrix<f64>) {
    let (inputs, outputs) = (count(from), count(to));
    assert_eq!(weights.dim(), (outputs, inputs), "weights of a diagram: nodes, nodes of the column before");
    let largest = weights.as_slice().iter().map(|weight| weight.abs()).fold(f64::MIN_POSITIVE, f64::max);
    for (output, y2) in drawn(outputs) {
        for (input, y1) in drawn(inputs) {
            let (Some(output), Some(input)) = (output, input) else { continue };
            let weight = weights[[output, input]] / largest;
            let colour = if weight > 0.0 { "#c0392b" } else { "#2457a7" };
            let _ = writeln!(
                text,
                "<line x1=\"{left:.1}\" y1=\"{y1:.1}\" x2=\"{right:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\" \
                 stroke-opacity=\"{:.2}\" stroke-width=\"{:.2}\"/>",
                0.12 + 0.7 * weight.abs(),
                0.4 + 1.6 * weight.abs()
            );
        }
    }
}

fn count(nodes: Nodes) -> usize {
    match nodes {
        Nodes::List(count) => count,
        Nodes::Maps([height, width, channels]) => height * width * channels,
    }
}

fn draw_band(text: &mut String, [left, right]: [f64; 2], [from, to]: [Nodes; 2]) {
    let (from, to) = (half_height(from), half_height(to));
    let (from_top, from_bottom, to_top, to_bottom) = (MIDDLE - from, MIDDLE + from, MIDDLE - to, MIDDLE + to);
    let _ = writeln!(
        text,
        "<path d=\"M{left:.1} {from_top:.1}L{right:.1} {to_top:.1}L{right:.1} {to_bottom:.1}\
         L{left:.1} {from_bottom:.1}Z\" fill=\"#eef2f7\" stroke=\"#c8d2de\"/>"
    );
}

fn half_height(nodes: Nodes) -> f64 {
    match nodes {
        Nodes::List(count) => GAP * (drawn(count).len() as f64 - 1.0) / 2.0 + 8.0,
        Nodes::Maps([height, ..]) => side(height) / 2.0,
    }
}

/// The drawn length of a side of `pixels`. It grows with the square root, so that small maps stay visible.
fn side(pixels: usize) -> f64 {
    (18.0 * (pixels as f64).sqrt()).min(LONGEST)
}

fn draw_circles(text: &mut String, x: f64, count: usize) {
    for (node, y) in drawn(count) {
        let circles: &[(f64, f64, &str)] = match node {
            Some(_) => &[(0.0, 8.0, "#ffffff")],
            None => &[(-6.0, 1.5, "#333"), (0.0, 1.5, "#333"), (6.0, 1.5, "#333")],
        };
        for (down, radius, fill) in circles {
            let y = y + down;
            let _ = writeln!(
                text,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{fill}\" \
                 stroke=\"#333\" stroke-width=\"1.3\"/>"
            );
        }
    }
}

fn draw_sheets(text: &mut String, x: f64, [height, width, channels]: [usize; 3]) {
    let (height, width, count) = (side(height), side(width), channels.min(MOST_SHEETS));
    for sheet in (0..count).rev() {
        let shift = 5.0 * (sheet as f64 - (count as f64 - 1.0) / 2.0);
        let _ = writeln!(
            text,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
             fill=\"#f7f3e8\" stroke=\"#333\"/>",
            x - width / 2.0 + shift,
            MIDDLE - height / 2.0 - shift
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(nodes: Nodes, labels: &[&str]) -> Column {
        Column { nodes, labels: labels.iter().map(|label| label.to_string()).collect(), weights: None }
    }

    #[test]
    fn long_lists_show_their_ends() {
        let nodes = |count| drawn(count).into_iter().map(|(node, _)| node).collect::<Vec<_>>();
        assert_eq!(nodes(12), (0..12).map(Some).collect::<Vec<_>>());
        let long = nodes(784);
        assert_eq!((long.len(), long[5], long[6], long[7], long[11]), (12, Some(5), None, Some(779), Some(783)));
    }

    #[test]
    fn no_label_reaches_its_neighbour() {
        let long = column(Nodes::Maps([28, 28, 6]), &["28×28×6", "conv 6 5x5 stride 2 padding 1 dilation 3 groups 2"]);
        let lines = lines(&long);
        assert!(lines.len() > 2 && lines[0].1 && !lines[1].1);
        let [one, two] = [column(Nodes::List(2), &["2"]), long].map(|column| draw_net(&[column]));
        let height =
            |svg: &str| svg.split("height=\"").nth(1).unwrap().split('"').next().unwrap().parse::<f64>().unwrap();
        assert_eq!(height(&two) - height(&one), LINE * (lines.len() - 1) as f64);
    }

    #[test]
    #[should_panic(expected = "weights of a diagram")]
    fn weights_of_another_shape_are_refused() {
        let mut second = column(Nodes::List(2), &["2"]);
        second.weights = Some(Matrix::zeros([3, 2]));
        draw_net(&[column(Nodes::List(3), &["3"]), second]);
    }
}
