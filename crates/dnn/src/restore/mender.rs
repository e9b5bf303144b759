use glassbox_formats::Pixels;
use glassbox_kernels::{Pixel, noise_level};
use glassbox_tensor::Image;

use super::{Damage, Denoise, Enlarge, Restorer, enlarged};
use crate::{Error, Model, Purpose, Restoration};

/// A restoring model for pictures of any size, depth and number of channels, each channel alone.
///
/// ```
/// use glassbox_dnn::built_in;
/// use glassbox_dnn::restore::Mender;
/// use glassbox_formats::Pixels;
/// use glassbox_tensor::Image;
/// let mender = Mender::new(&built_in("denoise").unwrap(), Some(25.0)).unwrap();
/// let mended = mender.mend(&Pixels::U8(Image::zeros([9, 5, 3]))).unwrap();
/// assert_eq!((mended.pixels.dim(), mended.sigmas), ((9, 5, 3), vec![25.0; 3]));
/// ```
#[derive(Debug)]
pub struct Mender {
    restorer: Restorer,
    damage: Restoration,
    /// The level of the noise, 0 … 255; estimated if it is not known.
    sigma: Option<f32>,
}

/// A mended picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Mended {
    /// The picture.
    pub pixels: Pixels,
    /// The level of noise that was taken for each colour, 0 … 255; empty where noise is not the damage.
    pub sigmas: Vec<f32>,
}

impl Mender {
    /// Takes a model that takes noise away or enlarges; `sigma` is the level of the noise, 0 … 255, if it is known.
    ///
    /// # Errors
    /// If the model is for something else.
    pub fn new(model: &Model, sigma: Option<f32>) -> Result<Self, Error> {
        let (damage, kind) = damage_of(model)?;
        Ok(Self { restorer: Restorer::new(&model.net.to_f32(), kind)?, damage, sigma })
    }

    /// Whether it asks for the level of the noise.
    pub fn takes_level(&self) -> bool {
        self.damage == Restoration::Denoise
    }

    /// Mends a picture. Alpha stays as it is, or is enlarged with cubic weights.
    ///
    /// # Shape
    /// `[height, width, channels]` → `[height·scale, width·scale, channels]`
    ///
    /// # Errors
    /// If the picture or an answer of the net is not made of numbers.
    pub fn mend(&self, pixels: &Pixels) -> Result<Mended, Error> {
        let alpha = pixels.has_alpha().then(|| pixels.dim().2 - 1);
        let mut sigmas = Vec::new();
        let mut mend = |channel: usize, plane: Image<f32>| match (self.damage, alpha == Some(channel)) {
            (Restoration::Enlarge, true) => Ok(enlarged(&plane)),
            (Restoration::Enlarge, false) => self.restorer.plane(&Enlarge, &plane),
            (_, true) => Ok(plane),
            (_, false) => {
                let sigma = self.sigma.unwrap_or_else(|| estimated(&plane));
                sigmas.push(sigma);
                self.restorer.plane(&Denoise { sigma: sigma / 255.0 }, &plane)
            }
        };
        let pixels = match pixels {
            Pixels::U8(image) => Pixels::U8(by_channels(image, &mut mend)?),
            Pixels::U16(image) => Pixels::U16(by_channels(image, &mut mend)?),
            Pixels::F32(image) => Pixels::F32(by_channels(image, &mut mend)?),
        };
        Ok(Mended { pixels, sigmas })
    }
}

/// What a model mends, and how a net is shown such damage.
///
/// # Errors
/// If the model is for something else.
pub(super) fn damage_of(model: &Model) -> Result<(Restoration, &'static dyn Damage), Error> {
    match model.about.purpose {
        Purpose::Restore(Restoration::Denoise) => Ok((Restoration::Denoise, &Denoise::USUAL)),
        Purpose::Restore(Restoration::Enlarge) => Ok((Restoration::Enlarge, &Enlarge)),
        purpose => {
            let needed = "a model that takes noise away or enlarges is needed";
            Err(Error::Model(format!("is for: {purpose}; {needed}")))
        }
    }
}

/// The level of the noise, 0 … 255: at most what nets are taught.
fn estimated(plane: &Image<f32>) -> f32 {
    noise_level(plane).map_or(0.0, |sigma| (255.0 * sigma) as f32).min(Denoise::MOST)
}

/// Mends each channel of a picture as numbers in 0 … 1.
fn by_channels<T: Pixel>(
    image: &Image<T>,
    mend: &mut dyn FnMut(usize, Image<f32>) -> Result<Image<f32>, Error>,
) -> Result<Image<T>, Error> {
    let channels = image.channels();
    let mut out = Image::zeros([0, 0, channels]);
    for channel in 0..channels {
        let numbers = image.as_slice().iter().skip(channel).step_by(channels);
        let numbers = numbers.map(|value| value.to_real() / T::FULL).collect();
        let plane = Image::from_vec([image.height(), image.width(), 1], numbers).expect("a number a pixel");
        let mended = mend(channel, plane)?;
        if channel == 0 {
            out = Image::zeros([mended.height(), mended.width(), channels]);
        }
        let places = out.as_mut_slice().iter_mut().skip(channel).step_by(channels);
        places.zip(mended.as_slice()).for_each(|(place, value)| *place = T::from_real(value * T::FULL));
    }
    Ok(out)
}
