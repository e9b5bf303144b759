//! Curves as SVG.

use std::fmt::Write;

use crate::lettering::Size;
use crate::svg::{FONTS, escaped, width};

/// The size of a chart and of the space around its axes.
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 78.0;

/// Approximate maximum number of steps on an axis.
const MOST_STEPS: f64 = 8.0;

/// Colours that colour-blind readers can tell apart: M. Okabe, K. Ito, *Color universal design* (2008).
const COLOURS: [&str; 4] = ["#0072B2", "#E69F00", "#009E73", "#CC79A7"];

/// Up to four curves over one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart<'a> {
    /// Text above the chart.
    pub title: &'a str,
    /// Text below the axis: the name of what it counts.
    pub x: &'a str,
    /// The curves. The position in the list determines the colour; a curve without points is not drawn.
    pub curves: Vec<Curve<'a>>,
}

/// Points joined by lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve<'a> {
    name: &'a str,
    points: Vec<(f64, f64)>,
}

impl<'a> Curve<'a> {
    /// A curve through the points with finite coordinates. Other points are left out.
    pub fn new(name: &'a str, points: Vec<(f64, f64)>) -> Self {
        Self { name, points: points.into_iter().filter(|(x, y)| x.is_finite() && y.is_finite()).collect() }
    }
}

/// Draws charts side by side, as SVG.
///
/// ```
/// use glassbox_draw::{Chart, Curve, draw_charts};
/// let curve = Curve::new("test", vec![(1.0, 88.5), (2.0, 90.25)]);
/// let svg = draw_charts(&[Chart { title: "accuracy, %", x: "epoch", curves: vec![curve] }]);
/// assert!(svg.starts_with("<svg") && svg.contains(">accuracy, %</text>"));
/// ```
pub fn draw_charts(charts: &[Chart]) -> String {
    let width = WIDTH * charts.len() as f64;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{HEIGHT}\" \
         viewBox=\"0 0 {width} {HEIGHT}\" font-family=\"{FONTS}\" font-size=\"12\" fill=\"#222\">\n\
         <rect width=\"{width}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    for (index, chart) in charts.iter().enumerate() {
        let _ = writeln!(text, "<g transform=\"translate({}, 0)\">", index as f64 * WIDTH);
        draw_chart(&mut text, chart);
        text += "</g>\n";
    }
    text + "</svg>\n"
}

fn draw_chart(text: &mut String, chart: &Chart) {
    let curves: Vec<_> = chart.curves.iter().zip(COLOURS).filter(|(curve, _)| !curve.points.is_empty()).collect();
    let all = || curves.iter().flat_map(|(curve, _)| &curve.points);
    let x = Axis::new(all().map(|point| point.0), true);
    let y = Axis::new(all().map(|point| point.1), false);
    let x_pixel = |value: f64| LEFT + x.share(value) * (WIDTH - LEFT - RIGHT);
    let y_pixel = |value: f64| HEIGHT - BOTTOM - y.share(value) * (HEIGHT - TOP - BOTTOM);
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    let _ = writeln!(text, "<text x=\"{LEFT}\" y=\"26\" font-size=\"15\">{}</text>", escaped(chart.title));
    for tick in y.ticks() {
        let at = y_pixel(tick);
        let _ = writeln!(
            text,
            "<line x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{right}\" y2=\"{at:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            at + 4.0,
            y.label(tick)
        );
    }
    for tick in x.ticks() {
        let at = x_pixel(tick);
        let _ = writeln!(
            text,
            "<line x1=\"{at:.1}\" y1=\"{bottom}\" x2=\"{at:.1}\" y2=\"{}\" stroke=\"#888\"/>\
             <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            bottom + 5.0,
            bottom + 19.0,
            x.label(tick)
        );
    }
    let _ = writeln!(
        text,
        "<line x1=\"{LEFT}\" y1=\"{bottom}\" x2=\"{right}\" y2=\"{bottom}\" stroke=\"#888\"/>\
         <text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
        (LEFT + right) / 2.0,
        bottom + 37.0,
        escaped(chart.x)
    );
    let mut legend = LEFT;
    for (curve, colour) in curves {
        let points: Vec<_> = curve.points.iter().map(|&(x, y)| (x_pixel(x), y_pixel(y))).collect();
        draw_curve(text, &points, colour);
        legend = draw_legend(text, legend, curve.name, colour);
    }
}

