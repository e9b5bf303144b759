//! Unpacking MNIST.

use criterion::{Criterion, Throughput};
use glassbox_formats::npz::Npz;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("npz");
    group.throughput(Throughput::Bytes(60_000 * 784));
    group.sample_size(10);
    group.bench_function("x_train", |bencher| {
        bencher.iter(|| {
            let mut file =
                Npz::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/mnist.npz").as_ref()).expect("data/mnist.npz");
            file.read::<u8>("x_train").expect("x_train")
        });
    });
    group.finish();
}
