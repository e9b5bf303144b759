//! Any text as a kernel, and as an operator with its parameters.
#![no_main]

use glassbox_kernels::filters::{parse, parse_matrix};

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(rows) = parse_matrix(text) {
        assert!(rows.iter().flatten().all(|number| number.is_finite()));
    }
    let _ = parse(text);
});
