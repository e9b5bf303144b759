use super::median::Median;
use super::shared::extreme;
use super::shared::parameters::{BORDER, Parameter, SQUARE, Values};
use super::{Arguments, Entry};
use crate::median::Ranked;
use crate::operator::{Filter, Operator, Window};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "rank",
    summary: "any place in the sorted square: 0 is erode, 50 the median, 100 dilate",
    formula: "of n sorted pixels the one with the index ⌊percent / 100 · (n - 1) + 1/2⌋, the first being 0",
    source: "",
    parameters: &[SQUARE, PERCENT, BORDER],
    variants: &["size=7,percent=25"],
    build,
};

const PERCENT: Parameter = Parameter {
    name: "percent",
    default: "50",
    values: Values::Real(0.0, 100.0),
    help: "how far up in sorted order: 0 the smallest, 100 the greatest",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let size = arguments.whole("size").unwrap_or(3);
    let share = arguments.text("percent").parse().unwrap_or(50.0) / 100.0;
    let rank = (share * (size * size - 1) as f64 + 0.5).floor() as u32;
    let (border, last) = (arguments.border()?, (size * size - 1) as u32);
    // The ends and the middle have faster ways of their own.
    Ok(match rank {
        0 => extreme::filter::<false>(arguments, size, border),
        _ if rank == last => extreme::filter::<true>(arguments, size, border),
        _ if 2 * rank == last => Filter::rows(arguments.operator(), Median { size, border }),
        _ => Filter::rows(arguments.operator(), Rank { size, rank, border }),
    })
}

#[derive(Debug)]
struct Rank {
    size: usize,
    /// How many numbers of the square stand before it.
    rank: u32,
    border: Border,
}

impl Operator for Rank {
    type Kernel<T: Pixel> = Ranked<T>;

    fn window(&self) -> Window {
        Window::centred(self.size)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> Ranked<T> {
        Ranked::new(self.size, self.rank, channels)
    }
}
