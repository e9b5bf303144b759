//! Sobel on a picture: what the article calls "the sum of horizontal and vertical edges".
//!
//! `cargo run --release --example edges -- data/astronaut.png edges.png`

use glassbox_formats::{Packing, Pixels, read_picture, write_picture};
use glassbox_kernels::{Engine, filters};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let input = arguments.next().unwrap_or_else(|| "data/astronaut.png".into());
    let output = arguments.next().unwrap_or_else(|| "edges.png".into());

    let mut picture = read_picture(input.as_ref(), true)?;
    // A median first, as the article advises: edges of noise are no edges.
    let chain = [filters::parse("gray")?, filters::parse("median:size=3")?, filters::parse("sobel")?];
    picture.pixels = Pixels::U8(Engine::default().run(&chain, &picture.pixels.to_u8())?);
    picture.metadata.icc = None;
    write_picture(output.as_ref(), picture, Packing::default())?;
    println!("{input} -> {output}");
    Ok(())
}
