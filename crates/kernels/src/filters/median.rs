use super::parameters::{BORDER, Parameter, Values};
use super::{Arguments, Entry};
use crate::filter::{Filter, Kernel, Operator, Rows, Window, run_row};
use crate::median::{AHEAD, LARGEST, Ranked, Tiled, Unrolled, most_by_network, three};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "median",
    summary: "takes out specks and keeps edges: each pixel becomes the middle one of its window",
    formula: "the middle of the size² sorted pixels of the window",
    source: "",
    parameters: &[SIZE, BORDER],
    variants: &["size=5", "size=7", "size=9", "size=15", "size=31"],
    build,
};

const SIZE: Parameter =
    Parameter { name: "size", default: "3", values: Values::Odd(1, LARGEST), help: "side of the window in pixels" };

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    Ok(Filter::rows(
        arguments.operator(),
        Median { size: arguments.whole("size").unwrap_or(3), border: arguments.border()? },
    ))
}

/// The median filter: each channel of a pixel becomes the middle one of the sorted `size × size` numbers around it.
///
/// A straight line of one pixel's width is a minority in every window that it crosses, and disappears. NaN in an `f32` picture
/// has no place in any order: what comes out where it is in the window is some number of the window.
///
/// # Panics
/// [`kernel`](Operator::kernel) panics if `size` is even or not in 1 … 255.
#[derive(Clone, Copy, Debug)]
pub(super) struct Median {
    /// Side of the window: odd, 1 … 255.
    pub(super) size: usize,
    /// What stands beyond the edge.
    pub(super) border: Border,
}

impl Operator for Median {
    type Kernel<T: Pixel> = MedianRow<T>;

    fn window(&self) -> Window {
        Window::centred(self.size)
    }

    fn ahead(&self) -> usize {
        AHEAD
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> MedianRow<T> {
        let size = self.size;
        assert!(size % 2 == 1 && size <= LARGEST, "median: expected an odd size from 1 to {LARGEST}, got {size}");
        match size {
            1 => MedianRow::One,
            3 => MedianRow::Three(channels),
            5 if Unrolled::<T, 5>::can(channels) => MedianRow::Five(Unrolled::new(channels)),
            7 if Unrolled::<T, 7>::can(channels) => MedianRow::Seven(Unrolled::new(channels)),
            9 if Unrolled::<T, 9>::can(channels) => MedianRow::Nine(Unrolled::new(channels)),
            _ if size <= most_by_network::<T>() => MedianRow::Tiled(Tiled::new(size, channels)),
            _ => MedianRow::Ranked(Ranked::new(size, (size * size) as u32 / 2, channels)),
        }
    }
}

pub(super) enum MedianRow<T> {
    One,
    Three(usize),
    Five(Unrolled<T, 5>),
    Seven(Unrolled<T, 7>),
    Nine(Unrolled<T, 9>),
    Tiled(Tiled<T>),
    Ranked(Ranked<T>),
}

impl<T: Pixel> Kernel<T> for MedianRow<T> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        match self {
            MedianRow::One => out.copy_from_slice(rows.get(0)),
            MedianRow::Three(channels) => three::row(*channels, rows, out),
            MedianRow::Five(network) => run_row(network, rows, out),
            MedianRow::Seven(network) => run_row(network, rows, out),
            MedianRow::Nine(network) => run_row(network, rows, out),
            MedianRow::Tiled(tiled) => run_row(tiled, rows, out),
            MedianRow::Ranked(ranked) => run_row(ranked, rows, out),
        }
    }
}
