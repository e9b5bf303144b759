//! Training of nets that restore: they get better, and nothing but the settings decides how.

use std::ops::ControlFlow;
use std::path::Path;

use glassbox_dnn::losses::MeanSquaredError;
use glassbox_dnn::restore::{Damage, Denoise, Enlarge};
use glassbox_dnn::tasks::{Patches, Task};
use glassbox_dnn::training::{Event, Pictures, Plan, Session, Settings, Trained};
use glassbox_dnn::{AnyNet, Error, Net, Pass, Purpose, Recipe, Restoration, Shape, Trainer};
use glassbox_tensor::Image;

use crate::support::nets::{filled, numbers};

/// Discs and slopes, of several sizes.
fn pictures() -> Pictures {
    let picture = |index: usize| {
        let (height, width) = (40 + 3 * index, 50 - 2 * index);
        Image::from_fn([height, width, 1], |(y, x, _)| {
            let (dy, dx) = (y as isize - 20, x as isize - 15 - 2 * index as isize);
            if dy * dy + dx * dx < 150 { 60 + 10 * index as u8 } else { 120 + (2 * x + y) as u8 / 2 }
        })
    };
    let all = |range: std::ops::Range<usize>| range.map(picture).collect();
    Pictures { name: "discs".into(), train: all(0..6), test: all(6..8), understood: Vec::new() }
}

fn settings() -> Settings {
    Settings {
        task: Some("denoise".into()),
        layers: Some("conv 8 3x3 same | relu | conv 1 3x3 same".into()),
        patch: Some(12),
        epochs: Some(6),
        batch: Some(4),
        rate: Some(3e-3),
        ..Settings::default()
    }
}

fn train(settings: &Settings, pictures: &Pictures) -> Trained {
    let plan = Plan::new(settings, pictures).unwrap();
    Session::new(&plan, pictures).run(&mut |_| ControlFlow::Continue(())).unwrap()
}

fn bits(net: &AnyNet) -> Vec<u32> {
    let AnyNet::F32(net) = net else { panic!("f32") };
    net.to_arrays().iter().flat_map(|(_, array)| array.as_slice().iter().map(|x| x.to_bits())).collect()
}

#[test]
fn a_small_net_learns_to_take_noise_away() {
    let settings = Settings { epochs: Some(25), ..settings() };
    let plan = Plan::new(&settings, &pictures()).unwrap();
    assert_eq!((plan.purpose, plan.input), (Purpose::Restore(Restoration::Denoise), Shape::picture(12, 12, 2)));
    let epochs = train(&settings, &pictures()).epochs;
    let (first, last) = (&epochs[0], &epochs[24]);
    assert!(last.progress.loss < 0.5 * first.progress.loss, "{} {}", first.progress.loss, last.progress.loss);
    // Noise of 25 alone leaves 20.2 dB.
    let psnr = |epoch: &glassbox_dnn::training::Epoch| epoch.test.psnr.unwrap();
    assert!(psnr(last) > psnr(first) + 1.0 && psnr(last) > 23.0, "{} {}", psnr(first), psnr(last));
    assert_eq!((last.test.hits, last.test.total), (None, 2));
}

#[test]
fn a_small_net_learns_to_enlarge() {
    let layers = "conv 8 3x3 same | relu | conv 4 3x3 same | depth-to-space 2".to_string();
    let settings = Settings { task: Some("enlarge".into()), layers: Some(layers), epochs: Some(25), ..settings() };
    let epochs = train(&settings, &pictures()).epochs;
    assert!(epochs[24].test.psnr > epochs[0].test.psnr && epochs[24].test.loss < epochs[0].test.loss, "{epochs:?}");
}

#[test]
fn threads_change_no_bit_of_a_restoring_net() {
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| train(&Settings { epochs: Some(2), ..settings() }, &pictures()))
    };
    let one = with(1);
    for threads in [2, 3] {
        let other = with(threads);
        assert!(bits(&one.net) == bits(&other.net), "{threads} threads");
        assert_eq!(one.epochs[1].test, other.epochs[1].test);
    }
}

