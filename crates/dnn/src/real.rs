use glassbox_tensor::Element;
use num_traits::{Float, NumAssign};

/// A number a net can compute in: `f32` (the default) or `f64` (gradient checks, NumPy's precision).
pub trait Real: Element + Float + NumAssign + std::fmt::Display + std::iter::Sum {
    /// The nearest value to `x`.
    fn from_f64(x: f64) -> Self;

    /// The same value as `f64`: exact.
    fn as_f64(self) -> f64;

    /// eˣ. In `f32` by a polynomial that can be worked out for a whole vector at a time, within 2 units in the last place.
    fn exponential(self) -> Self;

    /// `self·by + and`: rounded once if `FUSED`, for which the processor must have an instruction, or else in two steps.
    fn multiply_add<const FUSED: bool>(self, by: Self, and: Self) -> Self;
}

impl Real for f32 {
    fn from_f64(x: f64) -> Self {
        x as f32
    }

    fn as_f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn multiply_add<const FUSED: bool>(self, by: f32, and: f32) -> f32 {
        if FUSED { self.mul_add(by, and) } else { self * by + and }
    }

    #[inline(always)]
    fn exponential(self) -> f32 {
        // eˣ = 2ⁿ·eʳ with n = x / ln 2 rounded, so that |r| ≤ ln 2 / 2. ln 2 in two parts, the first with so few bits that n times it
        // is exact. Polynomial and parts: S. Moshier, Cephes, expf.
        const LN2_HIGH: f32 = 0.693_359_4;
        const LN2_LOW: f32 = -2.121_944_4e-4;
        // Adding this leaves a number of this size with no room for a fraction: its last bits are the whole number.
        const ROUND: f32 = 12_582_912.0;
        // Beyond these the result is 0 or infinity.
        let x = if self > 89.0 { 89.0 } else { self };
        let x = if x < -104.0 { -104.0 } else { x };
        let shifted = x * std::f32::consts::LOG2_E + ROUND;
        let n = shifted - ROUND;
        let r = (x - n * LN2_HIGH) - n * LN2_LOW;
        let mut p = 1.987_569_1e-4;
        for coefficient in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
            p = p * r + coefficient;
        }
        let power = p * (r * r) + r + 1.0;
        // 2ⁿ in two halves, because 2ⁿ itself may be beyond the exponent's range where the product is not.
        let n = shifted.to_bits().wrapping_sub(ROUND.to_bits()) as i32;
        let half = n >> 1;
        let two_to = |n: i32| f32::from_bits(((n + 127) << 23) as u32);
        power * two_to(half) * two_to(n - half)
    }
}

impl Real for f64 {
    fn from_f64(x: f64) -> Self {
        x
    }

    fn as_f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn multiply_add<const FUSED: bool>(self, by: f64, and: f64) -> f64 {
        if FUSED { self.mul_add(by, and) } else { self * by + and }
    }

    #[inline(always)]
    fn exponential(self) -> f64 {
        self.exp()
    }
}

#[cfg(test)]
mod tests {
    use super::Real;

    #[test]
    fn the_exponential_is_within_two_units_of_the_last_place() {
        for step in -870_000..=887_000 {
            let x = step as f32 / 10_000.0;
            let (found, wanted) = (x.exponential(), f64::from(x).exp() as f32);
            assert!(found.to_bits().abs_diff(wanted.to_bits()) <= 2, "e^{x}: found {found}, wanted {wanted}");
        }
    }

    #[test]
    fn the_exponential_ends_where_numbers_do() {
        assert_eq!(
            [f32::NEG_INFINITY, -1e4, 0.0, 1e4, f32::INFINITY].map(Real::exponential),
            [0.0, 0.0, 1.0, f32::INFINITY, f32::INFINITY]
        );
        assert!(f32::NAN.exponential().is_nan());
    }
}
