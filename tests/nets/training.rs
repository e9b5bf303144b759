//! The article's loop equals NumPy's run number for number, and the layers' own passes.

use std::ops::ControlFlow;

use glassbox_dnn::losses::{BinaryCrossEntropy, MeanSquaredError, one_hot};
use glassbox_dnn::{
    ARTICLE, Dataset, Net, Online, Real, Rule, SparseSamples, evaluate, features, initialise_numpy, initialise_uniform,
    shuffled,
};
use glassbox_dnn::training::Data;
use glassbox_formats::npz::Npz;
use glassbox_simd::Level;
use glassbox_tensor::{Batch, Matrix, Tensor};

fn mnist() -> Data {
    Data::open("data/mnist.npz").unwrap()
}

fn go_on<T>(_: T) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn mnist_is_what_numpy_says_it_is() {
    let Data { train, test, .. } = mnist();
    assert_eq!((train.images.dim(), test.images.dim()), ((60000, 28, 28, 1), (10000, 28, 28, 1)));
    let sum = |images: &Batch<u8>| images.as_slice().iter().map(|&pixel| u64::from(pixel)).sum::<u64>();
    // np.load('data/mnist.npz'): x.sum(), y.sum(), y[:10]
    assert_eq!((sum(&train.images), sum(&test.images)), (1_567_298_545, 264_923_200));
    assert_eq!(train.labels[..10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert_eq!(test.labels[..10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
}

fn replay(rule: Rule, golden: &str, hits: [usize; 3], test_hits: [usize; 3]) {
    let Data { train, test, .. } = mnist();
    let mut net = Net::<f64>::from_text(ARTICLE, 784).unwrap();
    initialise_numpy(&mut net, 0);
    let mut goldens = Npz::open(golden.as_ref()).unwrap();
    for (name, array) in net.to_arrays() {
        assert_eq!(goldens.read::<f64>(&format!("init_{name}")).unwrap(), array, "{name} to begin with");
    }
    let mut online = Online::new(&net, rule, 0.2).unwrap();
    let (train, test_samples) = (
        SparseSamples::new(&train.images, &train.labels).unwrap(),
        SparseSamples::new(&test.images, &test.labels).unwrap(),
    );
    for epoch in 0..3 {
        let progress = online.epoch(&train, None, go_on).unwrap();
        assert_eq!(
            (progress.hits, online.hits(&test_samples).unwrap()),
            (hits[epoch], test_hits[epoch]),
            "epoch {epoch}"
        );
    }
    let net = online.net();
    for (name, array) in net.to_arrays() {
        let expected = goldens.read::<f64>(&name).unwrap();
        let furthest = array.as_slice().iter().zip(expected.as_slice()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(furthest < 1e-9, "{name} in the end: off by {furthest}");
    }
    let pictures = Dataset { images: &test.images, labels: &test.labels };
    assert_eq!(evaluate(&net, pictures, &MeanSquaredError).unwrap().hits, test_hits[2]);
}

#[test]
fn the_script_is_replayed() {
    replay(Rule::Code, "data/golden/replay_code.npz", [53815, 55992, 56505], [9196, 9278, 9347]);
}

#[test]
fn the_formula_is_replayed() {
    replay(Rule::Formula, "data/golden/replay_formula.npz", [49843, 55004, 55693], [9091, 9245, 9310]);
}

/// Three pictures of 3×5 pixels, most of them zero.
fn few() -> (Batch<u8>, Vec<u8>) {
    (
        Tensor::from_fn(
            [3, 3, 5, 1],
            |(n, y, x, _)| if (n + 2 * y + x) % 3 == 0 { (40 * n + 31 * y + 17 * x + 1) as u8 } else { 0 },
        ),
        vec![2, 0, 1],
    )
}

fn random_net(text: &str) -> Net<f64> {
    let mut net = Net::from_text(text, 15).unwrap();
    initialise_uniform(&mut net, 0.5, 1);
    net
}

const WIDTHS: [&str; 5] = [
    "dense 3 | sigmoid",
    "dense 4 | sigmoid | dense 3 | sigmoid",
    "dense 20 | sigmoid | dense 10 | sigmoid",
    "dense 37 | sigmoid | dense 24 | sigmoid | dense 7 | sigmoid",
    "dense 16 | sigmoid | dense 33 | sigmoid | dense 21 | sigmoid",
];

/// One step by the layers' own backward passes.
fn step_by_layers(net: &mut Net<f64>, input: &Matrix<f64>, label: u8, rate: f64) {
    let target = Matrix::from_vec([1, net.outputs()], one_hot(label, net.outputs())).unwrap();
    let gradient = net.gradient(input, &target, &MeanSquaredError);
    for (parameter, gradient) in net.trained_mut().zip(gradient.iter().flatten()) {
        parameter.as_mut_slice().iter_mut().zip(gradient.as_slice()).for_each(|(value, slope)| *value -= rate * slope);
    }
}

fn assert_same(found: &Net<f64>, expected: &Net<f64>, what: &str) {
    for ((name, found), (_, expected)) in found.to_arrays().into_iter().zip(expected.to_arrays()) {
        for (found, expected) in found.as_slice().iter().zip(expected.as_slice()) {
            assert!((found - expected).abs() < 1e-12, "{what}, {name}: found {found}, expected {expected}");
        }
    }
}

#[test]
fn the_formula_descends_the_gradient_of_the_mean_squared_error() {
    let (images, labels) = few();
    let input = features::<f64>(&images);
    for text in WIDTHS {
        let (mut expected, mut online) =
            (random_net(text), Online::new(&random_net(text), Rule::Formula, 0.7).unwrap());
        for (n, &label) in labels.iter().enumerate() {
            let row = Matrix::from_vec([1, 15], input.as_slice()[15 * n..15 * (n + 1)].to_vec()).unwrap();
            step_by_layers(&mut expected, &row, label, 0.7);
        }
        online.epoch(&SparseSamples::new(&images, &labels).unwrap(), None, go_on).unwrap();
        assert_same(&online.net(), &expected, text);
    }
}

#[test]
fn the_script_descends_the_cross_entropy_in_its_last_layer() {
    // The output delta is (2/n) times the gradient of summed cross-entropy: seen in the change of the last layer.
    let (images, labels) = few();
    let image = Tensor::from_vec([1, 3, 5, 1], images.as_slice()[..15].to_vec()).unwrap();
    for text in WIDTHS {
        let net = random_net(text);
        let n = net.outputs();
        let target = Matrix::from_vec([1, n], one_hot(labels[0], n)).unwrap();
        let gradient = net.gradient(&features(&image), &target, &BinaryCrossEntropy);
        let mut online = Online::new(&net, Rule::Code, 1.0).unwrap();
        online.epoch(&SparseSamples::new(&image, &labels[..1]).unwrap(), None, go_on).unwrap();
        let (before, after) = (net.to_arrays(), online.net().to_arrays());
        let last = before.len() - 2;
        for (parameter, gradient) in gradient[gradient.len() - 2].iter().enumerate() {
            let (before, after) = (&before[last + parameter].1, &after[last + parameter].1);
            for ((before, after), slope) in before.as_slice().iter().zip(after.as_slice()).zip(gradient.as_slice()) {
                assert!((before - after - 2.0 / n as f64 * slope).abs() < 1e-12, "{text}");
            }
        }
    }
}

#[test]
fn deltas_go_back_through_updated_weights_under_the_script_rule() {
    // The script's lines, written out for one hidden layer.
    let (images, labels) = few();
    let mut net = random_net(WIDTHS[1]);
    let mut online = Online::new(&net, Rule::Code, 0.5).unwrap();
    let input = features::<f64>(&images);
    for (n, &label) in labels.iter().enumerate() {
        let x = Matrix::from_vec([1, 15], input.as_slice()[15 * n..15 * (n + 1)].to_vec()).unwrap();
        let nodes = net.forward(&x);
        let (h, o) = (nodes[1].clone(), nodes[3].clone());
        let l = one_hot::<f64>(label, 3);
        let delta_o: Vec<f64> = o.as_slice().iter().zip(&l).map(|(o, l)| 2.0 / 3.0 * (o - l)).collect();
        let mut arrays: Vec<_> = net.to_arrays().into_iter().map(|(_, array)| array).collect();
        for (j, delta) in delta_o.iter().enumerate() {
            for i in 0..4 {
                arrays[2].as_mut_slice()[j * 4 + i] -= 0.5 * delta * h.as_slice()[i];
            }
            arrays[3].as_mut_slice()[j] -= 0.5 * delta;
        }
        for i in 0..4 {
            let h = h.as_slice()[i];
            let back: f64 = (0..3).map(|j| arrays[2].as_slice()[j * 4 + i] * delta_o[j]).sum();
            let delta_h = back * h * (1.0 - h);
            for p in 0..15 {
                arrays[0].as_mut_slice()[i * 15 + p] -= 0.5 * delta_h * x.as_slice()[p];
            }
            arrays[1].as_mut_slice()[i] -= 0.5 * delta_h;
        }
        let mut next = arrays.into_iter();
        net.set_parameters(|_| Ok::<_, glassbox_dnn::Error>(next.next().unwrap())).unwrap();
    }
    online.epoch(&SparseSamples::new(&images, &labels).unwrap(), None, go_on).unwrap();
    assert_same(&online.net(), &net, "the script's lines");
}

fn trained_at<T: Real>(level: Level) -> Vec<Vec<f64>> {
    let (images, labels) = few();
    let mut net = Net::<T>::from_text(WIDTHS[3], 15).unwrap();
    initialise_uniform(&mut net, 0.5, 1);
    let mut online = Online::new(&net, Rule::Code, 0.5).unwrap().at_level(level);
    for epoch in 0..20 {
        online.epoch(&SparseSamples::new(&images, &labels).unwrap(), Some(&shuffled(3, 5, epoch)), go_on).unwrap();
    }
    online
        .net()
        .to_arrays()
        .iter()
        .map(|(_, array)| array.as_slice().iter().map(|value| value.as_f64()).collect())
        .collect()
}

#[test]
fn levels_change_no_bit_of_a_training() {
    for level in Level::all() {
        assert_eq!(trained_at::<f32>(level), trained_at::<f32>(Level::BASELINE), "f32, {}", level.name());
        assert_eq!(trained_at::<f64>(level), trained_at::<f64>(Level::BASELINE), "f64, {}", level.name());
    }
}

#[test]
fn forward_changes_nodes_and_backward_changes_weights() {
    let (images, labels) = few();
    let net = random_net(WIDTHS[1]);
    let samples = SparseSamples::new(&images, &labels).unwrap();
    let mut online = Online::new(&net, Rule::Code, 0.5).unwrap();
    online.hits(&samples).unwrap();
    assert_same(&online.net(), &net, "showing pictures");
    online.epoch(&samples, None, go_on).unwrap();
    assert_ne!(online.net().to_arrays(), net.to_arrays());
}

#[test]
fn the_shuffle_is_what_it_was() {
    // Users rely on seeds: these numbers may never change.
    assert_eq!(shuffled(10, 0, 1), SHUFFLED_10_0_1);
    let mut net = Net::<f64>::from_text("dense 2 | sigmoid", 2).unwrap();
    initialise_uniform(&mut net, 0.5, 0);
    assert_eq!(net.to_arrays()[0].1.as_slice(), UNIFORM_0);
}

const SHUFFLED_10_0_1: [u32; 10] = [7, 6, 2, 1, 9, 4, 0, 5, 8, 3];
const UNIFORM_0: [f64; 4] = [0.20907541542656183, -0.03407827771038985, 0.1991432426747317, -0.4398288343658282];

#[test]
fn data_that_does_not_fit_is_refused() {
    let (images, labels) = few();
    let message = |result: Result<(), glassbox_dnn::Error>| result.unwrap_err().to_string();
    assert_eq!(
        message(SparseSamples::new(&images, &labels[..2]).map(|_| ())),
        "3 pictures but 2 labels; one label a picture is needed"
    );
    let samples = SparseSamples::new(&images, &labels).unwrap();
    let mut other = Online::new(&Net::<f32>::from_text(ARTICLE, 784).unwrap(), Rule::Code, 0.2).unwrap();
    assert_eq!(message(other.hits(&samples).map(|_| ())), "pictures of 3×5×1; this net takes 784");
    let mut narrow = Online::new(&Net::<f32>::from_text("dense 2 | sigmoid", 15).unwrap(), Rule::Code, 0.2).unwrap();
    assert_eq!(message(narrow.hits(&samples).map(|_| ())), "label 2 found; this net has 2 outputs, 0 … 1");
    let bare = Net::<f32>::from_text("dense 2", 15).unwrap();
    assert!(Online::new(&bare, Rule::Code, 0.2).is_err());
}

#[test]
fn a_training_that_runs_away_is_stopped() {
    let (images, labels) = few();
    let mut net = Net::<f32>::from_text("dense 3 | sigmoid | dense 3 | sigmoid", 15).unwrap();
    initialise_uniform(&mut net, 0.5, 1);
    let mut online = Online::new(&net, Rule::Code, 3e38).unwrap();
    let samples = SparseSamples::new(&images, &labels).unwrap();
    let error = (0..50).find_map(|_| online.epoch(&samples, None, go_on).err()).expect("NaN after a while");
    assert!(error.to_string().contains("no longer finite"), "{error}");
}
