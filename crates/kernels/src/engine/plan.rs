//! The plan of a chain: the shapes between them, and which rows each looks at.

use std::ops::Range;

use super::alpha::FillTransparent;
use crate::operator::{Dimensions, ErasedPicture, ErasedRows, Filter, Kind, Operator, Window};
use crate::{Border, Error};

/// Bytes of a strip's intermediate pictures: half of a usual second-level cache.
const STRIP_BYTES: usize = 1 << 18;

/// Strips for each thread, so that one that is slowed down holds nobody up.
const STRIPS_A_THREAD: usize = 4;

/// The shape that comes out of a chain.
///
/// # Dimensions
/// A filter keeps height and width; with the border `crop` each shrinks by the window less one; pooling gives
/// `⌊(side − size) / stride⌋ + 1`.
///
/// # Errors
/// If nothing would be left, or the picture is empty.
pub fn output_shape(chain: &[Filter], shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
    chain.iter().try_fold(shape, |shape, filter| filter.shape(shape))
}

/// The first operator of a chain that cannot work on a picture's rows as they come from above, by its name: one of whole pictures
/// that does not say how far it sees.
pub fn first_not_by_rows(chain: &[Filter]) -> Option<&'static str> {
    let whole = |filter: &&Filter| matches!(&filter.kind, Kind::Picture(whole) if whole.reach().is_none());
    chain.iter().find(whole).map(Filter::name)
}

/// What happens to rows: an operator of the chain, or what must happen to colours before it looks at them.
#[derive(Clone, Copy)]
pub(crate) enum Stage<'a> {
    Given(&'a dyn ErasedRows),
    FillTransparent(FillTransparent),
    /// An operator of whole pictures that sees so many rows above and below a place.
    Near(&'a dyn ErasedPicture, usize),
}

impl Stage<'_> {
    fn window(&self) -> Window {
        match self {
            Stage::Given(filter) => filter.window(),
            Stage::FillTransparent(cover) => Operator::window(cover),
            Stage::Near(_, reach) => Window { above: *reach, below: *reach, left: 0, right: 0, stride: 1 },
        }
    }

    fn border(&self) -> Border {
        match self {
            Stage::Given(filter) => filter.border(),
            Stage::FillTransparent(cover) => Operator::border(cover),
            // What else stands beyond the edge it makes up itself.
            Stage::Near(filter, _) if filter.border() == Border::Wrap => Border::Wrap,
            Stage::Near(..) => Border::Clamp,
        }
    }

    /// The rows of a picture of `height` rows that it looks at to make rows `range`.
    pub(crate) fn rows_needed(&self, range: Range<usize>, height: usize) -> Range<usize> {
        let (window, border) = (self.window(), self.border());
        let above = if border == Border::Crop { 0 } else { window.above as isize };
        let first = (range.start * window.stride) as isize - above;
        let last = ((range.end - 1) * window.stride) as isize - above + window.height() as isize - 1;
        let places = (first..=last).filter_map(|y| border.place(y, height));
        let (low, high) = places.fold((height - 1, 0), |(low, high), y| (low.min(y), high.max(y)));
        low.min(high)..high + 1
    }
}

