//! A photograph restored in a screen: noise added, and taken away by the net that is built in.
//!
//! `cargo run --release --example restore -- data/chelsea.png restored.png`

use glassbox_dnn::Draws;
use glassbox_dnn::built_in;
use glassbox_dnn::restore::{Damage, Denoise, Mender};
use glassbox_draw::{Tile, draw_sheet};
use glassbox_formats::{Packing, Picture, Pixels, read_picture, write_picture};
use glassbox_kernels::{Engine, filters, psnr, ssim};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let input = arguments.next().unwrap_or_else(|| "data/chelsea.png".into());
    let output = arguments.next().unwrap_or_else(|| "restored.png".into());

    let clean = read_picture(input.as_ref(), true)?.pixels.luma_over(1.0);
    // Normal noise, 25 of 255, the same for the same seed.
    let noisy = Denoise::USUAL.example(&clean, &mut Draws::seeded(1, 0));

    // The usual way, a median; and a net, which is told nothing of the level.
    let median = Engine::default().run(&[filters::parse("median:size=3")?], &noisy)?;
    let mended = Mender::new(&built_in("denoise")?, None)?.mend(&Pixels::F32(noisy.clone()))?;
    println!("noise estimated at {:.1} of 255", mended.sigmas[0]);

    let clean = Pixels::F32(clean).to_u8();
    let ways = [("noisy", Pixels::F32(noisy)), ("median", Pixels::F32(median)), ("net", mended.pixels)];
    let mut tiles = Vec::new();
    for (name, pixels) in ways {
        let image = pixels.to_u8();
        let label = format!("{name}: {:.2} dB", psnr(&image, &clean));
        println!("{label}, structural similarity {:.3}", ssim(&image, &clean).unwrap_or(f64::NAN));
        tiles.push(Tile { label, image });
    }
    write_picture(output.as_ref(), Picture::from(Pixels::U8(draw_sheet(&tiles, 3))), Packing::default())?;
    println!("{input} -> {output}");
    Ok(())
}
