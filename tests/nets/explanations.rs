//! The chain rule taken apart: the product of the factors is the gradient, and the loss answers as it says.

use glassbox_dnn::explain::{Explanation, Weight, explain, subtracted, worst};
use glassbox_dnn::losses::{Loss, by_name, one_hot};
use glassbox_dnn::{ARTICLE, Net, Shape};
use glassbox_tensor::{Batch, Matrix};

use crate::support::nets::{filled, numbers, read};

fn near(found: f64, expected: f64, what: &str) {
    let near = (found - expected).abs() <= 1e-6 * expected.abs().max(1e-5);
    assert!(near, "{what}: found {found}, expected {expected}");
}

/// Everything that must hold of an explanation.
fn check(net: &Net<f64>, input: &Matrix<f64>, target: &[f64], loss: &dyn Loss<f64>, weight: Weight) -> Explanation {
    let found = explain(net, input, target, loss, weight).unwrap();
    let what = format!("{} of {}", weight.name(net), net.text());
    let gradients = net.gradient(input, &Matrix::from_vec([1, target.len()], target.to_vec()).unwrap(), loss);
    let expected = gradients[weight.layer][weight.parameter].as_slice()[weight.index];
    near(found.gradient, expected, &what);
    near(found.difference, expected, &format!("{what}, by differences"));
    if let Some(place) = found.main_place() {
        near(found.chain.iter().map(|link| link.value).product(), place.delta, &format!("{what}, the chain"));
    }
    found
}

fn matrix(numbers: Vec<f64>) -> Matrix<f64> {
    Matrix::from_vec([1, numbers.len()], numbers).unwrap()
}

#[test]
fn the_product_of_the_factors_is_the_gradient() {
    let nets = [
        ("dense 6 | sigmoid", "mean-squared-error"),
        ("dense 8 | sigmoid | dense 6 | sigmoid", "mean-squared-error"),
        ("dense 7 | tanh | dense 8 | sigmoid | dense 6 | softmax", "cross-entropy"),
        ("dense 5 | silu | dense 7 | tanh | dense 8 | sigmoid | dense 6 | sigmoid", "binary-cross-entropy"),
    ];
    let (mut explained, mut sums) = (0, 0);
    for (text, loss) in nets {
        let net = filled::<f64>(text, Shape::from(28));
        let input = matrix(numbers(28, 4));
        let loss = by_name::<f64>(loss).unwrap();
        let all = net.parameters().iter().enumerate().flat_map(|(layer, tensors)| {
            tensors.iter().enumerate().flat_map(move |(parameter, tensor)| {
                (0..tensor.len()).map(move |index| Weight { layer, parameter, index })
            })
        });
        for weight in all {
            let found = check(&net, &input, &one_hot(2, 6), &*loss, weight);
            assert_eq!(found.places.len(), 1);
            explained += 1;
            sums += usize::from(found.chain.iter().any(|link| link.is_sum()));
        }
    }
    assert!(explained > 1000 && sums > 600, "{explained} weights, {sums} with a sum over the nodes of the next layer");
}

#[test]
fn a_mask_works_at_every_pixel() {
    let shape = Shape::picture(7, 6, 2);
    let net = filled::<f64>("conv 3 3x3 same | tanh | max-pool 2 | flatten | dense 4 | softmax", shape);
    let loss = by_name::<f64>("cross-entropy").unwrap();
    let input = matrix(numbers(shape.len(), 2));
    for index in 0..54 {
        let weight = Weight { layer: 0, parameter: 0, index };
        let found = check(&net, &input, &one_hot(1, 4), &*loss, weight);
        // Of 7×6 pixels those where this corner of the mask lies on the picture.
        assert!((7 * 6 - 7 - 6 + 1..=42).contains(&found.places.len()), "{}", found.places.len());
        let sum: f64 = found.places.iter().map(|place| place.x * place.delta).sum();
        near(sum, found.gradient, "the sum over places");
    }
    let found = check(&net, &input, &one_hot(1, 4), &*loss, Weight::parse(&net, "0,2,bias").unwrap());
    assert!(found.places.len() == 42 && found.places.iter().all(|place| (place.x - 1.0).abs() < 1e-12));
}

