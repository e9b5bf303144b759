//! Converts a picture to the nearest that a format can hold.

use std::collections::HashSet;

use glassbox_tensor::{Element, Image};

use crate::exif::{SPOKE_OF_FILE, Says, density_of, speaks_of_file};
use crate::gif::MOST_COLOURS;
use crate::{Format, Picture, Pixels};

/// Most bytes of metadata in a JPEG. A segment holds 65533 bytes with its name; there is one for EXIF and 254 for a
/// profile.
const MOST_JPEG_EXIF: usize = 65533 - 6;
const MOST_JPEG_PROFILE: usize = 254 * (65533 - 14);

/// The nearest picture that the format can hold, and notes on what was lost.
pub(crate) fn fit(picture: Picture, format: Format) -> (Picture, Vec<String>) {
    let Picture { mut pixels, mut metadata, .. } = picture;
    let (holds, mut notes) = (format.holds(), std::mem::take(&mut metadata.notes));
    let depth = pixels.depth();
    if let (Pixels::F32(image), false) = (&pixels, holds.f32) {
        notes.extend(cut_off(image));
    }
    pixels = match pixels {
        Pixels::F32(image) if !holds.f32 && holds.u16 => {
            Pixels::U16(image.map(|value| (value * 65535.0).round().clamp(0.0, 65535.0) as u16))
        }
        Pixels::U16(_) if !holds.u16 => Pixels::U8(pixels.to_u8()),
        Pixels::F32(_) if !holds.f32 => Pixels::U8(pixels.to_u8()),
        fits => fits,
    };
    if pixels.depth() != depth {
        let [found, written] = [depth, pixels.depth()].map(|depth| match depth {
            "u8" => "8 bits a number",
            "u16" => "16 bits a number",
            _ => "floating-point numbers",
        });
        notes.push(format!("{format} cannot hold {found}: written as {written}"));
    }
    let (channels, found) = (holds.channels, pixels.dim().2);
    if !channels.contains(&found) {
        let with_alpha = found % 2 == 0 && channels.contains(&4);
        let target = match (found, with_alpha) {
            (2, false) if channels.contains(&1) => 1,
            (_, true) => 4,
            _ if channels.contains(&3) => 3,
            _ => 1,
        };
        if found % 2 == 0 && target % 2 == 1 && !pixels.is_opaque() {
            notes.push(format!("{format} cannot hold alpha: shown over white"));
        }
        pixels = match pixels {
            Pixels::U8(image) => {
                Pixels::U8(with_channels(&image, target, |v| f64::from(v) / 255.0, |v| (v * 255.0).round() as u8))
            }
            Pixels::U16(image) => {
                Pixels::U16(with_channels(&image, target, |v| f64::from(v) / 65535.0, |v| (v * 65535.0).round() as u16))
            }
            Pixels::F32(image) => Pixels::F32(with_channels(&image, target, f64::from, |v| v as f32)),
        };
        if found > 2 && target == 1 {
            notes.push(format!("{format} cannot hold colours: brightness is left"));
        }
    }
    let says = metadata.exif.as_deref().map_or(Says::Nothing, Says::of);
    for (there, what) in [(metadata.icc.is_some(), "a colour profile"), (says != Says::Nothing, "EXIF")] {
        if there && !holds.metadata {
            notes.push(format!("{format} cannot hold {what}: left out"));
        }
    }
    if let Some(density) = metadata.density.filter(|density| !format.holds_density(density)) {
        // EXIF says it as well.
        if !(holds.metadata && metadata.exif.as_deref().is_some_and(|exif| density_of(exif).is_some())) {
            notes.push(format!("{format} cannot hold the size of a pixel ({}): left out", density.words()));
        }
    }
    let besides = metadata.colours_besides();
    if format != Format::Png && !besides.is_empty() {
        notes.push(format!("{format} cannot hold what the PNG says of its colours ({}): left out", besides.join(", ")));
    }
    if holds.metadata {
        notes.extend(metadata.bring_up_to_date(pixels.dim()));
    }
    // In a TIFF, one directory holds EXIF and the description of the storage.
    if format == Format::Tiff {
        if metadata.exif.as_deref().is_some_and(speaks_of_file) {
            notes.push(SPOKE_OF_FILE.into());
        }
        match says {
            Says::Nothing | Says::Something => {}
            Says::Partly => notes.push("what makes no sense in the EXIF block: left out".into()),
            Says::Nonsense => {
                metadata.exif = None;
                notes.push("the EXIF block makes no sense: left out".into());
            }
        }
    }
    if format == Format::Jpeg {
        let parts = [(&mut metadata.exif, MOST_JPEG_EXIF, "EXIF"), (&mut metadata.icc, MOST_JPEG_PROFILE, "a profile")];
        for (part, most, what) in parts {
            notes
                .extend(part.take_if(|bytes| bytes.len() > most).map(|bytes| {
                    format!("JPEG holds at most {most} bytes of {what}, found {}: left out", bytes.len())
                }));
        }
    }
    if let (Format::Gif, Pixels::U8(image)) = (format, &mut pixels) {
        notes.extend(indexed(image));
    }
    (Picture { pixels, metadata, ..picture }, notes)
}

