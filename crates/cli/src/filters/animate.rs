use std::path::PathBuf;

use clap::{Args, ValueEnum};
use glassbox_draw::{Operation, Slide};
use glassbox_formats::write_animation;
use glassbox_kernels::Error;
use glassbox_kernels::filters::parse_matrix;
use glassbox_tensor::{Matrix, bounded, shown};
use serde_json::json;

use super::apply::{is_dash, is_same_file};
use super::{input_name, json_name, read_pixels};
use crate::outcome::{Usage, wrong_flag};
use crate::run::{Common, catch_interrupts, say_json};
use crate::whole::whole;

/// A bright shape on a dark ground.
const MATRIX: &str = "10 10 10 10 10 10; 10 10 90 90 10 10; 10 90 90 90 90 10; 10 90 90 90 90 10; \
                      10 10 90 90 10 10; 10 10 10 10 10 10";

/// Most positions of the window; each is a frame.
const MOST_FRAMES: usize = 400;
/// Most pixels of a frame, which long numbers make large.
const MOST_PIXELS: usize = 8_000_000;

/// The article's moving picture: a mask or a pooling window slides over a matrix, with the numbers, as a GIF
///
/// The matrix is on the left, the mask in the middle, the result on the right, and the sum of the current position
/// below, without the terms that are multiplied by 0. The mask is applied as written (correlation) wherever all of it
/// fits. With --pool the window takes the greatest number or the mean. Limits: 400 positions, 8 million pixels a
/// frame.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  filters animate slide.gif
  filters animate sharpen.gif --kernel '0 -1 0; -1 5 -1; 0 -1 0'
  filters animate photo.gif --picture data/chelsea.png --x 160 --y 90 --side 8
  filters animate pool.gif --pool max --size 2
  filters animate overlap.gif --pool average --size 3 --stride 1")]
pub(super) struct Animate {
    /// GIF to write
    #[arg(value_name = "OUT.gif")]
    output: PathBuf,
    /// The mask: numbers with spaces between them, rows with ; between them
    #[arg(long, value_name = "MATRIX", default_value = "-1 0 1; -2 0 2; -1 0 1", allow_hyphen_values = true)]
    kernel: String,
    /// Pool instead of applying a mask
    #[arg(long, value_name = "METHOD", conflicts_with = "kernel")]
    pool: Option<Pool>,
    /// Side of the pooling window
    #[arg(long, default_value_t = 2, requires = "pool", value_parser = whole(1..=31))]
    size: u32,
    /// Step from one position to the next [default: 1 for a mask, the size for a pooling]
    #[arg(long, value_parser = whole(1..=31))]
    stride: Option<u32>,
    /// Matrix to slide over
    #[arg(
        long,
        value_name = "MATRIX",
        conflicts_with = "picture",
        allow_hyphen_values = true,
        default_value = MATRIX
    )]
    matrix: String,
    /// A picture to take the numbers from, as brightness 0 to 255, instead of a matrix; - for standard input
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// First column to take from the picture
    #[arg(long, default_value_t = 0, requires = "picture")]
    x: usize,
    /// First row to take from the picture
    #[arg(long, default_value_t = 0, requires = "picture")]
    y: usize,
    /// Columns and rows to take from the picture
    #[arg(long, default_value_t = 8, requires = "picture", value_parser = whole(1..=31))]
    side: u32,
    /// Duration of each frame in milliseconds
    #[arg(long, default_value_t = 600, value_parser = whole(20..=60000))]
    delay: u32,
}

/// The number that a pooling takes from a window.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Pool {
    /// The greatest number
    Max,
    /// The mean of all numbers
    Average,
}

