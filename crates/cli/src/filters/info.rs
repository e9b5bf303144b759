use std::path::PathBuf;

use clap::Args;
use glassbox_draw::histogram_line;
use glassbox_kernels::{Texture, add_to_histogram};
use serde_json::json;

use super::{input_name, json_name, read_input};
use crate::run::{Common, say, say_json};

/// Bins of the histogram.
const BINS: usize = 64;

/// Sides of the crops, in pixels.
const CROPS: [usize; 8] = [10, 20, 50, 100, 200, 500, 1000, 2000];

/// Size, depth, histogram, entropy and noise of a picture, and how chaotic its crops look
///
/// The article's point: ten by ten pixels of a clean photograph look like noise, the whole does not. The noise does
/// not grow when the crop shrinks, but its share of all differences does.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  filters info photo.jpg
  filters info data/chelsea.png --json

Of brightness (Rec. 601) 0 … 255:
  entropy    bits a pixel, -Σ p·lg p over the 256 values it is rounded to
  noise      Immerkær's estimate of its standard deviation, √(π/2) / (6(w-2)(h-2)) · Σ |a * N|,
             N = [1 -2 1; -2 4 -2; 1 -2 1]
  deviation  standard deviation of all pixels
  chaos      noise / deviation: 1 is nothing but noise
Crops: means over up to 64 crops of a side, spread over the picture.")]
pub(super) struct Info {
    /// Picture to read; - for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,
}

impl Info {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let name = input_name(&self.input);
        let picture = read_input(&self.input, true)?;
        let (height, width, channels) = picture.pixels.dim();
        let depth = picture.pixels.depth();
        // A row at a time: brightness as a whole would take more memory than the pixels.
        let luma = |y: usize, row: &mut [f32]| {
            picture.pixels.luma_of_row(y, 1.0, row);
            row.iter_mut().for_each(|value| *value *= 255.0);
        };
        let whole = Texture::of_rows(height, width, luma);
        let sides = CROPS.into_iter().filter(|&side| side < height.min(width));
        let crops: Vec<_> = sides.map(|side| (side, Texture::of_crops_of_rows(height, width, side, luma))).collect();
        let (mut histogram, mut row) = ([0; BINS], vec![0.0; width]);
        for y in 0..height {
            luma(y, &mut row);
            add_to_histogram(&row, &mut histogram);
        }
        if common.json {
            let crops = crops.iter().map(|(side, n)| {
                json!({
                    "side": side, "entropy": n.entropy, "noise": n.noise, "deviation": n.deviation,
                    "chaos": n.chaos(),
                })
            });
            return Ok(say_json(&json!({
                "event": "info", "in": json_name(&self.input), "width": width, "height": height,
                "channels": channels, "dtype": depth,
                "is_first_of_more": picture.is_first_of_more,
                "icc_bytes": picture.metadata.icc.map(|icc| icc.len()),
                "exif_bytes": picture.metadata.exif.map(|exif| exif.len()),
                "histogram": histogram.as_slice(), "entropy": whole.entropy, "noise": whole.noise,
                "deviation": whole.deviation,
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
        for (side, texture) in crops.iter().map(|(side, texture)| (format!("{side}×{side}"), texture)) {
            line(&side, texture)?;
        }
        line("whole", &whole)
    }
}

fn line(what: &str, texture: &Texture) -> anyhow::Result<()> {
    let Texture { entropy, noise, deviation } = texture;
    let or_dash = |number: Option<f64>| number.map_or("-".into(), |number| format!("{number:.2}"));
    let [noise, chaos] = [*noise, texture.chaos()].map(or_dash);
    Ok(say(&format!("{what:<12}{entropy:>9.2}{noise:>9}{deviation:>11.2}{chaos:>9}"))?)
}
