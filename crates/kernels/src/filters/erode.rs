use super::Entry;
use super::shared::extreme;
use super::shared::parameters::{BORDER, SQUARE};
use super::shared::plain::smallest;
use crate::operator::Neighbourhood;

/// The smallest pixel of the square.
fn formula(around: &Neighbourhood) -> f64 {
    smallest(&around.window())
}

pub(super) static ENTRY: Entry = Entry {
    name: "erode",
    summary: "lets bright parts shrink: each pixel becomes the smallest of its square",
    formula: "the smallest of the size² pixels of the square",
    source: "J. Serra, Image Analysis and Mathematical Morphology (1982), for a flat square",
    parameters: &[SQUARE, BORDER],
    variants: &["size=15"],
    build: |arguments| extreme::build::<false>(arguments, formula),
};