impl Animate {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        if is_dash(&self.output) {
            return Err(Usage("-: a moving picture goes into a file with the suffix .gif".into()).into());
        }
        if self.output.extension().is_none_or(|suffix| !suffix.eq_ignore_ascii_case("gif")) {
            return Err(Usage(format!("{}: a moving picture needs the suffix .gif", shown(&self.output))).into());
        }
        if self.picture.as_ref().is_some_and(|picture| is_same_file(picture, &self.output)) {
            return Err(Usage(format!("{}: is both --picture and OUT", shown(&self.output))).into());
        }
        let operation = self.operation()?;
        let numbers = self.numbers(common)?;
        let stride = self.stride.unwrap_or(if self.pool.is_some() { self.size } else { 1 }) as usize;
        self.check_positions(&numbers, operation.window(), stride)?;
        common.check_writable(&self.output)?;
        catch_interrupts(false)?;
        let results = operation.results(&numbers, stride);
        let slide = Slide::new(numbers, operation, stride, results);
        let ([height, width], frames) = (slide.size(), slide.frames());
        if height * width > MOST_PIXELS {
            let found = format!("frames of {width}×{height} pixels for these numbers");
            return Err(Usage(format!("{found}; at most {MOST_PIXELS} pixels are allowed")).into());
        }
        write_animation(&self.output, (0..frames).map(|place| slide.frame(place)), self.delay)?;
        common.detail(&format!("{}: {frames} frames", shown(&self.output)));
        if common.json {
            let out = json_name(&self.output);
            say_json(&json!({ "event": "animate", "out": out, "width": width, "height": height, "frames": frames }))?;
        }
        Ok(())
    }

    fn operation(&self) -> anyhow::Result<Operation> {
        let window = [self.size as usize; 2];
        Ok(match self.pool {
            Some(Pool::Max) => Operation::Max(window),
            Some(Pool::Average) => Operation::Average(window),
            None => Operation::Mask(matrix(parse_matrix(&self.kernel).map_err(|error| Usage(format!("--{error}")))?)),
        })
    }

    /// The numbers that the window slides over: the matrix, or a part of the picture.
    fn numbers(&self, common: &Common) -> anyhow::Result<Matrix<f64>> {
        let Some(path) = &self.picture else {
            let wrong = |error| match error {
                Error::Parameter { found, allowed, .. } => {
                    Usage(format!("--matrix {}: expected {allowed}", bounded(&found))).into()
                }
                error => error.into(),
            };
            return parse_matrix(&self.matrix).map(matrix).map_err(wrong);
        };
        let luma = read_pixels(path, common)?.luma_over(1.0);
        let side = self.side as usize;
        if self.y.saturating_add(side) > luma.height() || self.x.saturating_add(side) > luma.width() {
            let found = format!("{}: has {}×{} pixels", input_name(path), luma.width(), luma.height());
            return Err(Usage(format!("{found}; --x {} --y {} --side {side} reach beyond", self.x, self.y)).into());
        }
        let number = |y: usize, x: usize| f64::from(luma[[self.y + y, self.x + x, 0]] * 255.0).round();
        Ok(Matrix::from_fn([side, side], |(y, x)| number(y, x)))
    }

    /// Refuses a window that is larger than the matrix, or has too many positions in it.
    fn check_positions(&self, numbers: &Matrix<f64>, window: [usize; 2], stride: usize) -> anyhow::Result<()> {
        let (height, width) = numbers.dim();
        if window[0] > height || window[1] > width {
            let flag = if self.pool.is_some() { "--size" } else { "--kernel" };
            let problem = format!("{}×{} does not fit into {height}×{width} numbers", window[0], window[1]);
            return Err(wrong_flag(flag, problem));
        }
        let [rows, columns] = [(height - window[0]) / stride + 1, (width - window[1]) / stride + 1];
        if rows * columns > MOST_FRAMES {
            let flag = if self.picture.is_some() { "--side" } else { "--matrix" };
            let what = if self.pool.is_some() { "window" } else { "mask" };
            let problem = format!("{} places of the {what}; at most {MOST_FRAMES} are allowed", rows * columns);
            return Err(wrong_flag(flag, problem));
        }
        Ok(())
    }
}

fn matrix(rows: Vec<Vec<f64>>) -> Matrix<f64> {
    Matrix::from_fn([rows.len(), rows[0].len()], |(y, x)| rows[y][x])
}
