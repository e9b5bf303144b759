//! Straight lines: frames, the lines of a form's box, ruled and squared paper.
//!
//! A line is found by counting: for every slope up to 4° and every row, how many columns have ink there (a Hough
//! transform whose lines are all nearly level). A line that spans the picture collects nearly all columns; a stroke
//! does not. Its pixels are then taken out column by column, except where a stroke crosses it.
//!
//! Source: R. Duda, P. Hart, *Use of the Hough transformation to detect lines and curves in pictures*, 1972.

use super::field::Mask;
use super::pieces::pieces;

/// Greatest slope of a line: 4°.
const STEEPEST: f32 = 0.07;
/// Share of the columns that a line in the outer part of the picture covers, and one anywhere.
const SPAN_OUTSIDE: f32 = 0.6;
const SPAN_ANYWHERE: f32 = 0.85;
/// What counts as the outer part, as a share of the side.
const OUTER: f32 = 0.3;
/// Most lines of a direction.
const MOST: usize = 16;
/// Room that a single line must leave on both sides of what is written on it, or it is a stroke of the digit.
const BEYOND: f32 = 0.1;

/// A nearly level line, `y = middle + slope · (x − width / 2)`, of some thickness. For upright lines x and y change
/// places.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line {
    slope: f32,
    middle: f32,
    thickness: usize,
    /// Share of the columns with ink on the line.
    span: f32,
    is_level: bool,
}

/// The mask without its lines; none if it has none.
pub(super) fn without_lines(mask: &Mask) -> Option<Mask> {
    let turned = mask.transposed();
    let mut lines = find(mask, true);
    lines.extend(find(&turned, false));
    // Four or three sides of a frame may be thick; other lines are thin.
    if lines.len() < 3 || !crosses(&lines) {
        lines.retain(|line| {
            let side = if line.is_level { mask.height } else { mask.width };
            line.thickness as f32 <= 0.045 * side as f32 + 1.5
        });
    }
    let is_crossed = crosses(&lines);
    if !is_crossed {
        lines.retain(|line| line.span >= SPAN_ANYWHERE);
    }
    if lines.is_empty() {
        return None;
    }
    let rest = lines.iter().fold(mask.clone(), |rest, line| erased(&rest, line));
    (is_crossed || goes_on_beyond(&rest, lines[0].is_level)).then_some(rest)
}

/// Whether there are both level and upright lines.
fn crosses(lines: &[Line]) -> bool {
    lines.iter().any(|line| line.is_level) && lines.iter().any(|line| !line.is_level)
}

/// Whether lines of one direction go on beyond the rest on both sides. A ruled line does; the bar of a 7 in a tight
/// picture ends where the digit ends.
fn goes_on_beyond(rest: &Mask, is_level: bool) -> bool {
    let (_, found) = pieces(rest);
    let largest = found.iter().map(|piece| piece.pixels).max().unwrap_or(0);
    let Some(all) = found.iter().filter(|p| 10 * p.pixels >= largest).map(|p| p.area).reduce(|a, b| a.with(b)) else {
        return false;
    };
    let (before, end, side) =
        if is_level { (all.left, all.right, rest.width) } else { (all.top, all.bottom, rest.height) };
    before.min(side - end) as f32 >= BEYOND * side as f32
}

/// The level lines of a mask, the widest first.
fn find(mask: &Mask, is_level: bool) -> Vec<Line> {
    let (height, width) = (mask.height, mask.width);
    let thickest = 0.08 * height as f32 + 2.0;
    let mut left = narrow(mask, (3.0 * thickest) as usize);
    let mut lines = Vec::new();
    for _ in 0..2 * MOST {
        let Some(line) = widest(&left, [height, width], is_level) else { break };
        // The band around the line is taken out, so that the next one is another.
        let reach = line.thickness as f32 + 1.0;
        left.retain(|&(y, x)| (y as f32 - level(&line, x, width)).abs() > reach);
        if line.thickness as f32 <= thickest {
            lines.push(line);
        }
        if lines.len() == MOST {
            break;
        }
    }
    lines
}

/// Row and column of the pixels that belong to upright runs of at most `longest`: no line passes through the middle of
/// a wide region, and most pixels need not be counted.
fn narrow(mask: &Mask, longest: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for x in 0..mask.width {
        let mut start = 0;
        for y in 0..=mask.height {
            if y == mask.height || !mask.at(y, x) {
                if y - start <= longest {
                    found.extend((start..y).map(|y| (y, x)));
                }
                start = y + 1;
            }
        }
    }
    found
}

/// The row of a line in column `x`.
fn level(line: &Line, x: usize, width: usize) -> f32 {
    line.middle + line.slope * (x as f32 - width as f32 / 2.0)
}

