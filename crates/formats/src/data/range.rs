//! How the numbers of pixels become 0 … 255.

use crate::numbers::Numbers;

/// The white of pixels: that of booleans and shares, of scikit-learn's digits, and of 8, 10, 12, 14 and 16 bits.
const WHITES: [f32; 7] = [1.0, 16.0, 255.0, 1023.0, 4095.0, 16383.0, 65535.0];

/// What computing may add to the greatest number.
const SLACK: f32 = 1.001;

/// The white of a data set: the least of the usual ones that no pixel exceeds.
///
/// # Errors
/// If a pixel is negative, not finite, or greater than all of them.
pub(super) fn white(parts: &[(&str, &Numbers)]) -> Result<(f32, f32), String> {
    let mut greatest = 0f32;
    for (name, numbers) in parts {
        greatest = greatest.max(match numbers {
            Numbers::Bytes(bytes) => f32::from(bytes.iter().copied().max().unwrap_or_default()),
            Numbers::Floats(floats) => {
                if let Some(at) = floats.iter().position(|value| !(value.is_finite() && *value >= 0.0)) {
                    return Err(format!(
                        "{name} holds {} at {at}; pixels are numbers from 0 up to 1, 16, 255 or the white of 10 to 16 \
                         bits",
                        floats[at]
                    ));
                }
                floats.iter().copied().fold(0.0, f32::max)
            }
        });
    }
    match WHITES.iter().find(|white| greatest <= **white * SLACK) {
        Some(&white) => Ok((greatest, white)),
        None => Err(format!("holds a pixel of {greatest}; at most {} is allowed", WHITES[6])),
    }
}

/// Pixels 0 … 255: `round(255 · number / white)`.
pub(super) fn to_bytes(numbers: Numbers, white: f32) -> Vec<u8> {
    let scale = 255.0 / f64::from(white);
    let byte = |value: f32| (f64::from(value) * scale).round() as u8;
    match numbers {
        Numbers::Bytes(bytes) if white == 255.0 => bytes,
        Numbers::Bytes(bytes) => bytes.into_iter().map(|value| byte(value.into())).collect(),
        Numbers::Floats(floats) => floats.into_iter().map(byte).collect(),
    }
}

/// What was made of a range.
pub(super) fn text(greatest: f32, white: f32) -> String {
    let taken = if white == 255.0 { "taken as they are".into() } else { format!("{white} is taken for white (255)") };
    format!("pixels are 0 … {greatest}; {taken}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_survives_its_way_through_floats() {
        let bytes: Vec<u8> = (0..=255).collect();
        for white in [1.0, 255.0, 65535.0] {
            let floats = bytes.iter().map(|&byte| (f64::from(byte) / 255.0 * f64::from(white)) as f32).collect();
            let numbers = Numbers::Floats(floats);
            assert_eq!(super::white(&[("x", &numbers)]).unwrap().1, white);
            assert_eq!(to_bytes(numbers, white), bytes);
        }
    }

    #[test]
    fn the_least_white_is_taken_that_no_pixel_exceeds() {
        let white = |values: &[f32]| super::white(&[("x", &Numbers::Floats(values.to_vec()))]);
        for (greatest, expected) in [(0.0, 1.0), (1.0, 1.0), (1.000_000_1, 1.0), (15.0, 16.0), (17.0, 255.0), (4095.0, 4095.0)] {
            assert_eq!(white(&[0.0, greatest]), Ok((greatest, expected)));
        }
        for wrong in [-0.5, f32::NAN, f32::INFINITY, 70000.0] {
            assert!(white(&[0.0, wrong]).is_err(), "{wrong}");
        }
    }
}