fn draw_curve(text: &mut String, points: &[(f64, f64)], colour: &str) {
    let line: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ = writeln!(
        text,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-linejoin=\"round\"/>",
        line.join(" ")
    );
    for (x, y) in points {
        let _ = writeln!(text, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
    }
}

/// Writes a curve's name at `left` and returns where the next name starts.
fn draw_legend(text: &mut String, left: f64, name: &str, colour: &str) -> f64 {
    let baseline = HEIGHT - 16.0;
    let _ = writeln!(
        text,
        "<rect x=\"{left:.1}\" y=\"{:.1}\" width=\"16\" height=\"4\" rx=\"2\" fill=\"{colour}\"/>\
         <text x=\"{:.1}\" y=\"{baseline:.1}\">{}</text>",
        baseline - 6.0,
        left + 22.0,
        escaped(name)
    );
    left + 46.0 + width(name, Size::of_em(12.0))
}

/// The range of an axis and the step between its ticks.
#[derive(Debug, PartialEq)]
struct Axis {
    low: f64,
    high: f64,
    step: f64,
}

impl Axis {
    /// An axis for all values. If it `counts`, it ends at the minimum and maximum and its step is at least 1. Otherwise
    /// it ends at ticks.
    fn new(values: impl Iterator<Item = f64>, counts: bool) -> Self {
        let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        // A range that is empty, or tiny compared to its values, is widened so that its ticks differ.
        let least = (low.abs().max(high.abs()) * 1e-9).max(if low == high { 0.5 } else { 0.0 });
        let (low, high) = if high - low < least { (low - least, high + least) } else { (low, high) };
        let step = step(high - low);
        if counts {
            return Self { low, high, step: step.max(1.0) };
        }
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let (first, last) = ((self.low / self.step - 1e-6).ceil(), (self.high / self.step + 1e-6).floor());
        let (step, count) = (self.step, (last - first).max(-1.0) as usize + 1);
        (0..count.min(100)).map(move |tick| (first + tick as f64) * step)
    }

    /// The position of a value on the axis, from 0 at its low end to 1 at its high end.
    fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// The number of a tick, with the decimals of the step.
    fn label(&self, tick: f64) -> String {
        let decimals = (-self.step.log10().floor()).max(0.0) as usize;
        let text = format!("{tick:.decimals$}");
        let digits = text.trim_start_matches('-');
        let is_zero = digits.chars().all(|c| c == '0' || c == '.');
        if is_zero { digits.into() } else { text.replace('-', "−") }
    }
}

/// A round step that divides a range into four to eight parts.
fn step(range: f64) -> f64 {
    let rough = range / MOST_STEPS;
    let power = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|round| round * power).find(|&step| step >= rough).unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!([step(1.0), step(7.3), step(0.04)], [0.2, 1.0, 0.005]);
    }

    #[test]
    fn ticks_are_round_and_span_the_values() {
        let axis = Axis::new([88.3, 91.7].into_iter(), false);
        let labels: Vec<_> = axis.ticks().map(|tick| axis.label(tick)).collect();
        assert_eq!(labels, ["88.0", "88.5", "89.0", "89.5", "90.0", "90.5", "91.0", "91.5", "92.0"]);
        let epochs = Axis::new([1.0, 3.0].into_iter(), true);
        assert_eq!(epochs.ticks().collect::<Vec<_>>(), [1.0, 2.0, 3.0]);
        let negative = Axis::new([-0.3, 0.1].into_iter(), false);
        let labels: Vec<_> = negative.ticks().map(|tick| negative.label(tick)).collect();
        assert_eq!(labels, ["−0.30", "−0.25", "−0.20", "−0.15", "−0.10", "−0.05", "0.00", "0.05", "0.10"]);
    }

    #[test]
    fn few_ticks_fit_even_numbers_that_hardly_differ() {
        for values in [[1e17, 1e17 + 16.0], [1.0, 1.0 + f64::EPSILON], [-1e300, 1e300], [0.0, 1e-300], [5.0, 5.0]] {
            for counts in [true, false] {
                let axis = Axis::new(values.into_iter(), counts);
                let ticks = axis.ticks().count();
                assert!((counts || ticks >= 2) && ticks <= 12, "{values:?}: {ticks} ticks of {axis:?}");
            }
        }
    }

    #[test]
    fn a_single_point_and_no_point_are_drawn() {
        for points in [vec![], vec![(1.0, 5.0)], vec![(1.0, f64::NAN)]] {
            let chart = Chart { title: "t", x: "x", curves: vec![Curve::new("c", points)] };
            let text = draw_charts(&[chart]);
            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        }
    }

    #[test]
    fn names_may_hold_any_letter() {
        let curve = Curve::new("a<b & \"c\"", vec![(0.0, 1.0)]);
        let text = draw_charts(&[Chart { title: "<t>", x: "&", curves: vec![curve] }]);
        assert!(text.contains("a&lt;b &amp; ") && text.contains(">&lt;t&gt;<") && !text.contains("<t>"));
    }
}
