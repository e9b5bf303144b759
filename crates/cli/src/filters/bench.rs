use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use glassbox_formats::Pixels;
use glassbox_kernels::filters::{ENTRIES, parse, split_label};
use glassbox_pipeline::{run_into, zeros};
use glassbox_tensor::{Element, Image};
use serde_json::{Value, json};

use super::read_pixels;
use crate::outcome::Interrupted;
use crate::run::{Common, catch_interrupts, interrupted, say, say_json};

/// Measured runs of an operator: at least the first number, and up to the second while time is left.
const LEAST_RUNS: usize = 5;
const MOST_RUNS: usize = 50;
const TIME: Duration = Duration::from_millis(500);

/// Height and width of the picture that is made if none is named.
const SIZE: [usize; 2] = [2160, 3840];

/// Time operators: the kernel alone, picture in memory, output already there
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  filters bench
  filters bench --only median:size=7 --threads 1
  filters bench --picture photo.png --json

x memcpy: the time as a multiple of copying the picture once on one thread.")]
pub(super) struct Bench {
    /// Picture to work on, - for standard input [default: a made one, grey, 3840×2160]
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// One operator, as in a chain: name:parameter=value,… [default: all]
    #[arg(long, value_name = "LABEL")]
    only: Option<String>,
    /// Depth to convert the picture to [default: its own]
    #[arg(long, value_enum)]
    dtype: Option<Depth>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Depth {
    U8,
    U16,
    F32,
}

impl Bench {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let labels: Vec<String> = match &self.only {
            Some(label) => vec![label.clone()],
            None => ENTRIES.iter().flat_map(|entry| entry.labels()).collect(),
        };
        labels.iter().try_for_each(|label| parse(label).map(|_| ()))?;
        catch_interrupts(true)?;
        common.warn_of_debug_build();
        let pixels = match &self.picture {
            Some(path) => read_pixels(path, common)?,
            None => Pixels::U8(made_picture()),
        };
        let pixels = match (pixels, self.dtype) {
            (pixels, None)
            | (pixels @ Pixels::U8(_), Some(Depth::U8))
            | (pixels @ Pixels::U16(_), Some(Depth::U16))
            | (pixels @ Pixels::F32(_), Some(Depth::F32)) => pixels,
            (pixels, Some(Depth::U8)) => Pixels::U8(pixels.to_u8()),
            (pixels, Some(Depth::U16)) => Pixels::U16(pixels.to_u8().map(|value| u16::from(value) * 257)),
            (pixels, Some(Depth::F32)) => Pixels::F32(pixels.to_u8().map(|value| f32::from(value) / 255.0)),
        };
        // On one of the threads that work: one that only waits for them would have to wake them for each run.
        rayon::scope(|_| measure_all(&labels, &pixels, common))
    }
}

/// Gradients and noise: what a photograph is to a kernel.
fn made_picture() -> Image<u8> {
    let [height, width] = SIZE;
    let mut state = 1u32;
    Image::from_fn([height, width, 1], |(y, x, _)| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let slope = (y * 255 / height + x * 510 / width) % 256;
        (slope as u32 + (state >> 24) % 25).min(255) as u8
    })
}

fn measure_all(labels: &[String], pixels: &Pixels, common: &Common) -> anyhow::Result<()> {
    let memcpy = match pixels {
        Pixels::U8(image) => time_of_copy(image)?,
        Pixels::U16(image) => time_of_copy(image)?,
        Pixels::F32(image) => time_of_copy(image)?,
    };
    let (height, width, channels) = pixels.dim();
    let threads = rayon::current_num_threads();
    if !common.json {
        say(&format!(
            "{width}×{height}, {channels} channels of {}, threads: {threads}, memcpy: {:.2} ms",
            pixels.depth(),
            ms(memcpy)
        ))?;
        say(&format!("{:<28}{:>12}{:>12}{:>12}", "operator", "median ms", "Mpixel/s", "x memcpy"))?;
    }
    for label in labels {
        let chain = [parse(label)?];
        let mut out = zeros(&chain, pixels)?;
        let mut failed = None;
        let median = time(|| failed = run_into(&chain, black_box(pixels), &mut out).err())?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        black_box(&out);
        let (mpixels, copies) =
            ((height * width) as f64 / median.as_secs_f64() / 1e6, median.as_secs_f64() / memcpy.as_secs_f64());
        if common.json {
            let (op, given) = split_label(label)?;
            let number = |text: &str| text.parse::<i64>().map_or_else(|_| json!(text), |n| json!(n));
            let params: serde_json::Map<String, Value> =
                given.iter().map(|(name, value)| (name.to_string(), number(value))).collect();
            say_json(&json!({
                "op": op, "params": params, "label": label, "width": width, "height": height, "channels": channels,
                "dtype": pixels.depth(), "threads": threads, "median_ms": ms(median), "mpix_per_s": mpixels,
                "x_memcpy": copies,
            }))?;
        } else {
            say(&format!("{label:<28}{:>12.2}{mpixels:>12.0}{copies:>12.1}", ms(median)))?;
        }
    }
    Ok(())
}

/// The time of copying a picture.
fn time_of_copy<T: Element>(image: &Image<T>) -> anyhow::Result<Duration> {
    let mut copy = image.clone();
    time(|| copy.as_mut_slice().copy_from_slice(black_box(image.as_slice())))
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The median time of a few runs, after one that is not counted.
fn time(mut work: impl FnMut()) -> anyhow::Result<Duration> {
    work();
    let (start, mut times) = (Instant::now(), Vec::new());
    while times.len() < LEAST_RUNS || (start.elapsed() < TIME && times.len() < MOST_RUNS) {
        if interrupted() {
            return Err(Interrupted.into());
        }
        let began = Instant::now();
        work();
        times.push(began.elapsed());
    }
    times.sort();
    Ok(times[times.len() / 2])
}
