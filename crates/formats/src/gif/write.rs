//! Writes frames, each with a colour table of its own.

use std::collections::BTreeSet;
use std::io::{self, Write};

use color_quant::NeuQuant;
use gif::{DisposalMethod, Encoder, EncodingError, Frame, Repeat};
use glassbox_tensor::Image;
use rayon::prelude::*;

/// Colours of a table.
pub(crate) const MOST_COLOURS: usize = 256;

/// Pixels from which a table is learnt. More take long, and change its colours by less than is visible.
const SAMPLE: usize = 1 << 21;

/// Writes one picture.
///
/// # Shape
/// `[height, width, 3 or 4]`; alpha is 0 or 255
pub(crate) fn write(image: &Image<u8>, writer: &mut dyn Write) -> io::Result<()> {
    begin(image, writer)?.write_frame(&frame(image)?).map_err(failed)
}

/// Writes frames that repeat for ever. Only one is in memory at a time.
///
/// # Shape
/// Each `[height, width, 3 or 4]`, all of the same size, shown for `milliseconds`
pub(crate) fn write_moving(
    frames: impl Iterator<Item = Image<u8>>,
    milliseconds: u32,
    writer: &mut dyn Write,
) -> io::Result<()> {
    let mut frames = frames.peekable();
    let Some(first) = frames.peek() else { return Ok(()) };
    let mut encoder = begin(first, writer)?;
    encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
    frames.try_for_each(|image| {
        let delay = u16::try_from(milliseconds / 10).unwrap_or(u16::MAX);
        encoder.write_frame(&Frame { delay, ..frame(&image)? }).map_err(failed)
    })
}

fn begin<'a>(image: &Image<u8>, writer: &'a mut dyn Write) -> io::Result<Encoder<&'a mut dyn Write>> {
    let [height, width] = sides(image)?;
    Encoder::new(writer, width, height, &[]).map_err(failed)
}

fn sides(image: &Image<u8>) -> io::Result<[u16; 2]> {
    let (height, width, _) = image.dim();
    let side = |side: usize| u16::try_from(side).map_err(|_| io::Error::other("the frame is too large"));
    Ok([side(height)?, side(width)?])
}

fn frame(image: &Image<u8>) -> io::Result<Frame<'static>> {
    let [height, width] = sides(image)?;
    let table = Table::of(image);
    let channels = image.channels();
    let mut indices = vec![0; image.len() / channels];
    // In pieces: a task for each pixel would take longer than its search.
    let pieces = indices.par_chunks_mut(1 << 14).zip(image.as_slice().par_chunks(channels << 14));
    pieces.for_each(|(indices, pixels)| {
        for (index, pixel) in indices.iter_mut().zip(pixels.chunks_exact(channels)) {
            *index = table.index(visible(pixel));
        }
    });
    Ok(Frame {
        height,
        width,
        buffer: indices.into(),
        transparent: table.transparent,
        palette: Some(table.colours()),
        dispose: DisposalMethod::Background,
        ..Frame::default()
    })
}

type Colour = [u8; 3];

/// The colour of a pixel, if it is visible.
fn visible(pixel: &[u8]) -> Option<Colour> {
    match *pixel {
        [_, _, _, 0] => None,
        [r, g, b, ..] => Some([r, g, b]),
        _ => None,
    }
}

/// Red, green, blue and 255 of about `most` of the visible pixels: one of some that follow each other, in each row
/// another one, so that no pattern of columns is missed.
fn sample(image: &Image<u8>, most: usize) -> Vec<u8> {
    let (width, pixels) = (image.dim().1, || image.as_slice().chunks_exact(image.channels()).map(visible));
    let step = pixels().flatten().count().div_ceil(most);
    let chosen = pixels().enumerate().filter(|(i, _)| (i / width + i % width).is_multiple_of(step));
    chosen.filter_map(|(_, colour)| colour).flat_map(|[r, g, b]| [r, g, b, 255]).collect()
}

