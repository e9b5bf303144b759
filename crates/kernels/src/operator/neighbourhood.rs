//! What formulas read: a picture of any element type, and the neighbourhood of one of its places.

use std::cell::RefCell;
use std::ops::Range;

use glassbox_tensor::Image;

use super::{Border, Dimensions, Window};
use crate::Pixel;

/// What the numbers of a picture stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Depth {
    /// The full range: 255, 65535 or 1.
    pub full: f64,
    /// Half of the range: 128, 32768 or 0.5.
    pub half: f64,
    /// Whether numbers are whole and between 0 and `full`. If not, they may have any sign and size.
    pub is_whole: bool,
}

impl Depth {
    /// The depth of an element type.
    pub fn of<T: Pixel>() -> Self {
        match T::NAME {
            "u8" => Self { full: 255.0, half: 128.0, is_whole: true },
            "u16" => Self { full: 65535.0, half: 32768.0, is_whole: true },
            _ => Self { full: 1.0, half: 0.5, is_whole: false },
        }
    }

    /// What a picture of this depth holds for `value`: whole numbers are rounded half up and saturated.
    ///
    /// ```
    /// use glassbox_kernels::Depth;
    /// assert_eq!([-3.0, 1.5, 300.0].map(|value| Depth::of::<u8>().store(value)), [0.0, 2.0, 255.0]);
    /// assert_eq!(Depth::of::<f32>().store(-3.0), -3.0);
    /// ```
    pub fn store(self, value: f64) -> f64 {
        if self.is_whole { (value + 0.5).floor().clamp(0.0, self.full) } else { value }
    }
}

/// A picture of any element type, as formulas read it.
pub struct Picture<'a> {
    /// The numbers row by row, the channels of a pixel side by side.
    number: Box<dyn Fn(usize) -> f64 + 'a>,
    shape: Dimensions,
    depth: Depth,
    has_alpha: bool,
}

impl<'a, T: Pixel> From<&'a Image<T>> for Picture<'a> {
    fn from(image: &'a Image<T>) -> Self {
        let numbers = image.as_slice();
        let number = Box::new(move |index: usize| numbers[index].into());
        Self { number, shape: image.dim(), depth: Depth::of::<T>(), has_alpha: false }
    }
}

impl Picture<'_> {
    /// The same picture, its last channel being alpha.
    ///
    /// Formulas that look at a pixel as a whole then weigh its colours with it. The others treat each channel alike:
    /// the engine gives transparent pixels the colours around them before an operator sees them.
    pub fn with_alpha(self) -> Self {
        Self { has_alpha: true, ..self }
    }

    /// Whether the last channel is alpha.
    pub fn has_alpha(&self) -> bool {
        self.has_alpha
    }

    /// Height, width and channels.
    pub fn shape(&self) -> (usize, usize, usize) {
        self.shape
    }

    /// What its numbers stand for.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The number of row `y`, column `x` and `channel`.
    pub fn at(&self, y: usize, x: usize, channel: usize) -> f64 {
        let (_, width, channels) = self.shape;
        (self.number)((y * width + x) * channels + channel)
    }
}

/// What a formula sees: the picture around one place, in one channel.
#[derive(Clone, Copy)]
pub struct Neighbourhood<'a> {
    pub(super) picture: &'a Picture<'a>,
    pub(super) border: Border,
    pub(super) window: Window,
    /// Row and column of the picture.
    pub(super) centre: (isize, isize),
    pub(super) channel: usize,
    /// Row, column and channel of the output.
    pub(super) output: Dimensions,
    pub(super) terms: Option<&'a RefCell<Vec<Term>>>,
}

/// A number that a formula read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// Row of the picture; beyond it, where the border stands in.
    pub y: isize,
    /// Column of the picture; beyond it, where the border stands in.
    pub x: isize,
    /// Channel of the picture.
    pub channel: usize,
    /// The number that was read.
    pub number: f64,
    /// Its weight, if it was read under a mask.
    pub weight: Option<f64>,
}

