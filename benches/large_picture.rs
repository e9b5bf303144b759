//! Writes a grey PNG of any size, row by row: ramps and noise, as in a photograph. The input of the figures for
//! pictures larger than memory.
//!
//! `cargo run --release --example large_picture -- 40000 25000 large.png`

use std::fs::File;
use std::io::BufWriter;

use glassbox_formats::{Metadata, PngWriter};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| arguments.next().ok_or_else(|| format!("{what} is missing: WIDTH HEIGHT OUT.png"));
    let (width, height): (usize, usize) = (next("WIDTH")?.parse()?, next("HEIGHT")?.parse()?);
    let file = BufWriter::new(File::create(next("OUT.png")?)?);
    let mut png = PngWriter::new(file, (height, width, 1), 8, &Metadata::default(), 2)?;
    let (mut state, mut row) = (1u32, vec![0; width]);
    for y in 0..height {
        for (x, pixel) in row.iter_mut().enumerate() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *pixel = ((y * 255 / height + x * 510 / width) % 232) as u8 + (state >> 27) as u8 % 24;
        }
        png.write_u8(&row)?;
    }
    png.finish()?;
    Ok(())
}
