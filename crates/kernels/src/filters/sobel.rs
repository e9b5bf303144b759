//! Sobel's edges: differences over three rows or columns, the middle one counted twice.

use super::Entry;
use super::shared::edges::{COMBINE, DIRECTION};
use super::shared::gradient::{self, Mask};
use super::shared::parameters::BORDER;
use super::shared::signed::SIGNED_EDGES;
use crate::operator::Neighbourhood;

/// Responds to vertical edges: right minus left.
#[rustfmt::skip]
pub(super) const A: Mask = [
    [-1,  0,  1],
    [-2,  0,  2],
    [-1,  0,  1],
];

/// Responds to horizontal edges: below minus above.
#[rustfmt::skip]
pub(super) const B: Mask = [
    [-1, -2, -1],
    [ 0,  0,  0],
    [ 1,  2,  1],
];

/// The responses of both masks.
fn formula(around: &Neighbourhood) -> [f64; 2] {
    [around.correlate(&A), around.correlate(&B)]
}

pub(super) static ENTRY: Entry = Entry {
    name: "sobel",
    summary: "edges, not very sensitive to noise: each mask smooths along the edges it looks for",
    formula: "a = [-1 0 1; -2 0 2; -1 0 1], b = [-1 -2 -1; 0 0 0; 1 2 1]",
    source: "I. Sobel, G. Feldman, A 3x3 isotropic gradient operator for image processing (1968)",
    parameters: &[DIRECTION, COMBINE, SIGNED_EDGES, BORDER],
    variants: &["combine=magnitude", "direction=x"],
    build: |arguments| gradient::build(arguments, &A, &B, formula),
};
