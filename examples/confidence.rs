//! Does a net know what it does not know? The article's beaver and tit, with digits.
//!
//! A net learns eight digits and is shown all ten. For five pairs of digits left out, one after the other, this prints
//! how well three numbers tell known digits from unknown ones, and what the net says of other pictures.
//!
//! `cargo run --release --example confidence`, some five minutes on two cores.

use std::ops::ControlFlow;

use glassbox_dnn::confidence::{Confidence, auroc, false_positives};
use glassbox_dnn::training::{Data, Plan, Session, Settings};
use glassbox_dnn::{Error, Model};
use glassbox_formats::data::Labelled;
use glassbox_formats::read_picture;
use glassbox_tensor::Batch;

/// What tells known pictures from unknown ones, by its name.
type Score = (&'static str, fn(&Confidence) -> f64);

const SCORES: [Score; 3] =
    [("largest output", Confidence::output), ("energy", |found| found.energy), ("similarity", similarity)];

fn similarity(found: &Confidence) -> f64 {
    found.similarity.unwrap_or(0.0)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mnist = Data::open("data/mnist.npz")?;
    let mut found = Vec::new();
    for left_out in [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]] {
        let is_known = |label: u8| !left_out.contains(&label);
        let model = train(&mnist, is_known)?;
        let known = confidences(&model, &part(&mnist.test, is_known))?;
        let unknown = confidences(&model, &part(&mnist.test, |label| !is_known(label)))?;
        found.push(compared(&format!("digits {left_out:?} left out"), &known, &unknown));
    }
    println!("mean of the five pairs, and the greatest distance from it:");
    for (score, (name, _)) in SCORES.iter().enumerate() {
        let mean = found.iter().map(|aurocs| aurocs[score]).sum::<f64>() / found.len() as f64;
        let spread = found.iter().map(|aurocs| (aurocs[score] - mean).abs()).fold(0.0, f64::max);
        println!("  {name:15} AUROC {mean:.4} ± {spread:.4}");
    }
    let model = train(&mnist, |_| true)?;
    let known = confidences(&model, &mnist.test)?;
    compared("all digits, against pieces of photographs", &known, &confidences(&model, &photographs()?)?);
    let with_noise = mnist.with_noise_class(1)?.test;
    let noise = confidences(&model, &part(&with_noise, |label| label == 10))?;
    for (kind, name) in ["uniform", "Gaussian", "blurred", "shuffled pixels"].into_iter().enumerate() {
        let of_kind: Vec<_> = noise.iter().skip(kind).step_by(4).cloned().collect();
        compared(&format!("all digits, against noise: {name}"), &known, &of_kind);
    }
    Ok(())
}

/// A small net of convolutions that knows only these digits.
fn train(mnist: &Data, is_known: impl Fn(u8) -> bool) -> Result<Model, Error> {
    let [train, test] = [&mnist.train, &mnist.test].map(|all| part(all, &is_known));
    let data = Data { train, test, ..mnist.clone() };
    let layers = "conv 8 3x3 | relu | max-pool 2 | conv 16 3x3 | relu | max-pool 2 | conv 32 3x3 | relu | flatten | \
                  dense 128 | relu | dropout 0.5 | dense 10 | softmax";
    let settings = Settings {
        layers: Some(layers.into()),
        epochs: Some(5),
        batch: Some(64),
        rate: Some(3e-3),
        schedule: Some("one-cycle".into()),
        ..Settings::default()
    };
    let plan = Plan::new(&settings, &data)?;
    let trained = Session::new(&plan, &data).run(&mut |_| ControlFlow::Continue(()))?;
    plan.model(trained.net, &data)
}

/// The pictures of some digits.
fn part(all: &Labelled, is_wanted: impl Fn(u8) -> bool) -> Labelled {
    let wanted: Vec<usize> = (0..all.len()).filter(|&at| is_wanted(all.labels[at])).collect();
    let pixels = wanted.iter().flat_map(|&at| &all.images.as_slice()[at * 784..(at + 1) * 784]).copied().collect();
    let images = Batch::from_vec([wanted.len(), 28, 28, 1], pixels).expect("784 pixels a picture");
    Labelled { images, labels: wanted.into_iter().map(|at| all.labels[at]).collect() }
}

/// The cat and the astronaut in grey, in pieces of 28×28.
fn photographs() -> Result<Labelled, Box<dyn std::error::Error>> {
    let mut pixels = Vec::new();
    for file in ["data/chelsea.png", "data/astronaut.png"] {
        let grey = read_picture(file.as_ref(), true)?.pixels.luma_within(1.0, 1000);
        for (top, left) in (0..grey.height() / 28).flat_map(|y| (0..grey.width() / 28).map(move |x| (28 * y, 28 * x))) {
            let pixel = |at: usize| (255.0 * grey[[top + at / 28, left + at % 28, 0]]).round() as u8;
            pixels.extend((0..784).map(pixel));
        }
    }
    let count = pixels.len() / 784;
    Ok(Labelled { images: Batch::from_vec([count, 28, 28, 1], pixels)?, labels: vec![0; count] })
}

fn confidences(model: &Model, pictures: &Labelled) -> Result<Vec<Confidence>, Error> {
    let picture = |pixels: &[u8]| Batch::from_vec([1, 28, 28, 1], pixels.to_vec()).expect("784 pixels");
    pictures.images.as_slice().chunks(784).map(|pixels| model.confidence(&picture(pixels))).collect()
}

/// Prints how well each score tells known from unknown pictures; gives the areas under the curves.
fn compared(what: &str, known: &[Confidence], unknown: &[Confidence]) -> [f64; 3] {
    println!("{what}: {} known and {} unknown pictures", known.len(), unknown.len());
    let aurocs = SCORES.map(|(name, score)| {
        let [known, unknown] = [known, unknown].map(|all| all.iter().map(score).collect::<Vec<_>>());
        let found = auroc(&known, &unknown);
        println!("  {name:15} AUROC {found:.4}, FPR at 95 % TPR {:.3}", false_positives(&known, &unknown, 0.95));
        found
    });
    let [known, unknown] = [known, unknown]
        .map(|all| 100.0 * all.iter().filter(|found| found.is_unfamiliar()).count() as f64 / all.len() as f64);
    println!("  marked unfamiliar: {known:.1} % of the known, {unknown:.1} % of the unknown");
    aurocs
}