impl<'a> Neighbourhood<'a> {
    /// The number `dy` rows below the centre and `dx` columns to the right of it, beyond the edge as the border says.
    pub fn at(&self, dy: isize, dx: isize) -> f64 {
        self.get(dy, dx).unwrap_or(0.0)
    }

    /// As [`at`](Neighbourhood::at); none beyond the edge if the border is zero.
    pub fn get(&self, dy: isize, dx: isize) -> Option<f64> {
        self.read(dy, dx, None)
    }

    /// The numbers under the window, row by row.
    pub fn window(&self) -> Vec<f64> {
        self.offsets().map(|(dy, dx)| self.at(dy, dx)).collect()
    }

    /// The places of the window, row by row: rows below the centre, and columns to the right of it.
    pub fn offsets(&self) -> impl Iterator<Item = (isize, isize)> + use<> {
        let Window { above, below, left, right, .. } = self.window;
        let (rows, columns) = (-(above as isize)..=below as isize, -(left as isize)..=right as isize);
        rows.flat_map(move |dy| columns.clone().map(move |dx| (dy, dx)))
    }

    /// The sum of the numbers under the window, each times its weight in the mask: `Σ mask[i][j] · a[i][j]`.
    ///
    /// # Panics
    /// If the mask is not of the window's size.
    #[track_caller]
    pub fn correlate<N: Copy + Into<f64>, R: AsRef<[N]>>(&self, mask: &[R]) -> f64 {
        let Window { above, left, .. } = self.window;
        let size = (self.window.height(), self.window.width());
        assert_eq!((mask.len(), mask[0].as_ref().len()), size, "correlate: expected a mask of the window's size");
        let mut sum = 0.0;
        for (dy, weights) in (-(above as isize)..).zip(mask) {
            for (dx, &weight) in (-(left as isize)..).zip(weights.as_ref()) {
                sum += weight.into() * self.read(dy, dx, Some(weight.into())).unwrap_or(0.0);
            }
        }
        sum
    }

    /// The numbers of these rows and columns of the picture, wherever the centre is.
    pub fn region(&self, rows: Range<usize>, columns: Range<usize>) -> Vec<f64> {
        let corner = self.moved_to(0, 0);
        rows.flat_map(|y| columns.clone().map(move |x| corner.at(y as isize, x as isize))).collect()
    }

    /// The neighbourhood with its centre `dy` rows further down and `dx` columns further right, brought back into the
    /// picture.
    pub fn moved(self, dy: isize, dx: isize) -> Self {
        let (height, width, _) = self.picture.shape;
        let (y, x) = (self.centre.0 + dy, self.centre.1 + dx);
        Self { centre: (y.clamp(0, height as isize - 1), x.clamp(0, width as isize - 1)), ..self }
    }

    /// The neighbourhood of row `y` and column `x` of the picture.
    pub fn moved_to(self, y: usize, x: usize) -> Self {
        Self { centre: (y as isize, x as isize), ..self }
    }

    /// The neighbourhood in another channel of the picture.
    pub fn in_channel(self, channel: usize) -> Self {
        Self { channel, ..self }
    }

    /// The neighbourhood with another window.
    pub fn under(self, window: Window) -> Self {
        Self { window, ..self }
    }

    /// Row, column and channel of the output.
    pub fn output(&self) -> (usize, usize, usize) {
        self.output
    }

    /// Height, width and channels of the picture.
    pub fn shape(&self) -> (usize, usize, usize) {
        self.picture.shape
    }

    /// What the numbers stand for.
    pub fn depth(&self) -> Depth {
        self.picture.depth
    }

    fn read(&self, dy: isize, dx: isize, weight: Option<f64>) -> Option<f64> {
        let (height, width, _) = self.picture.shape;
        let (y, x) = (self.centre.0 + dy, self.centre.1 + dx);
        let place = self.border.place(y, height).zip(self.border.place(x, width));
        let number = place.map(|(y, x)| self.picture.at(y, x, self.channel));
        if let Some(terms) = self.terms {
            let term = Term { y, x, channel: self.channel, number: number.unwrap_or(0.0), weight };
            terms.borrow_mut().push(term);
        }
        number
    }
}
