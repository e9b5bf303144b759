//! Letters as pixels: DejaVu Sans, anti-aliased, on a baseline of whole pixels.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont, point};

/// Latin, Greek, Cyrillic, arithmetic signs, arrows, quotes and dashes; fonts/LICENSE has its terms.
static FONT: LazyLock<FontRef<'static>> = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!("../fonts/DejaVuSans-subset.ttf")).expect("the font of this crate")
});

/// Shades from paper to ink. They are few because a GIF has 256 colours for cells of all shades with letters on them.
const STEPS: f32 = 8.0;

/// The size of letters, in pixels of the em square.
///
/// Letters are sharpest if their height is a whole number of pixels. So a size is given by the height of the letters
/// that are most frequent in the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Size(f32);

impl Size {
    /// Small letters without ascenders (`x`) are this many pixels high: for words.
    pub(crate) const fn of_small_letters(pixels: usize) -> Self {
        Self(pixels as f32 * 2048.0 / 1120.0)
    }

    /// Digits and capitals are this many pixels high: for numbers.
    pub(crate) const fn of_digits(pixels: usize) -> Self {
        Self(pixels as f32 * 2048.0 / 1493.0)
    }

    /// The em square is this many pixels high: the font size of SVG.
    pub(crate) const fn of_em(pixels: f32) -> Self {
        Self(pixels)
    }

    /// Height of a digit in whole pixels.
    pub(crate) fn digit_height(self) -> usize {
        (self.0 * 1493.0 / 2048.0).round() as usize
    }

    /// Distance from one baseline to the next.
    pub(crate) fn line_height(self) -> usize {
        (self.0 * 1.3).round() as usize
    }

    fn scale(self) -> PxScale {
        // ab_glyph scales by the height from the lowest descender to the highest ascender.
        PxScale::from(self.0 * FONT.height_unscaled() / FONT.units_per_em().unwrap_or(2048.0))
    }
}

/// Width of a text in pixels: the sum of its advances.
pub(crate) fn text_width(text: &str, size: Size) -> f32 {
    let font = FONT.as_scaled(size.scale());
    text.chars().map(|letter| font.h_advance(glyph(letter))).sum()
}

/// Calls `ink(x, y, share)` for each pixel that a text covers, with the covered share of the pixel.
///
/// `x` counts from the left edge of the page and `y` from the baseline. The text starts at `left`.
pub(crate) fn trace(text: &str, left: f32, size: Size, mut ink: impl FnMut(i64, i64, f32)) {
    let (scale, mut pen) = (size.scale(), left);
    for letter in text.chars() {
        let id = glyph(letter);
        if let Some(outline) = FONT.outline_glyph(id.with_scale_and_position(scale, point(pen, 0.0))) {
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, share| {
                let share = (share.clamp(0.0, 1.0) * STEPS).round() / STEPS;
                if share > 0.0 {
                    ink(corner.x as i64 + i64::from(x), corner.y as i64 + i64::from(y), share);
                }
            });
        }
        pen += FONT.as_scaled(scale).h_advance(id);
    }
}

/// The glyph of a letter. For a letter that is not in the font, it is number 0, a box.
fn glyph(letter: char) -> GlyphId {
    FONT.glyph_id(letter)
}

/// Breaks a text at spaces into lines of at most `width` pixels.
///
/// A word that is wider than a line is broken after punctuation, or else anywhere.
pub(crate) fn wrap(text: &str, size: Size, width: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a first line");
        let longer = if line.is_empty() { word.to_string() } else { format!("{line} {word}") };
        if text_width(&longer, size) <= width {
            *line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(String::new());
        }
        for letter in word.chars() {
            let line = lines.last_mut().expect("there is a first line");
            line.push(letter);
            if text_width(line, size) > width && line.chars().count() > 1 {
                let last = line.len() - letter.len_utf8();
                let next = line.split_off(line[..last].rfind([',', ':', '-', '/']).map_or(last, |mark| mark + 1));
                lines.push(next);
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size::of_small_letters(8);

    /// Pixels with ink: left, right, top, bottom.
    fn bounds(text: &str, size: Size) -> Option<[i64; 4]> {
        let mut bounds: Option<[i64; 4]> = None;
        trace(text, 0.0, size, |x, y, _| {
            let [left, right, top, bottom] = bounds.unwrap_or([x, x, y, y]);
            bounds = Some([left.min(x), right.max(x), top.min(y), bottom.max(y)]);
        });
        bounds
    }

    #[test]
    fn widths_add_up_and_digits_are_equally_wide() {
        assert_eq!(text_width("", SIZE), 0.0);
        assert!(
            (text_width("max average", SIZE) - text_width("max ", SIZE) - text_width("average", SIZE)).abs() < 1e-3
        );
        assert!(('0'..='9').all(|digit| text_width(&digit.to_string(), SIZE) == text_width("0", SIZE)));
        assert!(text_width("i", SIZE) < text_width("W", SIZE));
    }

    #[test]
    fn letters_stand_on_the_baseline_and_have_whole_heights() {
        // The row above the baseline is -1.
        assert_eq!(bounds("x", SIZE).map(|[.., top, bottom]| (top, bottom)), Some((-8, -1)));
        assert_eq!(bounds("H", Size::of_digits(10)).map(|[.., top, bottom]| (top, bottom)), Some((-10, -1)));
        assert!(bounds("g", SIZE).unwrap()[3] > 0);
        assert_eq!(bounds(" ", SIZE), None);
    }

    #[test]
    fn signs_of_the_article_are_in_the_font() {
        let signs = "AzÄß αωΣ АяЁё 0–9 · × − √ ∑ ′ ² ₀₁₂₃₄₅₆₇₈₉ ← ↑ → ↓ “” ‘’ «» „ — … ≤ ≥ ≈ ≠ ∂ ∇ ∗ ½";
        let lacking: String = signs.chars().filter(|letter| glyph(*letter).0 == 0).collect();
        assert_eq!(lacking, "");
    }

    #[test]
    fn a_letter_that_the_font_lacks_is_a_box() {
        for letter in ["数", "🐈", "\u{0}", "\n"] {
            assert!(text_width(letter, SIZE) > 4.0 && bounds(letter, SIZE).is_some(), "{letter:?}");
        }
    }

    #[test]
    fn lines_are_no_wider_than_they_may_be_and_lose_no_letter() {
        let text = "stochastic-pool:form=test on the edges of superpixels";
        for width in [1.0, 60.0, 130.0, 1000.0] {
            let lines = wrap(text, SIZE, width);
            assert!(lines.iter().all(|line| text_width(line, SIZE) <= width || line.chars().count() == 1), "{lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
        assert_eq!(wrap(text, SIZE, 1000.0), [text]);
        assert_eq!(wrap("a bc", SIZE, text_width("bc", SIZE)), ["a", "bc"]);
        assert_eq!(wrap("", SIZE, 10.0), [""]);
    }
}
