//! Any bytes as a picture: the format is told by the first of them.
#![no_main]

use glassbox_formats::decode_picture;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(error) = decode_picture(bytes, "picture", true) {
        assert!(error.to_string().starts_with("picture: "));
    }
});
