//! Pictures that are never there as a whole: what makes rows asks for those it looks at, and so does what makes those.

use super::alpha::FillTransparent;
use super::plan::Plan;
use super::regions::{RegionReduction, RowSource};
use super::source::{Held, Source};
use super::strip::Strip;
use crate::operator::{Dimensions, ErasedMultiPass, ErasedRows, Filter, Kind, analysis_of};
use crate::{Border, Engine, Error, Pixel};

/// Bytes of rows that are read at a time.
const READ_BYTES: usize = 1 << 20;

/// Takes a picture through a chain of which every operator can work on rows as they come.
pub(crate) fn stream<'a, T: Pixel, E: From<Error> + 'a>(
    engine: &'a Engine,
    chain: &'a [Filter],
    shape: Dimensions,
    read: impl FnMut(usize, &mut [T]) -> Result<(), E> + 'a,
    mut write: impl FnMut(&[T]) -> Result<(), E>,
) -> Result<(), E> {
    let at_once = (READ_BYTES / (shape.1 * shape.2 * size_of::<T>()).max(1)).max(1);
    let (mut made, mut left) = (Source { read: Box::new(read), shape, at_once }, chain);
    while let Some(filter) = left.first() {
        let shape = filter.shape(made.shape)?;
        // Plan from row to row are taken together.
        let in_a_row = left.iter().take_while(|filter| matches!(filter.kind, Kind::Rows(_) | Kind::Picture(_))).count();
        let (now, later) = left.split_at(in_a_row.max(1));
        left = later;
        made = match &filter.kind {
            Kind::Regions(bins) => brought_together(engine.gather::<T>(&**bins, made.shape), made.held(), shape),
            Kind::MultiPass(study) => {
                let cover = FillTransparent::together(study.window(), Border::Zero).filter(|_| engine.keep_alpha);
                if let Some(cover) = cover {
                    made = stepped(engine, Plan::cover(cover, made.shape), made.held());
                }
                analysed(engine, &**study, made.held_for(engine), shape)
            }
            Kind::Rows(_) | Kind::Picture(_) => {
                let plan = Plan::new(now, made.shape, engine.keep_alpha)?;
                plan.cut_at_wraps().into_iter().fold(made, |made, plan| match plan.wrapped() {
                    Some((taller, beyond)) => wrapped(engine, taller, beyond, made.held_for(engine)),
                    None => stepped(engine, plan, made.held()),
                })
            }
        };
    }
    let Source { mut read, shape: (height, width, channels), at_once } = made;
    let mut rows = Vec::new();
    for start in (0..height).step_by(at_once) {
        rows.resize(at_once.min(height - start) * width * channels, T::default());
        read(start, &mut rows)?;
        write(&rows)?;
    }
    Ok(())
}

/// How many rows plan best make at a time, of a picture of `height` rows: enough for all threads, and so many that few rows are worked on twice.
fn best_at_once<T>(plan: &Plan, height: usize) -> usize {
    let wanted = (READ_BYTES / (plan.longest_line() * size_of::<T>()).max(1)).max(4 * plan.halo()).max(16);
    wanted.min(height).div_ceil(plan.stride()).max(1)
}

