use std::path::PathBuf;

use clap::Args;
use glassbox_draw::{LETTER, fill, letters};
use glassbox_formats::{check_writable, write_animation};
use glassbox_kernels::Error;
use glassbox_kernels::filters::parse_matrix;
use glassbox_tensor::Image;
use serde_json::json;

use super::apply::{is_dash, is_same_file};
use super::{input_name, read_pixels};
use crate::outcome::{Usage, wrong_flag};
use crate::run::{Common, catch_interrupts, say_json};

/// Least side of a number's cell in pixels; longer numbers make larger ones.
const CELL: usize = 44;
const GAP: usize = 28;
/// Letters of the sum are this many times as large as the font.
const TIMES: usize = 2;

/// Most places of the mask: as many frames, one in memory at a time.
const MOST_FRAMES: usize = 400;
/// Most pixels of a frame, which long numbers make large.
const MOST_PIXELS: usize = 8_000_000;

const PAPER: [u8; 3] = [255; 3];
const LINES: [u8; 3] = [190; 3];
const INK: [u8; 3] = [20; 3];
const MASK: [u8; 3] = [255, 236, 170];
const WEIGHT: [u8; 3] = [180, 60, 0];
const MADE: [u8; 3] = [205, 232, 255];

/// The article's moving picture: a mask slides over a matrix, with the numbers, as a GIF
///
/// On the left the matrix with the mask over it and its weights in the corners of the cells, on the right what comes out, below the sum in
/// full but for what is multiplied by 0. The mask is applied as written (correlation) wherever it fits as a whole: at 400 places at most, with so few and so short numbers that a
/// frame has at most 8 million pixels.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  filters animate slide.gif
  filters animate sharpen.gif --kernel '0 -1 0; -1 5 -1; 0 -1 0'
  filters animate photo.gif --picture data/chelsea.png --x 160 --y 90 --side 8")]
pub(super) struct Animate {
    /// GIF to write
    #[arg(value_name = "OUT.gif")]
    output: PathBuf,
    /// The mask: numbers with spaces between them, rows with ; between them
    #[arg(long, value_name = "MATRIX", default_value = "-1 0 1; -2 0 2; -1 0 1", allow_hyphen_values = true)]
    kernel: String,
    /// The numbers it slides over
    #[arg(
        long,
        value_name = "MATRIX",
        conflicts_with = "picture",
        allow_hyphen_values = true,
        default_value = "10 10 10 10 10 10; 10 10 90 90 10 10; 10 90 90 90 90 10; 10 90 90 90 90 10; 10 10 90 90 10 10; 10 10 10 10 10 10"
    )]
    matrix: String,
    /// A picture to take the numbers from, as brightness 0 to 255, instead of a matrix; - for standard input
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// First column that is taken of the picture
    #[arg(long, default_value_t = 0, requires = "picture")]
    x: usize,
    /// First row that is taken of the picture
    #[arg(long, default_value_t = 0, requires = "picture")]
    y: usize,
    /// Columns and rows that are taken of the picture
    #[arg(long, default_value_t = 8, requires = "picture", value_parser = clap::value_parser!(u32).range(1..=31))]
    side: u32,
    /// How long each place is shown, in milliseconds
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(20..=60000))]
    delay: u32,
}

