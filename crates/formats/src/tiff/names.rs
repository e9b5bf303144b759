//! Plain names of what a TIFF file can be.

/// How its data are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    /// ITU-T T.4, each row on its own.
    Fax3,
    /// ITU-T T.6.
    Fax4,
    Lzw,
    Jpeg,
    Deflate,
    PackBits,
}

impl Packing {
    /// The packing of a number of the entry for compression.
    pub(super) fn of(number: u64) -> Result<Self, String> {
        let name = match number {
            1 => return Ok(Self::None),
            3 => return Ok(Self::Fax3),
            4 => return Ok(Self::Fax4),
            5 => return Ok(Self::Lzw),
            7 => return Ok(Self::Jpeg),
            8 | 32946 => return Ok(Self::Deflate),
            32773 => return Ok(Self::PackBits),
            2 | 32771 => "the fax code without line ends",
            6 => "the JPEG of old TIFFs",
            32766 => "the NeXT code",
            32809 => "ThunderScan",
            33003 | 33005 | 34712 => "JPEG 2000",
            34661 => "JBIG",
            34676 | 34677 => "the SGI code for logarithms of brightness",
            34887 => "LERC",
            34892 => "the lossy JPEG of raw pictures",
            34925 => "LZMA",
            50000 | 34926 => "Zstandard",
            50001 | 34927 => "WebP",
            50002 | 52546 => "JPEG XL",
            _ => return Err(format!("is packed by code {number}, which is not understood; {UNDERSTOOD} are")),
        };
        Err(format!("is packed by {name}, which is not understood; {UNDERSTOOD} are"))
    }

    /// The most bytes that one packed byte can become; `row` is the length of a row.
    ///
    /// LZW: a code of twelve bits for the longest string. Deflate: two bits for 258 bytes. JPEG: two bits for a block
    /// of 64 bytes, and colours at a sixteenth. Fax: a bit a row. PackBits: two bytes for 128.
    pub(super) fn most_from_a_byte(self, row: u64) -> u64 {
        match self {
            Self::None => 1,
            Self::Fax3 | Self::Fax4 => row.saturating_mul(8),
            Self::Lzw => 2600,
            Self::Jpeg => 4096,
            Self::Deflate => 1032,
            Self::PackBits => 64,
        }
    }
}

const UNDERSTOOD: &str = "no packing, LZW, deflate, JPEG, PackBits and fax (groups 3 and 4)";

/// What the samples of a pixel mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Grey,
    /// Greys of which 0 is white.
    Dark,
    Rgb,
    /// An index of a colour.
    Palette,
    Inks,
    /// Brightness, blueness, redness.
    YCbCr,
    /// CIE L*a*b*, whose a and b are signed or begin at -128.
    Lab {
        is_signed: bool,
    },
}

impl Meaning {
    /// The meaning of a number of the entry for it; without one it is guessed.
    pub(super) fn of(number: Option<u64>, samples: usize, is_fax: bool) -> Result<Self, String> {
        let name = match number {
            None if samples >= 3 => return Ok(Self::Rgb),
            None if is_fax => return Ok(Self::Dark),
            // A mask is a grey picture.
            None | Some(1 | 4) => return Ok(Self::Grey),
            Some(0) => return Ok(Self::Dark),
            Some(2) => return Ok(Self::Rgb),
            Some(3) => return Ok(Self::Palette),
            Some(5) => return Ok(Self::Inks),
            Some(6) => return Ok(Self::YCbCr),
            Some(8) => return Ok(Self::Lab { is_signed: true }),
            Some(9) => return Ok(Self::Lab { is_signed: false }),
            Some(10) => "colours of the Lab of faxes",
            Some(32803 | 34892) => "the raw numbers of a camera's sensor",
            Some(32844 | 32845) => "logarithms of brightness",
            Some(51177) => "depths",
            Some(number) => {
                return Err(format!("has colours of kind {number}, which are not understood; {COLOURS} are"));
            }
        };
        Err(format!("has {name}, which are not understood; {COLOURS} are"))
    }

    /// Samples a pixel, without extra ones.
    pub(super) fn samples(self) -> usize {
        match self {
            Self::Grey | Self::Dark | Self::Palette => 1,
            Self::Rgb | Self::YCbCr | Self::Lab { .. } => 3,
            Self::Inks => 4,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Grey | Self::Dark => "grey",
            Self::Rgb => "RGB",
            Self::Palette => "indexed colours",
            Self::Inks => "CMYK",
            Self::YCbCr => "YCbCr",
            Self::Lab { .. } => "Lab",
        }
    }
}

const COLOURS: &str = "greys, RGB, indexed colours, CMYK, YCbCr and Lab";
