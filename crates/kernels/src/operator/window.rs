//! The window of an operator, and the rows under it.

use glassbox_simd::Level;

/// How far an operator reads around a position, and how far apart its positions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Rows above the position.
    pub above: usize,
    /// Rows below.
    pub below: usize,
    /// Columns to the left.
    pub left: usize,
    /// Columns to the right.
    pub right: usize,
    /// Distance between neighbouring positions, in rows and in columns: 1 for filters, the stride of a pooling.
    pub stride: usize,
}

impl Window {
    /// A square of `size` around its centre.
    pub fn centred(size: usize) -> Self {
        let (before, after) = (size / 2, size - 1 - size / 2);
        Self { above: before, below: after, left: before, right: after, stride: 1 }
    }

    /// A square of `size` whose top left pixel is the position.
    pub fn top_left(size: usize, stride: usize) -> Self {
        Self { above: 0, below: size - 1, left: 0, right: size - 1, stride }
    }

    /// Its number of rows.
    pub fn height(&self) -> usize {
        self.above + 1 + self.below
    }

    /// Its number of columns.
    pub fn width(&self) -> usize {
        self.left + 1 + self.right
    }
}

/// The rows under a window, padded to the left and right.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a, T> {
    rows: &'a [&'a [T]],
    y: usize,
    past_caches: bool,
    level: Level,
}

impl<'a, T> Rows<'a, T> {
    pub(crate) fn new(rows: &'a [&'a [T]], y: usize, past_caches: bool, level: Level) -> Self {
        Self { rows, y, past_caches, level }
    }

    /// Row `i` of the window, 0 the topmost: `(left + width + right) · channels` numbers.
    ///
    /// # Panics
    /// If the window has at most `i` rows.
    #[inline(always)]
    pub fn get(&self, i: usize) -> &'a [T] {
        self.rows[i]
    }

    /// The number of the output row, 0 the topmost. Only operators whose window is a single pixel may use it.
    #[inline(always)]
    pub fn y(&self) -> usize {
        self.y
    }

    /// The level that the row function is compiled for: a constant.
    #[inline(always)]
    pub(crate) fn level(&self) -> Level {
        self.level
    }

    /// The same rows for a row function that is compiled for `level`.
    #[inline(always)]
    pub(super) fn at(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// Whether the output is so large that writing it past the caches is faster.
    #[inline(always)]
    pub(crate) fn past_caches(&self) -> bool {
        self.past_caches
    }
}
