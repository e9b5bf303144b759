use glassbox_dnn::*;
use glassbox_formats::{mnist::Labelled, npz::Npz};
use std::ops::ControlFlow;
use std::time::Instant;
fn main() {
    let mut file = Npz::open("data/mnist.npz".as_ref()).unwrap();
    let (train, test) = (Labelled::read(&mut file, "train").unwrap(), Labelled::read(&mut file, "test").unwrap());
    let epochs: usize = std::env::args().nth(2).map_or(1, |x| x.parse().unwrap());
    let threads: usize = std::env::args().nth(3).map_or(2, |x| x.parse().unwrap());
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().unwrap();
    let preset = preset(&std::env::args().nth(1).unwrap()).unwrap();
    let mut net = Net::<f32>::from_text(&preset.layers.replace("CLASSES", "10"), Shape::picture(28, 28, 1)).unwrap();
    initialise(&mut net, preset.init, 0);
    let mut trainer = Trainer::new(net, losses::by_name(preset.loss).unwrap(), preset.recipe, train.len());
    for epoch in 0..epochs {
        let order = shuffled(train.len(), 0, epoch as u64);
        let start = Instant::now();
        let p = trainer
            .epoch(
                Pictures { images: &train.images, labels: &train.labels },
                &order,
                Progress { seen: 0, hits: 0, loss: 0.0 },
                |_| ControlFlow::Continue(()),
            )
            .unwrap();
        let s = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let e =
            evaluate(&trainer.net(), Pictures { images: &test.images, labels: &test.labels }, &losses::CrossEntropy)
                .unwrap();
        println!("{:?} {s:.3} s; test {} in {:.3} s", p, e.hits, start.elapsed().as_secs_f64());
    }
}
