//! Colours of CIE L*a*b*, turned into sRGB.

use crate::sample::Sample;

/// The white of Lab, D50: X, Y, Z.
const WHITE: [f32; 3] = [0.9642, 1.0, 0.8249];

/// From X, Y, Z under D50 to linear red, green, blue under D65, adapted by Bradford's matrix.
///
/// Source: B. Lindbloom, RGB/XYZ matrices, sRGB under D50.
const TO_RGB: [[f32; 3]; 3] = [
    [3.133_856, -1.616_867, -0.490_615],
    [-0.978_768, 1.916_142, 0.033_454],
    [0.071_945, -0.228_991, 1.405_243],
];

/// Turns pixels, of which the first three numbers are L, a and b, into red, green and blue. L is 0 … full for 0 … 100;
/// a and b are signed numbers of -128 … 127, or begin at -128. Colours outside of sRGB are cut off.
///
/// Source: CIE 15 (2004), section 8.2.1; TIFF 6.0 (1992), section 23; IEC 61966-2-1 (1999).
pub(super) fn from_lab<T: Sample>(numbers: &mut [T], channels: usize, is_signed: bool) {
    for pixel in numbers.chunks_exact_mut(channels) {
        let [a, b] = [1, 2].map(|at| opponent(pixel[at], is_signed));
        let y = (pixel[0].float() / T::FULL * 100.0 + 16.0) / 116.0;
        let xyz = [y + a / 500.0, y, y - b / 200.0].map(linear);
        let colours = TO_RGB.map(|row| row.iter().zip(xyz).zip(WHITE).map(|((of, xyz), white)| of * xyz * white).sum());
        pixel[..3].copy_from_slice(&colours.map(|colour: f32| T::nearest(gamma(colour.clamp(0.0, 1.0)) * T::FULL)));
    }
}

/// How red or yellow a pixel is, in units of Lab. Signed numbers of 16 bits are in units of 1/256.
fn opponent<T: Sample>(number: T, is_signed: bool) -> f32 {
    let (stored, size) = (number.float(), T::FULL + 1.0);
    if !is_signed {
        stored / T::FULL * 255.0 - 128.0
    } else if stored < size / 2.0 {
        stored / size * 256.0
    } else {
        stored / size * 256.0 - 256.0
    }
}

/// The inverse of the cube root, which near black is a line.
fn linear(root: f32) -> f32 {
    if root > 6.0 / 29.0 { root.powi(3) } else { (root - 4.0 / 29.0) * 108.0 / 841.0 }
}

fn gamma(linear: f32) -> f32 {
    if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}
