//! The digit's ink made like a picture of MNIST: contrast, stroke width, 20×20, centre of mass.
//!
//! Source: Y. LeCun, C. Cortes, C. Burges, *The MNIST database of handwritten digits*: digits were scaled into 20×20
//! with their proportions kept, and placed in 28×28 by their centre of mass.

use glassbox_kernels::resample;
use glassbox_tensor::Batch;

use super::field::{Area, Plane};
use super::ink::quantile;
use super::mark::Mark;
use super::measures::stroke_width;

/// Side of the box that MNIST fits a digit into.
const BOX: usize = 20;
/// Side of an MNIST picture.
const SIDE: usize = 28;
/// Strokes that would be thinner than this, in pixels of the box, are made as thick; MNIST's are 2 to 4.
const THINNEST: f32 = 2.0;

/// The mark as a picture of MNIST.
///
/// # Shape
/// `[1, 28, 28, 1]`, ink 255 on 0
pub(super) fn fit(mark: &Mark) -> Batch<u8> {
    let ink = contrasted(mark);
    let scale = BOX as f32 / mark.area.size() as f32;
    let digit = if scale < 1.0 {
        thickened(&ink.crop(mark.area), THINNEST / scale - stroke_width(&mark.mask))
    } else {
        // In a tiny picture the grey edge is a part of the digit that counts.
        ink.crop(ink.map(|ink| ink > 0.1).area().unwrap_or(mark.area))
    };
    let scale = BOX as f32 / digit.height.max(digit.width) as f32;
    let side = |side: usize| ((side as f32 * scale).round() as usize).clamp(1, BOX);
    let mut small = Plane::of_image(&resample(&digit.to_image(), side(digit.height), side(digit.width)));
    if scale < 1.0 {
        // Strokes narrower than a pixel are grey now; in MNIST they are white.
        let full = quantile(small.values.iter().copied().filter(|ink| *ink > 0.15), 0.8).max(0.3);
        small = small.map(|ink| (ink / full).min(1.0));
    }
    centred(&small)
}

/// The ink of the mark alone, 0 … 1: from half the noise's height to the mark's own strength.
fn contrasted(mark: &Mark) -> Plane {
    let low = 0.5 * mark.floor;
    let near = mark.mask.grown(1).without(&mark.others);
    mark.ink
        .zip(&near, |ink, is_near| if is_near { ((ink - low) / (mark.strength - low)).clamp(0.0, 1.0) } else { 0.0 })
}

/// Strokes made `by` pixels thicker: the maximum over a disc (a grey dilation). As they are, if `by` is not positive.
fn thickened(ink: &Plane, by: f32) -> Plane {
    if by <= 0.0 {
        return ink.clone();
    }
    let radius = by / 2.0;
    let reach = radius.ceil() as usize;
    let offsets = (0..=2 * reach).flat_map(|y| (0..=2 * reach).map(move |x| (y, x)));
    let disc: Vec<_> =
        offsets.filter(|&(y, x)| (y as f32 - reach as f32).hypot(x as f32 - reach as f32) <= radius + 0.3).collect();
    let mut out = Plane::filled(ink.height + 2 * reach, ink.width + 2 * reach, 0.0);
    for y in 0..ink.height {
        for x in 0..ink.width {
            let value = ink.at(y, x);
            for (down, right) in disc.iter().filter(|_| value > 0.0) {
                let most = out.at(y + down, x + right).max(value);
                out.set(y + down, x + right, most);
            }
        }
    }
    // Corners of the disc that nothing reached are left out of the box.
    let inked = out.map(|ink| ink > 0.0).area();
    out.crop(inked.unwrap_or(Area { top: 0, left: 0, bottom: out.height, right: out.width }))
}

/// The digit in the middle of 28×28, its centre of mass at the centre, or as near as it can be without being cut.
fn centred(digit: &Plane) -> Batch<u8> {
    let (mut mass, mut moment_y, mut moment_x) = (0.0, 0.0, 0.0);
    for (at, &value) in digit.values.iter().enumerate() {
        mass += value;
        moment_y += value * ((at / digit.width) as f32 + 0.5);
        moment_x += value * ((at % digit.width) as f32 + 0.5);
    }
    let place = |moment: f32, side: usize| {
        let start = (SIDE as f32 / 2.0 - moment / mass).round().max(0.0) as usize;
        start.min(SIDE - side)
    };
    let (top, left) = (place(moment_y, digit.height), place(moment_x, digit.width));
    let ink = |y: usize, x: usize| (digit.at(y, x) * 255.0).round().clamp(0.0, 255.0) as u8;
    let rows = top..top + digit.height;
    let columns = left..left + digit.width;
    Batch::from_fn([1, SIDE, SIDE, 1], |(_, y, x, _)| {
        if rows.contains(&y) && columns.contains(&x) { ink(y - top, x - left) } else { 0 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_centre_of_mass_is_in_the_middle() {
        // A bar of 20×4 with a heavy foot: the centre of mass is below the box's middle.
        let mut digit = Plane::filled(20, 4, 0.5);
        digit.values[60..].fill(1.0);
        let out = centred(&digit);
        let (mut mass, mut moment) = (0.0, 0.0);
        for ((_, y, _, _), &value) in out.indexed_iter() {
            mass += f64::from(value);
            moment += f64::from(value) * (y as f64 + 0.5);
        }
        assert!((moment / mass - 14.0).abs() <= 0.5, "{}", moment / mass);
    }

    #[test]
    fn strokes_get_thicker_on_both_sides() {
        let mut ink = Plane::filled(9, 9, 0.0);
        (0..9).for_each(|y| ink.set(y, 4, 1.0));
        let out = thickened(&ink, 2.0);
        assert_eq!((out.height, out.width), (11, 3));
        assert_eq!(thickened(&ink, -1.0), ink);
    }

    #[test]
    fn no_mass_is_no_fault() {
        assert!(centred(&Plane::filled(3, 3, 0.0)).iter().all(|value| *value == 0));
    }
}
