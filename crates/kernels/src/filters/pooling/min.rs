use super::max;
use crate::filters::Entry;
use crate::filters::shared::plain::smallest;
use crate::filters::shared::pool_window::{SIZE, STRIDE};
use crate::operator::Neighbourhood;

/// The smallest number of the window.
fn formula(around: &Neighbourhood) -> f64 {
    smallest(&around.window())
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "min-pool",
    summary: "the smallest pixel of each window: keeps dark details",
    formula: "min a over the window",
    source: "",
    parameters: &[SIZE, STRIDE],
    variants: &["size=8"],
    build: |arguments| max::build::<false>(arguments, formula),
};
