use super::shared::parameters::{BORDER, Parameter, Values};
use super::shared::plain::sorted;
use super::{Arguments, Entry};
use crate::median::{self, AHEAD, LARGEST};
use crate::operator::{Filter, Neighbourhood, Operator, Window};
use crate::{Border, Error, Pixel};

/// The middle one of the sorted pixels of the window.
fn formula(around: &Neighbourhood) -> f64 {
    let window = sorted(around.window());
    window[window.len() / 2]
}

pub(super) static ENTRY: Entry = Entry {
    name: "median",
    summary: "removes specks and keeps edges: each pixel becomes the middle one of its window",
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
        formula,
    ))
}

/// A straight line one pixel wide is a minority in every window that it crosses, so it disappears. NaN has no place in
/// any order: a window that holds NaN becomes any one of its numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Median {
    /// Side of the window: odd, 1 … 255.
    pub(super) size: usize,
    pub(super) border: Border,
}

impl Operator for Median {
    type Kernel<T: Pixel> = median::Median<T>;

    fn window(&self) -> Window {
        Window::centred(self.size)
    }

    fn ahead(&self) -> usize {
        AHEAD
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> median::Median<T> {
        median::Median::new(self.size, channels)
    }
}
