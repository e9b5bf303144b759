use super::convolve;
use super::shared::convolution::Finish;
use super::shared::parameters::{BORDER, Parameter, Values};
use super::shared::signed::{SIGNED_EDGES, Signed};
use super::{Arguments, Entry};
use crate::{Error, Filter};

/// The sum of the four neighbours minus four times the pixel.
#[rustfmt::skip]
const FOUR: [[i8; 3]; 3] = [
    [0,  1, 0],
    [1, -4, 1],
    [0,  1, 0],
];

/// The same with the diagonal neighbours.
#[rustfmt::skip]
const EIGHT: [[i8; 3]; 3] = [
    [1,  1, 1],
    [1, -8, 1],
    [1,  1, 1],
];

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
    let mask = if arguments.text("neighbours") == "8" { EIGHT } else { FOUR };
    let weights = mask.iter().map(|row| row.map(f64::from).to_vec()).collect();
    let finish = Finish { divisor: 1.0, offset: 0.0, signed: Signed::from_arguments(arguments) };
    Ok(convolve::filter(arguments.operator(), weights, finish, arguments.border()?))
}