/// What operators that go from row to row make of rows.
fn stepped<'a, T: Pixel, E: 'a>(engine: &'a Engine, plan: Plan<'a>, held: Held<'a, T, E>) -> Source<'a, T, E> {
    let (shape, at_once) = (plan.output(), best_at_once::<T>(&plan, held.shape.0));
    Source::of(held, shape, at_once, move |held, range, out| {
        let strip = held.rows(plan.input_rows(range.clone()))?;
        engine.rows(&plan, &strip, range, out);
        Ok(())
    })
}

/// What operators whose border is `wrap` make of rows, their plan made for a picture that is taller by what is `beyond` its ends: those rows are sought out
/// first, and all are looked at once more then.
fn wrapped<'a, T: Pixel, E: 'a>(
    engine: &'a Engine,
    plan: Plan<'a>,
    [above, below]: [usize; 2],
    held: Held<'a, T, E>,
) -> Source<'a, T, E> {
    let (height, line, (_, width, channels)) = (held.shape.0, held.line(), plan.output());
    let at_once = best_at_once::<T>(&plan, height);
    // The rows above the picture, then those below it.
    let beyond = (-(above as isize)..0).chain(height as isize..(height + below) as isize);
    let places: Vec<_> = beyond.filter_map(|y| Border::Wrap.place(y, height)).collect();
    let (mut ends, mut tall) = (Vec::new(), Vec::new());
    Source::of(held, (height, width, channels), at_once, move |held, range, out| {
        if ends.len() < places.len() * line {
            ends.resize(places.len() * line, T::default());
            held.look_through(|first, rows| {
                let there = first..first + rows.len() / line;
                for (end, y) in ends.chunks_exact_mut(line).zip(&places).filter(|(_, y)| there.contains(y)) {
                    end.copy_from_slice(&rows[(y - first) * line..][..line]);
                }
            })?;
            held.begin();
        }
        // Of the taller picture, in which the rows of this one begin with row `above`.
        let needed = range.start..range.end + above + below;
        let there = needed.start.max(above) - above..(needed.end - above).min(height);
        tall.clear();
        tall.extend_from_slice(&ends[needed.start.min(above) * line..needed.end.min(above) * line]);
        tall.extend_from_slice(held.rows(there.clone())?.rows(there));
        let end = |y: usize| (above + y.saturating_sub(above + height)) * line;
        tall.extend_from_slice(&ends[end(needed.start)..end(needed.end)]);
        let (height, width, channels) = plan.input();
        let strip = Strip { pixels: &tall, first: needed.start, height, width, channels };
        engine.rows(&plan, &strip, range.start + above..range.end + above, out);
        Ok(())
    })
}

/// What an operator makes of rows that must look at all of them first.
fn analysed<'a, T: Pixel, E: 'a>(
    engine: &'a Engine,
    filter: &'a dyn ErasedMultiPass,
    held: Held<'a, T, E>,
    shape: Dimensions,
) -> Source<'a, T, E> {
    let (given, mut operator) = (held.shape, None::<Box<dyn ErasedRows>>);
    // As its plan would be, which are not known yet.
    let window = filter.window();
    let wanted = (READ_BYTES / (held.line().max(shape.1 * shape.2) * size_of::<T>())).max(4 * window.height()).max(16);
    let at_once = wanted.min(given.0).div_ceil(window.stride).max(1);
    Source::of(held, shape, at_once, move |held, range, out| {
        if operator.is_none() {
            let mut analysis = analysis_of::<T>(filter, given, engine.keep_alpha);
            held.look_through(|first, rows| analysis.add(first, rows))?;
            while analysis.needs_another_pass() {
                held.look_through(|first, rows| analysis.add(first, rows))?;
            }
            operator = Some(analysis.finish());
            held.begin();
        }
        let Some(operator) = &operator else { unreachable!("it was operator above") };
        let plan = Plan::of(&**operator, [given, shape]);
        let strip = held.rows(plan.input_rows(range.clone()))?;
        engine.rows(&plan, &strip, range, out);
        Ok(())
    })
}

/// What becomes of rows that are brought together in parts.
fn brought_together<'a, T: Pixel, E: 'a>(
    gather: RegionReduction,
    held: Held<'a, T, E>,
    shape: Dimensions,
) -> Source<'a, T, E> {
    let line = shape.1 * shape.2;
    // Made of about as much as is read at a time, and not more than that.
    let wanted = READ_BYTES / (held.line() * size_of::<T>()) * shape.0 / held.shape.0;
    let at_once = wanted.min(READ_BYTES / (line * size_of::<T>())).max(1);
    if !gather.is_made_at_once() {
        return Source::of(held, shape, at_once, move |held, range, out| gather.rows(range, held, out));
    }
    let (mut held, mut all) = (held, Vec::new());
    let read = move |first: usize, out: &mut [T]| {
        if all.is_empty() {
            all.resize(shape.0 * line, T::default());
            gather.rows(0..shape.0, &mut held, &mut all)?;
            held.end()?;
        }
        out.copy_from_slice(&all[first * line..][..out.len()]);
        Ok(())
    };
    Source { read: Box::new(read), shape, at_once }
}