#[test]
fn a_resumed_training_ends_as_a_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let (pictures, settings) = (pictures(), Settings { hold_out: Some(2), patience: Some(9), ..settings() });
    let plan = Plan::new(&settings, &pictures).unwrap();
    let run = |kept: &Path, stop: Option<usize>| {
        let mut batches = 0;
        let session = Session::new(&plan, &pictures).with_checkpoints(kept, true);
        session.run(&mut |event| {
            batches += usize::from(matches!(event, Event::Progress(_)));
            if Some(batches) == stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    };
    let whole = run(&folder.path().join("whole"), None).unwrap();
    // In the middle of an epoch.
    let kept = folder.path().join("kept");
    run(&kept, Some(70)).unwrap();
    let resumed = run(&kept, None).unwrap();
    assert!(bits(&whole.net) == bits(&resumed.net));
    assert_eq!(whole.best.as_ref().map(|best| best.0), resumed.best.as_ref().map(|best| best.0));
    let tests = |trained: &Trained| trained.epochs.iter().map(|epoch| (epoch.test, epoch.held_out)).collect::<Vec<_>>();
    assert_eq!(tests(&whole), tests(&resumed));
}

#[test]
fn held_out_pictures_choose_the_best() {
    // So long a step that some epochs are worse than the one before.
    let settings = Settings { hold_out: Some(2), rate: Some(0.05), epochs: Some(8), ..settings() };
    let trained = train(&settings, &pictures());
    let psnr = |epoch: usize| trained.epochs[epoch - 1].held_out.unwrap().psnr.unwrap();
    let (best, net) = trained.best.as_ref().unwrap();
    assert!((1..=8).all(|epoch| psnr(epoch) <= psnr(*best)), "{best} {:?}", trained.epochs);
    assert!(*best == 8 || bits(net) != bits(&trained.net));
    assert_eq!(trained.epochs[0].held_out.unwrap().total, 2);
}

/// `a ← a + (1 − d)·(w − a)`, `d = min(0.9, t / (t + 9))`.
#[test]
fn averaged_weights_follow_the_trained_ones() {
    let net = filled::<f64>("dense 3 | tanh | dense 2", 4.into());
    let trainer = |average| {
        let recipe = Recipe { batch: 5, rate: 0.05, average, ..Recipe::default() };
        Trainer::new(net.clone(), Box::new(MeanSquaredError), recipe, 5)
    };
    let numbers_of = |net: &Net<f64>| -> Vec<f64> {
        net.to_arrays().iter().flat_map(|(_, array)| array.as_slice().to_vec()).collect()
    };
    let (mut plain, mut averaged, mut expected) = (trainer(None), trainer(Some(0.9)), numbers_of(&net));
    for step in 1..=120 {
        let (input, target) = (numbers(20, step), numbers(10, step + 500));
        plain.step(&input, &target).unwrap();
        averaged.step(&input, &target).unwrap();
        let share = (step as f64 / (step as f64 + 9.0)).min(0.9);
        for (mean, weight) in expected.iter_mut().zip(numbers_of(&plain.net())) {
            *mean = share * *mean + (1.0 - share) * weight;
        }
    }
    for (found, expected) in numbers_of(&averaged.net()).iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }
    assert_ne!(numbers_of(&averaged.net()), numbers_of(&plain.net()));
}

/// A patch differs from step to step and place to place, and is the same in each run.
#[test]
fn patches_are_drawn_anew_in_each_step() {
    let pictures = pictures().train;
    for damage in [&Denoise::USUAL as &dyn Damage, &Enlarge] {
        let task = Patches::new(&pictures, damage, 10, 1).unwrap();
        let samples = |step: u64| {
            let mut input = vec![0f32; 3 * 100 * damage.planes()];
            let mut target = vec![0f32; 3 * 100 * damage.scale().pow(2)];
            task.fill(&[0, 0, 0], Pass::train(3, 7, step), &mut input, &mut target);
            (input, target)
        };
        let (input, target) = samples(0);
        assert_eq!(samples(0), (input.clone(), target.clone()));
        assert_ne!(samples(1), (input.clone(), target));
        let each: Vec<_> = input.chunks(100 * damage.planes()).collect();
        assert!(each[0] != each[1] && each[1] != each[2]);
        let pixels: usize = pictures.iter().map(|picture| picture.len()).sum();
        let covered = pixels.div_ceil((10 * damage.scale()).pow(2));
        assert_eq!(Task::<f32>::samples(&task), covered);
    }
    let error = Patches::new(&pictures, &Enlarge, 21, 1).unwrap_err().to_string();
    assert_eq!(error, "a picture of 50×40 pixels; at least 42×42 are needed");
}

#[test]
fn settings_that_no_restoring_net_has_are_named() {
    let pictures = pictures();
    let refused = |settings: Settings| match Plan::new(&settings, &pictures) {
        Err(Error::Setting { name, problem }) => (name, problem),
        other => panic!("{other:?}"),
    };
    let (name, problem) = refused(Settings { patch: Some(64), ..settings() });
    assert_eq!((name, problem.as_str()), ("patch", "found 64; the smallest of discs allows patches of 1 to 36 pixels"));
    let (name, problem) = refused(Settings { layers: Some("conv 1 3x3".into()), ..settings() });
    assert_eq!((name, problem.as_str()), ("layers", "make 10×10×1 of 12×12×2; 12×12×1 is needed"));
    assert_eq!(refused(Settings { augment: Some("shift:1".into()), ..settings() }).0, "augment");
    assert_eq!(refused(Settings { hold_out: Some(6), ..settings() }).0, "hold-out");
    assert_eq!(refused(Settings { layers: None, ..settings() }).0, "layers");
}
