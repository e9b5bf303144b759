//! Prewitt's edges: plain differences over three rows or columns.

use super::Entry;
use super::shared::edges::{COMBINE, DIRECTION};
use super::shared::gradient::{self, Mask};
use super::shared::parameters::BORDER;
use super::shared::signed::SIGNED_EDGES;
use crate::operator::Neighbourhood;

/// Responds to vertical edges: right minus left.
#[rustfmt::skip]
const A: Mask = [
    [-1,  0,  1],
    [-1,  0,  1],
    [-1,  0,  1],
];

/// Responds to horizontal edges: below minus above.
#[rustfmt::skip]
const B: Mask = [
    [-1, -1, -1],
    [ 0,  0,  0],
    [ 1,  1,  1],
];

/// The responses of both masks.
fn formula(around: &Neighbourhood) -> [f64; 2] {
    [around.correlate(&A), around.correlate(&B)]
}

pub(super) static ENTRY: Entry = Entry {
    name: "prewitt",
    summary: "edges by plain differences over three rows or columns",
    formula: "a = [-1 0 1; -1 0 1; -1 0 1], b = [-1 -1 -1; 0 0 0; 1 1 1]",
    source: "J. Prewitt, Object enhancement and extraction, Picture Processing and Psychopictorics (1970)",
    parameters: &[DIRECTION, COMBINE, SIGNED_EDGES, BORDER],
    variants: &["combine=magnitude"],
    build: |arguments| gradient::build(arguments, &A, &B, formula),
};
