//! Which side is the ink: dark on light, or light on dark; and what lies on a sheet.

use super::field::{Area, Mask, Plane};
use super::ink::quantile;
use super::mark::{Mark, look};
use super::measures::{fullness, stroke_width, without_holes};
use super::pieces::pieces;

/// From this share of its turned box on, a light region is a sheet of paper; an ellipse fills 0.785.
const SHEET: f32 = 0.85;

/// A mark, and whether it is light on dark.
pub(super) struct Found {
    pub(super) mark: Mark,
    pub(super) is_light: bool,
}

/// What is asked of a mark before it is taken for the digit.
struct Traits {
    size: f32,
    stroke_width: f32,
    /// Brightness of the paper minus that of the ink.
    contrast: f32,
    /// Brightness half-way between them.
    middle: f32,
    /// Share of the pixels around the mark that look like its ink but are not part of it.
    outside: f32,
    /// Share of its outline that lies on the picture's rim.
    on_rim: f32,
}

impl Traits {
    /// `grey` is dark where there is ink.
    fn of(mark: &Mark, grey: &Plane) -> Self {
        let ink = quantile(grey.where_set(&mark.mask), 0.5);
        let paper = quantile(mark.paper.where_set(&mark.mask), 0.5);
        let (area, size) = (mark.area, mark.area.size());
        let edge = (0.4 * size as f32) as usize + 1;
        let around = Area {
            top: area.top.saturating_sub(edge),
            left: area.left.saturating_sub(edge),
            bottom: (area.bottom + edge).min(grey.height),
            right: (area.right + edge).min(grey.width),
        };
        let middle = (ink + paper) / 2.0;
        let similar = grey.map(|value| value < middle).without(&mark.mask).crop(around);
        Self {
            size: size as f32,
            stroke_width: stroke_width(&mark.mask),
            contrast: paper - ink,
            middle,
            outside: similar.count() as f32 / similar.values.len() as f32,
            on_rim: mark.on_rim as f32 / (2 * (area.height() + area.width())) as f32,
        }
    }

    /// How much a mark is like a digit: large, in clear contrast, not along the rim, thin; and what is around it is
    /// paper. On the wrong side only holes and margins are found, which have the ink's colour all around them.
    fn score(&self) -> f32 {
        let fatness = (self.stroke_width / self.size - 0.2).max(0.0);
        self.size.ln() + 0.7 * self.contrast.max(0.01).ln() - 3.0 * (self.on_rim + self.outside + fatness)
    }
}

/// The digit's mark, dark or light.
///
/// If it is a sheet (full, and with a thinner mark on it), then what is on the sheet is the digit.
pub(super) fn find(grey: &Plane) -> Option<Found> {
    let everywhere = Mask::filled(grey.height, grey.width, true);
    let inverted = grey.map(|value| 1.0 - value);
    let seen = |grey: &Plane, is_light| {
        let mark = look(grey, &everywhere)?;
        let traits = Traits::of(&mark, grey);
        Some((traits.score(), traits, Found { mark, is_light }))
    };
    let best = match (seen(grey, false), seen(&inverted, true)) {
        (Some(dark), Some(light)) => {
            if dark.0 >= light.0 {
                dark
            } else {
                light
            }
        }
        (dark, light) => dark.or(light)?,
    };
    let (_, traits, found) = best;
    let with_light_sheet = if found.is_light { grey } else { &inverted };
    let on_sheet = on_sheet(&found.mark, &traits, with_light_sheet);
    Some(match on_sheet {
        Some(mark) => Found { mark, is_light: !found.is_light },
        None => found,
    })
}

/// The mark on the sheet that `outer` is part of, in a picture whose sheet is light; none if it is no sheet.
fn on_sheet(outer: &Mark, traits: &Traits, grey: &Plane) -> Option<Mark> {
    // The whole light region: the mark's own mask ends where the closing's window fits in.
    let (labels, regions) = pieces(&grey.map(|value| value > 1.0 - traits.middle));
    let mut shared = vec![0usize; regions.len() + 1];
    labels.where_set(&outer.mask).for_each(|label| shared[label as usize] += 1);
    let region = regions.iter().max_by_key(|region| shared[region.label as usize])?;
    if shared[region.label as usize] == 0 {
        return None;
    }
    let light = labels.map(|label| label == region.label);
    let (sheet, size, width) = (without_holes(&light), region.area.size() as f32, stroke_width(&light));
    if fullness(&sheet) <= SHEET || width <= 0.08 * size || size <= 0.3 * grey.short_side() as f32 {
        return None;
    }
    let inner = sheet.shrunk(((0.015 * traits.size) as usize).max(1));
    if inner.count() < 50 {
        return None;
    }
    let paper = quantile(grey.where_set(&inner), 0.5);
    let alone = grey.zip(&inner, |value, is_sheet| if is_sheet { value } else { paper });
    let mark = look(&alone, &inner)?;
    let on_it = Traits::of(&mark, &alone);
    // The hole of a 0 is solid, and not much thinner than the 0.
    let is_digit = fullness(&without_holes(&mark.mask)) < 0.75 || width > 2.0 * on_it.stroke_width;
    let is_clear = on_it.size > 0.12 * size && on_it.contrast > 0.2 * traits.contrast;
    (is_digit && is_clear).then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of 120×120, brightness by place.
    fn picture(value: impl Fn(f32, f32) -> f32) -> Plane {
        let values = (0..120 * 120).map(|at| value((at / 120) as f32 - 60.0, (at % 120) as f32 - 60.0));
        Plane { height: 120, width: 120, values: values.collect() }
    }

    fn ring(y: f32, x: f32, outer: f32, inner: f32) -> bool {
        (inner..outer).contains(&y.hypot(x))
    }

    #[test]
    fn the_ink_is_the_ring_and_not_its_hole() {
        for (ink, paper) in [(0.1, 0.9), (0.9, 0.1), (0.5, 0.7)] {
            for inner in [10.0, 20.0, 35.0] {
                let found = find(&picture(|y, x| if ring(y, x, 40.0, inner) { ink } else { paper })).unwrap();
                assert_eq!(found.is_light, ink > paper, "{ink} on {paper}, {inner}");
                assert!((78..=82).contains(&found.mark.area.size()));
            }
        }
    }

    #[test]
    fn a_sheet_on_a_desk_is_paper() {
        let desk = picture(|y, x| match () {
            () if ring(y, x, 22.0, 15.0) => 0.2,
            () if (0.97 * y + 0.26 * x).abs().max((0.97 * x - 0.26 * y).abs()) < 40.0 => 0.9,
            () => 0.3,
        });
        let found = find(&desk).unwrap();
        assert!(!found.is_light);
        assert!((42..=46).contains(&found.mark.area.size()), "{:?}", found.mark.area);
    }

    #[test]
    fn a_digit_that_fills_the_picture_survives() {
        let found = find(&picture(|y, x| if ring(y, 1.2 * x, 61.0, 48.0) { 0.0 } else { 1.0 })).unwrap();
        assert!(!found.is_light && found.mark.on_rim > 0);
        assert_eq!(found.mark.area.height(), 120);
    }
}
