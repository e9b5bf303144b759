//! Scharr's edges: weights chosen so that an edge is answered alike in whatever direction it runs.

use super::Entry;
use super::shared::edges::{COMBINE, DIRECTION};
use super::shared::gradient::{self, Weights};
use super::shared::parameters::BORDER;
use super::shared::signed::SIGNED_EDGES;

pub(super) static ENTRY: Entry = Entry {
    name: "scharr",
    summary: "edges whose strength depends least on their direction",
    formula: "a = [-3 0 3; -10 0 10; -3 0 3], b = [-3 -10 -3; 0 0 0; 3 10 3]",
    source: "H. Scharr, Optimal operators in digital image processing, dissertation, Heidelberg (2000)",
    parameters: &[DIRECTION, COMBINE, SIGNED_EDGES, BORDER],
    variants: &["combine=magnitude"],
    build: |arguments| gradient::build(arguments, Weights { side: 3, middle: 10 }),
};
