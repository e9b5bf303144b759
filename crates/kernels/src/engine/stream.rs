//! A chain on a picture that is never in memory as a whole: each operator reads the rows it needs from the one before.

use super::Engine;
use super::alpha::FillTransparent;
use super::plan::Plan;
use super::regions::RegionReduction;
use super::source::{READ_BYTES, RowBuffer, RowSource, RowStream};
use super::strip::Strip;
use crate::operator::{Border, Dimensions, ErasedMultiPass, ErasedRows, Filter, Kind, analysis_of};
use crate::{Error, Pixel};

/// Runs a chain of which every operator can work on rows as they come.
pub(super) fn stream<'a, T: Pixel, E: From<Error> + 'a>(
    engine: &'a Engine,
    chain: &'a [Filter],
    shape: Dimensions,
    read: impl FnMut(usize, &mut [T]) -> Result<(), E> + 'a,
    mut write: impl FnMut(&[T]) -> Result<(), E>,
) -> Result<(), E> {
    let batch = (READ_BYTES / (shape.1 * shape.2 * size_of::<T>()).max(1)).max(1);
    let (mut rows, mut rest) = (RowStream { read: Box::new(read), shape, batch }, chain);
    while let Some(filter) = rest.first() {
        let shape = filter.shape(rows.shape)?;
        // Neighbours that have stages share a plan.
        let stages = rest.iter().take_while(|filter| matches!(filter.kind, Kind::Rows(_) | Kind::Picture(_))).count();
        let (now, later) = rest.split_at(stages.max(1));
        rest = later;
        rows = match &filter.kind {
            Kind::Regions(regions) => {
                let reduction = engine.reduction::<T>(&**regions, rows.shape);
                reduce(reduction, rows.buffer(), shape)
            }
            Kind::MultiPass(filter) => {
                let fill = FillTransparent::before_pooling(filter.window(), Border::Zero);
                if let Some(fill) = fill.filter(|_| engine.keep_alpha) {
                    rows = run(engine, Plan::of_fill(fill, rows.shape), rows.buffer());
                }
                analyse_and_run(engine, &**filter, rows.buffer_for_passes(engine), shape)
            }
            Kind::Rows(_) | Kind::Picture(_) => {
                let plan = Plan::new(now, rows.shape, engine.keep_alpha)?;
                plan.cut_at_wraps().into_iter().fold(rows, |rows, plan| match plan.with_wrapped_rows() {
                    Some((taller, wrapped)) => run_wrapped(engine, taller, wrapped, rows.buffer_for_passes(engine)),
                    None => run(engine, plan, rows.buffer()),
                })
            }
        };
    }
    let RowStream { mut read, shape: (height, width, channels), batch } = rows;
    let mut rows = Vec::new();
    for first in (0..height).step_by(batch) {
        rows.resize(batch.min(height - first) * width * channels, T::default());
        read(first, &mut rows)?;
        write(&rows)?;
    }
    Ok(())
}

/// How many rows a plan makes at a time, for `height` rows of input: enough for all threads, and enough to hide the
/// halo.
fn best_batch<T>(plan: &Plan, height: usize) -> usize {
    let rows = (READ_BYTES / (plan.longest_line() * size_of::<T>()).max(1)).max(4 * plan.halo()).max(16);
    rows.min(height).div_ceil(plan.stride()).max(1)
}

