//! Pictures turned and mirrored as EXIF says.

use glassbox_tensor::Image;
use image::metadata::Orientation;

use crate::Pixels;
use crate::sample::Sample;

impl Pixels {
    /// The picture upright.
    ///
    /// Source: CIPA DC-008 (EXIF 2.32), clause 4.6.4, orientation.
    pub(crate) fn upright(self, orientation: Orientation) -> Self {
        match self {
            pixels if orientation == Orientation::NoTransforms => pixels,
            Pixels::U8(image) => upright(&image, orientation),
            Pixels::U16(image) => upright(&image, orientation),
            Pixels::F32(image) => upright(&image, orientation),
        }
    }
}

fn upright<T: Sample>(image: &Image<T>, orientation: Orientation) -> Pixels {
    use Orientation::*;
    let (height, width, channels) = image.dim();
    let turns = matches!(orientation, Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH);
    // Where in the file the first pixel of the result is, and whether it is on the right and at the bottom.
    let from_right = matches!(orientation, FlipHorizontal | Rotate180 | Rotate270 | Rotate270FlipH);
    let from_bottom = matches!(orientation, FlipVertical | Rotate180 | Rotate90 | Rotate270FlipH);
    let (rows, columns) = if turns { (width, height) } else { (height, width) };
    let numbers = image.as_slice();
    let mut out = Vec::with_capacity(numbers.len());
    for row in 0..rows {
        for column in 0..columns {
            let (y, x) = if turns { (column, row) } else { (row, column) };
            let x = if from_right { width - 1 - x } else { x };
            let y = if from_bottom { height - 1 - y } else { y };
            let at = (y * width + x) * channels;
            out.extend_from_slice(&numbers[at..at + channels]);
        }
    }
    T::pixels(Image::from_vec([rows, columns, channels], out).expect("as many numbers as before"))
}

#[cfg(test)]
mod tests {
    use glassbox_tensor::Image;
    use image::metadata::Orientation;
    use image::{DynamicImage, RgbImage};

    use crate::Pixels;

    #[test]
    fn all_orientations_are_those_of_the_library() {
        let numbers: Vec<u8> = (0..36).collect();
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif).unwrap();
            let mut expected = DynamicImage::ImageRgb8(RgbImage::from_raw(4, 3, numbers.clone()).unwrap());
            expected.apply_orientation(orientation);
            let shape = [expected.height() as usize, expected.width() as usize, 3];
            let found = Pixels::U8(Image::from_vec([3, 4, 3], numbers.clone()).unwrap()).upright(orientation);
            assert_eq!(found, Pixels::U8(Image::from_vec(shape, expected.into_bytes()).unwrap()), "{exif}");
        }
    }
}
