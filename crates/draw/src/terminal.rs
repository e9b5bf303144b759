//! A picture as text: two pixels a character in a terminal, letters of different darkness elsewhere.

use std::fmt::Write;

use glassbox_tensor::Image;

/// From paper to ink.
const SHADES: &[u8; 10] = b" .:-=+*#%@";

/// The picture as lines of text, light on dark, for standard output as it is.
///
/// # Shape
/// `[height, width, channels]`: fewer than three are shown as grey, more as colours
pub fn terminal_picture(image: &Image<u8>, colours: bool) -> String {
    if colours { half_blocks(image) } else { letters(image) }
}

/// Upper half blocks, the upper pixel as their colour, the lower as their background.
fn half_blocks(image: &Image<u8>) -> String {
    let mut text = String::new();
    for y in (0..image.height()).step_by(2) {
        for x in 0..image.width() {
            let [upper, lower] = [y, y + 1].map(|y| if y < image.height() { colours(image, y, x) } else { [0; 3] });
            let ([r, g, b], [below_r, below_g, below_b]) = (upper, lower);
            let _ = write!(text, "\x1b[38;2;{r};{g};{b};48;2;{below_r};{below_g};{below_b}m▀");
        }
        text.push_str("\x1b[0m\n");
    }
    text
}

fn colours(image: &Image<u8>, y: usize, x: usize) -> [u8; 3] {
    [0, 1, 2].map(|channel| image[[y, x, if image.channels() < 3 { 0 } else { channel }]])
}

/// Letters, twice as many a row as pixels, because they are twice as high as wide.
fn letters(image: &Image<u8>) -> String {
    let mut text = String::new();
    for y in 0..image.height() {
        let brightness = |x| colours(image, y, x).into_iter().map(usize::from).sum::<usize>() / 3;
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
