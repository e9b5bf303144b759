//! Pictures and histograms as text.

use std::fmt::Write;

use glassbox_tensor::Image;

/// Letters from dark to light, on a dark background.
const SHADES: &[u8; 10] = b" .:-=+*#%@";

/// Bars of a histogram, from lowest to highest.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A picture as lines of text, for a terminal with a dark background.
///
/// With `colours`, each character shows two pixels, one above the other, with escape codes for 24-bit colours. Without,
/// two letters show one pixel.
///
/// ```
/// use glassbox_draw::terminal_picture;
/// use glassbox_tensor::Image;
/// let image = Image::from_vec([2, 2, 1], vec![0, 255, 128, 0]).unwrap();
/// assert_eq!(terminal_picture(&image, false), "  @@\n==\n");
/// ```
///
/// # Shape
/// `[height, width, channels]`: one or two channels are shown as grey, more as colours.
pub fn terminal_picture(image: &Image<u8>, colours: bool) -> String {
    if colours { half_blocks(image) } else { letters(image) }
}

/// Counts as a line of bars. A bar is empty only if its count is 0.
///
/// ```
/// assert_eq!(glassbox_draw::histogram_line(&[0, 1, 350, 700]), " ▂▅█");
/// ```
pub fn histogram_line(counts: &[usize]) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |&count: &usize| if count == 0 { ' ' } else { BARS[(count * 7).div_ceil(most).min(7)] };
    counts.iter().map(bar).collect()
}

/// Upper half blocks: the foreground colour is the upper pixel, the background colour the lower.
fn half_blocks(image: &Image<u8>) -> String {
    let mut text = String::new();
    for y in (0..image.height()).step_by(2) {
        for x in 0..image.width() {
            let [upper, lower] = [y, y + 1].map(|y| if y < image.height() { colour(image, y, x) } else { [0; 3] });
            let ([r, g, b], [lower_r, lower_g, lower_b]) = (upper, lower);
            let _ = write!(text, "\x1b[38;2;{r};{g};{b};48;2;{lower_r};{lower_g};{lower_b}m▀");
        }
        text.push_str("\x1b[0m\n");
    }
    text
}

fn colour(image: &Image<u8>, y: usize, x: usize) -> [u8; 3] {
    [0, 1, 2].map(|channel| image[[y, x, if image.channels() < 3 { 0 } else { channel }]])
}

/// Two letters per pixel, because a letter is about twice as high as wide.
fn letters(image: &Image<u8>) -> String {
    let mut text = String::new();
    for y in 0..image.height() {
        let brightness = |x| colour(image, y, x).into_iter().map(usize::from).sum::<usize>() / 3;
        let row: String = (0..image.width()).flat_map(|x| [SHADES[brightness(x) * 9 / 255] as char; 2]).collect();
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_as_many_characters_as_it_should_be() {
        let image = Image::from_vec([3, 2, 1], vec![0, 255, 128, 0, 0, 10]).unwrap();
        assert_eq!(letters(&image), "  @@\n==\n\n");
        let blocks = half_blocks(&image);
        assert_eq!(blocks.lines().count(), 2);
        assert_eq!(blocks.matches('▀').count(), 4);
        assert!(blocks.starts_with("\x1b[38;2;0;0;0;48;2;128;128;128m▀"));
    }
}
