//! Common parts of all SVG texts: fonts, widths, escaped letters.

use crate::lettering::{Size, text_width};

/// The font whose widths are measured, then fonts of about the same width.
pub(crate) const FONTS: &str = "DejaVu Sans, Verdana, sans-serif";

/// The width of a text in the units of the picture.
pub(crate) fn width(text: &str, size: Size) -> f64 {
    f64::from(text_width(text, size))
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