/// The line with most columns for its place, if they are enough.
fn widest(inked: &[(usize, usize)], [height, width]: [usize; 2], is_level: bool) -> Option<Line> {
    // Rows from −edge on: lines that leave the picture at a side.
    let edge = (0.04 * width as f32) as usize + 2;
    let enough = |row: usize| {
        let from_rim = (row as f32 - edge as f32).min((height + edge) as f32 - 1.0 - row as f32);
        let span = if from_rim < OUTER * height as f32 { SPAN_OUTSIDE } else { SPAN_ANYWHERE };
        span * width as f32
    };
    let steps = (STEEPEST * width.max(60) as f32) as isize;
    // Score, slope, row, and the counts of all rows at that slope.
    let mut best: Option<(f32, f32, usize, Vec<u32>)> = None;
    for step in -steps..=steps {
        let slope = step as f32 / width.max(60) as f32;
        let drops: Vec<isize> =
            (0..width).map(|x| (slope * (x as f32 - width as f32 / 2.0)).round() as isize - edge as isize).collect();
        let mut counts = vec![0u32; height + 2 * edge];
        for &(y, x) in inked {
            if let Some(count) = counts.get_mut((y as isize - drops[x]) as usize) {
                *count += 1;
            }
        }
        let scores = counts.iter().enumerate().map(|(row, count)| (*count as f32 / enough(row), row));
        let (score, row) = scores.fold((0.0, 0), |best, next| if next.0 > best.0 { next } else { best });
        if score >= best.as_ref().map_or(1.0, |best| best.0.next_up()) {
            best = Some((score, slope, row, counts));
        }
    }
    let (_, slope, row, counts) = best?;
    let half = counts[row] / 2;
    let first = (0..row).rev().take_while(|row| counts[*row] > half).last().unwrap_or(row);
    let last = (row + 1..counts.len()).take_while(|row| counts[*row] > half).last().unwrap_or(row);
    let middle = (first + last) as f32 / 2.0 - edge as f32;
    Some(Line { slope, middle, thickness: last - first + 1, span: counts[row] as f32 / width as f32, is_level })
}

/// The mask without a line: in each column the run of ink on the line goes, unless it is so long that a stroke must
/// cross there.
fn erased(mask: &Mask, line: &Line) -> Mask {
    if !line.is_level {
        return erased(&mask.transposed(), &Line { is_level: true, ..*line }).transposed();
    }
    let mut out = mask.clone();
    let (height, width) = (mask.height, mask.width);
    let reach = line.thickness as f32 / 2.0 + 1.0;
    let longest = 1.6 * line.thickness as f32 + 2.0;
    for x in 0..width {
        let at = level(line, x, width);
        let mut y = (at - reach).floor().max(0.0) as usize;
        let end = (at + reach).ceil();
        while y < height && y as f32 <= end {
            if !mask.at(y, x) {
                y += 1;
                continue;
            }
            let top = (0..y).rev().take_while(|y| mask.at(*y, x)).last().unwrap_or(y);
            let bottom = (y..height).take_while(|y| mask.at(*y, x)).last().unwrap_or(y);
            if (bottom - top + 1) as f32 <= longest {
                (top..=bottom).for_each(|y| out.set(y, x, false));
            }
            y = bottom + 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of 100×100 with a stroke from (20, 50) to (80, 50) and what else is asked for.
    fn stroke(and: impl Fn(usize, usize) -> bool) -> Mask {
        let stroke = |y: usize, x: usize| (20..80).contains(&y) && (48..53).contains(&x);
        let values = (0..10_000).map(|at| (at / 100, at % 100)).map(|(y, x)| stroke(y, x) || and(y, x)).collect();
        Mask { height: 100, width: 100, values }
    }

    #[test]
    fn a_frame_goes_and_the_stroke_stays() {
        let frame = stroke(|y, x| y.min(99 - y).min(x).min(99 - x) == 6);
        assert!(without_lines(&frame) == Some(stroke(|_, _| false)));
    }

    #[test]
    fn askew_lines_go_and_a_stroke_that_crosses_stays() {
        // Two lines 2.3° askew: the lower one crosses the stroke at row 70.
        let askew = |y: usize, x: usize, row: f32| (y as f32 - row - 0.04 * (x as f32 - 50.0)).abs() < 1.0;
        let lined = stroke(|y, x| askew(y, x, 10.0) || askew(y, x, 70.0));
        let rest = without_lines(&lined).unwrap();
        let clean = stroke(|_, _| false);
        assert!(clean.without(&rest).count() == 0, "the stroke lost pixels");
        assert!(rest.without(&clean).count() < 25, "lines are left");
    }

    #[test]
    fn strokes_are_no_lines() {
        // The bar of a tight 7 ends where the digit ends.
        let stem = |y: usize, x: usize| (x as f32 - 38.0 + 0.5 * y as f32).abs() < 3.0;
        let values = (0..60 * 40).map(|at| (at / 40, at % 40)).map(|(y, x)| y < 4 || stem(y, x));
        let seven = Mask { height: 60, width: 40, values: values.collect() };
        assert!(without_lines(&seven).is_none());
        assert!(without_lines(&stroke(|_, _| false)).is_none());
        assert!(without_lines(&Mask::filled(5, 5, false)).is_none());
    }
}
