//! A program of its own, because it counts every allocation.

use std::alloc::System;

use std::ops::ControlFlow;

use glassbox_dnn::losses::{CrossEntropy, MeanSquaredError};
use glassbox_dnn::restore::Denoise;
use glassbox_dnn::tasks::{Flow, Patches, Task};
use glassbox_dnn::{Dataset, Net, Pass, Progress, Recipe, Shape, Trainer, initialise_uniform, preset};
use glassbox_tensor::{Batch, Image};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// One test: the allocator counts for all threads.
#[test]
fn steps_allocate_nothing() {
    a_step_allocates_nothing();
    a_flow_allocates_nothing();
    a_step_of_denoising_allocates_nothing();
}

/// After the first steps, a step allocates nothing, whether the batch is processed in parts or not, and even if a node
/// is kept for a later layer. On one thread, so that no other thread allocates meanwhile.
fn a_step_allocates_nothing() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    for layers in [
        "flatten | dense 12 | relu | dense 3 | softmax",
        "conv 4 5x5 same | relu | max-pool 2 | conv 6 3x3 | relu | flatten | dense 8 | sigmoid | dense 3 | softmax",
        "conv 4 3x3 same | batch-norm | tanh | as a | max-pool 2 | up 2 | concat a \
         | conv 2 1x1 | dropout 0.3 | dense 3 | softmax",
    ] {
        let mut net = Net::<f32>::from_text(layers, Shape::picture(12, 12, 1)).unwrap();
        initialise_uniform(&mut net, 0.5, 1);
        let input: Vec<f32> = (0..20 * 144).map(|i| (i % 7) as f32 / 7.0).collect();
        let target: Vec<f32> = (0..20 * 3).map(|i| f32::from(u8::from(i % 3 == i / 3 % 3))).collect();
        let mut trainer = Trainer::new(net, Box::new(CrossEntropy), Recipe { batch: 20, ..Recipe::default() }, 20);
        let counted = pool.install(|| {
            for _ in 0..3 {
                trainer.step(&input, &target).unwrap();
            }
            let region = Region::new(ALLOCATOR);
            for _ in 0..10 {
                trainer.step(&input, &target).unwrap();
            }
            region.change()
        });
        assert_eq!((counted.allocations, counted.reallocations), (0, 0), "{layers}");
    }
}

/// The noise and the holes of flows are made in room that is there after the first steps.
fn a_flow_allocates_nothing() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let images = Batch::from_vec([6, 8, 8, 1], (0..384).map(|i| i as u8).collect()).unwrap();
    let pictures: Vec<_> = (0..3).map(|i| Image::from_fn([12, 9, 1], |(y, x, _)| (y * x + i) as u8)).collect();
    let classes = Flow::of_classes(Dataset { images: &images, labels: &[0, 1, 2, 0, 1, 2] }, 3, 1);
    let holes = Flow::of_holes(&pictures, 8, 1).unwrap();
    for (task, planes) in [(&classes, 5), (&holes, 3)] {
        let task: &dyn Task<f32> = task;
        let (mut input, mut target) = (vec![0.0; 6 * 64 * planes], vec![0.0; 6 * 64]);
        let counted = pool.install(|| {
            let mut fill = |step: u64| task.fill(&[0, 1, 2, 3, 4, 5], Pass::train(6, 1, step), &mut input, &mut target);
            (0..3).for_each(&mut fill);
            let region = Region::new(ALLOCATOR);
            (3..20).for_each(&mut fill);
            region.change()
        });
        assert_eq!((counted.allocations, counted.reallocations), (0, 0), "{task:?}");
    }
}

/// Neither do drawing patches, damaging them and averaging the weights: the preset `denoise` in full.
fn a_step_of_denoising_allocates_nothing() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let preset = preset("denoise").unwrap();
    let mut net = Net::<f32>::from_text(&preset.layers, Shape::picture(16, 16, 2)).unwrap();
    initialise_uniform(&mut net, 0.1, 1);
    let pictures = vec![Image::from_fn([40, 50, 1], |(y, x, _)| (3 * x + 2 * y) as u8); 3];
    let task = Patches::new(&pictures, &Denoise::USUAL, 16, 1).unwrap();
    let mut trainer = Trainer::new(net, Box::new(MeanSquaredError), Recipe { batch: 4, ..preset.recipe }, 160);
    let order: Vec<u32> = (0..40).map(|index| index % 24).collect();
    let counted = pool.install(|| {
        let mut counts = Vec::with_capacity(order.len());
        let region = Region::new(ALLOCATOR);
        let report = |_| {
            counts.push(region.change());
            ControlFlow::Continue(())
        };
        trainer.epoch(&task, &order, Progress::default(), report).unwrap();
        let [third, last] = [&counts[2], &counts[9]];
        (last.allocations - third.allocations, last.reallocations - third.reallocations)
    });
    assert_eq!(counted, (0, 0));
}
