//! The numbers of pictures, whatever their depth.

use std::sync::Arc;

use glassbox_tensor::{Element, Image};
use moxcms::{CmsError, ColorProfile, Layout, RenderingIntent, TransformExecutor, TransformOptions};

use crate::Pixels;

/// Takes pixels from one colour space to another.
pub(crate) type Transform<T> = Arc<dyn TransformExecutor<T> + Send + Sync>;

/// A number of a picture: `u8`, `u16` or `f32`.
pub(crate) trait Sample: Element {
    /// Full brightness, and full alpha.
    const FULL: f32;

    /// The nearest number of this type.
    fn nearest(value: f32) -> Self;

    fn float(self) -> f32;

    /// A transformation of four inks of this type to sRGB: colours in both stay as they are, if the profile has a table
    /// for that.
    fn inks_to_srgb(from: &ColorProfile) -> Result<Transform<Self>, CmsError>;

    fn pixels(image: Image<Self>) -> Pixels;
}

macro_rules! samples {
    ($($t:ident, $full:expr, $nearest:expr, $create:ident, $pixels:ident;)*) => {$(
        impl Sample for $t {
            const FULL: f32 = $full;

            fn nearest(value: f32) -> Self {
                $nearest(value)
            }

            fn float(self) -> f32 {
                f32::from(self)
            }

            fn inks_to_srgb(from: &ColorProfile) -> Result<Transform<Self>, CmsError> {
                let to = ColorProfile::new_srgb();
                let by = |rendering_intent| {
                    let options = TransformOptions { rendering_intent, ..TransformOptions::default() };
                    // Four numbers a pixel, whatever they mean.
                    from.$create(Layout::Rgba, &to, Layout::Rgb, options)
                };
                by(RenderingIntent::RelativeColorimetric).or_else(|_| by(RenderingIntent::Perceptual))
            }

            fn pixels(image: Image<Self>) -> Pixels {
                Pixels::$pixels(image)
            }
        }
    )*};
}

samples! {
    // Casts saturate.
    u8, 255.0, |value: f32| (value + 0.5) as u8, create_transform_8bit, U8;
    u16, 65535.0, |value: f32| (value + 0.5) as u16, create_transform_16bit, U16;
    f32, 1.0, |value: f32| value, create_transform_f32, F32;
}
