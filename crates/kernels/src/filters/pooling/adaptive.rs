use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::pool_regions::{REDUCE, parts};
use crate::filters::{Arguments, Entry};
use crate::{Error, Filter, Reduce, RegionGrid, RegionOperator};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "adaptive-pool",
    summary: "a picture of the size that is asked for, whatever the size it had",
    formula: "max or mean of bin i of n: ⌊i·h/n⌋ … ⌈(i+1)·h/n⌉, rows and columns alike",
    source: "",
    parameters: &[HEIGHT, WIDTH, REDUCE],
    variants: &[],
    build,
};

const HEIGHT: Parameter =
    Parameter { name: "height", default: "7", values: Values::Whole(1, 16384), help: "rows that come out" };
const WIDTH: Parameter =
    Parameter { name: "width", default: "7", values: Values::Whole(1, 16384), help: "columns that come out" };

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let (height, width) = (arguments.whole("height").unwrap_or(7), arguments.whole("width").unwrap_or(7));
    Ok(Filter::regions(arguments.operator(), Adaptive { height, width, reduce: Reduce::from_arguments(arguments) }))
}

/// A fixed number of bins.
#[derive(Debug)]
pub(super) struct Adaptive {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) reduce: Reduce,
}

impl RegionOperator for Adaptive {
    fn shape(&self, (_, _, channels): (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        Ok((self.height, self.width, channels))
    }

    fn grids(&self, height: usize, width: usize) -> Vec<RegionGrid> {
        vec![RegionGrid { rows: parts(height, self.height), columns: parts(width, self.width) }]
    }

    fn reduce(&self) -> Reduce {
        self.reduce
    }
}
