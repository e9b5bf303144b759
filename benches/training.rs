//! An epoch of the article's loop, and the accuracy on the test set.

use std::ops::ControlFlow;

use criterion::Criterion;
use glassbox_dnn::{ARTICLE, Net, Online, Real, Rule, Samples, evaluate, initialise_uniform};
use glassbox_formats::mnist::Labelled;
use glassbox_formats::npz::Npz;

fn bench_as<T: Real>(criterion: &mut Criterion, train: &Labelled, test: &Labelled) {
    let mut net = Net::<T>::from_text(ARTICLE, 784).expect("the article's net");
    initialise_uniform(&mut net, 0.5, 0);
    let samples = Samples::new(&train.images, &train.labels).expect("MNIST");
    let mut online = Online::new(&net, Rule::Code, 0.2).expect("the article's net");
    let mut group = criterion.benchmark_group("article");
    group.sample_size(10);
    group.bench_function(format!("epoch, {}", T::NAME), |bencher| {
        bencher.iter(|| online.epoch(&samples, None, |_| ControlFlow::Continue(())).expect("MNIST"));
    });
    group.bench_function(format!("evaluate 10000, {}", T::NAME), |bencher| {
        bencher.iter(|| evaluate(&net, &test.images, &test.labels).expect("MNIST"));
    });
    group.finish();
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut file = Npz::open("data/mnist.npz".as_ref()).expect("data/mnist.npz");
    let (train, test) = (Labelled::read(&mut file, "train"), Labelled::read(&mut file, "test"));
    let (train, test) = (train.expect("MNIST"), test.expect("MNIST"));
    bench_as::<f32>(criterion, &train, &test);
    bench_as::<f64>(criterion, &train, &test);
}
