//! The plan of a chain: its stages, the shapes between them, and the rows that each reads.

use std::ops::Range;

use super::alpha::FillTransparent;
use crate::Error;
use crate::operator::{Border, Dimensions, ErasedPicture, ErasedRows, Filter, Kind, Operator, Window};

/// Bytes of a strip's intermediate pictures: half of a typical second-level cache.
const STRIP_BYTES: usize = 1 << 18;

/// Strips for each thread, so that one slow thread does not hold up the others.
const STRIPS_PER_THREAD: usize = 4;

/// The shape of a chain's output.
///
/// # Shape
/// A filter keeps height and width; with the border `crop` each shrinks by the window's side less one; pooling gives
/// `⌊(side − size) / stride⌋ + 1`.
///
/// # Errors
/// If the picture is empty or too small.
pub fn output_shape(chain: &[Filter], shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
    chain.iter().try_fold(shape, |shape, filter| filter.shape(shape))
}

/// The name of the first operator of a chain that cannot work on rows as they come: one on pictures without a reach.
pub fn first_not_by_rows(chain: &[Filter]) -> Option<&'static str> {
    let needs_all = |filter: &&Filter| matches!(&filter.kind, Kind::Picture(picture) if picture.reach().is_none());
    chain.iter().find(needs_all).map(Filter::name)
}

/// One stage of a plan: an operator of the chain, or the fill of transparent pixels before it.
#[derive(Clone, Copy)]
pub(super) enum Stage<'a> {
    Rows(&'a dyn ErasedRows),
    FillTransparent(FillTransparent),
    /// An operator on pictures, and its reach.
    Picture(&'a dyn ErasedPicture, usize),
}

impl Stage<'_> {
    fn window(&self) -> Window {
        match self {
            Stage::Rows(filter) => filter.window(),
            Stage::FillTransparent(fill) => Operator::window(fill),
            Stage::Picture(_, reach) => Window { above: *reach, below: *reach, left: 0, right: 0, stride: 1 },
        }
    }

    fn border(&self) -> Border {
        match self {
            Stage::Rows(filter) => filter.border(),
            Stage::FillTransparent(fill) => Operator::border(fill),
            // The operator itself makes up any other border.
            Stage::Picture(filter, _) if filter.border() == Border::Wrap => Border::Wrap,
            Stage::Picture(..) => Border::Clamp,
        }
    }

    /// The rows of an input of `height` rows that output rows `range` read.
    pub(super) fn input_rows(&self, range: Range<usize>, height: usize) -> Range<usize> {
        let (window, border) = (self.window(), self.border());
        let above = if border == Border::Crop { 0 } else { window.above as isize };
        let first = (range.start * window.stride) as isize - above;
        let last = ((range.end - 1) * window.stride) as isize - above + window.height() as isize - 1;
        let rows = (first..=last).filter_map(|y| border.place(y, height));
        let (low, high) = rows.fold((height - 1, 0), |(low, high), y| (low.min(y), high.max(y)));
        low.min(high)..high + 1
    }
}

/// Stages that run one after the other, and the shapes between them.
#[derive(Clone)]
pub(super) struct Plan<'a> {
    stages: Vec<Stage<'a>>,
    /// The input's shape, then the output's of each stage.
    shapes: Vec<Dimensions>,
}

impl<'a> Plan<'a> {
    /// The plan of a chain of operators on rows, and on pictures with a reach.
    pub(super) fn new(chain: &'a [Filter], shape: Dimensions, keep_alpha: bool) -> Result<Self, Error> {
        let (mut stages, mut shapes) = (Vec::new(), vec![shape]);
        for filter in chain {
            let (stage, fill) = match &filter.kind {
                Kind::Rows(rows) => (Stage::Rows(&**rows), FillTransparent::before_rows(&**rows)),
                Kind::Regions(_) | Kind::MultiPass(_) => unreachable!("{}: has no stage in a plan", filter.name()),
                Kind::Picture(picture) => {
                    let reach = picture.reach().ok_or_else(|| Error::NotByRows { operator: filter.name().into() })?;
                    let fill = FillTransparent::before_picture(reach, picture.border());
                    (Stage::Picture(&**picture, reach), Some(fill).filter(|_| !picture.minds_alpha()))
                }
            };
            let shape = shapes[shapes.len() - 1];
            if let Some(fill) = fill.filter(|_| keep_alpha) {
                stages.push(Stage::FillTransparent(fill));
                shapes.push(shape);
            }
            stages.push(stage);
            shapes.push(filter.shape(shape)?);
        }
        Ok(Self { stages, shapes })
    }