/// The colours of a frame.
struct Table {
    colours: Colours,
    /// The index of transparent pixels, after those of the colours, if there are such pixels.
    transparent: Option<u8>,
}

enum Colours {
    /// All that there are, in order.
    Own(Vec<Colour>),
    /// Learnt from a frame that has more.
    Learnt(NeuQuant),
}

impl Table {
    fn of(image: &Image<u8>) -> Self {
        let pixels = || image.as_slice().chunks_exact(image.channels()).map(visible);
        let has_transparent = image.channels() == 4 && pixels().any(|colour| colour.is_none());
        let room = MOST_COLOURS - usize::from(has_transparent);
        let (mut own, mut last) = (BTreeSet::new(), None);
        // Neighbours are often of one colour.
        let is_new = |colour: &Colour| last.replace(*colour) != Some(*colour);
        let (colours, count) =
            if pixels().flatten().filter(is_new).all(|colour| !own.insert(colour) || own.len() <= room) {
                let count = own.len();
                (Colours::Own(own.into_iter().collect()), count)
            } else {
                (Colours::Learnt(NeuQuant::new(1, room, &sample(image, SAMPLE))), room)
            };
        Self { colours, transparent: has_transparent.then_some(count as u8) }
    }

    fn index(&self, colour: Option<Colour>) -> u8 {
        match (colour, &self.colours) {
            (None, _) => self.transparent.unwrap_or_default(),
            (Some(colour), Colours::Own(own)) => own.binary_search(&colour).unwrap_or_default() as u8,
            (Some([r, g, b]), Colours::Learnt(net)) => net.index_of(&[r, g, b, 255]) as u8,
        }
    }

    /// Red, green and blue of each index.
    fn colours(&self) -> Vec<u8> {
        let mut colours = match &self.colours {
            Colours::Own(own) => own.concat(),
            Colours::Learnt(net) => net.color_map_rgb(),
        };
        colours.extend([0; 3].iter().filter(|_| self.transparent.is_some()));
        colours
    }
}

fn failed(error: EncodingError) -> io::Error {
    match error {
        EncodingError::Io(error) => error,
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::Pixels;

    #[test]
    fn few_transparent_pixels_among_many_colours_stay_transparent_and_no_others() {
        let pixel =
            |y: usize, x: usize| [(5 * y) as u8, (5 * x) as u8, (3 * (y + x)) as u8, if y == x { 0 } else { 255 }];
        let image = Image::from_fn([40, 41, 4], |(y, x, c)| pixel(y, x)[c]);
        let mut file = Vec::new();
        write(&image, &mut file).unwrap();
        let (Pixels::U8(found), _) = crate::gif::read(&mut Cursor::new(file)).unwrap() else { panic!("of 8 bits") };
        assert_eq!(found.channel(3), image.channel(3));
        let differences = found.as_slice().iter().zip(image.as_slice()).map(|(a, b)| u64::from(a.abs_diff(*b)));
        let visible = differences.zip(image.as_slice().chunks(4).flat_map(|pixel| [pixel[3]; 4]));
        let sum: u64 = visible.filter(|(_, alpha)| *alpha > 0).map(|(difference, _)| difference).sum();
        assert!(sum < 12 * image.len() as u64, "{sum} of {} numbers", image.len());
    }

    #[test]
    fn a_sample_has_pixels_of_every_row_and_column() {
        let image = Image::from_fn([30, 60, 3], |(y, x, c)| [y, x, 0][c] as u8);
        let colours = sample(&image, 100);
        for (place, side) in [(0, 30), (1, 60)] {
            let seen: BTreeSet<_> = colours.chunks(4).map(|colour| colour[place]).collect();
            assert_eq!(seen.len(), side);
        }
        assert!((90..=110).contains(&(colours.len() / 4)), "{}", colours.len() / 4);
        assert_eq!(sample(&image, 1800).len() / 4, 1800);
    }
}
