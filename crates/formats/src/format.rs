use std::path::Path;
use std::{fmt, io};

use crate::Error;

/// A picture format to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the format of its name")]
pub enum Format {
    Png,
    Jpeg,
    Gif,
    Bmp,
    Tiff,
    Webp,
    Pgm,
    Ppm,
    Pnm,
    Qoi,
    Tga,
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{self:?}");
        // All but one are abbreviations.
        out.write_str(&if *self == Format::Webp { "WebP".into() } else { name.to_uppercase() })
    }
}

/// What a format can hold.
pub(crate) struct Holds {
    /// A colour profile and EXIF.
    pub(crate) metadata: bool,
    pub(crate) channels: &'static [usize],
    pub(crate) u16: bool,
    pub(crate) f32: bool,
    pub(crate) most_a_side: usize,
}

impl Format {
    /// Suffixes and the formats they stand for.
    pub const SUFFIXES: &'static [(&'static str, Format)] = &[
        ("png", Format::Png),
        ("jpg", Format::Jpeg),
        ("jpeg", Format::Jpeg),
        ("jpe", Format::Jpeg),
        ("jfif", Format::Jpeg),
        ("gif", Format::Gif),
        ("bmp", Format::Bmp),
        ("tif", Format::Tiff),
        ("tiff", Format::Tiff),
        ("webp", Format::Webp),
        ("pgm", Format::Pgm),
        ("ppm", Format::Ppm),
        ("pnm", Format::Pnm),
        ("qoi", Format::Qoi),
        ("tga", Format::Tga),
    ];

    /// The format of a suffix, or of a name: `png`.
    pub fn from_suffix(suffix: &str) -> Option<Self> {
        let suffix = suffix.to_lowercase();
        Self::SUFFIXES.iter().find(|(known, _)| *known == suffix).map(|(_, format)| *format)
    }

    /// The format of a file to write.
    ///
    /// # Errors
    /// If its suffix is not that of a known format.
    pub fn of_path(path: &Path) -> Result<Self, Error> {
        let suffix = path.extension().map(|suffix| suffix.to_string_lossy().into_owned()).unwrap_or_default();
        Self::from_suffix(&suffix).ok_or_else(|| {
            let known: Vec<_> = Self::SUFFIXES.iter().map(|(known, _)| *known).collect();
            let found = match suffix.as_str() {
                "" => "has no suffix, which would name the format".into(),
                _ => format!("suffix {suffix:?} names no picture format"),
            };
            Error::invalid(&path.display().to_string(), format!("{found}; allowed: {}", known.join(", ")))
        })
    }

    /// Refuses a picture that is too large for the format.
    pub(crate) fn check_size(self, (height, width, _): (usize, usize, usize)) -> io::Result<()> {
        let most = self.holds().most_a_side;
        if height.max(width) > most {
            return Err(io::Error::other(format!("{width}×{height} pixels; {self} holds at most {most} a side")));
        }
        Ok(())
    }

    pub(crate) fn holds(self) -> Holds {
        let (channels, u16, f32): (&[usize], bool, bool) = match self {
            Format::Png => (&[1, 2, 3, 4], true, false),
            Format::Jpeg => (&[1, 3], false, false),
            Format::Gif | Format::Qoi | Format::Webp => (&[3, 4], false, false),
            Format::Bmp | Format::Tga => (&[1, 3, 4], false, false),
            Format::Tiff => (&[1, 2, 3, 4], true, true),
            Format::Pgm => (&[1], true, false),
            Format::Ppm => (&[3], true, false),
            Format::Pnm => (&[1, 3], true, false),
        };
        let metadata = matches!(self, Format::Png | Format::Jpeg | Format::Tiff | Format::Webp);
        let most_a_side = match self {
            Format::Webp => 1 << 14,
            Format::Jpeg | Format::Gif | Format::Tga => (1 << 16) - 1,
            _ => usize::MAX,
        };
        Holds { channels, u16, f32, metadata, most_a_side }
    }
}
