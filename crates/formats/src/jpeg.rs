//! What the decoder of JPEGs leaves unsaid.

/// Whether a JPEG goes on to its end: a decoder makes up what is missing. An end within what a segment holds, as that of a small picture in the
/// EXIF data, is not the picture's.
///
/// Source: ITU-T T.81 (1992), annex B.
pub(crate) fn is_whole(mut bytes: &[u8]) -> bool {
    // Zeros behind 0xFF are data, and so are its repetitions; restarts stand among data.
    while let Some(at) = bytes.windows(2).position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF | 0xD0..=0xD8))
    {
        let marker = bytes[at + 1];
        if marker == 0xD9 {
            return true;
        }
        let Some(length) = bytes[at + 2..].first_chunk::<2>() else { return false };
        // Of a segment with its length.
        bytes = bytes.get(at + 2 + usize::from(u16::from_be_bytes(*length))..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn the_end_is_looked_for_behind_segments() {
        let start = [0xFF, 0xD8, 0xFF, 0xE1, 0, 5, 0xFF, 0xD9, 7];
        let scan = [0xFF, 0xDA, 0, 2, 1, 0xFF, 0, 2, 0xFF, 0xD3, 3];
        assert!(!is_whole(&start));
        assert!(!is_whole(&[&start[..], &scan].concat()));
        assert!(is_whole(&[&start[..], &scan, &[0xFF, 0xFF, 0xD9]].concat()));
        assert!(!is_whole(&[]) && !is_whole(&[0xFF, 0xE1]) && !is_whole(&[0xFF, 0xE1, 0xFF, 0xFF, 1]));
    }
}