impl Animate {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        if is_dash(&self.output) {
            return Err(Usage("-: a moving picture goes into a file with the suffix .gif".into()).into());
        }
        if self.output.extension().is_none_or(|suffix| !suffix.eq_ignore_ascii_case("gif")) {
            return Err(Usage(format!("{}: a moving picture needs the suffix .gif", self.output.display())).into());
        }
        if self.picture.as_ref().is_some_and(|picture| is_same_file(picture, &self.output)) {
            return Err(Usage(format!("{}: is both --picture and OUT", self.output.display())).into());
        }
        let mask = parse_matrix(&self.kernel).map_err(|error| Usage(format!("--{error}")))?;
        let matrix = self.numbers(common)?;
        let places = [(matrix.len(), mask.len()), (matrix[0].len(), mask[0].len())]
            .map(|(all, one)| (all + 1).saturating_sub(one));
        let [rows, columns] = places;
        if rows == 0 || columns == 0 {
            let (found, most) = ((mask.len(), mask[0].len()), (matrix.len(), matrix[0].len()));
            return Err(wrong_flag(
                "--kernel",
                format!("{}×{} does not fit into {}×{} numbers", found.0, found.1, most.0, most.1),
            ));
        }
        if rows * columns > MOST_FRAMES {
            return Err(wrong_flag(
                if self.picture.is_some() { "--side" } else { "--matrix" },
                format!("{} places of the mask; at most {MOST_FRAMES} are allowed", rows * columns),
            ));
        }
        check_writable(&self.output)?;
        catch_interrupts(false)?;
        let (scene, frames) = (Scene::new(matrix, mask, [rows, columns]), rows * columns);
        let [height, width] = scene.size();
        if height * width > MOST_PIXELS {
            let found = format!("frames of {width}×{height} pixels for so many and so long numbers");
            return Err(Usage(format!("{found}; at most {MOST_PIXELS} pixels are allowed")).into());
        }
        write_animation(&self.output, (0..frames).map(|place| scene.frame(place)), self.delay)?;
        common.detail(&format!("{}: {frames} frames", self.output.display()));
        if common.json {
            let out = self.output.display().to_string();
            say_json(&json!({ "event": "animate", "out": out, "width": width, "height": height, "frames": frames }))?;
        }
        Ok(())
    }

    fn numbers(&self, common: &Common) -> anyhow::Result<Vec<Vec<f64>>> {
        let Some(path) = &self.picture else {
            let wrong = |error| match error {
                Error::Parameter { found, allowed, .. } => {
                    wrong_flag("--matrix", format!("{found}: allowed is {allowed}"))
                }
                error => error.into(),
            };
            return parse_matrix(&self.matrix).map_err(wrong);
        };
        let luma = read_pixels(path, common)?.luma_over(1.0);
        let side = self.side as usize;
        if self.y.saturating_add(side) > luma.height() || self.x.saturating_add(side) > luma.width() {
            let found = format!("{}: has {}×{} pixels", input_name(path), luma.width(), luma.height());
            return Err(Usage(format!("{found}; --x {} --y {} --side {side} reach beyond", self.x, self.y)).into());
        }
        let number = |y: usize, x: usize| f64::from(luma[[self.y + y, self.x + x, 0]] * 255.0).round();
        Ok((0..side).map(|y| (0..side).map(|x| number(y, x)).collect()).collect())
    }
}

/// What is drawn: the same in every frame but for the place of the mask.
struct Scene {
    matrix: Vec<Vec<f64>>,
    mask: Vec<Vec<f64>>,
    /// Places of the mask.
    rows: usize,
    columns: usize,
    /// Side of a number's cell in pixels.
    cell: usize,
    /// Lines of the longest sum, and letters of the longest line.
    text: [usize; 2],
}

impl Scene {
    fn new(matrix: Vec<Vec<f64>>, mask: Vec<Vec<f64>>, [rows, columns]: [usize; 2]) -> Self {
        let mut scene = Self { matrix, mask, rows, columns, cell: CELL, text: [0; 2] };
        let sums = (0..rows * columns).map(|place| scene.sum(place / columns, place % columns));
        let numbers = scene.matrix.iter().flatten().copied().map(short).chain(sums.map(short));
        let weights = scene.mask.iter().flatten().map(|&weight| format!("x{}", short(weight)));
        let longest = numbers.chain(weights).map(|text| text.len()).max().unwrap_or(0);
        scene.cell = CELL.max((longest + 1) * LETTER);
        for place in 0..rows * columns {
            let lines = scene.lines(place / columns, place % columns);
            let letters = lines.iter().map(String::len).max().unwrap_or(0);
            scene.text = [scene.text[0].max(lines.len()), scene.text[1].max(letters)];
        }
        scene
    }

    /// Height and width of a frame: all are of one size.
    fn size(&self) -> [usize; 2] {
        let (side, height, width) = (self.cell, self.matrix.len(), self.matrix[0].len());
        let (table, [lines, letters]) = (3 * GAP + (width + self.columns) * side, self.text);
        [
            GAP + height * side + GAP + lines * (LETTER + 4) * TIMES + GAP,
            table.max(2 * GAP + letters.max(LINE_LETTERS) * LETTER * TIMES),
        ]
    }

