use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::pool_regions::{REDUCE, region, regions};
use crate::filters::{Arguments, Entry};
use crate::operator::Neighbourhood;
use crate::{Error, Filter, Reduce, RegionGrid, RegionOperator};

/// Panel `x / side` shows level `n`: the maxima or means of `n` × `n` regions, each drawn as a square.
fn formula(around: &Neighbourhood, levels: &[usize], reduce: Reduce) -> f64 {
    let ((y, x, _), (height, width, _)) = (around.output(), around.shape());
    let side = greatest(levels);
    let n = levels[x / side];
    reduce.formula(&around.region(region(y * n / side, n, height), region(x % side * n / side, n, width)))
}

/// The side of every panel.
fn greatest(levels: &[usize]) -> usize {
    levels.iter().copied().max().unwrap_or(1)
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "pyramid-pool",
    summary: "a spatial pyramid: the whole, its quarters, its sixteenths, drawn side by side",
    formula: "for each level n the max or mean of n×n regions, ⌊i·h/n⌋ … ⌈(i+1)·h/n⌉, drawn as large as the greatest \
              level",
    source: "K. He et al., Spatial pyramid pooling in deep convolutional networks (2014), arXiv 1406.4729",
    parameters: &[LEVELS, REDUCE],
    variants: &[],
    build,
};

const LEVELS: Parameter = Parameter {
    name: "levels",
    default: "1 2 4",
    values: Values::Wholes(1, 256),
    help: "for each level, the number of regions along each side",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let (levels, reduce) = (arguments.wholes("levels"), Reduce::from_arguments(arguments));
    Ok(Filter::regions(arguments.operator(), Pyramid { levels: levels.clone(), reduce }, move |around| {
        formula(around, &levels, reduce)
    }))
}

#[derive(Debug)]
struct Pyramid {
    levels: Vec<usize>,
    reduce: Reduce,
}

impl RegionOperator for Pyramid {
    fn shape(&self, (_, _, channels): (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        let side = greatest(&self.levels);
        Ok((side, side * self.levels.len(), channels))
    }

    fn grids(&self, height: usize, width: usize) -> Vec<RegionGrid> {
        self.levels.iter().map(|&n| RegionGrid { rows: regions(height, n), columns: regions(width, n) }).collect()
    }

    fn reduce(&self) -> Reduce {
        self.reduce
    }
}
