//! Layers equal PyTorch: data/golden/layers.py states the cases and the mapping of conventions.

use std::collections::BTreeSet;

use glassbox_dnn::losses::by_name;
use glassbox_dnn::optimisers::{Optimiser, Step};
use glassbox_dnn::{Net, Pass, Real, Shape};
use glassbox_formats::npz::{Npz, Source};
use glassbox_simd::Level;
use glassbox_tensor::Tensor;

use crate::support::nets::{each, read, run, work};

type Goldens = Npz<Box<dyn Source>>;

/// Largest difference, relative to the greatest number of the array: in f64, and in f32 after sums of some tens of
/// products.
const F64: f64 = 1e-9;
const F32: f64 = 2e-5;

fn goldens() -> Goldens {
    Npz::open("data/golden/layers.npz".as_ref()).unwrap()
}

/// The cases of a kind: `layer`, `loss`, `optimiser`.
fn cases(goldens: &Goldens, kind: &str) -> BTreeSet<String> {
    let names = goldens.names();
    let rest = names.iter().filter_map(|name| name.strip_prefix(kind)?.strip_prefix('/'));
    rest.map(|rest| rest.split_once('/').unwrap().0.to_string()).collect()
}

fn reals<T: Real>(goldens: &mut Goldens, name: &str) -> Vec<T> {
    goldens.read::<f64>(name).unwrap().into_vec().into_iter().map(T::from_f64).collect()
}

fn compare<T: Real>(what: &str, found: &[T], expected: &[T], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}: as many numbers");
    let scale = expected.iter().map(|x| x.as_f64().abs()).fold(1e-3, f64::max);
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let (found, expected) = (found.as_f64(), expected.as_f64());
        // Not `>`, which NaN would pass.
        let near = (found - expected).abs() <= tolerance * scale;
        assert!(near, "{what}[{index}]: found {found}, expected {expected}");
    }
}

/// Puts the case's parameters into the net; a side of 1 more or less does not matter.
fn set_parameters<T: Real>(net: &mut Net<T>, goldens: &mut Goldens, key: &str) {
    let given = goldens.names();
    let given: BTreeSet<_> = given
        .iter()
        .filter_map(|name| name.strip_prefix(key))
        .filter(|name| name.as_bytes().get(1).is_some_and(u8::is_ascii_digit))
        .map(|name| name[1..].to_string())
        .collect();
    let needed: BTreeSet<_> = net.parameter_names().into_iter().collect();
    assert_eq!(needed, given, "parameters of the net, and of the golden");
    let squeezed = |shape: &[usize]| -> Vec<usize> { shape.iter().copied().filter(|&side| side != 1).collect() };
    for (name, parameter) in net.parameter_names().into_iter().zip(net.parameters_mut().iter_mut().flatten()) {
        let found = goldens.read::<f64>(&format!("{key}/{name}")).unwrap();
        assert_eq!(squeezed(parameter.shape()), squeezed(found.shape()), "shape of {name}");
        for (to, &from) in parameter.as_mut_slice().iter_mut().zip(found.as_slice()) {
            *to = T::from_f64(from);
        }
    }
}

fn check_layer<T: Real>(goldens: &mut Goldens, key: &str, tolerance: f64) {
    let model = goldens.read_text(&format!("{key}/model")).unwrap();
    let shape = Shape::from_text(&goldens.read_text(&format!("{key}/shape")).unwrap()).unwrap();
    let mut net = read::<T>(&model, shape);
    set_parameters(&mut net, goldens, key);
    let input = reals::<T>(goldens, &format!("{key}/input"));
    let samples = input.len() / shape.len();
    let expected = reals::<T>(goldens, &format!("{key}/output"));
    let answers = goldens.contains(&format!("{key}/answers"));
    let pass = if answers { Pass::predict(samples) } else { Pass::train(samples, 0, 0) };
    let upstream = reals::<T>(goldens, &format!("{key}/upstream"));
    let found = run(&net, pass, &input, Some(&upstream));
    compare("output", &found.outputs, &expected, tolerance);
    let expected = reals::<T>(goldens, &format!("{key}/input-gradient"));
    compare("input-gradient", &found.input_gradient, &expected, tolerance);
    let (outputs, by_workspace) = work(&net, pass, &input, &upstream);
    compare("output of the workspace", &outputs, &found.outputs, tolerance);
    let flat = |gradients: &[Vec<Tensor<T>>]| -> Vec<Vec<T>> {
        gradients.iter().flatten().map(|tensor| tensor.as_slice().to_vec()).collect()
    };
    let trained: Vec<_> = net.list().iter().map(|parameter| (parameter.name.clone(), parameter.trained)).collect();
    for ((name, trained), (found, worked)) in
        trained.iter().zip(flat(&found.parameter_gradients).iter().zip(flat(&by_workspace)))
    {
        if *trained {
            let expected = reals::<T>(goldens, &format!("{key}/gradient/{name}"));
            compare(&format!("gradient of {name}"), found, &expected, tolerance);
            compare(&format!("gradient of {name} by the workspace"), &worked, &expected, tolerance);
        }
    }
}

