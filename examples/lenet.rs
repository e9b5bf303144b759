//! LeNet in a screen: convolutions, pooling, softmax, Adam, on all of MNIST.
//!
//! `cargo run --release --example lenet`

use std::ops::ControlFlow;

use glassbox_dnn::losses::CrossEntropy;
use glassbox_dnn::tasks::Classes;
use glassbox_dnn::training::Data;
use glassbox_dnn::{Dataset, Init, Net, Progress, Recipe, Shape, Trainer, evaluate, initialise, shuffled};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Data { train, test, .. } = Data::open("data/mnist.npz")?;
    let pictures = Dataset { images: &train.images, labels: &train.labels };
    let unseen = Dataset { images: &test.images, labels: &test.labels };

    let layers = "conv 6 5x5 same | relu | max-pool 2 | conv 16 5x5 | relu | max-pool 2 \
                  | flatten | dense 120 | relu | dense 84 | relu | dense 10 | softmax";
    let mut net = Net::<f32>::from_text(layers, Shape::picture(28, 28, 1))?;
    initialise(&mut net, Init::He, 0);

    let recipe = Recipe { batch: 64, epochs: 3, ..Recipe::default() }; // Adam, 0.001
    let mut trainer = Trainer::new(net, Box::new(CrossEntropy), recipe, train.len());
    let task = Classes::new(pictures, None);
    for epoch in 1..=3 {
        let order = shuffled(train.len(), 0, epoch);
        let progress = trainer.epoch(&task, &order, Progress::default(), |_| ControlFlow::Continue(()))?;
        let accuracy = 100.0 * evaluate(&trainer.net(), unseen, &CrossEntropy)?.accuracy();
        println!("epoch {epoch}: loss {:.4}, {accuracy:.2}% of pictures it never saw", progress.loss);
    }
    Ok(())
}