    /// The mask at one place, and what came out up to there.
    fn frame(&self, place: usize) -> Image<u8> {
        let (side, top, left) = (self.cell, place / self.columns, place % self.columns);
        let (mask_rows, mask_columns) = (self.mask.len(), self.mask[0].len());
        let (height, width) = (self.matrix.len(), self.matrix[0].len());
        let [sheet_height, sheet_width] = self.size();
        let mut page = Image::from_fn([sheet_height, sheet_width, 3], |(_, _, channel)| PAPER[channel]);
        for (y, row) in self.matrix.iter().enumerate() {
            for (x, &number) in row.iter().enumerate() {
                let covered = (top..top + mask_rows).contains(&y) && (left..left + mask_columns).contains(&x);
                let corner = [GAP + y * side, GAP + x * side];
                cell(&mut page, side, corner, &short(number), if covered { MASK } else { PAPER });
                if covered {
                    let weight = format!("x{}", short(self.mask[y - top][x - left]));
                    letters(&mut page, &weight, [corner[0] + side - LETTER - 3, corner[1] + 3], 1, WEIGHT);
                }
            }
        }
        for y in 0..self.rows {
            for x in 0..self.columns {
                let corner = [GAP + y * side, 2 * GAP + (width + x) * side];
                let index = y * self.columns + x;
                let made = if index <= place { short(self.sum(y, x)) } else { String::new() };
                cell(&mut page, side, corner, &made, if index == place { MADE } else { PAPER });
            }
        }
        let below = GAP + height * side + GAP;
        for (index, line) in self.lines(top, left).iter().enumerate() {
            letters(&mut page, line, [below + index * (LETTER + 4) * TIMES, GAP], TIMES, INK);
        }
        page
    }

    fn sum(&self, top: usize, left: usize) -> f64 {
        let rows = self.mask.iter().zip(&self.matrix[top..]);
        let terms = rows.flat_map(|(mask, row)| mask.iter().zip(&row[left..]));
        terms.map(|(weight, number)| weight * number).sum()
    }

    /// The sum in full, what is multiplied by 0 left out, in lines of [`LINE_LETTERS`] or of one term.
    fn lines(&self, top: usize, left: usize) -> Vec<String> {
        let rows = self.mask.iter().zip(&self.matrix[top..]);
        let terms = rows.flat_map(|(mask, row)| mask.iter().zip(&row[left..]));
        let mut terms: Vec<_> = terms
            .filter(|(weight, _)| **weight != 0.0)
            .enumerate()
            .map(|(index, (weight, number))| {
                let sign = if *weight < 0.0 {
                    "- "
                } else if index > 0 {
                    "+ "
                } else {
                    ""
                };
                format!("{sign}{}*{} ", short(weight.abs()), short(*number))
            })
            .collect();
        terms.push(format!("= {}", short(self.sum(top, left))));
        let mut lines: Vec<String> = Vec::new();
        for term in terms {
            match lines.last_mut() {
                Some(last) if last.len() + term.len() <= LINE_LETTERS => *last += &term,
                _ => lines.push(term),
            }
        }
        lines
    }
}

/// Letters of a line of the sum, in which several terms stand.
const LINE_LETTERS: usize = 34;

/// A number with as many digits as a sum has right: thirteen, and nine decimals at most.
fn short(number: f64) -> String {
    let thirteen = format!("{number:.12e}").parse().unwrap_or(number);
    // Nothing is not negative.
    format!("{}", (1e9 * thirteen).round() / 1e9 + 0.0)
}

fn cell(page: &mut Image<u8>, side: usize, corner: [usize; 2], text: &str, colour: [u8; 3]) {
    fill(page, corner, [side + 1, side + 1], LINES);
    fill(page, corner.map(|at| at + 1), [side - 1, side - 1], colour);
    letters(page, text, [corner[0] + 10, corner[1] + side.saturating_sub(text.len() * LETTER) / 2], 1, INK);
}
