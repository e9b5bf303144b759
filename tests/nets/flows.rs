//! Nets that lead noise to pictures: their training, their files, and the bits that they give.

use std::ops::ControlFlow;

use glassbox_dnn::flow::{Filler, Mask, Sampler};
use glassbox_dnn::training::{Data, Ending, Event, Material, Pictures, Plan, Session, Settings, Trained};
use glassbox_dnn::{AnyNet, Error, Model, Net, Shape, initialise_uniform, preset};
use glassbox_formats::Pixels;
use glassbox_tensor::Image;

use crate::support::pictures::noise;
use crate::support::programs::strokes;

fn settings(name: &str) -> Settings {
    Settings { preset: Some(name.into()), epochs: Some(2), batch: Some(16), ..Settings::default() }
}

fn numbers(net: &AnyNet) -> Vec<f32> {
    let AnyNet::F32(net) = net else { panic!("f32") };
    net.to_arrays().iter().flat_map(|(_, array)| array.as_slice().to_vec()).collect()
}

fn in_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

fn train<'a>(name: &str, material: impl Into<Material<'a>>) -> (Plan, Trained) {
    let material = material.into();
    let plan = Plan::new(&settings(name), material).unwrap();
    let trained = Session::new(&plan, material).run(&mut |_| ControlFlow::Continue(())).unwrap();
    (plan, trained)
}

#[test]
fn any_number_of_threads_gives_the_same_net_and_the_same_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(strokes(folder.path())).unwrap();
    let trained = |threads: usize| in_threads(threads, || train("flow", &data).1);
    let (one, three) = (trained(1), trained(3));
    assert_eq!(numbers(&one.net), numbers(&three.net));
    assert_eq!(one.epochs[1].test, three.epochs[1].test);
    assert_eq!((one.epochs[1].test.total, one.epochs[1].test.hits), (30, None));
    let sampler = Sampler::new(&one.net.to_f32()).unwrap().with(4, 2.0);
    let classes: Vec<usize> = (0..70).map(|i| i % 3).collect();
    let drawn = |threads: usize| {
        in_threads(threads, || sampler.draw(&classes, 5, true, &|_| ControlFlow::Continue(())).unwrap())
    };
    assert_eq!(drawn(1), drawn(3));
}

#[test]
fn a_training_that_is_interrupted_goes_on_to_the_same_net() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(strokes(folder.path())).unwrap();
    let pictures = Pictures::from(data.clone());
    for (name, material) in [("flow", Material::from(&data)), ("fill", Material::from(&pictures))] {
        let (plan, whole) = train(name, material);
        let run = |stop: Option<usize>| {
            let mut told = 0;
            let session = Session::new(&plan, material).with_checkpoints(folder.path().join(name), true);
            let trained = session.run(&mut |event| {
                told += usize::from(matches!(event, Event::Progress(_)));
                if Some(told) == stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            trained.unwrap()
        };
        // An epoch has six steps.
        assert_eq!(run(Some(8)).ending, Ending::Interrupted { epoch: 2 }, "{name}");
        let resumed = run(None);
        assert_eq!(resumed.ending, Ending::Complete);
        assert_eq!(numbers(&resumed.net), numbers(&whole.net), "{name}");
    }
}

#[test]
fn nets_of_the_presets_survive_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(strokes(folder.path())).unwrap();
    let pictures = Pictures::from(data.clone());
    for (name, material) in [("flow", Material::from(&data)), ("fill", Material::from(&pictures))] {
        let (plan, trained) = train(name, material);
        for suffix in ["npz", "safetensors"] {
            let path = folder.path().join(format!("{name}.{suffix}"));
            trained.net.save(&path, &plan.about()).unwrap();
            let model = Model::load(&path).unwrap();
            assert_eq!((numbers(&model.net), &model.about), (numbers(&trained.net), &plan.about()), "{name} {suffix}");
        }
        let path = folder.path().join(format!("{name}.onnx"));
        trained.net.save_onnx(&path).unwrap();
        let onnx = std::fs::read(&path).unwrap();
        // Between the convolutions: half the size and back, and the input beside what came out of it.
        for operator in ["Conv", "Sigmoid", "MaxPool", "Resize", "Add", "DepthToSpace", "Concat"] {
            assert!(onnx.windows(operator.len()).any(|bytes| bytes == operator.as_bytes()), "{name} {operator}");
        }
    }
}

