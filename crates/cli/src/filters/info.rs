use std::path::PathBuf;

use clap::Args;
use glassbox_draw::histogram_line;
use glassbox_kernels::{deviation, entropy, immerkaer};
use glassbox_tensor::Image;
use serde_json::json;

use super::{input_name, read_input};
use crate::run::{Common, say, say_json};

/// Bins of the histogram.
const BINS: usize = 64;

/// Sides of the crops, in pixels.
const CROPS: [usize; 8] = [10, 20, 50, 100, 200, 500, 1000, 2000];

/// Most crops of one side, evenly spread along each direction.
const SPREAD: usize = 8;

/// Size, depth, histogram, entropy and noise of a picture, and how chaotic its crops look
///
/// The article's point: ten by ten pixels of a clean photograph look like noise, the whole does not. Noise does not grow when the crop
/// shrinks, but what else there is to see does: its share of all differences goes up.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  filters info photo.jpg
  filters info data/chelsea.png --json

Of brightness (Rec. 601) 0 … 255:
  entropy    bits a pixel, -Σ p·lg p over the 256 values it is rounded to
  noise      Immerkær's estimate of its standard deviation, √(π/2) / (6(w-2)(h-2)) · Σ |a * N|, N = [1 -2 1; -2 4 -2; 1 -2 1]
  deviation  standard deviation of all pixels
  chaos      noise / deviation: 1 is nothing but noise
Crops: means over up to 64 crops of a side, spread over the picture.")]
pub(super) struct Info {
    /// Picture to read; - for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,
}

/// What is said of a picture or a crop of it.
struct Numbers {
    entropy: f64,
    /// None where the estimate needs more pixels.
    noise: Option<f64>,
    deviation: f64,
}

impl Numbers {
    fn of(luma: &Image<f32>) -> Self {
        let whole = luma.map(|value| value.round().clamp(0.0, 255.0) as u8);
        Self { entropy: entropy(&whole), noise: immerkaer(luma), deviation: deviation(luma) }
    }

    fn mean(all: &[Self]) -> Self {
        let mean = |of: fn(&Self) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
        let noise = all.iter().map(|n| n.noise).sum::<Option<f64>>().map(|sum| sum / all.len() as f64);
        Self { entropy: mean(|n| n.entropy), noise, deviation: mean(|n| n.deviation) }
    }

    /// None of what is flat.
    fn chaos(&self) -> Option<f64> {
        self.noise.filter(|_| self.deviation > 0.0).map(|noise| noise / self.deviation)
    }
}

impl Info {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let name = input_name(&self.input);
        let picture = read_input(&self.input, true)?;
        let (height, width, channels) = picture.pixels.dim();
        let depth = picture.pixels.depth();
        let luma = picture.pixels.luma_over(1.0).map(|value| value * 255.0);
        let whole = Numbers::of(&luma);
        let sides = CROPS.into_iter().filter(|&side| side < height.min(width));
        let crops: Vec<_> = sides.map(|side| (side, crops(&luma, side))).collect();
        let histogram = histogram(&luma);
        if common.json {
            let crops = crops.iter().map(|(side, n)| {
                json!({ "side": side, "entropy": n.entropy, "noise": n.noise, "deviation": n.deviation, "chaos": n.chaos() })
            });
            return Ok(say_json(&json!({
                "event": "info", "in": name, "width": width, "height": height, "channels": channels, "dtype": depth,
                "is_first_of_more": picture.is_first_of_more,
                "icc_bytes": picture.metadata.icc.map(|icc| icc.len()), "exif_bytes": picture.metadata.exif.map(|exif| exif.len()),
                "histogram": histogram, "entropy": whole.entropy, "noise": whole.noise, "deviation": whole.deviation,
                "chaos": whole.chaos(), "crops": crops.collect::<Vec<_>>(),
            }))?);
        }
        let kind = ["grey", "grey with alpha", "colour", "colour with alpha"][(channels - 1).min(3)];
        say(&format!("{name}: {width}×{height}, {kind}, {depth}"))?;
        if picture.is_first_of_more {
            say("the first of more pictures or frames")?;
        }
        for (what, bytes) in [("ICC profile", picture.metadata.icc), ("EXIF", picture.metadata.exif)] {
            if let Some(bytes) = bytes {
                say(&format!("{what}: {} bytes", bytes.len()))?;
            }
        }
        say(&format!("histogram of brightness, 0 to 255:\n|{}|", histogram_line(&histogram)))?;
        say(&format!("{:<12}{:>9}{:>9}{:>11}{:>9}", "crop", "entropy", "noise", "deviation", "chaos"))?;
        for (side, numbers) in crops.iter().map(|(side, numbers)| (format!("{side}×{side}"), numbers)) {
            line(&side, numbers)?;
        }
        line("whole", &whole)
    }
}

fn line(what: &str, numbers: &Numbers) -> anyhow::Result<()> {
    let Numbers { entropy, noise, deviation } = numbers;
    let or_dash = |number: Option<f64>| number.map_or("-".into(), |number| format!("{number:.2}"));
    let [noise, chaos] = [*noise, numbers.chaos()].map(or_dash);
    Ok(say(&format!("{what:<12}{entropy:>9.2}{noise:>9}{deviation:>11.2}{chaos:>9}"))?)
}

/// Means over crops of `side` that are spread evenly over the picture.
fn crops(luma: &Image<f32>, side: usize) -> Numbers {
    let (height, width, _) = luma.dim();
    let starts = |length: usize| {
        let count = (length / side).clamp(1, SPREAD);
        (0..count).map(move |i| (length - side) * i / (count - 1).max(1))
    };
    let crop = |top: usize, left: usize| Image::from_fn([side, side, 1], |(y, x, _)| luma[[top + y, left + x, 0]]);
    let all: Vec<_> = starts(height)
        .flat_map(|top| starts(width).map(move |left| (top, left)))
        .map(|(top, left)| Numbers::of(&crop(top, left)))
        .collect();
    Numbers::mean(&all)
}

fn histogram(luma: &Image<f32>) -> Vec<usize> {
    let mut counts = vec![0; BINS];
    for &value in luma.as_slice() {
        counts[(value.round().clamp(0.0, 255.0) as usize) * BINS / 256] += 1;
    }
    counts
}