/// The rows that a plan makes.
fn run<'a, T: Pixel, E: 'a>(engine: &'a Engine, plan: Plan<'a>, buffer: RowBuffer<'a, T, E>) -> RowStream<'a, T, E> {
    let (shape, batch) = (plan.output(), best_batch::<T>(&plan, buffer.shape.0));
    RowStream::from_buffer(buffer, shape, batch, move |buffer, range, out| {
        let strip = buffer.rows(plan.input_rows(range.clone()))?;
        engine.run_plan(&plan, &strip, range, out);
        Ok(())
    })
}

/// The rows that a plan with the border `wrap` makes. A first pass finds the rows that wrap around.
///
/// The plan is that of a picture which has these rows, `above` and `below`, at its ends.
fn run_wrapped<'a, T: Pixel, E: 'a>(
    engine: &'a Engine,
    plan: Plan<'a>,
    [above, below]: [usize; 2],
    buffer: RowBuffer<'a, T, E>,
) -> RowStream<'a, T, E> {
    let (height, line, (_, width, channels)) = (buffer.shape.0, buffer.line(), plan.output());
    let batch = best_batch::<T>(&plan, height);
    // The rows above the picture, then those below it.
    let beyond = (-(above as isize)..0).chain(height as isize..(height + below) as isize);
    let sources: Vec<_> = beyond.filter_map(|y| Border::Wrap.place(y, height)).collect();
    let (mut wrapped, mut input) = (Vec::new(), Vec::new());
    RowStream::from_buffer(buffer, (height, width, channels), batch, move |buffer, range, out| {
        if wrapped.len() < sources.len() * line {
            wrapped.resize(sources.len() * line, T::default());
            buffer.for_each_batch(|first, rows| {
                let visited = first..first + rows.len() / line;
                for (to, y) in wrapped.chunks_exact_mut(line).zip(&sources).filter(|(_, y)| visited.contains(y)) {
                    to.copy_from_slice(&rows[(y - first) * line..][..line]);
                }
            })?;
            buffer.rewind();
        }
        // Row numbers of the taller picture, in which this picture begins at row `above`.
        let needed = range.start..range.end + above + below;
        let inside = needed.start.max(above) - above..(needed.end - above).min(height);
        input.clear();
        input.extend_from_slice(&wrapped[needed.start.min(above) * line..needed.end.min(above) * line]);
        input.extend_from_slice(buffer.rows(inside.clone())?.rows(inside));
        let below_at = |y: usize| (above + y.saturating_sub(above + height)) * line;
        input.extend_from_slice(&wrapped[below_at(needed.start)..below_at(needed.end)]);
        let (height, width, channels) = plan.input();
        let strip = Strip { pixels: &input, first: needed.start, height, width, channels };
        engine.run_plan(&plan, &strip, range.start + above..range.end + above, out);
        Ok(())
    })
}

/// The rows that an operator makes after an analysis of all rows.
fn analyse_and_run<'a, T: Pixel, E: 'a>(
    engine: &'a Engine,
    filter: &'a dyn ErasedMultiPass,
    buffer: RowBuffer<'a, T, E>,
    shape: Dimensions,
) -> RowStream<'a, T, E> {
    let (input, mut operator) = (buffer.shape, None::<Box<dyn ErasedRows>>);
    // As `best_batch` of the plan, which does not exist yet.
    let window = filter.window();
    let line = buffer.line().max(shape.1 * shape.2);
    let rows = (READ_BYTES / (line * size_of::<T>())).max(4 * window.height()).max(16);
    let batch = rows.min(input.0).div_ceil(window.stride).max(1);
    RowStream::from_buffer(buffer, shape, batch, move |buffer, range, out| {
        if operator.is_none() {
            let mut analysis = analysis_of::<T>(filter, input, engine.keep_alpha);
            loop {
                buffer.for_each_batch(|first, rows| analysis.add(first, rows))?;
                if !analysis.needs_another_pass() {
                    break;
                }
            }
            operator = Some(analysis.finish());
            buffer.rewind();
        }
        let Some(operator) = &operator else { unreachable!("the analysis has finished") };
        let plan = Plan::of_rows(&**operator, [input, shape]);
        let strip = buffer.rows(plan.input_rows(range.clone()))?;
        engine.run_plan(&plan, &strip, range, out);
        Ok(())
    })
}

/// The rows of reduced regions.
fn reduce<'a, T: Pixel, E: 'a>(
    reduction: RegionReduction,
    mut buffer: RowBuffer<'a, T, E>,
    shape: Dimensions,
) -> RowStream<'a, T, E> {
    let line = shape.1 * shape.2;
    // As many as come from `READ_BYTES` of input, and at most `READ_BYTES` of output.
    let from_input = READ_BYTES / (buffer.line() * size_of::<T>()) * shape.0 / buffer.shape.0;
    let batch = from_input.min(READ_BYTES / (line * size_of::<T>())).max(1);
    if !reduction.needs_all_rows() {
        return RowStream::from_buffer(buffer, shape, batch, move |buffer, range, out| {
            reduction.rows(range, buffer, out)
        });
    }
    let mut all = Vec::new();
    let read = move |first: usize, out: &mut [T]| {
        if all.is_empty() {
            all.resize(shape.0 * line, T::default());
            reduction.rows(0..shape.0, &mut buffer, &mut all)?;
            buffer.read_to_end()?;
        }
        out.copy_from_slice(&all[first * line..][..out.len()]);
        Ok(())
    };
    RowStream { read: Box::new(read), shape, batch }
}
