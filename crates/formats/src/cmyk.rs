//! Colours of printing inks, turned into red, green and blue.

use moxcms::{ColorProfile, DataColorSpace};

use crate::sample::{Sample, Transform};

/// Pixels that are transformed at a time.
const PIXELS: usize = 4096;

/// What is said if a profile cannot be used.
const UNUSABLE: &str = "the colour profile makes no sense: inks converted without it";

/// Turns pixels of cyan, magenta, yellow, black, and perhaps alpha, into red, green, blue, and alpha: through their
/// profile into sRGB, or without one by R = (1 - C)(1 - K), G = (1 - M)(1 - K), B = (1 - Y)(1 - K). Returns a note if
/// the profile cannot be used.
pub(crate) fn inks_to_rgb<T: Sample>(pixels: &mut Vec<T>, has_alpha: bool, profile: Option<&[u8]>) -> Option<String> {
    let through = |profile: &[u8]| {
        let profile = ColorProfile::new_from_slice(profile).ok().filter(|it| it.color_space == DataColorSpace::Cmyk)?;
        T::inks_to_srgb(&profile).ok()
    };
    let transform = profile.map(through);
    let (from, to) = if has_alpha { (5, 4) } else { (4, 3) };
    match &transform {
        Some(Some(transform)) => transformed(pixels, from, transform),
        _ => {
            for (at, read) in (0..pixels.len() / from).map(|i| (to * i, from * i)) {
                let white = T::FULL - pixels[read + 3].float();
                for channel in 0..3 {
                    let ink = pixels[read + channel].float();
                    pixels[at + channel] = T::nearest((T::FULL - ink) * white / T::FULL);
                }
                if has_alpha {
                    pixels[at + 3] = pixels[read + 4];
                }
            }
            pixels.truncate(pixels.len() / from * to);
        }
    }
    matches!(transform, Some(None)).then(|| UNUSABLE.into())
}

/// Transforms the first four of each pixel's `from` numbers, and keeps the others.
fn transformed<T: Sample>(pixels: &mut Vec<T>, from: usize, transform: &Transform<T>) {
    let (to, count) = (from - 1, pixels.len() / from);
    let (mut source, mut target) = (Vec::with_capacity(PIXELS * 4), vec![T::default(); PIXELS * 3]);
    for first in (0..count).step_by(PIXELS) {
        let count = PIXELS.min(count - first);
        source.clear();
        let part = &pixels[first * from..(first + count) * from];
        source.extend(part.chunks_exact(from).flat_map(|pixel| &pixel[..4]));
        // It fails only if the lengths do not fit.
        let _ = transform.transform(&source, &mut target[..3 * count]);
        for (i, colour) in target.chunks_exact(3).take(count).enumerate() {
            let (at, read) = ((first + i) * to, (first + i) * from);
            // What is read lies behind what is written.
            let others = read + 4..read + from;
            pixels.copy_within(others, at + 3);
            pixels[at..at + 3].copy_from_slice(colour);
        }
    }
    pixels.truncate(count * to);
}
