use glassbox_simd::Floats;
use glassbox_tensor::Element;
use num_traits::{Float, NumAssign};

/// A number a net can compute in: `f32` (the default) or `f64` (gradient checks, NumPy's precision).
pub trait Real: Element + Floats + Float + NumAssign + std::fmt::Display + std::iter::Sum {
    /// The nearest value to `x`.
    fn from_f64(x: f64) -> Self;

    /// The same value as `f64`: exact.
    fn as_f64(self) -> f64;

    /// eˣ. In `f32` by a polynomial that vectorises, within 2 units in the last place.
    fn exponential(self) -> Self;

    /// eˣ − 1, exact also near 0, where eˣ is a 1 that has no digits left for the rest.
    fn exponential_less_one(self) -> Self;

    /// ln(1 + x) for `x` in 0 … 1, exact also near 0.
    fn log_of_one_plus(self) -> Self;

    /// Φ(x), the share of a normal distribution below `x`, exact also where it is small.
    fn normal_share(self) -> Self;
}

impl Real for f32 {
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x as f32
    }

    #[inline(always)]
    fn as_f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn exponential(self) -> f32 {
        // eˣ = 2ⁿ·eʳ with n = x / ln 2 rounded, so that |r| ≤ ln 2 / 2. ln 2 in two parts, the first with so few bits
        // that n times it is exact. Polynomial and parts: S. Moshier, Cephes, expf.
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

    #[inline(always)]
    fn exponential_less_one(self) -> f32 {
        // Near 0 the same polynomial without its 1; further out the difference keeps its digits.
        let mut p = 1.987_569_1e-4;
        for coefficient in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
            p = p * self + coefficient;
        }
        let near = p * (self * self) + self;
        let far = self.exponential() - 1.0;
        if self.abs() < 0.35 { near } else { far }
    }

    #[inline(always)]
    fn log_of_one_plus(self) -> f32 {
        // ln(1 + x) = 2·artanh(s) = 2·(s + s³/3 + s⁵/5 + …) with s = x / (2 + x), which is at most 1/3.
        let s = self / (2.0 + self);
        let square = s * s;
        let mut p = 1.0 / 15.0;
        for odd in [13.0, 11.0, 9.0, 7.0, 5.0, 3.0] {
            p = p * square + 1.0 / odd;
        }
        2.0 * (s + s * square * p)
    }

    #[inline(always)]
    fn normal_share(self) -> f32 {
        // Φ(−x)·e^(x²/2) is so smooth that t = 1 / (1 + 0.35·x) times a polynomial of t is within 2·10⁻⁷ of it. The
        // coefficients interpolate it at Chebyshev points, x = 0 … 14; beyond, Φ(−x) is 0.
        let t = 1.0 / (1.0 + 0.35 * self.abs());
        let mut p = -0.028_945_908;
        for coefficient in [
            0.143_088_07,
            -0.254_084_8,
            0.157_547_44,
            -0.022_156_256,
            0.105_175_19,
            0.119_899_645,
            0.139_854_91,
            0.139_621_69,
        ] {
            p = p * t + coefficient;
        }
        let beyond = (-0.5 * self * self).exponential() * (t * p);
        if self > 0.0 { 1.0 - beyond } else { beyond }
    }
}

impl Real for f64 {
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x
    }

    #[inline(always)]
    fn as_f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn exponential(self) -> f64 {
        self.exp()
    }

    #[inline(always)]
    fn exponential_less_one(self) -> f64 {
        self.exp_m1()
    }

    #[inline(always)]
    fn log_of_one_plus(self) -> f64 {
        self.ln_1p()
    }

    #[inline(always)]
    fn normal_share(self) -> f64 {
        // The complement, because 1 + erf has no digits left below −6.
        0.5 * libm::erfc(-self * std::f64::consts::FRAC_1_SQRT_2)
    }
}

#[cfg(test)]
mod tests {
    use super::Real;

    #[test]
    fn the_exponential_is_within_two_units_of_the_last_place() {
        for step in -870_000..=887_000 {
            let x = step as f32 / 10_000.0;
            let (found, expected) = (x.exponential(), f64::from(x).exp() as f32);
            assert!(found.to_bits().abs_diff(expected.to_bits()) <= 2, "e^{x}: found {found}, expected {expected}");
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

    fn assert_near(found: f32, expected: f64, what: &str) {
        assert!(
            (f64::from(found) - expected).abs() <= 1e-6 * expected.abs() + 1e-37,
            "{what}: found {found}, expected {expected}"
        );
    }

    #[test]
    fn what_is_made_of_the_exponential_is_within_a_millionth() {
        for step in -50_000..=50_000 {
            let x = step as f32 / 10_000.0;
            assert_near(x.exponential_less_one(), f64::from(x).exp_m1(), &format!("e^{x} − 1"));
            assert_near(x.normal_share(), f64::from(x).normal_share(), &format!("Φ({x})"));
            let share = x.abs() / 5.0;
            assert_near(share.log_of_one_plus(), f64::from(share).ln_1p(), &format!("ln(1 + {share})"));
        }
    }

    #[test]
    fn the_normal_share_ends_at_0_and_1() {
        assert_eq!([-1e4f32, 0.0, 1e4].map(Real::normal_share), [0.0, 0.5, 1.0]);
        assert_eq!([-1e4f64, 0.0, 1e4].map(Real::normal_share), [0.0, 0.5, 1.0]);
        assert!(f32::NAN.normal_share().is_nan() && f32::NAN.exponential_less_one().is_nan());
    }
}
