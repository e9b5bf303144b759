//! Parts of messages that quote a file.

/// Most characters that are quoted.
const MOST: usize = 200;

/// Text of a file in quotation marks: at most [`MOST`] characters, control characters as escapes.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", shortened(text))
}

/// At most [`MOST`] characters of a text, control characters as escapes.
pub(crate) fn shortened(text: &str) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == MOST {
            shown.push('…');
            break;
        }
        match character.is_control() {
            true => shown.extend(character.escape_default()),
            false => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quotations_are_short_and_harmless() {
        assert_eq!(quoted("a\x1b[2Jb\n"), "\"a\\u{1b}[2Jb\\n\"");
        let long = quoted(&"é".repeat(70_000));
        assert_eq!(long.chars().count(), 203);
        assert!(long.ends_with("é…\""));
    }
}
