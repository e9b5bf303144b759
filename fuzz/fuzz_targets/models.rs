//! Any text as a net. What it says of itself must be read as the same net.
#![no_main]

use glassbox_dnn::{Net, Shape};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let input = Shape::picture(9, 8, 3);
    if let Ok(net) = Net::<f32>::from_text(text, input) {
        let again = Net::<f32>::from_text(&net.text(), input).expect("the text of a net");
        assert_eq!(again.text(), net.text());
    }
});
