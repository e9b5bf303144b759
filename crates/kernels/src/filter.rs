//! What an operator is: a window and a function from the window's rows to one row, such a function that must be learnt first (study.rs), parts of a
//! picture (gather.rs), or a function from pictures to pictures.

use glassbox_tensor::Image;

use crate::gather::BinOperator;
use crate::study::{StudyFilter, StudyOperator};
use crate::{Border, Error, Pixel};
use glassbox_simd::{Level, Task, dispatch_with};

/// How much of the picture around a place an operator sees, and how far apart its places are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Rows above the place.
    pub above: usize,
    /// Rows below.
    pub below: usize,
    /// Columns to the left.
    pub left: usize,
    /// Columns to the right.
    pub right: usize,
    /// From one place to the next, along rows and columns: 1 for filters, the stride for pooling.
    pub stride: usize,
}

impl Window {
    /// A square of `size` around its middle.
    pub fn centred(size: usize) -> Self {
        let (before, after) = (size / 2, size - 1 - size / 2);
        Self { above: before, below: after, left: before, right: after, stride: 1 }
    }

    /// A square of `size` whose top left pixel is the place.
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

/// The rows that a window covers, as far to the left and right as the windows of the places in hand reach.
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

    /// Row `i` of the window, 0 the topmost, `(left + width + right) · channels` numbers.
    ///
    /// # Panics
    /// If the window does not have so many rows.
    #[inline(always)]
    pub fn get(&self, i: usize) -> &'a [T] {
        self.rows[i]
    }

    /// The row of the output that is made, 0 the topmost; only of operators whose window does not reach beyond the edge.
    #[inline(always)]
    pub fn y(&self) -> usize {
        self.y
    }

    /// What the row function was compiled for: a constant.
    #[inline(always)]
    pub(crate) fn level(&self) -> Level {
        self.level
    }

    /// Whether the picture that is made is so large that writing it past the caches is faster.
    #[inline(always)]
    pub(crate) fn past_caches(&self) -> bool {
        self.past_caches
    }
}

/// An operator that works row by row: what it sees, and the function that makes its rows.
///
/// Everything else — borders, threads, strips, element types, vector instructions — is the engine's.
pub trait Operator: std::fmt::Debug + Send + Sync + 'static {
    /// The row function with whatever it keeps from row to row.
    type Kernel<T: Pixel>: Kernel<T>;

    /// What it sees.
    fn window(&self) -> Window;

    /// Rows below its window that its row function sees as well: one that makes several rows at a time looks at them, and hands out the others
    /// when they are asked for. Behind the last row that is needed for what is made it is repeated.
    fn ahead(&self) -> usize {
        0
    }

    /// What it wants beyond the edge. [`Border::Crop`] means: nothing.
    fn border(&self) -> Border;

    /// Channels that come out when `channels` go in.
    fn channels(&self, channels: usize) -> usize {
        channels
    }

    /// Whether an alpha channel is to be copied rather than filtered. Where places are not pixels, as in pooling, it cannot be.
    fn keeps_alpha(&self) -> bool {
        true
    }

    /// The row function for a picture of so many channels, made anew for each strip.
    fn kernel<T: Pixel>(&self, channels: usize) -> Self::Kernel<T>;
}

/// A function from the window's rows to one row of the output.
pub trait Kernel<T>: Send + 'static {
    /// Makes the next row; the engine goes down a strip row by row. Mark it `#[inline(always)]`.
    ///
    /// # Shape
    /// Each of `rows` is `(left + width + right) · channels` long, `out` the output's `width · channels`.
    fn row(&mut self, rows: Rows<T>, out: &mut [T]);
}

/// How far an operator of whole pictures may see that is given some rows at a time of a picture in memory: as many more rows are made twice, and all that is seen together with
/// what is transparent is looked at, for floats number by number.
pub(crate) const MOST_REACH: usize = 15;

