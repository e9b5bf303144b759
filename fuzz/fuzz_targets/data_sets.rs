//! Any bytes as a data set of one file: CSV, one file of an IDX pair, npz, each gzip or not.
#![no_main]

use std::fs;

use glassbox_formats::data;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let path = std::env::temp_dir().join(format!("glassbox-fuzz-{}", std::process::id()));
    fs::write(&path, bytes).expect("room for a file");
    let _ = data::open(&path);
});
