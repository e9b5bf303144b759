//! Laws of training in batches: a step follows its recipe, threads change nothing, and random numbers repeat.

use std::ops::ControlFlow;

use glassbox_dnn::losses::{CrossEntropy, MeanSquaredError};
use glassbox_dnn::optimisers::Optimiser;
use glassbox_dnn::tasks::Classes;
use glassbox_dnn::{Augment, Dataset, Net, Pass, Progress, Recipe, Schedule, Shape, Trainer, Workspace};
use glassbox_tensor::{Batch, Matrix};

use crate::support::nets::{each, filled, numbers, read, run, work_in};

const CONV: &str =
    "conv 6 3x3 same | relu | max-pool 2 | conv 4 3x3 | relu | flatten | dense 12 | relu | dense 5 | softmax";

fn trained(text: &str, optimiser: Optimiser, threads: usize) -> Vec<(String, Vec<u32>)> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let shape = Shape::picture(12, 10, 2);
        let net = filled::<f32>(text, shape);
        let (outputs, samples) = (net.outputs(), 37);
        let recipe = Recipe { optimiser, batch: samples, clip: Some(1.0), decay: 0.01, ..Recipe::default() };
        let mut trainer = Trainer::new(net, Box::new(CrossEntropy), recipe, samples);
        let target: Vec<f32> =
            (0..samples * outputs).map(|i| if i % outputs == i / outputs % outputs { 1.0 } else { 0.0 }).collect();
        for step in 0..6 {
            trainer.step(&numbers::<f32>(samples * shape.len(), step), &target).unwrap();
        }
        let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect();
        trainer.net().to_arrays().into_iter().map(|(name, tensor)| (name, bits(tensor.as_slice()))).collect()
    })
}

#[test]
fn threads_change_no_bit() {
    let drawing = "conv 4 3x3 | batch-norm | rrelu | stochastic-pool 2 | dropout 0.3 | dense 5 | softmax";
    each([CONV, drawing], ToString::to_string, |text| {
        for optimiser in Optimiser::ALL {
            let one = trained(text, optimiser, 1);
            for threads in [2, 3] {
                assert!(one == trained(text, optimiser, threads), "{}, {threads} threads", optimiser.name());
            }
        }
    });
}

/// The first layers process a batch in parts. The last part may have fewer samples, and in a shorter batch after a
/// full one some parts have none. Layers overwrite their input. Random numbers must not depend on any of this.
#[test]
fn parts_of_a_batch_are_the_batch() {
    let shape = Shape::picture(14, 14, 1);
    for text in [
        "conv 20 3x3 same | tanh | max-pool 2 | dropout 0.3 | conv 2 3x3 stride 2 | flatten | dense 3 | tanh | dense 2",
        "conv 9 5x5 | relu | as a | max-pool 2 | conv 9 3x3 same | relu | up 2 | concat a \
         | conv 2 1x1 | sigmoid | dense 3 | relu | dense 2",
        "conv 4 3x3 | as a | relu | conv 4 3x3 same | add a | batch-norm | sigmoid | dense 2",
    ] {
        let net = filled::<f64>(text, shape);
        let mut workspace = Workspace::new(&net, 11);
        for samples in [11, 5, 1, 11] {
            let pass = Pass::train(samples, 5, 3);
            let (input, upstream) = (numbers(samples * shape.len(), 1), numbers(samples * 2, 2));
            let expected = run(&net, pass, &input, Some(&upstream));
            let (outputs, gradients) = work_in(&mut workspace, &net, pass, &input, &upstream);
            assert!(outputs == expected.outputs, "{text}: outputs of {samples}");
            for (found, expected) in gradients.iter().flatten().zip(expected.parameter_gradients.iter().flatten()) {
                for (found, expected) in found.as_slice().iter().zip(expected.as_slice()) {
                    // The reference leaves NaN for numbers without a gradient, such as the running statistics of
                    // batch-norm.
                    let unsaid = expected.is_nan() && *found == 0.0;
                    let near = unsaid || (found - expected).abs() <= 1e-11 * expected.abs().max(1.0);
                    assert!(near, "{text}: {samples} samples: {found}, expected {expected}");
                }
            }
        }
    }
}