/// What happens to rows, one thing behind the other, and the shapes between.
#[derive(Clone)]
pub(crate) struct Plan<'a> {
    stages: Vec<Stage<'a>>,
    /// One more than plan: what goes into the first, what comes out of each.
    shapes: Vec<Dimensions>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(chain: &'a [Filter], shape: Dimensions, keep_alpha: bool) -> Result<Self, Error> {
        let (mut stages, mut shapes) = (Vec::new(), vec![shape]);
        for filter in chain {
            let (step, cover) = match &filter.kind {
                Kind::Rows(rows) => (Stage::Given(&**rows), FillTransparent::before(&**rows)),
                Kind::Regions(_) | Kind::MultiPass(_) => {
                    unreachable!("{}: is none of the plan from row to row", filter.name())
                }
                Kind::Picture(whole) => {
                    let reach = whole.reach().ok_or_else(|| Error::NotByRows { operator: filter.name().into() })?;
                    let cover = FillTransparent::around(reach, whole.border());
                    (Stage::Near(&**whole, reach), Some(cover).filter(|_| !whole.minds_alpha()))
                }
            };
            let shape = shapes[shapes.len() - 1];
            if let Some(cover) = cover.filter(|_| keep_alpha) {
                stages.push(Stage::FillTransparent(cover));
                shapes.push(shape);
            }
            stages.push(step);
            shapes.push(filter.shape(shape)?);
        }
        Ok(Self { stages, shapes })
    }

    /// What happens to colours before an operator looks at them.
    pub(crate) fn cover(cover: FillTransparent, shape: Dimensions) -> Self {
        Self { stages: vec![Stage::FillTransparent(cover)], shapes: vec![shape; 2] }
    }

    /// One operator alone, and the shapes before and behind it.
    pub(crate) fn of(filter: &'a dyn ErasedRows, shapes: [Dimensions; 2]) -> Self {
        Self { stages: vec![Stage::Given(filter)], shapes: shapes.to_vec() }
    }

    /// The same, cut wherever plan whose border is `wrap` begin or end: what those look at lies at both ends of the picture.
    pub(crate) fn cut_at_wraps(self) -> Vec<Self> {
        let wraps = |step: &Stage| step.border() == Border::Wrap;
        let mut pieces: Vec<Self> = Vec::new();
        for (step, shapes) in self.stages.iter().zip(self.shapes.windows(2)) {
            match pieces.last_mut() {
                Some(piece) if wraps(&piece.stages[0]) == wraps(step) => {
                    piece.stages.push(*step);
                    piece.shapes.push(shapes[1]);
                }
                _ => pieces.push(Self { stages: vec![*step], shapes: shapes.to_vec() }),
            }
        }
        pieces
    }

    /// If their border is `wrap`: the same for a picture that goes on above and below as far as they look, and how far that is. None if they look at all
    /// rows of a low picture anyway, or if there are strides, which places beyond the ends know nothing of.
    pub(crate) fn wrapped(&self) -> Option<(Self, [usize; 2])> {
        let windows = || self.stages.iter().map(Stage::window);
        let (above, below) = (windows().map(|w| w.above).sum::<usize>(), windows().map(|w| w.below).sum::<usize>());
        let all_wrap = self.stages.iter().all(|step| step.border() == Border::Wrap);
        if !all_wrap || self.stride() > 1 || self.input().0 <= above + below {
            return None;
        }
        let taller = |&(height, width, channels): &Dimensions| (above + height + below, width, channels);
        Some((Self { stages: self.stages.clone(), shapes: self.shapes.iter().map(taller).collect() }, [above, below]))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    pub(crate) fn input(&self) -> Dimensions {
        self.shapes[0]
    }

    pub(crate) fn output(&self) -> Dimensions {
        self.shapes[self.shapes.len() - 1]
    }

    pub(crate) fn split_last(&self) -> Option<(Stage<'a>, Plan<'a>)> {
        let (last, before) = self.stages.split_last()?;
        Some((*last, Plan { stages: before.to_vec(), shapes: self.shapes[..self.shapes.len() - 1].to_vec() }))
    }

    /// Input rows from one output row to the next.
    pub(crate) fn stride(&self) -> usize {
        self.stages.iter().map(|step| step.window().stride).product()
    }

    /// Rows that two strips one below the other both look at.
    pub(crate) fn halo(&self) -> usize {
        self.stages.iter().map(|step| step.window().height() - 1).sum()
    }

    /// The input's rows that are looked at for rows `range` of the output.
    pub(crate) fn input_rows(&self, range: Range<usize>) -> Range<usize> {
        let plan = self.stages.iter().zip(&self.shapes[..self.stages.len()]).rev();
        plan.fold(range, |range, (step, shape)| step.rows_needed(range, shape.0))
    }

    /// Numbers of the longest line that goes in or comes out.
    pub(crate) fn longest_line(&self) -> usize {
        self.shapes.iter().map(|(_, width, channels)| width * channels).max().unwrap_or(1)
    }

    /// Rows of output in a strip of `height` rows: all at once on one thread for one operator, else a few strips a thread, small enough that
    /// what stands between two operators, or within one of whole pictures, stays in the cache.
    pub(crate) fn strip_height<T>(&self, height: usize) -> usize {
        let threads = rayon::current_num_threads();
        let strips = if threads == 1 { 1 } else { threads * STRIPS_A_THREAD };
        // Not so thin that beginning a strip, where kernels learn what they keep from row to row, is most of the work.
        let is_near = self.stages.iter().any(|step| matches!(step, Stage::Near(..)));
        let least = if is_near { 4 * self.halo() } else { (2 * self.halo()).min(height.div_ceil(threads)) };
        let even = height.div_ceil(strips).max(least);
        if matches!(self.stages[..], [] | [Stage::Given(_)]) {
            return even;
        }
        // Not so thin that most of a strip is its halo.
        let cached = (STRIP_BYTES / (self.longest_line() * size_of::<T>()).max(1)).max(4 * self.halo()).max(16);
        even.min(cached.div_ceil(self.stride())).max(1)
    }
}
