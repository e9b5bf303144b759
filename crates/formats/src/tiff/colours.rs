//! The numbers of a TIFF file, turned into greys or red, green and blue.

use glassbox_tensor::Image;

use super::lab::from_lab;
use super::layout::Layout;
use super::names::{Meaning, Packing};
use super::tags::{self, Tags};
use crate::cmyk::inks_to_rgb;
use crate::sample::Sample;
use crate::{Metadata, Pixels};

/// How many channels the picture has in the end.
pub(super) fn result_channels(layout: &Layout) -> usize {
    let is_grey = matches!(layout.meaning, Meaning::Grey | Meaning::Dark);
    (if is_grey { 1 } else { 3 }) + usize::from(layout.alpha.is_some())
}

/// The picture of the numbers that are kept, whose largest is `full`.
pub(super) fn colours<T: Sample>(
    mut numbers: Vec<T>,
    (tags, layout): (&Tags, &Layout),
    full: f32,
    metadata: &mut Metadata,
) -> Result<Pixels, String> {
    let has_alpha = layout.alpha.is_some();
    if layout.meaning == Meaning::Palette {
        return look_up(&numbers, tags, layout).map(Pixels::U8);
    }
    if layout.meaning == Meaning::Inks && full != T::FULL {
        numbers.iter_mut().for_each(|ink| *ink = T::nearest(ink.float() / full * T::FULL));
    }
    if let Some(alpha) = layout.alpha {
        let full = if layout.meaning == Meaning::Inks { T::FULL } else { full };
        straighten(&mut numbers, layout.meaning.samples(), alpha.is_multiplied, full);
    }
    match layout.meaning {
        Meaning::Dark => {
            let greys = numbers.iter_mut().step_by(if has_alpha { 2 } else { 1 });
            greys.for_each(|grey| *grey = T::nearest(full - grey.float()));
        }
        Meaning::Inks => {
            metadata.notes.extend(inks_to_rgb(&mut numbers, has_alpha, metadata.icc.take().as_deref()));
        }
        Meaning::YCbCr => from_ycbcr(&mut numbers, 3 + usize::from(has_alpha), tags, layout),
        Meaning::Lab { is_signed } => {
            metadata.icc = None;
            from_lab(&mut numbers, 3 + usize::from(has_alpha), is_signed);
        }
        Meaning::Grey | Meaning::Rgb | Meaning::Palette => {}
    }
    let shape = [layout.height, layout.width, result_channels(layout)];
    Image::from_vec(shape, numbers).map(T::pixels).map_err(|error| error.to_string())
}

/// Divides the colours by alpha if they are multiplied by it: colour · full / alpha. Where nothing is seen they are 0.
/// Alpha becomes 0 … full of the type.
fn straighten<T: Sample>(numbers: &mut [T], colours: usize, is_multiplied: bool, full: f32) {
    for pixel in numbers.chunks_exact_mut(colours + 1) {
        let alpha = pixel[colours].float();
        if is_multiplied {
            for colour in &mut pixel[..colours] {
                *colour = if alpha > 0.0 { T::nearest(colour.float() * full / alpha) } else { T::default() };
            }
        }
        pixel[colours] = T::nearest(alpha / full * T::FULL);
    }
}

/// Looks up indexed colours. The table has all reds, all greens, all blues, of 16 bits; some programs write 8 bits, low
/// or high.
///
/// Source: TIFF 6.0 (1992), section 5.
fn look_up<T: Sample>(numbers: &[T], tags: &Tags, layout: &Layout) -> Result<Image<u8>, String> {
    let table = tags.numbers(tags::COLOUR_MAP);
    let of_all = |is: fn(&u64) -> bool| table.iter().all(is);
    let byte = match () {
        () if of_all(|colour| *colour < 256) => |colour| colour as u8,
        () if of_all(|colour| colour.is_multiple_of(256)) => |colour| (colour >> 8) as u8,
        () => |colour| ((colour + 128) / 257) as u8,
    };
    let count = table.len() / 3;
    let most = ((1u32 << layout.bits) - 1) as f32;
    let mut out = Vec::with_capacity(layout.height * layout.width * result_channels(layout));
    for pixel in numbers.chunks_exact(layout.kept().count()) {
        let index = pixel[0].float() as usize;
        if index >= count {
            return Err(format!("is damaged (tiff): it has {count} colours and uses one beyond"));
        }
        let at = out.len();
        out.extend([0, count, 2 * count].map(|channel| byte(table[channel + index])));
        if let Some(alpha) = layout.alpha {
            out.push((pixel[1].float() / most * 255.0).round() as u8);
            straighten(&mut out[at..], 3, alpha.is_multiplied, 255.0);
        }
    }
    Image::from_vec([layout.height, layout.width, result_channels(layout)], out).map_err(|error| error.to_string())
}

/// Turns brightness, blueness and redness into colours:
/// R = Y + (2 - 2r)·Cr, B = Y + (2 - 2b)·Cb, G = (Y - r·R - b·B) / g.
///
/// Source: TIFF 6.0 (1992), sections 20 and 21.
fn from_ycbcr<T: Sample>(numbers: &mut [T], channels: usize, tags: &Tags, layout: &Layout) {
    let is_jpeg = layout.packing == Packing::Jpeg;
    let usual = [0.299, 0.587, 0.114];
    let [r, g, b] = tags.fractions(tags::LUMA).filter(|[_, g, _]| !is_jpeg && *g > 0.0).unwrap_or(usual);
    let unit = T::FULL / 255.0;
    let range = tags.fractions(tags::BLACK_AND_WHITE);
    // The entry is in stored numbers.
    let [black, white, blue, most_blue, red, most_red] = range
        .filter(|range: &[f32; 6]| !is_jpeg && range.chunks(2).all(|pair| pair[0] != pair[1]))
        .unwrap_or_else(|| [0.0, 255.0, 128.0, 255.0, 128.0, 255.0].map(|number| number * unit));
    for pixel in numbers.chunks_exact_mut(channels) {
        let y = (pixel[0].float() - black) * T::FULL / (white - black);
        let cb = (pixel[1].float() - blue) * 127.0 * unit / (most_blue - blue);
        let cr = (pixel[2].float() - red) * 127.0 * unit / (most_red - red);
        let (red, blue) = (y + (2.0 - 2.0 * r) * cr, y + (2.0 - 2.0 * b) * cb);
        let green = (y - r * red - b * blue) / g;
        pixel[..3].copy_from_slice(&[red, green, blue].map(T::nearest));
    }
}
