use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::pool_regions::{REDUCE, parts};
use crate::filters::{Arguments, Entry};
use crate::{Error, Filter, Reduce, RegionGrid, RegionOperator};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "pyramid-pool",
    summary: "a spatial pyramid: the whole, its quarters, its sixteenths, drawn side by side",
    formula: "for each level n the max or mean of n×n bins, ⌊i·h/n⌋ … ⌈(i+1)·h/n⌉, drawn as large as the greatest level",
    source: "K. He et al., Spatial pyramid pooling in deep convolutional networks (2014), arXiv 1406.4729",
    parameters: &[LEVELS, REDUCE],
    variants: &[],
    build,
};

const LEVELS: Parameter = Parameter {
    name: "levels",
    default: "1 2 4",
    values: Values::Wholes(1, 256),
    help: "bins along each side, a level each",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let pyramid = Pyramid { levels: arguments.wholes("levels"), reduce: Reduce::from_arguments(arguments) };
    Ok(Filter::regions(arguments.operator(), pyramid))
}

#[derive(Debug)]
struct Pyramid {
    levels: Vec<usize>,
    reduce: Reduce,
}

impl Pyramid {
    fn greatest(&self) -> usize {
        self.levels.iter().copied().max().unwrap_or(1)
    }
}

impl RegionOperator for Pyramid {
    fn shape(&self, (_, _, channels): (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        Ok((self.greatest(), self.greatest() * self.levels.len(), channels))
    }

    fn grids(&self, height: usize, width: usize) -> Vec<RegionGrid> {
        self.levels.iter().map(|&n| RegionGrid { rows: parts(height, n), columns: parts(width, n) }).collect()
    }

    fn reduce(&self) -> Reduce {
        self.reduce
    }
}
