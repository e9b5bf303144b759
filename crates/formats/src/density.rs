//! How many pixels of a picture lie on an inch. Each format says it in units of its own.
//!
//! Source: JFIF 1.02 (1992); PNG third edition (2025), clause 11.3.4.3; TIFF 6.0 (1992), section 8; BMP (Windows 3).

/// Inches in a metre, and centimetres in an inch.
const INCHES: f64 = 1.0 / 0.0254;
const CENTIMETRES: f64 = 2.54;

/// Half of the smallest step of formats that count pixels a metre, in pixels an inch.
const STEP: f64 = 0.0128;

/// How densely pixels lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Density {
    /// Pixels an inch across; or any number, if only the shape of a pixel is known.
    pub across: f64,
    /// Pixels an inch down.
    pub down: f64,
    /// Whether the numbers are pixels an inch, not only a ratio.
    pub is_absolute: bool,
}

impl Density {
    /// A density that says something: positive, and if it is only a ratio, not that of squares.
    fn checked(across: f64, down: f64, is_absolute: bool) -> Option<Self> {
        let positive = [across, down].iter().all(|number| *number > 0.0 && number.is_finite());
        (positive && (is_absolute || across != down)).then_some(Self { across, down, is_absolute })
    }

    /// Of a JFIF segment.
    pub(crate) fn of_jfif(unit: u8, across: u16, down: u16) -> Option<Self> {
        let scale = if unit == 2 { CENTIMETRES } else { 1.0 };
        Self::checked(scale * f64::from(across), scale * f64::from(down), matches!(unit, 1 | 2))
    }

    /// Of pixels a metre.
    pub(crate) fn of_metres(across: u32, down: u32) -> Option<Self> {
        Self::checked(f64::from(across) / INCHES, f64::from(down) / INCHES, true)
    }

    /// Of the content of a pHYs chunk.
    pub(crate) fn of_phys(content: &[u8]) -> Option<Self> {
        let (numbers, unit) = content.split_first_chunk::<8>()?;
        let [across, down] = [0, 4].map(|at| u32::from_be_bytes([0, 1, 2, 3].map(|i| numbers[at + i])));
        match unit {
            [1] => Self::of_metres(across, down),
            _ => Self::checked(across.into(), down.into(), false),
        }
    }

    /// Of the resolution of EXIF or TIFF, with its unit.
    pub(crate) fn of_resolution([across, down]: [[u32; 2]; 2], unit: u16) -> Option<Self> {
        let scale = if unit == 3 { CENTIMETRES } else { 1.0 };
        let number = |[above, below]: [u32; 2]| scale * f64::from(above) / f64::from(below);
        Self::checked(number(across), number(down), unit != 1)
    }

    /// The content of a pHYs chunk.
    pub(crate) fn phys(self) -> Vec<u8> {
        let [across, down] = self.metres();
        [&across.to_be_bytes()[..], &down.to_be_bytes(), &[self.is_absolute.into()]].concat()
    }

    /// Pixels a metre.
    pub(crate) fn metres(self) -> [u32; 2] {
        let scale = if self.is_absolute { INCHES } else { 1.0 };
        [self.across, self.down].map(|number| (number * scale).round() as u32)
    }

    /// The numbers and the unit of a JFIF segment: 0 is a ratio, 1 pixels an inch, 2 pixels a centimetre.
    pub(crate) fn jfif(self) -> ([u16; 2], u8) {
        let both = [self.across, self.down];
        let is_whole = |number: f64| (number - number.round()).abs() <= STEP;
        let whole = |scale: f64| both.map(|number| (number * scale).round() as u16);
        match self.is_absolute {
            true if !both.into_iter().all(is_whole) && both.into_iter().all(|n| is_whole(n / CENTIMETRES)) => {
                (whole(1.0 / CENTIMETRES), 2)
            }
            true => (whole(1.0), 1),
            // A ratio may be that of large numbers.
            false => (whole((f64::from(u16::MAX) / both[0].max(both[1])).min(1.0)), 0),
        }
    }

    /// The fractions and the unit of EXIF and TIFF: 1 is a ratio, 2 pixels an inch.
    pub(crate) fn resolution(self) -> ([[u32; 2]; 2], u16) {
        let fraction = |number: f64| match number.round() {
            whole if (number - whole).abs() <= STEP => [whole as u32, 1],
            _ => [(number * 10_000.0).round() as u32, 10_000],
        };
        ([self.across, self.down].map(fraction), if self.is_absolute { 2 } else { 1 })
    }

    /// For a picture turned by a quarter.
    pub(crate) fn turned(self) -> Self {
        Self { across: self.down, down: self.across, ..self }
    }

    /// In words: `300 dpi`.
    pub(crate) fn words(self) -> String {
        let number = |number: f64| format!("{:.2}", number).trim_end_matches('0').trim_end_matches('.').to_string();
        let ([[across, _], [down, _]], _) = self.resolution();
        match self.is_absolute {
            false => format!("pixels of {}:{}", number(self.down), number(self.across)),
            true if across == down => format!("{} dpi", number(self.across.round())),
            true => format!("{}×{} dpi", number(self.across), number(self.down)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Density;

    #[test]
    fn usual_densities_go_through_every_format() {
        for dpi in [72u16, 96, 150, 300, 600, 1200] {
            let density = Density::of_jfif(1, dpi, dpi).unwrap();
            for other in [
                Density::of_phys(&density.phys()).unwrap(),
                Density::of_metres(density.metres()[0], density.metres()[1]).unwrap(),
            ] {
                assert_eq!(other.jfif(), ([dpi; 2], 1));
                assert_eq!(other.resolution(), ([[dpi.into(), 1]; 2], 2));
                assert_eq!((other.phys(), other.words()), (density.phys(), format!("{dpi} dpi")));
            }
        }
    }

    #[test]
    fn centimetres_and_ratios_are_kept() {
        // 11800 pixels a metre.
        let metric = Density::of_phys(b"\0\0\x2e\x18\0\0\x2e\x18\x01").unwrap();
        assert_eq!((metric.jfif(), metric.phys()[..4].to_vec()), (([118, 118], 2), b"\0\0\x2e\x18".to_vec()));
        let ratio = Density::of_jfif(0, 1, 2).unwrap();
        assert_eq!((ratio.phys(), ratio.jfif()), (b"\0\0\0\x01\0\0\0\x02\0".to_vec(), ([1, 2], 0)));
        assert_eq!(ratio.resolution(), ([[1, 1], [2, 1]], 1));
        assert_eq!(Density::of_resolution([[118, 1], [118, 1]], 3).unwrap().jfif(), ([118, 118], 2));
        assert_eq!(ratio.turned().jfif(), ([2, 1], 0));
        assert_eq!(ratio.words(), "pixels of 2:1");
    }

    #[test]
    fn what_says_nothing_is_none() {
        for found in [
            Density::of_jfif(0, 1, 1),
            Density::of_jfif(1, 0, 0),
            Density::of_metres(0, 0),
            Density::of_phys(&[0; 9]),
            Density::of_phys(&[1; 8]),
            Density::of_resolution([[0, 0], [1, 0]], 2),
        ] {
            assert_eq!(found, None);
        }
    }
}