/// A net without layers gives its input.
#[test]
fn no_layers_change_nothing() {
    let net = filled::<f64>("as a", Shape::from(3));
    let input = Matrix::from_vec([2, 3], numbers(6, 1)).unwrap();
    assert_eq!(net.predict(&input), input);
}

/// A step by hand: the mean gradient over the samples, clipped to `clip`, decay, rate.
#[test]
fn a_step_is_what_the_recipe_says() {
    let text = "dense 4 | tanh | dense 3";
    for (clip, decay, schedule) in [
        (None, 0.0, Schedule::Constant),
        (Some(0.05), 0.0, Schedule::Constant),
        (Some(1e6), 0.02, Schedule::Cosine),
        (Some(0.05), 0.02, Schedule::Step { every: 1, factor: 0.5 }),
        (None, 0.02, Schedule::OneCycle),
    ] {
        let mut net = filled::<f64>(text, Shape::from(5));
        let samples = 6;
        let recipe = Recipe {
            optimiser: Optimiser::Sgd,
            rate: 0.3,
            schedule,
            batch: samples,
            epochs: 2,
            decay,
            clip,
            seed: 1,
            augment: None,
            average: None,
        };
        // Two steps an epoch.
        let mut trainer = Trainer::new(net.clone(), Box::new(MeanSquaredError), recipe, 2 * samples);
        for step in 0..4u64 {
            let (input, target) =
                (numbers::<f64>(samples * 5, step as usize), numbers::<f64>(samples * 3, 9 + step as usize));
            let pass = Pass::train(samples, 1, step);
            let outputs = run(&net, pass, &input, None).outputs;
            let upstream: Vec<f64> =
                outputs.iter().zip(&target).map(|(o, l)| 2.0 / 3.0 * (o - l) / samples as f64).collect();
            let gradients = run(&net, pass, &input, Some(&upstream)).parameter_gradients;
            let loss = outputs.iter().zip(&target).map(|(o, l)| (o - l).powi(2)).sum::<f64>() / 3.0 / samples as f64;
            let length = gradients.iter().flatten().flat_map(|g| g.as_slice()).map(|g| g * g).sum::<f64>().sqrt();
            let shortened = clip.map_or(1.0, |clip| if length > clip { clip / length } else { 1.0 });
            let rate = 0.3 * schedule.factor(step, 2, 2);
            for (w, g) in net.parameters_mut().iter_mut().flatten().zip(gradients.iter().flatten()) {
                for (w, g) in w.as_mut_slice().iter_mut().zip(g.as_slice()) {
                    *w -= rate * (g * shortened + decay * *w);
                }
            }
            let found = trainer.step(&input, &target).unwrap();
            assert!(
                (found - loss).abs() < 1e-12 * loss.max(1.0),
                "{schedule}, step {step}: loss {found}, expected {loss}"
            );
            for ((name, found), expected) in trainer.net().to_arrays().iter().zip(net.parameters().iter().flatten()) {
                for (found, expected) in found.as_slice().iter().zip(expected.as_slice()) {
                    let near = (found - expected).abs() < 1e-12;
                    assert!(near, "{schedule}, clip {clip:?}, step {step}, {name}: found {found}, expected {expected}");
                }
            }
        }
    }
}

#[test]
fn a_loss_that_is_not_finite_leaves_the_net_as_it_was() {
    let net = filled::<f64>("dense 2", Shape::from(3));
    let before = net.to_arrays();
    let mut trainer = Trainer::new(net, Box::new(MeanSquaredError), Recipe::default(), 1);
    assert!(trainer.step(&[1.0, f64::NAN, 0.0], &[0.0, 0.0]).is_err());
    assert_eq!(trainer.net().to_arrays(), before);
    assert_eq!(trainer.steps(), 0);
}

fn outputs(net: &Net<f64>, pass: Pass, input: &[f64]) -> Vec<f64> {
    run(net, pass, input, None).outputs
}