#[test]
fn presets_take_other_sizes_and_colours() {
    let layers = |channels: &str| preset("flow").unwrap().layers.replace("CHANNELS", channels);
    for (height, width, channels, classes) in [(28, 28, 1, 10), (32, 32, 3, 10), (4, 12, 1, 2)] {
        let planes = channels + 1 + classes;
        let net = Net::<f32>::from_text(&layers(&channels.to_string()), Shape::picture(height, width, planes)).unwrap();
        assert_eq!(net.output(), Shape::picture(height, width, channels));
        let count = net.parameter_count();
        assert!((100_000..300_000).contains(&count), "{count}");
    }
    // Pictures whose sides are no multiples of 4.
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(crate::support::programs::bars(folder.path())).unwrap();
    match Plan::new(&settings("flow"), &data) {
        Err(Error::Setting { name: "preset", problem }) => assert!(problem.contains("multiples of 4"), "{problem}"),
        other => panic!("{other:?}"),
    }
}

/// A net whose velocity in a hole is `2·(x of the left neighbour) − x`, whatever else: it looks beyond its pixel.
fn filling() -> Model {
    let mut net = Net::<f32>::from_text("conv 1 3x3 same no-bias", Shape::picture(8, 8, 3)).unwrap();
    initialise_uniform(&mut net, 0.0, 1);
    let weights = net.parameters_mut()[0][0].as_mut_slice();
    // Rows, columns, channels: the left neighbour, and the pixel itself.
    (weights[3 * 3], weights[3 * 4]) = (2.0, -1.0);
    let about = glassbox_dnn::About {
        purpose: glassbox_dnn::Purpose::of_task("fill").unwrap(),
        ..glassbox_dnn::About::of_loss("mean-squared-error")
    };
    Model { net: AnyNet::F32(net), about, bank: None }
}

#[test]
fn holes_alone_are_filled_in_every_depth_and_size() {
    let filler = Filler::new(&filling()).unwrap();
    for (height, width) in [(3, 5), (8, 8), (30, 21)] {
        let white = |y: usize, x: usize| y >= height / 2 && x > width / 3;
        let mask = Image::from_fn([height, width, 1], |(y, x, _)| if white(y, x) { 255u8 } else { 100 });
        let mask = Mask::of(&Pixels::U8(mask));
        for channels in 1..=4 {
            let pictures = [
                Pixels::U8(noise(height, width, channels, |n| n as u8)),
                Pixels::U16(noise(height, width, channels, |n| n as u16)),
                Pixels::F32(noise(height, width, channels, |n| n as f32 / 65535.0)),
            ];
            for picture in pictures {
                let [first, second] = [1, 2].map(|seed| filler.fill(picture.clone(), &mask, seed).unwrap());
                assert_ne!(first, second, "two seeds, two fillings");
                assert_eq!(first, in_threads(3, || filler.fill(picture.clone(), &mask, 1).unwrap()));
                let (before, after) = (values(&picture), values(&first));
                let mut changed = 0;
                for (place, (before, after)) in before.iter().zip(&after).enumerate() {
                    let (pixel, channel) = (place / channels, place % channels);
                    let is_alpha = channels % 2 == 0 && channel == channels - 1;
                    if is_alpha || !white(pixel / width, pixel % width) {
                        assert_eq!(before.to_bits(), after.to_bits(), "{height}×{width}×{channels} at {place}");
                    } else {
                        changed += usize::from(before != after);
                    }
                }
                assert!(changed > 0);
            }
        }
    }
}

fn values(pixels: &Pixels) -> Vec<f64> {
    match pixels {
        Pixels::U8(image) => image.as_slice().iter().map(|&value| value.into()).collect(),
        Pixels::U16(image) => image.as_slice().iter().map(|&value| value.into()).collect(),
        Pixels::F32(image) => image.as_slice().iter().map(|&value| value.into()).collect(),
    }
}

#[test]
fn a_mask_of_another_size_and_a_model_for_something_else_are_refused() {
    let mask = Mask::of(&Pixels::U8(Image::from_vec([2, 3, 1], vec![255u8, 128, 127, 0, 0, 0]).unwrap()));
    assert_eq!(mask.holes(), 2);
    let error = Filler::new(&filling()).unwrap().fill(Pixels::U8(Image::zeros([3, 2, 1])), &mask, 1).unwrap_err();
    assert_eq!(error.to_string(), "2×3 pixels, but the mask has 3×2; the same are needed");
    let mut other = filling();
    other.about.purpose = glassbox_dnn::Purpose::Classify;
    assert!(Filler::new(&other).unwrap_err().to_string().starts_with("is for classify"));
    let net = Net::<f32>::from_text("conv 1 3x3", Shape::picture(8, 8, 5)).unwrap();
    assert!(Sampler::new(&net).unwrap_err().to_string().starts_with("makes 6×6×1 of 8×8×5"));
}
