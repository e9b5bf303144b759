//! Scharr's edges: the weights that depend least on the direction of an edge.

use super::Entry;
use super::shared::edges::{COMBINE, DIRECTION};
use super::shared::gradient::{self, Mask};
use super::shared::parameters::BORDER;
use super::shared::signed::SIGNED_EDGES;
use crate::operator::Neighbourhood;

/// Responds to vertical edges: right minus left.
#[rustfmt::skip]
const A: Mask = [
    [ -3,   0,   3],
    [-10,   0,  10],
    [ -3,   0,   3],
];

/// Responds to horizontal edges: below minus above.
#[rustfmt::skip]
const B: Mask = [
    [ -3, -10,  -3],
    [  0,   0,   0],
    [  3,  10,   3],
];

/// The responses of both masks.
fn formula(around: &Neighbourhood) -> [f64; 2] {
    [around.correlate(&A), around.correlate(&B)]
}

pub(super) static ENTRY: Entry = Entry {
    name: "scharr",
    summary: "edges whose strength depends least on their direction",
    formula: "a = [-3 0 3; -10 0 10; -3 0 3], b = [-3 -10 -3; 0 0 0; 3 10 3]",
    source: "H. Scharr, Optimal operators in digital image processing, dissertation, Heidelberg (2000)",
    parameters: &[DIRECTION, COMBINE, SIGNED_EDGES, BORDER],
    variants: &["combine=magnitude"],
    build: |arguments| gradient::build(arguments, &A, &B, formula),
};
