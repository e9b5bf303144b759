//! Chains of operators on pixels in memory, of any depth. They are compiled in this crate only.

use glassbox_formats::{MOST_PICTURE_BYTES, Pixels};
use glassbox_kernels::{Engine, Filter, Pixel};
use glassbox_tensor::{Element, Image};

use crate::Error;
use crate::in_place::{can_be_in_place, in_place};

/// Bytes of a picture from which on it is worth to save memory: a picture at once is faster.
const IN_PLACE_BYTES: usize = 1 << 26;

/// Takes pixels through a chain of operators; filters copy alpha.
///
/// ```
/// use glassbox_formats::Pixels;
/// use glassbox_kernels::filters;
/// use glassbox_tensor::Image;
/// let pixels = Pixels::U16(Image::from_vec([1, 2, 1], vec![100, 300]).unwrap());
/// let chain = [filters::parse("max-pool:size=1").unwrap()];
/// assert_eq!(glassbox_pipeline::apply(&chain, &pixels).unwrap(), pixels);
/// ```
///
/// # Shape
/// `[height, width, channels]` → as [`output_shape`](glassbox_kernels::output_shape) says
///
/// # Errors
/// [`Error::Operator`] if the output would be empty, [`Error::TooLarge`] if an operator would make more than
/// [`MOST_PICTURE_BYTES`].
pub fn apply(chain: &[Filter], pixels: &Pixels) -> Result<Pixels, Error> {
    let keep_alpha = pixels.has_alpha();
    Ok(match pixels {
        Pixels::U8(image) => Pixels::U8(run(chain, image, keep_alpha)?),
        Pixels::U16(image) => Pixels::U16(run(chain, image, keep_alpha)?),
        Pixels::F32(image) => Pixels::F32(run(chain, image, keep_alpha)?),
    })
}

/// As [`apply`], for a picture of bytes without alpha.
///
/// # Errors
/// As [`apply`].
pub fn apply_u8(chain: &[Filter], image: &Image<u8>) -> Result<Image<u8>, Error> {
    run(chain, image, false)
}

/// As [`apply`], for pixels that are not needed afterwards. Large ones are replaced row by row in their own memory.
///
/// # Errors
/// As [`apply`].
pub(crate) fn apply_to_own(chain: &[Filter], pixels: Pixels) -> Result<Pixels, Error> {
    let keep_alpha = pixels.has_alpha();
    Ok(match pixels {
        Pixels::U8(image) => Pixels::U8(run_to_own(chain, image, keep_alpha)?),
        Pixels::U16(image) => Pixels::U16(run_to_own(chain, image, keep_alpha)?),
        Pixels::F32(image) => Pixels::F32(run_to_own(chain, image, keep_alpha)?),
    })
}

fn run_to_own<T: Pixel>(chain: &[Filter], image: Image<T>, keep_alpha: bool) -> Result<Image<T>, Error> {
    let is_large = image.len() * size_of::<T>() > IN_PLACE_BYTES;
    if !is_large || !can_be_in_place(chain, image.dim())? {
        return run(chain, &image, keep_alpha);
    }
    check_room(chain, &image)?;
    // The input stays until the last pass over it, so no operator need keep its rows.
    in_place(&Engine { keep_alpha, kept_bytes: 0, ..Engine::default() }, chain, image)
}

fn run<T: Pixel>(chain: &[Filter], image: &Image<T>, keep_alpha: bool) -> Result<Image<T>, Error> {
    check_room(chain, image)?;
    Ok(Engine { keep_alpha, ..Engine::default() }.run(chain, image)?)
}

/// Takes pixels through a chain into existing pixels, all channels alike, for benchmarks of the operators alone.
///
/// # Errors
/// [`Error::Operator`] if the output would be empty.
///
/// # Panics
/// If `out` is not of the depth of `pixels` and of the shape of the chain's output: see [`zeros`].
pub fn run_into(chain: &[Filter], pixels: &Pixels, out: &mut Pixels) -> Result<(), Error> {
    let engine = Engine::default();
    match (pixels, out) {
        (Pixels::U8(image), Pixels::U8(out)) => engine.run_into(chain, image, out)?,
        (Pixels::U16(image), Pixels::U16(out)) => engine.run_into(chain, image, out)?,
        (Pixels::F32(image), Pixels::F32(out)) => engine.run_into(chain, image, out)?,
        (pixels, out) => panic!("run_into: expected an output of {}, got {}", pixels.depth(), out.depth()),
    }
    Ok(())
}

/// Black pixels of the depth of `pixels` and the shape of the chain's output.
///
/// # Errors
/// As [`apply`].
pub fn zeros(chain: &[Filter], pixels: &Pixels) -> Result<Pixels, Error> {
    let shape = glassbox_kernels::output_shape(chain, pixels.dim())?;
    Ok(match pixels {
        Pixels::U8(_) => Pixels::U8(Image::zeros(shape)),
        Pixels::U16(_) => Pixels::U16(Image::zeros(shape)),
        Pixels::F32(_) => Pixels::F32(Image::zeros(shape)),
    })
}

/// Refuses a chain if any of its pictures would have more bytes than may be read.
fn check_room<T: Element>(chain: &[Filter], image: &Image<T>) -> Result<(), Error> {
    let mut shape = image.dim();
    for filter in chain {
        shape = filter.shape(shape)?;
        let (height, width, channels) = shape;
        let bytes = height as u128 * width as u128 * channels as u128 * size_of::<T>() as u128;
        if bytes > MOST_PICTURE_BYTES.into() {
            return Err(Error::TooLarge { operator: filter.name().into(), width, height, bytes });
        }
    }
    Ok(())
}
