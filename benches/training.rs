//! An epoch of the article's loop, steps of the presets that are trained in batches, and the accuracy on the test set.

use std::ops::ControlFlow;

use criterion::Criterion;
use glassbox_dnn::losses::{self, MeanSquaredError};
use glassbox_dnn::restore::{Denoise, Restorer};
use glassbox_dnn::tasks::{Classes, Patches};
use glassbox_dnn::training::Data;
use glassbox_dnn::{
    ARTICLE, Dataset, Net, Online, Progress, Real, Rule, Shape, SparseSamples, Trainer, evaluate, initialise,
    initialise_uniform, preset,
};
use glassbox_formats::data::Labelled;
use glassbox_formats::{Pixels, read_picture};

fn bench_as<T: Real>(criterion: &mut Criterion, train: &Labelled, test: &Labelled) {
    let mut net = Net::<T>::from_text(ARTICLE, 784).expect("the article's net");
    initialise_uniform(&mut net, 0.5, 0);
    let samples = SparseSamples::new(&train.images, &train.labels).expect("MNIST");
    let mut online = Online::new(&net, Rule::Code, 0.2).expect("the article's net");
    let mut group = criterion.benchmark_group("article");
    group.sample_size(10);
    group.bench_function(format!("epoch, {}", T::NAME), |bencher| {
        bencher.iter(|| online.epoch(&samples, None, |_| ControlFlow::Continue(())).expect("MNIST"));
    });
    group.bench_function(format!("evaluate 10000, {}", T::NAME), |bencher| {
        bencher.iter(|| evaluate(&net, pictures(test), &MeanSquaredError).expect("MNIST"));
    });
    group.finish();
}

fn pictures(labelled: &Labelled) -> Dataset<'_> {
    Dataset { images: &labelled.images, labels: &labelled.labels }
}

/// A tenth of an epoch, and all of the test set.
fn bench_preset(criterion: &mut Criterion, name: &str, train: &Labelled, test: &Labelled) {
    let preset = preset(name).expect("a preset");
    let loss = || losses::by_name::<f32>(preset.loss).expect("a loss");
    let layers = preset.layers.replace("CLASSES", "10");
    let mut net = Net::<f32>::from_text(&layers, Shape::picture(28, 28, 1)).expect("a net");
    initialise(&mut net, preset.init, 0);
    let mut trainer = Trainer::new(net.clone(), loss(), preset.recipe.clone(), train.len());
    let task = Classes::new(pictures(train), preset.recipe.augment);
    let order: Vec<u32> = (0..train.len() as u32 / 10).collect();
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    group.bench_function("6000 pictures", |bencher| {
        bencher.iter(|| {
            let go_on = |_| ControlFlow::Continue(());
            trainer.epoch(&task, &order, Progress::default(), go_on).expect("MNIST")
        });
    });
    group.bench_function("evaluate 10000", |bencher| {
        bencher.iter(|| evaluate(&net, pictures(test), &*loss()).expect("MNIST"));
    });
    group.finish();
}

/// Fifty steps of the preset `denoise` on patches of a photograph, and the photograph restored.
fn bench_denoise(criterion: &mut Criterion) {
    let preset = preset("denoise").expect("a preset");
    let input = Shape::picture(preset.patch, preset.patch, 2);
    let mut net = Net::<f32>::from_text(&preset.layers, input).expect("a net");
    initialise(&mut net, preset.init, 0);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/astronaut.png");
    let photo = read_picture(path.as_ref(), true).expect("data/astronaut.png").pixels.luma_over(1.0);
    let pictures = vec![Pixels::F32(photo.clone()).to_u8()];
    let task = Patches::new(&pictures, &Denoise::USUAL, preset.patch, 0).expect("a picture larger than a patch");
    let order = vec![0; 50 * preset.recipe.batch];
    let mut trainer = Trainer::new(net.clone(), Box::new(MeanSquaredError), preset.recipe, order.len());
    let mut group = criterion.benchmark_group("denoise");
    group.sample_size(10);
    group.bench_function("50 steps", |bencher| {
        bencher.iter(|| {
            let go_on = |_| ControlFlow::Continue(());
            trainer.epoch(&task, &order, Progress::default(), go_on).expect("patches")
        });
    });
    let restorer = Restorer::new(&net, &Denoise::USUAL).expect("a restoring net");
    group.bench_function("restore 512×512", |bencher| {
        bencher.iter(|| restorer.plane(&Denoise::USUAL, &photo).expect("a photograph"));
    });
    group.finish();
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let Data { train, test, .. } =
        Data::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/mnist.npz")).expect("data/mnist.npz");
    bench_as::<f32>(criterion, &train, &test);
    bench_as::<f64>(criterion, &train, &test);
    for name in ["mlp", "lenet5", "cnn"] {
        bench_preset(criterion, name, &train, &test);
    }
    bench_denoise(criterion);
}
