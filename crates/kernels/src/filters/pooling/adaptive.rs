use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::pool_regions::{REDUCE, region, regions};
use crate::filters::{Arguments, Entry};
use crate::operator::Neighbourhood;
use crate::{Error, Filter, Reduce, RegionGrid, RegionOperator};

/// The maximum or the mean of region `(y, x)`, with `height` × `width` regions in the picture.
fn formula(around: &Neighbourhood, height: usize, width: usize, reduce: Reduce) -> f64 {
    let ((y, x, _), (rows, columns, _)) = (around.output(), around.shape());
    reduce.formula(&around.region(region(y, height, rows), region(x, width, columns)))
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "adaptive-pool",
    summary: "a picture of a given size, whatever its size before",
    formula: "max or mean of region i of n: ⌊i·h/n⌋ … ⌈(i+1)·h/n⌉, rows and columns alike",
    source: "",
    parameters: &[HEIGHT, WIDTH, REDUCE],
    variants: &[],
    build,
};

const HEIGHT: Parameter =
    Parameter { name: "height", default: "7", values: Values::Whole(1, 16384), help: "rows of the output" };
const WIDTH: Parameter =
    Parameter { name: "width", default: "7", values: Values::Whole(1, 16384), help: "columns of the output" };

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let (height, width) = (arguments.whole("height").unwrap_or(7), arguments.whole("width").unwrap_or(7));
    let reduce = Reduce::from_arguments(arguments);
    Ok(Filter::regions(arguments.operator(), Adaptive { height, width, reduce }, move |around| {
        formula(around, height, width, reduce)
    }))
}

/// A fixed number of regions.
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
        vec![RegionGrid { rows: regions(height, self.height), columns: regions(width, self.width) }]
    }

    fn reduce(&self) -> Reduce {
        self.reduce
    }
}
