//! JPEG pictures: what the picture library's decoder does not see.
//!
//! Its decoder fills missing data with grey, and misplaces the blocks of pictures whose components are coded one after
//! another in different sizes. So the data are checked here, and such pictures are read by another decoder.

mod check;
mod huffman;
mod structure;

use std::io::Read;

use image::{DynamicImage, GrayImage, RgbImage};
use jpeg_decoder::PixelFormat;

use self::structure::{Frame, MOST_SCANS, Structure};
use crate::density::Density;
use crate::limit::MOST_PICTURE_BYTES;

/// A JPEG file whose segments were read, and whose picture can be decoded.
pub(crate) struct Jpeg<'a> {
    bytes: &'a [u8],
    structure: Structure<'a>,
}

/// What a JPEG says besides the pixels.
pub(crate) struct Besides {
    pub(crate) exif: Option<Vec<u8>>,
    pub(crate) icc: Option<Vec<u8>>,
    pub(crate) density: Option<Density>,
    pub(crate) holds_more: bool,
}

impl<'a> Jpeg<'a> {
    /// Reads the segments. Refuses what is cut short or too large, and kinds that are not read, before memory is taken
    /// for pixels.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, String> {
        let structure = Structure::of(bytes);
        let Some(frame) = &structure.frame else {
            return Err(match structure.is_whole {
                true => "is damaged (jpg): there is no picture in it".into(),
                false => "is cut short (jpg): its end is missing".into(),
            });
        };
        let kind = match frame.marker {
            0xC3 | 0xC7 | 0xCB | 0xCF => Some("lossless JPEG"),
            0xC5 | 0xC6 | 0xCD | 0xCE => Some("hierarchical JPEG"),
            0xC9 | 0xCA => Some("JPEG with arithmetic coding"),
            _ if frame.bits != 8 => Some("JPEG of more than 8 bits"),
            _ => None,
        };
        if let Some(kind) = kind {
            return Err(format!("is a {kind}, which is not read"));
        }
        if !structure.is_whole {
            return Err("is cut short (jpg): its end is missing".into());
        }
        let &Frame { height, width, .. } = frame;
        let bytes_of_pixels = (height * width * frame.components.len().min(3)) as u64;
        if bytes_of_pixels > MOST_PICTURE_BYTES {
            return Err(format!(
                "is {width}×{height} pixels ({bytes_of_pixels} bytes); at most {MOST_PICTURE_BYTES} bytes are allowed"
            ));
        }
        let found: usize = structure.scans.iter().map(|scan| scan.data.len()).sum();
        if found < frame.fewest_bytes() {
            return Err(format!("is cut short (jpg): {found} bytes of data cannot be {width}×{height} pixels"));
        }
        if structure.scans.len() > MOST_SCANS {
            return Err(format!("has more than {MOST_SCANS} scans (jpg), which no program writes"));
        }
        Ok(Self { bytes, structure })
    }

    /// Metadata; of several blocks of one sort the first.
    pub(crate) fn besides(&mut self) -> Besides {
        let Structure { exif, icc, density, holds_more, .. } = &mut self.structure;
        Besides { exif: exif.take(), icc: icc.take(), density: density.take(), holds_more: *holds_more }
    }

    /// Whether it has four colours.
    pub(crate) fn has_inks(&self) -> bool {
        self.structure.frame.as_ref().is_some_and(|frame| frame.components.len() == 4)
    }

    /// Reads all of the data, without making pixels of them.
    ///
    /// # Errors
    /// If they do not fill the picture.
    pub(crate) fn check(&self) -> Result<(), String> {
        check::fault(&self.structure).map_or(Ok(()), |fault| Err(format!("is damaged or cut short (jpg): {fault}")))
    }

    /// The bytes that the pixels of a file will take. The reader is at its start.
    pub(crate) fn size(reader: &mut impl Read) -> Option<u64> {
        let mut start = Vec::new();
        reader.take(1 << 20).read_to_end(&mut start).ok()?;
        let frame = Structure::of(&start).frame?;
        Some((frame.height * frame.width * frame.components.len().min(3)) as u64)
    }

    /// Decodes a picture that the picture library would decode wrongly.
    pub(crate) fn decode_apart(&self) -> Option<Result<DynamicImage, String>> {
        let frame = self.structure.frame.as_ref()?;
        let in_first = self.structure.scans.first()?.components.len();
        let factors = frame.components.iter().map(|component| (component.across, component.down));
        let of_one_size = factors.clone().min() == factors.max();
        if frame.is_progressive() || in_first == frame.components.len() || of_one_size {
            return None;
        }
        let (height, width) = (frame.height as u32, frame.width as u32);
        let mut decoder = jpeg_decoder::Decoder::new(self.bytes);
        let pixels = decoder.decode().map_err(|error| format!("is damaged (jpg): {error}"));
        Some(pixels.and_then(|pixels| {
            let image = match decoder.info().map(|info| info.pixel_format) {
                Some(PixelFormat::RGB24) => RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
                Some(PixelFormat::L8) => GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
                _ => None,
            };
            image.ok_or_else(|| "is a JPEG of inks that are stored one after another, which is not read".into())
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::Jpeg;

    fn encoded(progressive: bool, restart: u16, sampling: jpeg_encoder::SamplingFactor) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
        encoder.set_progressive(progressive);
        encoder.set_sampling_factor(sampling);
        if restart > 0 {
            encoder.set_restart_interval(restart);
        }
        let pixels: Vec<u8> = (0..61 * 47 * 3u32).map(|i| (i * i / 97 + i / 3) as u8).collect();
        encoder.encode(&pixels, 61, 47, jpeg_encoder::ColorType::Rgb).unwrap();
        bytes
    }

    #[test]
    fn whole_pictures_are_whole_and_cut_ones_are_not() {
        use jpeg_encoder::SamplingFactor::{F_1_1, F_2_1, F_2_2};
        for progressive in [false, true] {
            for (restart, sampling) in [(0, F_1_1), (0, F_2_2), (3, F_2_1)] {
                let whole = encoded(progressive, restart, sampling);
                assert_eq!(Jpeg::new(&whole).unwrap().check(), Ok(()), "progressive {progressive}, every {restart}");
                let start = whole.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap() + 14;
                for cut in (start..whole.len() - 4).step_by(37) {
                    let mut damaged = whole[..cut].to_vec();
                    // No marker may be cut in two.
                    damaged.truncate(damaged.len() - usize::from(damaged.ends_with(&[0xFF])));
                    damaged.extend([0xFF, 0xD9]);
                    let told = Jpeg::new(&damaged).and_then(|jpeg| jpeg.check());
                    assert!(told.is_err(), "progressive {progressive}, every {restart}, {cut} of {}", whole.len());
                }
            }
        }
    }

    #[test]
    fn data_that_cannot_fill_a_picture_are_refused_by_their_length() {
        let mut bytes = encoded(false, 0, jpeg_encoder::SamplingFactor::F_1_1);
        let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
        bytes[frame + 5..frame + 9].copy_from_slice(&[0x3E, 0x80, 0x3E, 0x80]);
        let told = Jpeg::new(&bytes).err().unwrap();
        assert!(told.contains("cannot be 16000×16000 pixels"), "{told}");
    }

    #[test]
    fn damage_is_no_reason_to_panic() {
        for progressive in [false, true] {
            let whole = encoded(progressive, 2, jpeg_encoder::SamplingFactor::F_2_2);
            for place in 0..whole.len() {
                for flip in [0xFF, 0x11] {
                    let mut bytes = whole.clone();
                    bytes[place] ^= flip;
                    let _ = Jpeg::new(&bytes).and_then(|jpeg| jpeg.check());
                }
                let _ = Jpeg::new(&whole[..place]);
            }
        }
    }
}