/// An operator from pictures to pictures: what is no function from a few rows to one row.
pub trait WholeOperator: std::fmt::Debug + Send + Sync + 'static {
    /// Height, width and channels that come out when a picture of `shape` goes in.
    ///
    /// # Errors
    /// If nothing would.
    fn shape(&self, shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error>;

    /// How many rows above and below a place it looks at, if it need not have the whole picture at once; none by default.
    ///
    /// Then it is given some rows at a time, by several threads at once, and what it makes must be as high as what it is given, as wide whatever
    /// that is, and the same wherever in the picture the rows stand. Beyond 15 rows that costs more than it is worth, and is done only with pictures that
    /// are never there as a whole.
    fn reach(&self) -> Option<usize> {
        None
    }

    /// What stands beyond the edge, as far as the engine must know it: [`Border::Wrap`], that is what stands at the other end. All else it makes up itself.
    fn border(&self) -> Border {
        Border::Clamp
    }

    /// Whether it deals with alpha itself, so that the colour of what is transparent must be left to it.
    fn minds_alpha(&self) -> bool {
        false
    }

    /// What becomes of a picture: one of the [`shape`](WholeOperator::shape) that was announced.
    fn run<T: Pixel>(&self, picture: &Image<T>) -> Image<T>;
}

/// An operator with its name and with its type forgotten: what chains and the registry hold.
#[derive(Debug)]
pub struct Filter {
    name: &'static str,
    pub(crate) way: Way,
}

/// The ways to make a picture.
#[derive(Debug)]
pub(crate) enum Way {
    Rows(Box<dyn RowFilter>),
    Bins(Box<dyn BinOperator>),
    Study(Box<dyn StudyFilter>),
    Whole(Box<dyn WholeFilter>),
}

impl Filter {
    /// A filter that works row by row.
    pub fn rows(name: &'static str, operator: impl Operator) -> Self {
        Self { name, way: Way::Rows(Box::new(operator)) }
    }

    /// A filter that brings parts of a picture together.
    pub fn bins(name: &'static str, operator: impl BinOperator) -> Self {
        Self { name, way: Way::Bins(Box::new(operator)) }
    }

    /// A filter that must look at the whole picture before it works row by row.
    pub fn study(name: &'static str, operator: impl StudyOperator) -> Self {
        Self { name, way: Way::Study(Box::new(operator)) }
    }

    /// A filter that works on whole pictures.
    pub fn whole(name: &'static str, operator: impl WholeOperator) -> Self {
        Self { name, way: Way::Whole(Box::new(operator)) }
    }

    /// The operator's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it sees around a place, if it works row by row.
    pub fn window(&self) -> Option<Window> {
        match &self.way {
            Way::Rows(filter) => Some(filter.window()),
            Way::Bins(_) | Way::Study(_) | Way::Whole(_) => None,
        }
    }

    /// Height, width and channels that come out when a picture of `shape` goes in.
    ///
    /// # Errors
    /// If nothing would.
    pub fn shape(&self, shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        let (height, width, channels) = shape;
        let too_small = |needed: (usize, usize)| Error::TooSmall {
            operator: self.name.into(),
            width,
            height,
            needed: format!("{}×{}", needed.1, needed.0),
        };
        if height == 0 || width == 0 || channels == 0 {
            return Err(too_small((1, 1)));
        }
        match &self.way {
            Way::Bins(filter) => filter.shape(shape),
            Way::Study(filter) => filter.shape(shape),
            Way::Whole(filter) => filter.shape(shape),
            Way::Rows(filter) => {
                let window = filter.window();
                let needed = match filter.border() {
                    Border::Crop => (window.height(), window.width()),
                    _ => (1, 1),
                };
                if height < needed.0 || width < needed.1 {
                    return Err(too_small(needed));
                }
                let side = |side: usize, needed: usize| (side - needed) / window.stride + 1;
                Ok((side(height, needed.0), side(width, needed.1), filter.channels(channels)))
            }
        }
    }
}

