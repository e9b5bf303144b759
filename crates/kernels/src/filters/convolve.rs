use super::convolution::{Finish, LARGEST, Matrix, Sums};
use super::parameters::{BORDER, Parameter, Values};
use super::signed::{SIGNED, Signed};
use super::{Arguments, Entry};
use crate::filter::{Filter, Kernel, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "convolve",
    summary: "any matrix of weights, applied as written",
    formula: "Σ weight · pixel / divisor + offset, the matrix not flipped unless asked for",
    parameters: &[KERNEL, DIVISOR, OFFSET, NORMALIZE, FLIP, SIGNED, BORDER],
    variants: &["kernel=1 2 1; 2 4 2; 1 2 1,divisor=16", "kernel=-2 -1 0; -1 1 1; 0 1 2"],
    build,
};

const KERNEL: Parameter = Parameter {
    name: "kernel",
    default: "0 -1 0; -1 5 -1; 0 -1 0",
    values: Values::Matrix,
    help: "the weights: numbers with spaces between them, rows with ; between them, 1 to 31 of each; of an even side \
           one more row or column lies before the pixel",
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
    help: "part of the range that is added at the end, 0.5 for the middle grey",
};

const NORMALIZE: Parameter = Parameter {
    name: "normalize",
    default: "no",
    values: Values::Choice(&["no", "yes"]),
    help: "divide by the sum of the weights instead, so that what is flat stays as it is; by nothing if that is 0",
};

const FLIP: Parameter = Parameter {
    name: "flip",
    default: "no",
    values: Values::Choice(&["no", "yes"]),
    help: "turn the matrix half round first: convolution in the sense of mathematics",
};

fn build(arguments: &Arguments) -> Result<Box<dyn Filter>, Error> {
    let mut weights = parse_matrix(arguments.text("kernel"))?;
    if arguments.text("flip") == "yes" {
        weights.reverse();
        weights.iter_mut().for_each(|row| row.reverse());
    }
    let sum: f32 = weights.iter().flatten().sum();
    let divisor = match arguments.text("normalize") {
        "yes" if sum != 0.0 => sum,
        "yes" => 1.0,
        _ => arguments.real("divisor").unwrap_or(1.0),
    };
    if divisor == 0.0 {
        return Err(Error::parameter("divisor", "0", "any number but 0"));
    }
    Ok(Box::new(Convolve {
        matrix: Matrix::new(weights),
        divisor,
        offset: arguments.real("offset").unwrap_or(0.0),
        signed: Signed::from_arguments(arguments),
        border: arguments.border()?,
    }))
}

/// Reads a matrix; a message points at the place where it is wrong.
fn parse_matrix(text: &str) -> Result<Vec<Vec<f32>>, Error> {
    let wrong = |problem: String| Error::parameter("kernel", text, problem);
    let mut rows = Vec::new();
    for (y, row) in text.trim().trim_end_matches(';').split(';').enumerate() {
        let mut weights = Vec::new();
        for (x, number) in row.split_whitespace().enumerate() {
            match number.parse::<f32>() {
                Ok(weight) if weight.is_finite() && weight.abs() <= 1e6 => weights.push(weight),
                _ => {
                    return Err(wrong(format!(
                        "numbers up to a million; row {}, column {} is {number:?}",
                        y + 1,
                        x + 1
                    )));
                }
            }
        }
        rows.push(weights);
    }
    let width = rows[0].len();
    if let Some(y) = rows.iter().position(|row| row.len() != width || row.is_empty()) {
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

/// Correlation with any matrix: `Σ weight · pixel / divisor + offset`, each channel by itself.
///
/// Sums of whole weights are exact as long as they stay below 2²⁴.
#[derive(Clone, Debug)]
pub struct Convolve {
    /// The weights.
    pub matrix: Matrix,
    /// What the sum is divided by.
    pub divisor: f32,
    /// Part of the range that is added: 0.5 for the middle grey.
    pub offset: f32,
    /// What a negative response becomes.
    pub signed: Signed,
    /// What stands beyond the edge.
    pub border: Border,
}

impl Operator for Convolve {
    type Kernel<T: Pixel> = ConvolveRow;

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn window(&self) -> Window {
        self.matrix.window()
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> ConvolveRow {
        let finish = Finish { divisor: self.divisor, offset: self.offset, signed: self.signed };
        ConvolveRow::new(self.matrix.clone(), finish, channels)
    }
}

#[doc(hidden)]
#[derive(Debug)]
pub struct ConvolveRow {
    sums: Sums,
    finish: Finish,
}

impl ConvolveRow {
    pub(super) fn new(matrix: Matrix, finish: Finish, channels: usize) -> Self {
        Self { sums: Sums::new(matrix, channels), finish }
    }
}

impl<T: Pixel> Kernel<T> for ConvolveRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        self.finish.row(&mut self.sums, rows, out);
    }
}
