//! `cargo bench`: each kernel, the training loop, loading npz.

mod kernels;
mod npz;
mod training;

#[global_allocator]
static ALLOCATOR: glassbox_simd::LargePages = glassbox_simd::LargePages;

fn main() {
    let mut criterion = criterion::Criterion::default().configure_from_args();
    kernels::bench(&mut criterion);
    training::bench(&mut criterion);
    npz::bench(&mut criterion);
    criterion.final_summary();
}
