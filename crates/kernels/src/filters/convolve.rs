use glassbox_tensor::quoted;

use super::shared::convolution::{Finish, LARGEST, Matrix, Sums};
use super::shared::gimp::{self, ALPHA_WEIGHTING, CHANNELS, GIMP};
use super::shared::parameters::{BORDER, Parameter, Values};
use super::shared::signed::{SIGNED, Signed};
use super::{Arguments, Entry};
use crate::operator::{Filter, Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

/// Σ weight · pixel / divisor; then negative sums are dealt with, and part of the range is added.
fn formula(around: &Neighbourhood, weights: &[Vec<f64>], finish: &Finish) -> f64 {
    finish.formula(around.correlate(weights), around.depth())
}

pub(super) static ENTRY: Entry = Entry {
    name: "convolve",
    summary: "any matrix of weights, applied as written",
    formula: "Σ weight · pixel / divisor + offset; the matrix is flipped only with --flip",
    source: "",
    parameters: &[KERNEL, DIVISOR, OFFSET, NORMALIZE, FLIP, SIGNED, BORDERS, GIMP, ALPHA_WEIGHTING, CHANNELS],
    variants: &["kernel=1 2 1; 2 4 2; 1 2 1,divisor=16", "kernel=-2 -1 0; -1 1 1; 0 1 2"],
    build,
};

const KERNEL: Parameter = Parameter {
    name: "kernel",
    default: "0 -1 0; -1 5 -1; 0 -1 0",
    values: Values::Matrix,
    help: "the weights: numbers with spaces between them, rows with ; between them, 1 to 31 of each; if a side is \
           even, one more row or column lies before the pixel than after it",
};

const DIVISOR: Parameter = Parameter {
    name: "divisor",
    default: "1",
    values: Values::Real(-1e6, 1e6),
    help: "what the sum is divided by, not 0",
};

const OFFSET: Parameter = Parameter {
    name: "offset",
    default: "0",
    values: Values::Real(-1.0, 1.0),
    help: "part of the range to add at the end: 0.5 is the middle grey",
};

const NORMALIZE: Parameter = Parameter {
    name: "normalize",
    default: "",
    values: Values::Choice(&["no", "yes"]),
    help: "divide by the sum of the weights instead, so that flat areas do not change; if the sum is 0, do not divide \
           (default: no, but yes with --gimp, which then ignores divisor and offset)",
};

const FLIP: Parameter = Parameter {
    name: "flip",
    default: "no",
    values: Values::Choice(&["no", "yes"]),
    help: "turn the matrix by 180 degrees first: convolution as mathematics defines it",
};

/// The usual borders and GIMP's two.
const BORDERS: Parameter = Parameter {
    help: "what stands beyond the edge: clamp aaa|abcd|ddd, reflect cba|abcd|dcb, mirror dcb|abcd|cba, \
           wrap bcd|abcd|abc, zero 000|abcd|000, or crop (only whole windows: the picture shrinks); \
           black and white (both opaque) only with --gimp",
    values: Values::Choice(&["clamp", "reflect", "mirror", "wrap", "zero", "crop", "black", "white"]),
    ..BORDER
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let mut weights = parse_matrix(arguments.text("kernel"))?;
    if arguments.text("flip") == "yes" {
        weights.reverse();
        weights.iter_mut().for_each(|row| row.reverse());
    }
    if arguments.text("gimp") == "yes" {
        return gimp::build(arguments, &weights);
    }
    arguments.refuse(&["channels", "alpha-weighting"], "gimp=no")?;
    if let only @ ("black" | "white") = arguments.text("border") {
        return Err(Error::parameter(
            "border",
            only,
            format!("{}; black and white with gimp only", Border::NAMES.join(", ")),
        ));
    }
    if arguments.text("normalize") == "yes" {
        arguments.refuse(&["divisor"], "normalize=yes")?;
    }
    let sum: f32 = weights.iter().flatten().map(|weight| *weight as f32).sum();
    let divisor = match arguments.text("normalize") {
        "yes" if sum != 0.0 => sum.into(),
        "yes" => 1.0,
        _ => arguments.real("divisor").unwrap_or(1.0),
    };
    if divisor as f32 == 0.0 {
        return Err(Error::parameter("divisor", arguments.text("divisor"), "any number but 0"));
    }
    let offset = arguments.real("offset").unwrap_or(0.0);
    let finish = Finish { divisor, offset, signed: Signed::from_arguments(arguments) };
    Ok(filter(arguments.operator(), weights, finish, arguments.border()?))
}

/// The filter of a matrix.
pub(super) fn filter(name: &'static str, weights: Vec<Vec<f64>>, finish: Finish, border: Border) -> Filter {
    let matrix = Matrix::new(&weights);
    Filter::rows(name, Convolve { matrix, finish, border }, move |around| formula(around, &weights, &finish))
}

/// Reads a matrix: numbers with spaces between them, rows with `;` between them, at most 31 a side.
///
/// ```
/// use glassbox_kernels::filters::parse_matrix;
/// assert_eq!(parse_matrix("1 -2; 0.5 0").unwrap(), [[1.0, -2.0], [0.5, 0.0]]);
/// ```
///
/// # Errors
/// If it is no such matrix; the message names the row and column.
pub fn parse_matrix(text: &str) -> Result<Vec<Vec<f64>>, Error> {
    let wrong = |problem: String| Error::parameter("kernel", text, problem);
    let mut rows = Vec::new();
    for (y, row) in text.trim().trim_end_matches(';').split(';').enumerate() {
        let mut weights = Vec::new();
        for (x, number) in row.split_whitespace().enumerate() {
            match number.parse::<f64>() {
                Ok(weight) if weight.is_finite() && weight.abs() <= 1e6 => weights.push(weight),
                _ => {
                    return Err(wrong(format!(
                        "numbers up to a million; row {}, column {} is {}",
                        y + 1,
                        x + 1,
                        quoted(number)
                    )));
                }
            }
        }
        rows.push(weights);
    }
    if let Some(y) = rows.iter().position(Vec::is_empty) {
        return Err(wrong(format!("rows of numbers; row {} is empty", y + 1)));
    }
    let width = rows[0].len();
    if let Some(y) = rows.iter().position(|row| row.len() != width) {
        return Err(wrong(format!(
            "rows of one length; row 1 has {width} numbers, row {} has {}",
            y + 1,
            rows[y].len()
        )));
    }
    if rows.len() > LARGEST || width > LARGEST {
        return Err(wrong(format!("at most {LARGEST} rows and columns; there are {} and {width}", rows.len())));
    }
    Ok(rows)
}

/// Correlation with a matrix, channel by channel. Sums with whole weights are exact below 2²⁴.
#[derive(Debug)]
pub(super) struct Convolve {
    pub(super) matrix: Matrix,
    pub(super) finish: Finish,
    pub(super) border: Border,
}

impl Operator for Convolve {
    type Kernel<T: Pixel> = ConvolveRow;

    fn window(&self) -> Window {
        self.matrix.window()
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> ConvolveRow {
        ConvolveRow { sums: Sums::new(self.matrix.clone(), channels), finish: self.finish }
    }
}

pub(super) struct ConvolveRow {
    sums: Sums,
    finish: Finish,
}

impl<T: Pixel> Kernel<T> for ConvolveRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        self.finish.row(&mut self.sums, rows, out);
    }
}
