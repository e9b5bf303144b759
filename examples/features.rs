//! A net draws a picture: from the place of a pixel to its brightness. The features of the place decide how fine it
//! can draw: the place itself, its powers (Taylor), or its waves (Fourier).
//!
//! `cargo run --release --example features` writes features.png: the picture, then what each net made of it.

use glassbox_dnn::losses::MeanSquaredError;
use glassbox_dnn::{Init, Net, Recipe, Schedule, Trainer, initialise};
use glassbox_formats::{Packing, Picture, Pixels, read_picture, write_picture};
use glassbox_kernels::{Engine, filters, psnr};
use glassbox_tensor::{Image, Matrix};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cat = read_picture("data/chelsea.png".as_ref(), true)?.pixels.to_u8();
    let small = ["gray", "adaptive-pool:height=75,width=112"];
    let small = small.iter().map(|text| filters::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let cat = Engine::default().run(&small, &cat)?;
    let (height, width, _) = cat.dim();

    // Places from −π/2 to π/2: half of the slowest wave goes across the picture.
    let place = |at: usize, side: usize| (at as f32 / (side - 1) as f32 - 0.5) * std::f32::consts::PI;
    let places = (0..height * width).flat_map(|i| [place(i / width, height), place(i % width, width)]).collect();
    let places = Matrix::<f32>::from_vec([height * width, 2], places)?;
    let target: Vec<f32> = cat.as_slice().iter().map(|&pixel| f32::from(pixel) / 255.0).collect();

    let mut pictures = vec![cat.clone()];
    for features in ["identity", "taylor 12", "fourier 12", "fourier 12 products"] {
        let text = format!("{features} | dense 64 | gelu | dense 64 | gelu | dense 1 | sigmoid");
        let mut net = Net::<f32>::from_text(&text, 2)?;
        initialise(&mut net, Init::Xavier, 0);
        let steps = 600;
        let recipe = Recipe {
            rate: 5e-3,
            schedule: Schedule::Cosine,
            batch: height * width,
            epochs: steps,
            ..Recipe::default()
        };
        let mut trainer = Trainer::new(net, Box::new(MeanSquaredError), recipe, height * width);
        for _ in 0..steps {
            trainer.step(places.as_slice(), &target)?;
        }
        let drawn = trainer.net().predict(&places).map(|value| (255.0 * value).round() as u8);
        let drawn = Image::from_vec([height, width, 1], drawn.into_vec())?;
        println!("{features:<22}{:>6.1} dB", psnr(&cat, &drawn));
        pictures.push(drawn);
    }

    let (count, gap) = (pictures.len(), 4);
    let page = Image::from_fn([height, count * (width + gap) - gap, 1], |(y, x, _)| {
        let (picture, x) = (x / (width + gap), x % (width + gap));
        if x < width { pictures[picture][[y, x, 0]] } else { 255 }
    });
    write_picture("features.png".as_ref(), Picture::from(Pixels::U8(page)), Packing::default())?;
    Ok(())
}
