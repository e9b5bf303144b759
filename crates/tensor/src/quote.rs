//! Text from outside in messages: names of files, values of flags, headers of files.

use std::fmt::Write;
use std::path::Path;

/// Most characters quoted from a file or a flag. Of longer text, the start and the end are shown.
const MOST: usize = 200;

/// Characters that change the order of those around them.
const TURNING: [char; 9] =
    ['\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'];

/// A path as it is shown to people: at most 200 characters, control characters and bytes that are no text as escapes.
///
/// ```
/// use std::path::Path;
/// assert_eq!(glassbox_tensor::shown(Path::new("new\u{1b}[1m\n.png")), r"new\u{1b}[1m\n.png");
/// ```
pub fn shown(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        escape_into(&mut text, chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    shortened(text, MOST)
}

/// Text from outside in quotation marks: at most 200 characters, control characters as escapes.
///
/// ```
/// assert_eq!(glassbox_tensor::quoted("sobl"), "\"sobl\"");
/// assert_eq!(glassbox_tensor::quoted(&"a".repeat(65_000)).chars().count(), 202);
/// ```
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", bounded(text))
}

/// As [`quoted`], without the marks.
pub fn bounded(text: &str) -> String {
    bounded_to(MOST, text)
}

/// As [`bounded`], with another number of characters.
pub fn bounded_to(most: usize, text: &str) -> String {
    let mut escaped = String::new();
    escape_into(&mut escaped, text);
    shortened(escaped, most)
}

/// Writes control characters as escapes.
fn escape_into(escaped: &mut String, text: &str) {
    for letter in text.chars() {
        if letter.is_control() || TURNING.contains(&letter) {
            escaped.extend(letter.escape_default());
        } else {
            escaped.push(letter);
        }
    }
}

fn shortened(text: String, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text;
    }
    let start = text.chars().take(most / 2);
    let end = text.chars().skip(length - (most / 2 - 1));
    start.chain(['…']).chain(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_keeps_its_start_and_its_end() {
        let (start, end) = ("a".repeat(100), "z".repeat(99));
        assert_eq!(bounded(&format!("{start}{}{end}", "m".repeat(70_000))), format!("{start}…{end}"));
        let fits = "é".repeat(200);
        assert_eq!(bounded(&fits), fits);
        // Escapes count as they are shown.
        assert_eq!(bounded(&"\0".repeat(1000)).chars().count(), 200);
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(
            quoted("a\r\n\t\u{1b}]0;\u{7}\u{9b}\u{202e}\"é"),
            "\"a\\r\\n\\t\\u{1b}]0;\\u{7}\\u{9b}\\u{202e}\"é\""
        );
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_are_shown() {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(shown(Path::new(std::ffi::OsStr::from_bytes(b"caf\xe9/\xff.png"))), r"caf\xe9/\xff.png");
    }
}
