//! Any bytes as a safetensors file.
#![no_main]

use std::io::Cursor;

use glassbox_formats::safetensors::SafeTensors;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(mut file) = SafeTensors::new(Cursor::new(bytes), "file") else { return };
    for name in file.names() {
        let _ = (file.read::<u8>(&name), file.read::<f32>(&name), file.read::<f64>(&name), file.read_halves(&name));
    }
});
