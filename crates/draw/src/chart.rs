//! Curves as SVG.

use std::fmt::Write;

/// Size of a chart and of what is around its axes.
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 36.0;
const BOTTOM: f64 = 72.0;

/// Told apart by those who do not see all colours: M. Okabe, K. Ito, *Color universal design* (2008).
const COLOURS: [&str; 4] = ["#0072B2", "#E69F00", "#009E73", "#CC79A7"];

/// Curves over one axis.
pub struct Chart<'a> {
    pub title: &'a str,
    pub x: &'a str,
    /// The same place is the same colour in every chart; a curve without points is left out.
    pub curves: Vec<Curve<'a>>,
}

/// Points joined by lines.
pub struct Curve<'a> {
    name: &'a str,
    points: Vec<(f64, f64)>,
}

impl<'a> Curve<'a> {
    pub fn new(name: &'a str, points: Vec<(f64, f64)>) -> Self {
        Self { name, points: points.into_iter().filter(|(x, y)| x.is_finite() && y.is_finite()).collect() }
    }
}

/// Charts side by side, as SVG.
pub fn draw_charts(charts: &[Chart]) -> String {
    let width = WIDTH * charts.len() as f64;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{HEIGHT}\" viewBox=\"0 0 {width} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{width}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    for (index, chart) in charts.iter().enumerate() {
        let _ = writeln!(text, "<g transform=\"translate({}, 0)\">", index as f64 * WIDTH);
        draw(&mut text, chart);
        text += "</g>\n";
    }
    text + "</svg>\n"
}

fn draw(text: &mut String, chart: &Chart) {
    let curves: Vec<_> = chart.curves.iter().zip(COLOURS).filter(|(curve, _)| !curve.points.is_empty()).collect();
    let all = || curves.iter().flat_map(|(curve, _)| &curve.points);
    let (x_low, x_high) = range(all().map(|point| point.0));
    let (y_low, y_high) = range(all().map(|point| point.1));
    let (y_step, x_step) = (step(y_high - y_low), step(x_high - x_low).max(1.0));
    let (y_low, y_high) = ((y_low / y_step).floor() * y_step, (y_high / y_step).ceil() * y_step);
    let place_x = |x: f64| LEFT + (x - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT);
    let place_y = |y: f64| HEIGHT - BOTTOM - (y - y_low) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM);
    let _ = writeln!(text, "<text x=\"{LEFT}\" y=\"22\" font-size=\"15\">{}</text>", chart.title);
    let mut y = y_low;
    while y <= y_high + y_step / 2.0 {
        let (at, right) = (place_y(y), WIDTH - RIGHT);
        let _ = writeln!(
            text,
            "<line x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{right}\" y2=\"{at:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 6.0,
            at + 4.0,
            number(y, y_step)
        );
        y += y_step;
    }
    let mut x = (x_low / x_step).ceil() * x_step;
    while x <= x_high + x_step / 1e6 {
        let (at, low) = (place_x(x), HEIGHT - BOTTOM + 16.0);
        let _ =
            writeln!(text, "<text x=\"{at:.1}\" y=\"{low:.1}\" text-anchor=\"middle\">{}</text>", number(x, x_step));
        x += x_step;
    }
    let (middle, low) = ((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - BOTTOM + 32.0);
    let _ = writeln!(text, "<text x=\"{middle:.1}\" y=\"{low:.1}\" text-anchor=\"middle\">{}</text>", chart.x);
    let mut legend = LEFT;
    for (curve, colour) in &curves {
        let points: Vec<_> =
            curve.points.iter().map(|&(x, y)| format!("{:.1},{:.1}", place_x(x), place_y(y))).collect();
        let points = points.join(" ");
        let _ = writeln!(text, "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
        for point in points.split(' ') {
            let (x, y) = point.split_once(',').unwrap_or_default();
            let _ = writeln!(text, "<circle cx=\"{x}\" cy=\"{y}\" r=\"2.5\" fill=\"{colour}\"/>");
        }
        let low = HEIGHT - 14.0;
        let _ = writeln!(
            text,
            "<rect x=\"{legend:.1}\" y=\"{:.1}\" width=\"12\" height=\"4\" fill=\"{colour}\"/>\
             <text x=\"{:.1}\" y=\"{low:.1}\">{}</text>",
            low - 6.0,
            legend + 17.0,
            curve.name
        );
        legend += 36.0 + 6.6 * curve.name.len() as f64;
    }
}

/// The least and the greatest, never the same.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    match () {
        () if low > high => (0.0, 1.0),
        () if low == high => (low - 0.5, high + 0.5),
        () => (low, high),
    }
}

/// A round number of which four to eight go into the range.
fn step(range: f64) -> f64 {
    let rough = range / 8.0;
    let power = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|round| round * power).find(|&step| step >= rough).unwrap_or(10.0 * power)
}

/// A number with as many places behind the point as its step has.
fn number(value: f64, step: f64) -> String {
    let places = (-step.log10().floor()).max(0.0) as usize;
    let text = format!("{value:.places$}");
    if text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') {
        text.trim_start_matches('-').into()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!([step(1.0), step(7.3), step(0.04)], [0.2, 1.0, 0.005]);
        assert_eq!(number(-0.0001, 0.2), "0.0");
    }

    #[test]
    fn a_single_point_and_no_point_are_drawn() {
        for points in [vec![], vec![(1.0, 5.0)], vec![(1.0, f64::NAN)]] {
            let chart = Chart { title: "t", x: "x", curves: vec![Curve::new("c", points)] };
            let text = draw_charts(&[chart]);
            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        }
    }
}
