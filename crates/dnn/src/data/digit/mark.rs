//! The mark on a picture, if ink is dark and paper light.

use super::field::{Area, Mask, Plane};
use super::ink::{floor, ink_on, otsu, quantile};
use super::lines::without_lines;
use super::paper::paper;
use super::pieces::{Choice, choose, pieces};

/// How often to look at fainter marks, if the strongest are only frames and rims.
const LOOKS: usize = 4;
/// What a stroke's pixels fade to before they count as paper, as a share of its own ink.
const FADED: f32 = 0.4;

/// A mark that may be the digit.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Brightness of the paper.
    pub(super) paper: Plane,
    /// The share of the paper's light that is missing.
    pub(super) ink: Plane,
    /// Ink below this is noise, and ink of the mark's own strength.
    pub(super) floor: f32,
    pub(super) strength: f32,
    /// The pixels of the mark, and all other ink: lines, specks, neighbours.
    pub(super) mask: Mask,
    pub(super) others: Mask,
    pub(super) area: Area,
    /// Pixels of the mark on the picture's rim.
    pub(super) on_rim: usize,
    /// Whether there is another mark of about the same size.
    pub(super) has_rival: bool,
}

/// Looks for the mark on a picture with dark ink; only pixels of `within` count.
///
/// Otsu's threshold parts the strongest marks from the rest. If all of them are lines or lie along the rim, they are
/// put aside and the next strongest are looked at. The mark that is found then grows into its own paler ends.
pub(super) fn look(grey: &Plane, within: &Mask) -> Option<Mark> {
    let (smooth, paper) = paper(grey);
    let ink = ink_on(&smooth, &paper);
    let floor = floor(&smooth, &paper, &ink, within);
    let mut open = within.clone();
    for look in 1..=LOOKS {
        let numbers: Vec<f32> = ink.where_set(&open).filter(|ink| *ink > floor).collect();
        if numbers.len() < 4 {
            return None;
        }
        let strong = 0.6 * quantile(numbers.iter().copied(), 0.97);
        let threshold = if look == LOOKS { floor } else { floor.max(otsu(&numbers).min(strong)) };
        let inked = ink.map(|ink| ink > threshold).and(&open);
        let (mask, choice) = without_frames(&inked);
        if choice.kept.is_empty() {
            open = open.without(&inked.grown((grey.short_side() / 60).max(1)));
            continue;
        }
        let strength = quantile(ink.where_set(&mask), 0.85);
        let others = inked.without(&mask);
        let faded = ink.map(|ink| ink > floor.max(FADED * strength)).without(&others.grown(1)).or(&mask);
        let grown = (0..(grey.short_side() / 40).max(2)).fold(mask, |mask, _| mask.grown(1).and(&faded));
        let area = grown.area()?;
        let on_rim = choice.kept.iter().map(|piece| piece.on_rim).sum();
        let has_rival = choice.has_rival;
        return Some(Mark { paper, ink, floor, strength, mask: grown, others, area, on_rim, has_rival });
    }
    None
}

/// The pixels of the digit among all that is inked. If hardly anything is left without the lines, they were strokes.
fn without_frames(inked: &Mask) -> (Mask, Choice) {
    let chosen = |mask: &Mask| {
        let (labels, all) = pieces(mask);
        let choice = choose(&labels, &all);
        (labels.map(|label| choice.kept.iter().any(|piece| piece.label == label)), choice)
    };
    if let Some(rest) = without_lines(inked) {
        let found = chosen(&rest);
        let largest = found.1.kept.iter().map(|piece| piece.area.size()).max().unwrap_or(0);
        if largest as f32 > 0.3 * inked.short_side() as f32 {
            return found;
        }
    }
    chosen(inked)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paper of 0.9 with a stroke of some darkness in the middle and what else is asked for.
    fn picture(stroke: f32, other: impl Fn(usize, usize) -> Option<f32>) -> Plane {
        let value = |at: usize| {
            let (y, x) = (at / 100, at % 100);
            let drawn = ((25..75).contains(&y) && (46..54).contains(&x)).then_some(stroke);
            drawn.or(other(y, x)).unwrap_or(0.9)
        };
        Plane { height: 100, width: 100, values: (0..10_000).map(value).collect() }
    }

    fn found(grey: &Plane) -> Area {
        look(grey, &Mask::filled(grey.height, grey.width, true)).expect("a mark").area
    }

    const STROKE: Area = Area { top: 25, left: 46, bottom: 75, right: 54 };

    #[test]
    fn a_faint_mark_is_found_inside_a_black_rim() {
        let rim = |y: usize, x: usize| (y.min(99 - y).min(x).min(99 - x) < 4).then_some(0.0);
        assert_eq!(found(&picture(0.6, rim)), STROKE);
    }

    #[test]
    fn light_that_falls_off_is_no_ink() {
        let mut grey = picture(0.3, |_, _| None);
        for (at, value) in grey.values.iter_mut().enumerate() {
            *value *= 1.0 - 0.007 * (at % 100) as f32;
        }
        let Area { top, left, bottom, right } = found(&grey);
        assert!((24..27).contains(&top) && (45..48).contains(&left) && (73..77).contains(&bottom));
        assert!((52..56).contains(&right), "{right}");
    }

    #[test]
    fn on_blank_paper_there_is_no_mark() {
        let blank = Plane::filled(50, 40, 0.8);
        assert!(look(&blank, &Mask::filled(50, 40, true)).is_none());
        assert!(look(&Plane::filled(1, 1, 0.0), &Mask::filled(1, 1, true)).is_none());
    }
}
