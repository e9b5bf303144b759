//! Any bytes as an archive of arrays.
#![no_main]

use std::io::Cursor;

use glassbox_formats::npz::Npz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(mut archive) = Npz::new(Cursor::new(bytes), "file") else { return };
    for name in archive.names() {
        let _ = (archive.read::<u8>(&name), archive.read::<f32>(&name), archive.read::<f64>(&name));
        let _ = (archive.read_halves(&name), archive.read_text(&name));
    }
});
