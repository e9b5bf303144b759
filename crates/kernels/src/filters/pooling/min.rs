use super::max;
use super::window::{SIZE, STRIDE};
use crate::filters::Entry;

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "min-pool",
    summary: "the smallest pixel of each window: keeps dark details",
    formula: "min a over the window",
    source: "",
    parameters: &[SIZE, STRIDE],
    variants: &["size=8"],
    build: max::build::<false>,
};