#[test]
fn layers_that_draw_draw_by_seed_step_and_sample() {
    each(["dropout 0.4", "rrelu", "stochastic-pool 2"], ToString::to_string, |text| {
        let shape = Shape::picture(20, 20, 3);
        let net = read::<f64>(text, shape);
        // Both samples are equal, so only random numbers differ.
        let one: Vec<f64> =
            numbers::<f64>(shape.len(), 1).iter().map(|x| if *text == "rrelu" { *x } else { x.abs() }).collect();
        let input = [one.clone(), one].concat();
        let at = |seed, step| outputs(&net, Pass::train(2, seed, step), &input);
        let first = at(7, 3);
        assert!(first == at(7, 3), "the same seed and step");
        assert!(first != at(7, 4), "another step");
        assert!(first != at(8, 3), "another seed");
        let (a, b) = first.split_at(first.len() / 2);
        assert!(a != b, "another sample");
        let answers = outputs(&net, Pass::predict(2), &input);
        let (a, b) = answers.split_at(answers.len() / 2);
        assert!(a == b, "answers are not drawn");
    });
}

#[test]
fn drawn_numbers_are_what_they_should_be() {
    each(["dropout 0.4", "rrelu low 0.2 high 0.6"], ToString::to_string, |text| {
        let shape = Shape::from(10_000);
        let input = vec![if text.starts_with("rrelu") { -1.0 } else { 1.0 }; 40_000];
        let found = outputs(&read::<f64>(text, shape), Pass::train(4, 0, 0), &input);
        let mean = found.iter().sum::<f64>() / found.len() as f64;
        if text.starts_with("rrelu") {
            assert!(found.iter().all(|y| (-0.6..=-0.2).contains(y)), "slopes lie between low and high");
            assert!((mean + 0.4).abs() < 0.005, "mean {mean}");
        } else {
            let near = |y: &f64| *y == 0.0 || (*y - 1.0 / 0.6).abs() < 1e-12;
            assert!(found.iter().all(near), "0 or x / (1 − p)");
            assert!((mean - 1.0).abs() < 0.02, "mean {mean}");
        }
    });
}

/// Pictures sorted by class, all black or all white: moved ones are darker at the rim than those of the test.
#[test]
fn what_changed_pictures_taught_by_looking_is_learned_anew() {
    let images = Batch::from_fn([20, 8, 8, 1], |(n, ..)| if n < 10 { 0 } else { 255 });
    let labels: Vec<u8> = (0..20).map(|n| u8::from(n >= 10)).collect();
    let pictures = Dataset { images: &images, labels: &labels };
    let order: Vec<u32> = (0..20).collect();
    let trained = |augment: Option<Augment>, asks: bool| {
        let net = filled::<f64>("batch-norm | flatten | dense 2 | softmax", Shape::picture(8, 8, 1));
        let mut trainer =
            Trainer::new(net, Box::new(CrossEntropy), Recipe { batch: 8, augment, ..Recipe::default() }, 20);
        let mut settled = None;
        let task = Classes::new(pictures, augment);
        for _ in 0..5 {
            trainer.epoch(&task, &order, Progress::default(), |_| ControlFlow::Continue(())).unwrap();
            settled = asks.then(|| trainer.settled(&task).unwrap());
        }
        (trainer.net().to_arrays(), settled.map(|net| net.to_arrays()))
    };
    let (net, settled) = trained(None, true);
    assert_eq!(settled.unwrap(), net);
    let shift = Some(Augment { shift: 3.0, ..Augment::default() });
    let (net, settled) = trained(shift, true);
    // Predicting does not change the training.
    assert_eq!(net, trained(shift, false).0);
    let settled = settled.unwrap();
    for ((name, found), (_, before)) in settled.iter().zip(&net) {
        match name.as_str() {
            "0.batch-norm.mean" => {
                assert!((found.as_slice()[0] - 0.5).abs() < 0.01 && before.as_slice()[0] < 0.45, "{found:?} {before:?}")
            }
            "0.batch-norm.variance" => assert!((found.as_slice()[0] - 0.25).abs() < 0.01, "{found:?}"),
            _ => assert_eq!(found, before, "{name}"),
        }
    }
}
