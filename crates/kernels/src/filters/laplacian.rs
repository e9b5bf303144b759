use super::convolution::{Finish, Matrix};
use super::convolve::ConvolveRow;
use super::parameters::{BORDER, Parameter, Values};
use super::signed::{SIGNED_EDGES, Signed};
use super::{Arguments, Entry};
use crate::filter::{Filter, Operator, Window};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "laplacian",
    summary: "edges and specks in any direction: how far a pixel is from the mean of its neighbours",
    formula: "[0 1 0; 1 -4 1; 0 1 0], or [1 1 1; 1 -8 1; 1 1 1] with 8 neighbours",
    parameters: &[NEIGHBOURS, SIGNED_EDGES, BORDER],
    variants: &["neighbours=8"],
    build,
};

const NEIGHBOURS: Parameter = Parameter {
    name: "neighbours",
    default: "4",
    values: Values::Choice(&["4", "8"]),
    help: "4 (above, below, left, right) or 8 (the diagonal ones too)",
};

fn build(arguments: &Arguments) -> Result<Box<dyn Filter>, Error> {
    let (diagonal, signed) = (arguments.text("neighbours") == "8", Signed::from_arguments(arguments));
    Ok(Box::new(Laplacian { diagonal, signed, border: arguments.border()? }))
}

/// Laplace's operator: the sum of the neighbours less as many times the pixel.
#[derive(Clone, Copy, Debug)]
pub struct Laplacian {
    /// Whether the four diagonal neighbours count too.
    pub diagonal: bool,
    /// What a negative response becomes.
    pub signed: Signed,
    /// What stands beyond the edge.
    pub border: Border,
}

impl Laplacian {
    fn matrix(&self) -> Matrix {
        let (corner, middle) = if self.diagonal { (1.0, -8.0) } else { (0.0, -4.0) };
        Matrix::new(vec![vec![corner, 1.0, corner], vec![1.0, middle, 1.0], vec![corner, 1.0, corner]])
    }
}

impl Operator for Laplacian {
    type Kernel<T: Pixel> = ConvolveRow;

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn window(&self) -> Window {
        self.matrix().window()
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> ConvolveRow {
        let finish = Finish { divisor: 1.0, offset: 0.0, signed: self.signed };
        ConvolveRow::new(self.matrix(), finish, channels)
    }
}
