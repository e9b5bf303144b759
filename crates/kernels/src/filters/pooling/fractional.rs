use std::ops::Range;

use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::pool_regions::REDUCE;
use crate::filters::shared::random::{Draws, SEED};
use crate::filters::{Arguments, Entry};
use crate::operator::Neighbourhood;
use crate::{Error, Filter, Reduce, RegionGrid, RegionOperator};

/// The maximum or the mean of window `(y, x)`; [`Fractional::windows`] says where the windows lie.
fn formula(around: &Neighbourhood, fractional: &Fractional) -> f64 {
    let ((y, x, _), (height, width, _)) = (around.output(), around.shape());
    let mut draws = Draws::new(fractional.seed);
    let (rows, columns) = (fractional.windows(height, &mut draws), fractional.windows(width, &mut draws));
    fractional.reduce.formula(&around.region(rows[y].clone(), columns[x].clone()))
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "fractional-pool",
    summary: "smaller by a ratio that need not be whole: windows of two sizes",
    formula: "max or mean of ⌊side / ratio⌋ windows, at least one, that end at ⌊α·(i + u)⌋, α = side / windows, u \
              drawn once; random: their sizes shuffled",
    source: "B. Graham, Fractional max-pooling (2014), arXiv 1412.6071",
    parameters: &[RATIO, DRAW, OVERLAP, REDUCE, SEED],
    variants: &[],
    build,
};

const RATIO: Parameter =
    Parameter { name: "ratio", default: "1.5", values: Values::Real(1.0, 1024.0), help: "how many times smaller" };

const DRAW: Parameter = Parameter {
    name: "draw",
    default: "pseudo",
    values: Values::Choice(&["pseudo", "random"]),
    help: "pseudo (evenly spread windows, the first end drawn) or random (the sizes in random order)",
};

const OVERLAP: Parameter = Parameter {
    name: "overlap",
    default: "no",
    values: Values::Choice(&["no", "yes"]),
    help: "whether windows share a row and a column with the next",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let fractional = Fractional {
        ratio: arguments.real("ratio").unwrap_or(1.5),
        random: arguments.text("draw") == "random",
        overlap: arguments.text("overlap") == "yes",
        reduce: Reduce::from_arguments(arguments),
        seed: arguments.whole("seed").unwrap_or(0),
    };
    Ok(Filter::regions(arguments.operator(), fractional, move |around| formula(around, &fractional)))
}

#[derive(Clone, Copy, Debug)]
struct Fractional {
    ratio: f64,
    random: bool,
    overlap: bool,
    reduce: Reduce,
    seed: usize,
}

impl Fractional {
    /// The number of windows along a side.
    fn count(&self, side: usize) -> usize {
        ((side as f64 / self.ratio) as usize).clamp(1, side)
    }

    /// The windows along a side.
    fn windows(&self, side: usize, draws: &mut Draws) -> Vec<Range<usize>> {
        let count = self.count(side);
        let mut ends: Vec<usize> = if self.random {
            // Two sizes that add up to the side, in random order.
            let (small, more) = (side / count, side % count);
            let mut sizes: Vec<_> = (0..count).map(|i| small + usize::from(i < more)).collect();
            for i in (1..count).rev() {
                sizes.swap(i, draws.below(i + 1));
            }
            let mut end = 0;
            sizes
                .iter()
                .map(|size| {
                    end += size;
                    end
                })
                .collect()
        } else {
            // The first and the last window may have another size, but none is empty.
            let (step, first) = (side as f64 / count as f64, draws.unit());
            (0..count).map(|i| ((step * (i as f64 + first)) as usize).max(i + 1)).collect()
        };
        ends[count - 1] = side;
        let overlap = usize::from(self.overlap);
        let starts = std::iter::once(0).chain(ends.clone());
        starts.zip(ends).map(|(start, end)| start..(end + overlap).min(side)).collect()
    }
}

impl RegionOperator for Fractional {
    fn shape(&self, (height, width, channels): (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        Ok((self.count(height), self.count(width), channels))
    }

    fn grids(&self, height: usize, width: usize) -> Vec<RegionGrid> {
        let mut draws = Draws::new(self.seed);
        let rows = self.windows(height, &mut draws);
        vec![RegionGrid { rows, columns: self.windows(width, &mut draws) }]
    }

    fn reduce(&self) -> Reduce {
        self.reduce
    }
}
