use super::max;
use crate::filters::Entry;
use crate::filters::shared::pool_window::{SIZE, STRIDE};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "min-pool",
    summary: "the smallest pixel of each window: keeps dark details",
    formula: "min a over the window",
    source: "",
    parameters: &[SIZE, STRIDE],
    variants: &["size=8"],
    build: max::build::<false>,
};
