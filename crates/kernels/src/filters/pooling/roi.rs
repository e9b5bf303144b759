use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::pool_regions::{REDUCE, parts};
use crate::filters::{Arguments, Entry};
use crate::{Error, Filter, Reduce, RegionGrid, RegionOperator};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "roi-pool",
    summary: "a region of interest as a square of the same few pixels, whatever its size",
    formula: "max or mean of bin i of n of the box: ⌊i·h/n⌋ … ⌈(i+1)·h/n⌉, rows and columns alike",
    source: "R. Girshick, Fast R-CNN (2015), arXiv 1504.08083",
    parameters: &[X, Y, WIDTH, HEIGHT, BINS, REDUCE],
    variants: &[],
    build,
};

const fn whole(name: &'static str, default: &'static str, least: usize, help: &'static str) -> Parameter {
    Parameter { name, default, values: Values::Whole(least, 1 << 20), help }
}

const X: Parameter = whole("x", "0", 0, "first column of the box");
const Y: Parameter = whole("y", "0", 0, "first row of the box");
const WIDTH: Parameter = whole("width", "", 1, "columns of the box (default: all that are left)");
const HEIGHT: Parameter = whole("height", "", 1, "rows of the box (default: all that are left)");
const BINS: Parameter =
    Parameter { name: "bins", default: "7", values: Values::Whole(1, 1024), help: "rows and columns that come out" };

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let region = Region {
        y: arguments.whole("y").unwrap_or(0),
        x: arguments.whole("x").unwrap_or(0),
        height: arguments.whole("height"),
        width: arguments.whole("width"),
        bins: arguments.whole("bins").unwrap_or(7),
        reduce: Reduce::from_arguments(arguments),
    };
    Ok(Filter::regions(arguments.operator(), region))
}

#[derive(Debug)]
struct Region {
    y: usize,
    x: usize,
    height: Option<usize>,
    width: Option<usize>,
    bins: usize,
    reduce: Reduce,
}

impl RegionOperator for Region {
    fn shape(&self, (height, width, channels): (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        let needed = (self.x + self.width.unwrap_or(1), self.y + self.height.unwrap_or(1));
        if needed.0 > width || needed.1 > height {
            let (operator, needed) = (ENTRY.name.into(), format!("{}×{}", needed.0, needed.1));
            return Err(Error::TooSmall { operator, width, height, needed });
        }
        Ok((self.bins, self.bins, channels))
    }

    fn grids(&self, height: usize, width: usize) -> Vec<RegionGrid> {
        let bins = |start: usize, length: Option<usize>, whole: usize| -> Vec<_> {
            let parts = parts(length.unwrap_or(whole - start), self.bins);
            parts.into_iter().map(|part| start + part.start..start + part.end).collect()
        };
        vec![RegionGrid { rows: bins(self.y, self.height, height), columns: bins(self.x, self.width, width) }]
    }

    fn reduce(&self) -> Reduce {
        self.reduce
    }
}