/// A note if not all floating-point numbers are 0 … 1.
fn cut_off(image: &Image<f32>) -> Option<String> {
    let numbers = image.as_slice().iter().filter(|number| !number.is_nan());
    let (least, most) = numbers.fold((0f32, 1f32), |(least, most), number| (least.min(*number), most.max(*number)));
    (least < 0.0 || most > 1.0)
        .then(|| format!("black is 0, white 1, and there are numbers from {least} to {most}: cut off"))
}

/// Makes alpha all or nothing, as GIF needs, and returns notes on what is lost.
fn indexed(image: &mut Image<u8>) -> Vec<String> {
    let (channels, mut notes) = (image.channels(), Vec::new());
    if channels == 4 {
        let mut partial = false;
        for alpha in image.as_mut_slice().iter_mut().skip(3).step_by(4) {
            partial |= !matches!(alpha, 0 | 255);
            *alpha = if *alpha < 128 { 0 } else { 255 };
        }
        if partial {
            notes.push("GIF cannot hold partial alpha: less than half is none, the rest all".into());
        }
    }
    let mut colours = HashSet::new();
    // Transparent pixels share one colour.
    let visible = |pixel: &[u8]| if pixel.get(3) == Some(&0) { [0; 4] } else { [pixel[0], pixel[1], pixel[2], 255] };
    if image
        .as_slice()
        .chunks_exact(channels)
        .any(|pixel| colours.insert(visible(pixel)) && colours.len() > MOST_COLOURS)
    {
        notes.push(format!("GIF holds at most {MOST_COLOURS} colours: reduced to those"));
    }
    notes
}

/// Converts grey to colour, colour to brightness by Rec. 601, and keeps alpha or blends with white.
fn with_channels<T: Element>(
    image: &Image<T>,
    target: usize,
    unit: impl Fn(T) -> f64,
    value: impl Fn(f64) -> T,
) -> Image<T> {
    let (height, width, found) = image.dim();
    let mut out = Vec::with_capacity(height * width * target);
    for pixel in image.as_slice().chunks_exact(found) {
        let (colours, alpha) = if found % 2 == 0 { pixel.split_at(found - 1) } else { (pixel, &[][..]) };
        let luma = match *colours {
            [r, g, b] if target == 1 => Some(value(0.299 * unit(r) + 0.587 * unit(g) + 0.114 * unit(b))),
            _ => None,
        };
        for channel in 0..if target == 1 { 1 } else { 3 } {
            let colour = luma.unwrap_or_else(|| colours[channel.min(colours.len() - 1)]);
            match (alpha, target % 2) {
                (&[alpha], 1) => out.push(value(unit(colour) * unit(alpha) + 1.0 - unit(alpha))),
                _ => out.push(colour),
            }
        }
        if target == 4 {
            out.push(alpha.first().copied().unwrap_or_else(|| value(1.0)));
        }
    }
    Image::from_vec([height, width, target], out).expect("`target` values a pixel")
}