    /// The plan of a fill alone.
    pub(super) fn of_fill(fill: FillTransparent, shape: Dimensions) -> Self {
        Self { stages: vec![Stage::FillTransparent(fill)], shapes: vec![shape; 2] }
    }

    /// The plan of one operator alone, and the shapes of its input and output.
    pub(super) fn of_rows(filter: &'a dyn ErasedRows, shapes: [Dimensions; 2]) -> Self {
        Self { stages: vec![Stage::Rows(filter)], shapes: shapes.to_vec() }
    }

    /// The plan in pieces: stages with the border `wrap`, which read both ends of the picture, apart from the others.
    pub(super) fn cut_at_wraps(self) -> Vec<Self> {
        let wraps = |stage: &Stage| stage.border() == Border::Wrap;
        let mut pieces: Vec<Self> = Vec::new();
        for (stage, shapes) in self.stages.iter().zip(self.shapes.windows(2)) {
            match pieces.last_mut() {
                Some(piece) if wraps(&piece.stages[0]) == wraps(stage) => {
                    piece.stages.push(*stage);
                    piece.shapes.push(shapes[1]);
                }
                _ => pieces.push(Self { stages: vec![*stage], shapes: shapes.to_vec() }),
            }
        }
        pieces
    }

    /// If all stages have the border `wrap`: the plan for a picture with further rows above and below, and how many.
    ///
    /// None if the picture is so low that the stages read all of it anyway, or if a stage has a stride: further rows
    /// would shift its positions.
    pub(super) fn with_wrapped_rows(&self) -> Option<(Self, [usize; 2])> {
        let windows = || self.stages.iter().map(Stage::window);
        let (above, below) = (windows().map(|w| w.above).sum::<usize>(), windows().map(|w| w.below).sum::<usize>());
        let all_wrap = self.stages.iter().all(|stage| stage.border() == Border::Wrap);
        if !all_wrap || self.stride() > 1 || self.input().0 <= above + below {
            return None;
        }
        let taller = |&(height, width, channels): &Dimensions| (above + height + below, width, channels);
        Some((Self { stages: self.stages.clone(), shapes: self.shapes.iter().map(taller).collect() }, [above, below]))
    }

    /// Whether it has no stages.
    pub(super) fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    /// The shape of the first stage's input.
    pub(super) fn input(&self) -> Dimensions {
        self.shapes[0]
    }

    /// The shape of the last stage's output.
    pub(super) fn output(&self) -> Dimensions {
        self.shapes[self.shapes.len() - 1]
    }

    /// The last stage, and the plan of those before it.
    pub(super) fn split_last(&self) -> Option<(Stage<'a>, Plan<'a>)> {
        let (last, before) = self.stages.split_last()?;
        Some((*last, Plan { stages: before.to_vec(), shapes: self.shapes[..self.shapes.len() - 1].to_vec() }))
    }

    /// Input rows from one output row to the next.
    pub(super) fn stride(&self) -> usize {
        self.stages.iter().map(|stage| stage.window().stride).product()
    }

    /// Input rows that two neighbouring strips share.
    pub(super) fn halo(&self) -> usize {
        self.stages.iter().map(|stage| stage.window().height() - 1).sum()
    }

    /// The input's rows that output rows `range` read.
    pub(super) fn input_rows(&self, range: Range<usize>) -> Range<usize> {
        let stages = self.stages.iter().zip(&self.shapes[..self.stages.len()]).rev();
        stages.fold(range, |range, (stage, shape)| stage.input_rows(range, shape.0))
    }

    /// Numbers in the longest row of any shape.
    pub(super) fn longest_line(&self) -> usize {
        self.shapes.iter().map(|(_, width, channels)| width * channels).max().unwrap_or(1)
    }

    /// Rows in a strip, for `height` rows of output.
    ///
    /// One operator on one thread has a single strip. Otherwise each thread has a few, so low that intermediate rows
    /// stay in the cache.
    pub(super) fn strip_height<T>(&self, height: usize) -> usize {
        let threads = rayon::current_num_threads();
        let strips = if threads == 1 { 1 } else { threads * STRIPS_PER_THREAD };
        // Not so low that the start of a strip, where kernels build their state, is most of the work.
        let has_picture = self.stages.iter().any(|stage| matches!(stage, Stage::Picture(..)));
        let least = if has_picture { 4 * self.halo() } else { (2 * self.halo()).min(height.div_ceil(threads)) };
        let even = height.div_ceil(strips).max(least);
        if matches!(self.stages[..], [] | [Stage::Rows(_)]) {
            return even;
        }
        // Not so low that most of a strip is its halo.
        let cached = (STRIP_BYTES / (self.longest_line() * size_of::<T>()).max(1)).max(4 * self.halo()).max(16);
        even.min(cached.div_ceil(self.stride())).max(1)
    }
}
