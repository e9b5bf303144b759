use super::median::Median;
use super::shared::extreme::Extreme;
use super::shared::parameters::{BORDER, Parameter, SQUARE, Values};
use super::shared::plain::sorted;
use super::{Arguments, Entry};
use crate::median::Ranked;
use crate::operator::{Filter, Neighbourhood, Operator, Window};
use crate::{Border, Error, Pixel};

/// Of the sorted pixels of the square the one that stands `share` of the way from the smallest to the greatest.
fn formula(around: &Neighbourhood, share: f64) -> f64 {
    let window = sorted(around.window());
    window[(share * (window.len() - 1) as f64 + 0.5).floor() as usize]
}

pub(super) static ENTRY: Entry = Entry {
    name: "rank",
    summary: "any place in the sorted square: 0 is erode, 50 the median, 100 dilate",
    formula: "of n sorted pixels the one with the index ⌊percent / 100 · (n - 1) + 1/2⌋, counted from 0",
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
    let share = arguments.real("percent").unwrap_or(50.0) / 100.0;
    let rank = (share * (size * size - 1) as f64 + 0.5).floor() as u32;
    let (border, last) = (arguments.border()?, (size * size - 1) as u32);
    let (name, formula) = (arguments.operator(), move |around: &Neighbourhood| formula(around, share));
    // The ends and the middle have faster ways of their own.
    Ok(match rank {
        0 => Filter::rows(name, Extreme::<false> { size, border }, formula),
        _ if rank == last => Filter::rows(name, Extreme::<true> { size, border }, formula),
        _ if 2 * rank == last => Filter::rows(name, Median { size, border }, formula),
        _ => Filter::rows(name, Rank { size, rank, border }, formula),
    })
}

#[derive(Debug)]
struct Rank {
    size: usize,
    /// The index in the sorted square.
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
