//! What holds for every layer and loss: gradients equal finite differences in f64.

use glassbox_dnn::losses::{CrossEntropy, Loss, MeanSquaredError, one_hot};
use glassbox_dnn::{Net, initialise_uniform};
use glassbox_tensor::Matrix;

const NETS: [&str; 4] = [
    "dense 3 | sigmoid",
    "sigmoid | dense 4",
    "dense 5 | sigmoid | dense 3 | sigmoid",
    "dense 4 | dense 3 | sigmoid | dense 2",
];

fn net(text: &str, inputs: usize) -> Net<f64> {
    let mut net = Net::from_text(text, inputs).unwrap();
    initialise_uniform(&mut net, 0.8, 3);
    // Biases that are not zero, so that a mistake in them shows.
    for (_, parameter) in net.layers_mut().iter_mut().flat_map(|layer| layer.parameters_mut()) {
        parameter.as_mut_slice().iter_mut().zip(1..).for_each(|(value, i)| *value += 0.01 * f64::from(i % 7));
    }
    net
}

fn samples(inputs: usize, outputs: usize) -> (Matrix<f64>, Matrix<f64>) {
    let input = Matrix::from_fn([3, inputs], |(n, i)| ((n * 5 + i * 3) % 11) as f64 / 11.0 - 0.3);
    let wanted = (0..3).flat_map(|n| one_hot::<f64>(n as u8 % outputs as u8, outputs)).collect();
    (input, Matrix::from_vec([3, outputs], wanted).unwrap())
}

fn total(net: &Net<f64>, input: &Matrix<f64>, wanted: &Matrix<f64>, loss: &dyn Loss<f64>) -> f64 {
    let outputs = net.predict(input);
    outputs
        .rows()
        .into_iter()
        .zip(wanted.rows())
        .map(|(o, l)| loss.value(o.as_slice().unwrap(), l.as_slice().unwrap()))
        .sum()
}

fn assert_near(found: f64, wanted: f64, what: &str) {
    assert!((found - wanted).abs() <= 1e-6 * wanted.abs().max(1e-3), "{what}: found {found}, wanted {wanted}");
}

#[test]
fn every_kind_of_layer_is_checked() {
    for entry in glassbox_dnn::layers::ENTRIES {
        assert!(NETS.iter().any(|net| net.contains(entry.name)), "no net with {} in NETS", entry.name);
    }
}

#[test]
fn gradients_equal_finite_differences() {
    for text in NETS {
        let losses: &[&dyn Loss<f64>] =
            if text.ends_with("sigmoid") { &[&MeanSquaredError, &CrossEntropy] } else { &[&MeanSquaredError] };
        for loss in losses {
            let mut net = net(text, 4);
            let (input, wanted) = samples(4, net.outputs());
            let gradient = net.gradient(&input, &wanted, *loss);
            for (layer, gradient) in gradient.iter().enumerate() {
                for (parameter, analytic) in gradient.iter().enumerate() {
                    for index in 0..analytic.len() {
                        let step = 1e-5;
                        let mut at = |offset: f64| {
                            net.layers_mut()[layer].parameters_mut()[parameter].1.as_mut_slice()[index] += offset;
                            let value = total(&net, &input, &wanted, *loss);
                            net.layers_mut()[layer].parameters_mut()[parameter].1.as_mut_slice()[index] -= offset;
                            value
                        };
                        let numeric = (at(step) - at(-step)) / (2.0 * step);
                        assert_near(
                            analytic.as_slice()[index],
                            numeric,
                            &format!("{text}, {loss:?}, layer {layer}, {parameter}[{index}]"),
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn every_layer_carries_the_gradient_to_its_input() {
    for text in ["dense 3", "sigmoid"] {
        let net = net(text, 4);
        let layer = &net.layers()[0];
        let (input, _) = samples(4, 2);
        // E = Σ weights · outputs, so that ∂E/∂outputs is the weights.
        let upstream = Matrix::from_fn([3, layer.outputs()], |(n, j)| 0.3 + n as f64 - 0.7 * j as f64);
        let value = |input: &Matrix<f64>| (&*layer.forward(input) * &*upstream).sum();
        let (downstream, _) = layer.backward(&input, &layer.forward(&input), &upstream);
        for index in 0..input.len() {
            let at = |offset: f64| {
                let mut moved = input.clone();
                moved.as_mut_slice()[index] += offset;
                value(&moved)
            };
            assert_near(downstream.as_slice()[index], (at(1e-5) - at(-1e-5)) / 2e-5, &format!("{text}, input {index}"));
        }
    }
}

#[test]
fn the_derivative_of_the_squared_error_is_hot_and_cold() {
    for step in 1..100 {
        let o = f64::from(step) / 100.0;
        assert!(MeanSquaredError.gradient(&[o], &[0.0])[0] > 0.0 && MeanSquaredError.gradient(&[o], &[1.0])[0] < 0.0);
    }
}

#[test]
fn a_saved_net_is_loaded_as_it_was() {
    for text in NETS {
        let net = net(text, 4);
        let arrays = net.to_arrays();
        let mut copy = Net::<f64>::from_text(&net.text(), 4).unwrap();
        let array = |name: &str| {
            Ok::<_, glassbox_dnn::Error>(arrays.iter().find(|(known, _)| known == name).unwrap().1.clone())
        };
        copy.set_parameters(array).unwrap();
        assert_eq!(copy.to_arrays(), arrays, "{text}");
        let (input, _) = samples(4, 2);
        assert_eq!(copy.predict(&input), net.predict(&input), "{text}");
    }
}

#[test]
fn errors_in_the_model_language_point_at_the_place() {
    for (text, wanted) in [
        ("dense 20 | sigmod", "layer 2 of \"dense 20 | sigmod\": unknown layer \"sigmod\"; allowed: dense N, sigmoid"),
        ("dense 0", "dense takes one whole number from 1 to 1048576, as in \"dense 20\"; found \"0\""),
        ("dense", "found \"\""),
        ("sigmoid 3", "sigmoid takes no arguments; found \"3\""),
        ("dense 10 |", "layer 2 of \"dense 10 |\": unknown layer \"\""),
        ("dense 1000000 | dense 1000000", "would have more than 67108864 weights"),
    ] {
        let error = Net::<f32>::from_text(text, 4).unwrap_err().to_string();
        assert!(error.contains(wanted), "{text}: {error}");
    }
}
