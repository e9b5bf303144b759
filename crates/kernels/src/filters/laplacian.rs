use super::convolve::Convolve;
use super::shared::convolution::{Finish, Matrix};
use super::shared::parameters::{BORDER, Parameter, Values};
use super::shared::signed::{SIGNED_EDGES, Signed};
use super::{Arguments, Entry};
use crate::{Error, Filter};

pub(super) static ENTRY: Entry = Entry {
    name: "laplacian",
    summary: "edges and specks in any direction: how far a pixel is from the mean of its neighbours",
    formula: "[0 1 0; 1 -4 1; 0 1 0], or [1 1 1; 1 -8 1; 1 1 1] with 8 neighbours",
    source: "",
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

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let (corner, middle) = if arguments.text("neighbours") == "8" { (1.0, -8.0) } else { (0.0, -4.0) };
    let matrix = Matrix::new(vec![vec![corner, 1.0, corner], vec![1.0, middle, 1.0], vec![corner, 1.0, corner]]);
    let finish = Finish { divisor: 1.0, offset: 0.0, signed: Signed::from_arguments(arguments) };
    Ok(Filter::rows(arguments.operator(), Convolve { matrix, finish, border: arguments.border()? }))
}
