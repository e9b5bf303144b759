//! Every label that the registry lists for benchmarks, on a picture of 1920×1080 grey pixels, on one thread.

use criterion::{Criterion, Throughput};
use glassbox_kernels::filters::{ENTRIES, parse};
use glassbox_kernels::{Engine, Pixel, output_shape};
use glassbox_tensor::{Element, Image};

fn picture<T: Element>(convert: impl Fn(u8) -> T) -> Image<T> {
    let mut state = 1u32;
    Image::from_fn([1080, 1920, 1], |(y, x, _)| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        convert(((y / 8 + x / 6) % 230 + (state >> 24) as usize % 25) as u8)
    })
}

fn bench_as<T: Pixel>(criterion: &mut Criterion, picture: &Image<T>) {
    let mut group = criterion.benchmark_group(T::NAME);
    group.throughput(Throughput::Elements(picture.len() as u64));
    group.sample_size(10);
    for label in ENTRIES.iter().flat_map(|entry| entry.labels()) {
        let chain = [parse(&label).expect("a label of the registry")];
        let mut out = Image::zeros(output_shape(&chain, picture.dim()).expect("large enough"));
        group.bench_function(&label, |bencher| {
            bencher.iter(|| Engine::default().run_into(&chain, picture, &mut out).expect("large enough"));
        });
    }
    group.finish();
}

pub(crate) fn bench(criterion: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("nobody has used rayon yet");
    bench_as(criterion, &picture(|value| value));
    bench_as(criterion, &picture(|value| u16::from(value) * 257));
    bench_as(criterion, &picture(|value| f32::from(value) / 255.0));
}
