use glassbox_tensor::Matrix;

use crate::canvas::{Colour, PAPER, signed_colour};

/// Number of shades from the minimum to the maximum. With anti-aliased letters on each, a GIF has room for few.
const SHADES: f64 = 11.0;
const DARKEST: f64 = 40.0;

/// The colours of a table's values: greys from dark to white, or blue, white and red if some are negative.
pub(super) struct Shade {
    low: f64,
    high: f64,
}

impl Shade {
    /// The shades of a table.
    pub(super) fn of(values: &Matrix<f64>) -> Self {
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), &v| (low.min(v), high.max(v)));
        Self { low, high }
    }

    /// The colour of one value.
    pub(super) fn colour(&self, value: f64) -> Colour {
        if self.low < 0.0 {
            let largest = self.high.max(-self.low);
            return signed_colour((value / largest * SHADES).round() / SHADES);
        }
        if self.low == self.high {
            return PAPER;
        }
        let share = ((value - self.low) / (self.high - self.low) * SHADES).round() / SHADES;
        [(DARKEST + share * (255.0 - DARKEST)).round() as u8; 3]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shaded_from_dark_to_light_or_by_sign() {
        let grey = Shade { low: 10.0, high: 90.0 };
        assert_eq!([grey.colour(10.0), grey.colour(90.0)], [[40; 3], [255; 3]]);
        let signed = Shade { low: -2.0, high: 1.0 };
        assert_eq!(signed.colour(0.0), PAPER);
        assert!(signed.colour(1.0)[0] > signed.colour(1.0)[2] && signed.colour(-2.0)[0] < signed.colour(-2.0)[2]);
    }
}