/// An [`Operator`] with its type forgotten.
#[doc(hidden)]
pub trait RowFilter: std::fmt::Debug + Send + Sync {
    fn window(&self) -> Window;
    fn ahead(&self) -> usize;
    fn border(&self) -> Border;
    fn channels(&self, channels: usize) -> usize;
    fn keeps_alpha(&self) -> bool;
    fn kernel_u8(&self, channels: usize) -> Box<dyn RowKernel<u8>>;
    fn kernel_u16(&self, channels: usize) -> Box<dyn RowKernel<u16>>;
    fn kernel_f32(&self, channels: usize) -> Box<dyn RowKernel<f32>>;
}

impl<O: Operator> RowFilter for O {
    fn window(&self) -> Window {
        Operator::window(self)
    }

    fn ahead(&self) -> usize {
        Operator::ahead(self)
    }

    fn border(&self) -> Border {
        Operator::border(self)
    }

    fn channels(&self, channels: usize) -> usize {
        Operator::channels(self, channels)
    }

    fn keeps_alpha(&self) -> bool {
        Operator::keeps_alpha(self)
    }

    fn kernel_u8(&self, channels: usize) -> Box<dyn RowKernel<u8>> {
        Box::new(Vectorised(self.kernel::<u8>(channels)))
    }

    fn kernel_u16(&self, channels: usize) -> Box<dyn RowKernel<u16>> {
        Box::new(Vectorised(self.kernel::<u16>(channels)))
    }

    fn kernel_f32(&self, channels: usize) -> Box<dyn RowKernel<f32>> {
        Box::new(Vectorised(self.kernel::<f32>(channels)))
    }
}

/// A [`WholeOperator`] with its type forgotten.
#[doc(hidden)]
pub trait WholeFilter: std::fmt::Debug + Send + Sync {
    fn shape(&self, shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error>;
    fn reach(&self) -> Option<usize>;
    fn border(&self) -> Border;
    fn minds_alpha(&self) -> bool;
    fn run_u8(&self, picture: &Image<u8>) -> Image<u8>;
    fn run_u16(&self, picture: &Image<u16>) -> Image<u16>;
    fn run_f32(&self, picture: &Image<f32>) -> Image<f32>;
}

impl<O: WholeOperator> WholeFilter for O {
    fn shape(&self, shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        WholeOperator::shape(self, shape)
    }

    fn reach(&self) -> Option<usize> {
        WholeOperator::reach(self)
    }

    fn border(&self) -> Border {
        WholeOperator::border(self)
    }

    fn minds_alpha(&self) -> bool {
        WholeOperator::minds_alpha(self)
    }

    fn run_u8(&self, picture: &Image<u8>) -> Image<u8> {
        self.run(picture)
    }

    fn run_u16(&self, picture: &Image<u16>) -> Image<u16> {
        self.run(picture)
    }

    fn run_f32(&self, picture: &Image<f32>) -> Image<f32> {
        self.run(picture)
    }
}

/// A row function with its type forgotten, compiled for every level.
#[doc(hidden)]
pub trait RowKernel<T>: Send {
    fn row(&mut self, rows: Rows<T>, out: &mut [T]);
}

struct Vectorised<K>(K);

impl<T: Pixel, K: Kernel<T>> RowKernel<T> for Vectorised<K> {
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        run_row(&mut self.0, rows, out);
    }
}

/// Runs a row function, compiled for the level where its own type stands.
#[inline(always)]
pub(crate) fn run_row<T: Pixel, K: Kernel<T>>(kernel: &mut K, rows: Rows<T>, out: &mut [T]) {
    dispatch_with::<K, _>(rows.level, OneRow { kernel, rows, out });
}

struct OneRow<'a, K, T> {
    kernel: &'a mut K,
    rows: Rows<'a, T>,
    out: &'a mut [T],
}

impl<T: Pixel, K: Kernel<T>> Task for OneRow<'_, K, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, level: Level) {
        self.kernel.row(Rows { level, ..self.rows }, self.out);
    }
}
