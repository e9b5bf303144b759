//! The positions of a window that slides over a picture.

use crate::Shape;

/// A window of rows and columns that slides over a padded picture.
///
/// With `same` there are `⌈side / stride⌉` windows. Half of the padding this takes goes on either side; an odd row or
/// column goes below and right (`same`) or above and left (`same-lower`), as in ONNX. Otherwise there are `⌊(side +
/// padding − extent) / stride⌋ + 1` windows, with `extent = (size − 1)·dilation + 1`. With `ceil` the division is
/// rounded up, but no window begins in the padding below or right of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Rows and columns.
    pub size: (usize, usize),
    /// Rows and columns from one window to the next.
    pub stride: (usize, usize),
    /// Rows and columns from one place of the window to the next.
    pub dilation: (usize, usize),
    /// Padding above, left, below, right.
    pub pads: [usize; 4],
    /// Windows one below the other, and side by side.
    pub count: (usize, usize),
    /// The padding as the model language has it.
    pub(crate) padding: Padding,
    /// Whether the number of windows is rounded up.
    pub(crate) ceil: bool,
    /// Whether `ceil` makes for a window more.
    pub(crate) rounds_up: bool,
}

/// The padding in the model language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    /// There is none.
    Valid,
    /// `⌈side / stride⌉` windows, an odd padding with the larger half below and right.
    Same,
    /// The same, with the larger half above and left.
    SameLower,
    /// Above, left, below, right.
    Explicit([usize; 4]),
}

impl Window {
    /// The window on pictures of shape `input`.
    ///
    /// # Errors
    /// If it does not fit into the picture: the problem, in words.
    pub(crate) fn new(
        input: Shape,
        size: (usize, usize),
        stride: (usize, usize),
        dilation: (usize, usize),
        padding: Padding,
        ceil: bool,
    ) -> Result<Self, String> {
        let mut window = Self {
            size,
            stride,
            dilation,
            pads: if let Padding::Explicit(pads) = padding { pads } else { [0; 4] },
            count: (0, 0),
            padding,
            ceil,
            rounds_up: false,
        };
        let extent = window.extent();
        if matches!(padding, Padding::Same | Padding::SameLower) {
            let total = |side: usize, stride: usize, extent: usize| {
                ((side.div_ceil(stride).max(1) - 1) * stride + extent).saturating_sub(side)
            };
            let (rows, columns) = (total(input.height, stride.0, extent.0), total(input.width, stride.1, extent.1));
            let (top, left) = (rows / 2, columns / 2);
            window.pads = [top, left, rows - top, columns - left];
            if padding == Padding::SameLower {
                window.pads.rotate_left(2);
            }
        }
        let [top, left, bottom, right] = window.pads;
        let (rows, columns) = (input.height + top + bottom, input.width + left + right);
        if extent.0 > rows || extent.1 > columns {
            let (height, width) = extent;
            return Err(format!(
                "a window of {height}×{width} is larger than the picture of {rows}×{columns} under it{}",
                if window.pads == [0; 4] { "" } else { ", padding included" }
            ));
        }
        let windows = |side: usize, before: usize, all: usize, stride: usize, extent: usize| {
            let room = all - extent;
            match ceil {
                false => room / stride + 1,
                // The last one must begin in the picture or the padding before it.
                true => {
                    let count = room.div_ceil(stride) + 1;
                    if (count - 1) * stride >= side + before { count - 1 } else { count }
                }
            }
        };
        window.count = (
            windows(input.height, top, rows, stride.0, extent.0),
            windows(input.width, left, columns, stride.1, extent.1),
        );
        let down = ((rows - extent.0) / stride.0 + 1, (columns - extent.1) / stride.1 + 1);
        window.rounds_up = window.count != down;
        Ok(window)
    }

    /// A window with a known number of positions, for layers that go from the windows to the picture.
    pub(crate) fn placed(
        size: (usize, usize),
        stride: (usize, usize),
        dilation: (usize, usize),
        pads: [usize; 4],
        count: (usize, usize),
    ) -> Self {
        Self { size, stride, dilation, pads, count, padding: Padding::Explicit(pads), ceil: false, rounds_up: false }
    }

    /// Rows and columns from the first to the last place of the window, both included.
    pub fn extent(&self) -> (usize, usize) {
        ((self.size.0 - 1) * self.dilation.0 + 1, (self.size.1 - 1) * self.dilation.1 + 1)
    }

    /// The places `[k, l]` of window `[i, j]` that lie in the picture, each with its pixel `[row, column]`:
    /// `row = i·stride + k·dilation − top`, `column = j·stride + l·dilation − left`.
    pub(crate) fn pixels(&self, picture: Shape, [i, j]: [usize; 2]) -> impl Iterator<Item = ([usize; 2], [usize; 2])> {
        let (size, stride, dilation, [top, left, ..]) = (self.size, self.stride, self.dilation, self.pads);
        let inside = (0..size.0).flat_map(move |k| (0..size.1).map(move |l| [k, l]));
        inside.filter_map(move |[k, l]| {
            let row = (i * stride.0 + k * dilation.0).checked_sub(top).filter(|&row| row < picture.height)?;
            let column = (j * stride.1 + l * dilation.1).checked_sub(left).filter(|&column| column < picture.width)?;
            Some(([k, l], [row, column]))
        })
    }

    /// The rows of the picture in each row of windows.
    pub(crate) fn rows(&self, input: Shape) -> Vec<Places> {
        let [top, _, bottom, _] = self.pads;
        places(self.count.0, self.stride.0, [top, bottom], self.size.0, self.dilation.0, input.height)
    }

    /// The columns, in the same way.
    pub(crate) fn columns(&self, input: Shape) -> Vec<Places> {
        let [_, left, _, right] = self.pads;
        places(self.count.1, self.stride.1, [left, right], self.size.1, self.dilation.1, input.width)
    }
}

/// Some rows or columns of a picture at the same distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Places {
    /// The first that lies in the picture.
    pub(crate) first: usize,
    /// How many lie in the picture.
    pub(crate) count: usize,
    /// How many lie in the picture or its padding; what `ceil` lets a window reach beyond that does not count.
    pub(crate) counted: usize,
    step: usize,
}

impl Places {
    /// Some rows or columns of the picture, one beside the other.
    pub(crate) fn stretch(first: usize, count: usize) -> Self {
        Self { first, count, counted: count, step: 1 }
    }

    /// The last.
    #[inline(always)]
    pub(crate) fn last(self) -> usize {
        self.first + (self.count - 1) * self.step
    }

    /// Whether they are two, one beside the other.
    #[inline(always)]
    pub(crate) fn is_pair(self) -> bool {
        self.count == 2 && self.step == 1
    }

    /// Each.
    #[inline(always)]
    pub(crate) fn iter(self) -> impl Iterator<Item = usize> + Clone {
        (0..self.count).map(move |place| self.first + place * self.step)
    }
}

fn places(
    windows: usize,
    stride: usize,
    [before, after]: [usize; 2],
    size: usize,
    dilation: usize,
    side: usize,
) -> Vec<Places> {
    let one = |window: usize| {
        let start = window * stride;
        let skipped = before.saturating_sub(start).div_ceil(dilation);
        let first = (start + skipped * dilation).saturating_sub(before);
        let within = side.saturating_sub(first).div_ceil(dilation);
        let counted = (before + side + after).saturating_sub(start).div_ceil(dilation).min(size);
        Places { first, count: within.min(size.saturating_sub(skipped)), counted, step: dilation }
    };
    (0..windows).map(one).collect()
}
