use super::Entry;
use super::shared::extreme;
use super::shared::parameters::{BORDER, SQUARE};
use super::shared::plain::greatest;
use crate::operator::Neighbourhood;

/// The greatest pixel of the square.
fn formula(around: &Neighbourhood) -> f64 {
    greatest(&around.window())
}

pub(super) static ENTRY: Entry = Entry {
    name: "dilate",
    summary: "lets bright parts grow: each pixel becomes the greatest of its square",
    formula: "the greatest of the size² pixels of the square",
    source: "J. Serra, Image Analysis and Mathematical Morphology (1982), for a flat square",
    parameters: &[SQUARE, BORDER],
    variants: &["size=15"],
    build: |arguments| extreme::build::<true>(arguments, formula),
};
