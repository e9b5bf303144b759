use std::fmt;

/// Most numbers of a sample between two layers.
pub(crate) const MOST_NODES: usize = 1 << 26;

/// The shape of one sample between two layers: a picture, or a list of numbers, which is a picture of one pixel.
///
/// ```
/// use glassbox_dnn::Shape;
/// assert_eq!(Shape::from(784).to_string(), "784");
/// assert_eq!(Shape::picture(28, 28, 1).to_string(), "28×28×1");
/// assert_eq!(Shape::picture(28, 28, 1).len(), 784);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Numbers a pixel: they lie side by side.
    pub channels: usize,
}

impl Shape {
    /// A picture.
    pub const fn picture(height: usize, width: usize, channels: usize) -> Self {
        Self { height, width, channels }
    }

    /// Numbers in all; the largest `usize` if it cannot hold them.
    pub fn len(self) -> usize {
        self.height.saturating_mul(self.width).saturating_mul(self.channels)
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Pixels.
    pub fn pixels(self) -> usize {
        self.height.saturating_mul(self.width)
    }

    /// The index of channel `c` of pixel `(i, j)` of sample `n`: `((n·height + i)·width + j)·channels + c`.
    #[inline]
    pub(crate) fn at(self, [n, i, j, c]: [usize; 4]) -> usize {
        ((n * self.height + i) * self.width + j) * self.channels + c
    }

    /// Every `[n, i, j, c]` of `samples` samples, in the order of [`at`](Self::at).
    pub(crate) fn indices(self, samples: usize) -> impl Iterator<Item = [usize; 4]> {
        let Self { height, width, channels } = self;
        let pixels = (0..samples).flat_map(move |n| (0..height * width).map(move |p| [n, p / width, p % width]));
        pixels.flat_map(move |[n, i, j]| (0..channels).map(move |c| [n, i, j, c]))
    }

    /// Whether it is a list of numbers rather than a picture.
    pub fn is_flat(self) -> bool {
        self.height == 1 && self.width == 1
    }

    /// The shape in the model language: `784` or `28x28x1`.
    pub fn text(self) -> String {
        self.to_string().replace('×', "x")
    }

    /// Reads what [`text`](Shape::text) wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        let sides: Vec<usize> = text.split(['x', '×']).map(|side| side.parse().ok()).collect::<Option<_>>()?;
        match sides[..] {
            [numbers] => Some(numbers.into()),
            [height, width, channels] => Some(Self::picture(height, width, channels)),
            _ => None,
        }
    }
}

impl From<usize> for Shape {
    fn from(numbers: usize) -> Self {
        Self::picture(1, 1, numbers)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_flat() {
            write!(f, "{}", self.channels)
        } else {
            write!(f, "{}×{}×{}", self.height, self.width, self.channels)
        }
    }
}
