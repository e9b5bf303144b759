use glassbox_formats::Pixels;
use glassbox_kernels::resample;
use glassbox_tensor::Batch;

use crate::{Error, Shape};

/// A picture as it is, for a net that was trained on pictures of the shape `picture`: grey or in colours as the net's,
/// white where it is transparent, and, if it is of another size, stretched to the net's whatever its proportions.
///
/// A picture of the net's own size keeps its pixels.
///
/// # Shape
/// `[height, width, channels]` → `[1, height, width, channels]` of `picture`
///
/// # Errors
/// If `picture` has neither 1 nor 3 channels.
pub fn plain(pixels: &Pixels, picture: Shape) -> Result<Batch<u8>, Error> {
    let shown = match picture.channels {
        1 => pixels.luma_over(1.0),
        3 => pixels.colours_over(1.0),
        _ => {
            let problem = "only those of 1 or 3 channels can be made of a file";
            return Err(Error::Data(format!("this net takes pictures of {picture}; {problem}")));
        }
    };
    let is_of_size = (shown.height(), shown.width()) == (picture.height, picture.width);
    let shown = if is_of_size { shown } else { resample(&shown, picture.height, picture.width) };
    let bytes = Pixels::F32(shown).to_u8();
    bytes
        .reshape([1, picture.height, picture.width, picture.channels])
        .map_err(|error| Error::Data(error.to_string()))
}
