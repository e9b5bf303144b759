//! The article's script in one screen: train the 784-20-10 net on MNIST, then ask it about a picture.
//!
//! `cargo run --release --example article -- 7`

use std::ops::ControlFlow;

use glassbox_dnn::training::Data;
use glassbox_dnn::{ARTICLE, Net, Online, Rule, SparseSamples, argmax, features, initialise_uniform};
use glassbox_tensor::Tensor;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // get_mnist
    let Data { train, test, .. } = Data::open("data/mnist.npz")?;
    let (train_samples, test_samples) =
        (SparseSamples::new(&train.images, &train.labels)?, SparseSamples::new(&test.images, &test.labels)?);

    // Initialisation: weights uniform in ±0.5, biases zero.
    let mut net = Net::<f32>::from_text(ARTICLE, 784)?;
    initialise_uniform(&mut net, 0.5, 0);

    // Three epochs, one sample at a time: forward, loss, backward.
    let mut online = Online::new(&net, Rule::Code, 0.2)?;
    for epoch in 1..=3 {
        let progress = online.epoch(&train_samples, None, |_| ControlFlow::Continue(()))?;
        let share = |hits: usize, of: usize| 100.0 * hits as f64 / of as f64;
        let (seen, unseen) = (share(progress.hits, progress.seen), share(online.hits(&test_samples)?, test.len()));
        println!("epoch {epoch}: Уверенность: {seen:.2}%, on pictures it never saw: {unseen:.2}%");
    }

    // The question at the end.
    let index = std::env::args().nth(1).map_or(Ok(0), |index| index.parse::<usize>())?;
    let pixels = train.images.as_slice().chunks(784).nth(index).ok_or("a number from 0 to 59999")?;
    let outputs = online.net().predict(&features(&Tensor::from_vec([1, 28, 28, 1], pixels.to_vec())?));
    println!(
        "Нейросеть считает, что на картинке цифра {} (it is a {})",
        argmax(outputs.as_slice()),
        train.labels[index]
    );
    Ok(())
}