#[test]
fn layers_equal_pytorch() {
    let mut goldens = goldens();
    let cases = cases(&goldens, "layer");
    assert!(cases.len() > 90, "only {} layers", cases.len());
    each(
        &cases,
        |case| case.to_string(),
        |case| {
            let key = format!("layer/{case}");
            check_layer::<f64>(&mut goldens, &key, F64);
            check_layer::<f32>(&mut goldens, &key, F32);
        },
    );
}

fn check_losses<T: Real>(tolerance: f64) {
    let mut goldens = goldens();
    for name in glassbox_dnn::losses::all::<T>().iter().map(|loss| loss.name()) {
        let loss = by_name::<T>(name).unwrap();
        let [outputs, target, value, gradient] = ["outputs", "wanted", "value", "gradient"]
            .map(|part| reals::<T>(&mut goldens, &format!("loss/{name}/{part}")));
        let classes = outputs.len() / value.len();
        let rows = outputs.chunks(classes).zip(target.chunks(classes));
        let mut found_gradient = vec![T::nan(); outputs.len()];
        let found: Vec<T> = rows.clone().map(|(o, l)| loss.value(o, l)).collect();
        rows.zip(found_gradient.chunks_mut(classes))
            .for_each(|((o, l), found_gradient)| loss.gradient(o, l, found_gradient));
        compare(&format!("{name}: value"), &found, &value, tolerance);
        compare(&format!("{name}: gradient"), &found_gradient, &gradient, tolerance);
    }
}

#[test]
fn losses_equal_pytorch() {
    check_losses::<f64>(F64);
    check_losses::<f32>(F32);
}

fn check_optimisers<T: Real>(tolerance: f64) {
    let mut goldens = goldens();
    let cases = cases(&goldens, "optimiser");
    for optimiser in Optimiser::ALL {
        assert!(cases.contains(optimiser.name()), "no golden for {}", optimiser.name());
    }
    for (case, level) in cases.iter().flat_map(|case| Level::all().into_iter().map(move |level| (case, level))) {
        let optimiser = Optimiser::by_name(case.split(' ').next().unwrap()).unwrap();
        let mut part = |name: &str| reals::<T>(&mut goldens, &format!("optimiser/{case}/{name}"));
        let (rate, decay) = (part("rate")[0].as_f64(), part("decay")[0].as_f64());
        let (mut parameters, gradients, after) = (part("start"), part("gradients"), part("after"));
        let n = parameters.len();
        let mut kept = vec![T::zero(); optimiser.slots() * n];
        for (number, (gradients, after)) in (1..).zip(gradients.chunks(n).zip(after.chunks(n))) {
            // Twice as long, halved by the scale: the same step.
            let doubled: Vec<T> = gradients.iter().map(|&g| g + g).collect();
            let step = Step { optimiser, number, rate, decay, scale: 0.5, level };
            step.apply(&mut parameters, &doubled, &mut kept);
            let found = if optimiser.averages() { &kept } else { &parameters };
            compare(&format!("{case}, step {number}"), found, after, tolerance);
        }
    }
}

#[test]
fn optimisers_equal_pytorch() {
    check_optimisers::<f64>(F64);
    check_optimisers::<f32>(F32);
}