#[test]
fn a_skip_connection_is_one_factor() {
    let net = filled::<f64>("dense 6 | as a | tanh | dense 6 | add a | sigmoid | dense 3 | softmax", Shape::from(5));
    let loss = by_name::<f64>("cross-entropy").unwrap();
    for index in 0..30 {
        let weight = Weight { layer: 0, parameter: 0, index };
        check(&net, &matrix(numbers(5, 1)), &one_hot(0, 3), &*loss, weight);
    }
}

#[test]
fn both_rules_subtract_what_they_say() {
    // 2·1·1 with known numbers: h = σ(0.5·1) = 0.622459, o = σ(h), target 1.
    let mut net = read::<f64>("dense 1 | sigmoid | dense 1 | sigmoid", Shape::from(2));
    for (parameter, values) in [(0, vec![0.5, -1.0]), (1, vec![0.0])] {
        net.parameters_mut()[0][parameter].as_mut_slice().copy_from_slice(&values);
    }
    net.parameters_mut()[2][0].as_mut_slice()[0] = 1.0;
    let picture = Batch::from_vec([1, 1, 2, 1], vec![255, 0]).unwrap();
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let (h, rate) = (sigmoid(0.5), 0.25);
    let o = sigmoid(h);
    // The only class is class 0: the target is 1.
    let [code, formula] = [2.0 * (o - 1.0), 2.0 * (o - 1.0) * o * (1.0 - o)];
    let last = subtracted(&net, &picture, 0, rate, Weight::parse(&net, "2,0,0").unwrap()).unwrap();
    near(last.code, rate * code * h, "code, last layer");
    near(last.formula, rate * formula * h, "formula, last layer");
    // The script goes back through the weight that it has already changed.
    let first = subtracted(&net, &picture, 0, rate, Weight::parse(&net, "0,0,0").unwrap()).unwrap();
    near(first.code, rate * code * (1.0 - rate * code * h) * h * (1.0 - h), "code, first layer");
    near(first.formula, rate * formula * 1.0 * h * (1.0 - h), "formula, first layer");
}

#[test]
fn the_worst_weight_has_the_largest_gradient() {
    let net = filled::<f64>(ARTICLE, Shape::from(784));
    let (input, loss) = (matrix(numbers(784, 3)), by_name::<f64>("mean-squared-error").unwrap());
    let target = one_hot(4, 10);
    let found = check(&net, &input, &target, &*loss, worst(&net, &input, &target, &*loss).unwrap());
    let gradients = net.gradient(&input, &matrix(target.clone()), &*loss);
    let largest =
        gradients.iter().flatten().flat_map(|tensor| tensor.as_slice()).fold(0.0f64, |most, g| most.max(g.abs()));
    near(found.gradient.abs(), largest, "the largest gradient");
}

#[test]
fn weights_that_are_not_there_are_refused() {
    let net = filled::<f64>("conv 3 3x3 | relu | flatten | dense 4", Shape::picture(5, 5, 2));
    for (text, said) in [
        ("", "LAYER,P,X"),
        ("0,1", "LAYER,P,X"),
        ("a,1,2", "LAYER,P,X"),
        ("1,0,0", "layers with a weight: 0, 3"),
        ("9,0,bias", "layers with a bias: 0, 3"),
        ("0,3,0", "[3, 3, 3, 2]"),
        ("0,0,18", "[3, 3, 3, 2]"),
        ("0,0,1x3x0", "[3, 3, 3, 2]"),
        ("3,4,bias", "[4, 1]"),
    ] {
        let error = Weight::parse(&net, text).unwrap_err().to_string();
        assert!(error.starts_with("weight: found ") && error.contains(said), "{text}: {error}");
    }
    let same = ["0,2,17", "0,2,2x2x1"].map(|text| Weight::parse(&net, text).unwrap());
    assert!(same[0] == same[1] && same[0].name(&net) == "0.conv.weight[2, 2, 2, 1]");
}
