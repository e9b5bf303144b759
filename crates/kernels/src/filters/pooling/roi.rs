use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::pool_regions::{REDUCE, region, regions};
use crate::filters::{Arguments, Entry};
use crate::operator::Neighbourhood;
use crate::{Error, Filter, Reduce, RegionGrid, RegionOperator};

/// The maximum or the mean of region `(y, x)` of the box.
fn formula(around: &Neighbourhood, region_of_interest: &Region) -> f64 {
    let Region { y: top, x: left, height, width, regions, reduce } = *region_of_interest;
    let ((y, x, _), (rows, columns, _)) = (around.output(), around.shape());
    let (y, x) =
        (region(y, regions, height.unwrap_or(rows - top)), region(x, regions, width.unwrap_or(columns - left)));
    reduce.formula(&around.region(top + y.start..top + y.end, left + x.start..left + x.end))
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "roi-pool",
    summary: "a region of interest of any size as a square of a few pixels",
    formula: "max or mean of region i of n of the box: ⌊i·h/n⌋ … ⌈(i+1)·h/n⌉, rows and columns alike",
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
    Parameter { name: "bins", default: "7", values: Values::Whole(1, 1024), help: "rows and columns of the output" };

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let region = Region {
        y: arguments.whole("y").unwrap_or(0),
        x: arguments.whole("x").unwrap_or(0),
        height: arguments.whole("height"),
        width: arguments.whole("width"),
        regions: arguments.whole("bins").unwrap_or(7),
        reduce: Reduce::from_arguments(arguments),
    };
    Ok(Filter::regions(arguments.operator(), region, move |around| formula(around, &region)))
}

/// The box, and the number of regions along each of its sides.
#[derive(Clone, Copy, Debug)]
struct Region {
    y: usize,
    x: usize,
    height: Option<usize>,
    width: Option<usize>,
    regions: usize,
    reduce: Reduce,
}

impl RegionOperator for Region {
    fn shape(&self, (height, width, channels): (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        let needed = (self.x + self.width.unwrap_or(1), self.y + self.height.unwrap_or(1));
        if needed.0 > width || needed.1 > height {
            let (operator, needed) = (ENTRY.name.into(), format!("{}×{}", needed.0, needed.1));
            return Err(Error::TooSmall { operator, width, height, needed });
        }
        Ok((self.regions, self.regions, channels))
    }

    fn grids(&self, height: usize, width: usize) -> Vec<RegionGrid> {
        let side = |start: usize, length: Option<usize>, whole: usize| -> Vec<_> {
            let regions = regions(length.unwrap_or(whole - start), self.regions);
            regions.into_iter().map(|region| start + region.start..start + region.end).collect()
        };
        vec![RegionGrid { rows: side(self.y, self.height, height), columns: side(self.x, self.width, width) }]
    }

    fn reduce(&self) -> Reduce {
        self.reduce
    }
}
