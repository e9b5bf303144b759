//! Reads the first frame.

use std::io::{BufRead, ErrorKind, Seek};

use gif::{ColorOutput, DecodeOptions, DecodingError};
use glassbox_tensor::Image;

use crate::Pixels;
use crate::limit::{MOST_PICTURE_BYTES, bytes_left};

/// Most pixels that a byte of data can make: a code has 12 bits at least when it stands for 4096 pixels.
const MOST_PIXELS_A_BYTE: u64 = 4096 * 8 / 12 + 1;

/// Reads the first frame and the colour profile. A frame that is larger than its screen enlarges it.
///
/// # Errors
/// What is wrong with it, in words that follow its name.
pub(crate) fn read(reader: &mut (impl BufRead + Seek)) -> Result<(Pixels, Option<Vec<u8>>), String> {
    let failed = |error: DecodingError| match error {
        DecodingError::Io(error) if error.kind() == ErrorKind::UnexpectedEof => format!("is cut short (gif): {error}"),
        error => format!("is damaged or of a kind that is not understood (gif): {error}"),
    };
    let length = bytes_left(reader).map_err(|e| format!("cannot be read: {e}"))?;
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    let mut decoder = options.read_info(reader).map_err(failed)?;
    let Some(frame) = decoder.next_frame_info().map_err(failed)? else {
        return Err("holds no picture (gif)".into());
    };
    let [left, top, across, down] = [frame.left, frame.top, frame.width, frame.height].map(usize::from);
    let transparent = frame.transparent;
    let (width, height) =
        (usize::from(decoder.width()).max(left + across), usize::from(decoder.height()).max(top + down));
    let bytes = (width * height * 4) as u64;
    if bytes > MOST_PICTURE_BYTES {
        return Err(format!(
            "is {width}×{height} pixels ({bytes} bytes); at most {MOST_PICTURE_BYTES} bytes are allowed"
        ));
    }
    if across * down == 0 {
        return Err(format!("is {across}×{down} pixels; there must be at least one"));
    }
    if (across * down) as u64 > length * MOST_PIXELS_A_BYTE {
        return Err(format!("is cut short (gif): {length} bytes cannot be {across}×{down} pixels"));
    }
    let mut indices = vec![0; across * down];
    decoder.read_into_buffer(&mut indices).map_err(failed)?;
    let colours = decoder.palette().map_err(failed)?.as_chunks::<3>().0;
    // An index without a colour is transparent.
    let colour = |index: u8| colours.get(usize::from(index)).filter(|_| Some(index) != transparent);
    let is_opaque = (across, down) == (width, height) && {
        let mut seen = [false; 256];
        indices.iter().for_each(|index| seen[usize::from(*index)] = true);
        (0..=u8::MAX).all(|index| !seen[usize::from(index)] || colour(index).is_some())
    };
    let channels = if is_opaque { 3 } else { 4 };
    let mut image = Image::zeros([height, width, channels]);
    let rows = image.as_mut_slice().chunks_exact_mut(width * channels).skip(top);
    for (row, indices) in rows.zip(indices.chunks_exact(across)) {
        for (pixel, index) in row.chunks_exact_mut(channels).skip(left).zip(indices) {
            let known = colours.get(usize::from(*index)).copied().unwrap_or_default();
            pixel[..3].copy_from_slice(&known);
            if let Some(alpha) = pixel.get_mut(3) {
                *alpha = if colour(*index).is_some() { u8::MAX } else { 0 };
            }
        }
    }
    Ok((Pixels::U8(image), decoder.icc_profile().map(<[u8]>::to_vec)))
}
