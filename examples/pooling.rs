//! Max against average pooling on the cat: how much remains of its light whiskers and dark eyes at an eighth of the
//! size.
//!
//! `cargo run --release --example pooling`

use glassbox_formats::read_picture;
use glassbox_kernels::{Engine, filters, percentile};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cat = read_picture("data/chelsea.png".as_ref(), true)?.pixels.to_u8();
    let engine = Engine::default();
    for first in ["gray", "sobel"] {
        let source = engine.run(&[filters::parse("gray")?, filters::parse(first)?], &cat)?;
        println!("{}", if first == "gray" { "the picture" } else { "its edges" });
        for pool in ["max-pool:size=8", "avg-pool:size=8"] {
            let pooled = engine.run(&[filters::parse(pool)?], &source)?;
            let [dark, middle, light] = [0.01, 0.5, 0.99].map(|share| percentile(&pooled, share));
            println!(
                "  {pool:<16} {}×{}: darkest {dark}, middle {middle}, lightest {light}",
                pooled.width(),
                pooled.height()
            );
        }
    }
    Ok(())
}
