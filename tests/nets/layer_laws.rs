//! Laws of every layer and loss: gradients equal finite differences in f64, fast loops equal the plain ones, texts and
//! files are read as they were written, and neither the batch nor the processor changes an answer.

use std::collections::BTreeSet;

use glassbox_dnn::layers::ENTRIES;
use glassbox_dnn::losses::{Loss, all};
use glassbox_dnn::{Net, Pass, Phase, Shape, Workspace};
use glassbox_simd::Level;
use glassbox_tensor::{Matrix, Tensor};

use crate::support::nets::{Upstream, each, filled, numbers, read, run, run_plain};

const LIST: Shape = Shape::picture(1, 1, 6);
const PICTURE: Shape = Shape::picture(7, 6, 4);

/// Nets with every layer, most of them between others, so that gradients are passed on.
const NETS: &[(&str, Shape)] = &[
    ("dense 3 | sigmoid", LIST),
    ("sigmoid | dense 4", LIST),
    ("dense 5 | sigmoid | dense 3 | sigmoid", LIST),
    ("dense 4 | dense 3 no-bias | sigmoid | dense 2 | softmax", LIST),
    ("dense 4 | tanh | dense 3 | arctan", LIST),
    ("dense 4 | softsign | dense 3 | isru alpha 2", LIST),
    ("dense 4 | isru | dense 3 | hard-sigmoid", LIST),
    ("dense 4 | hard-sigmoid alpha 0.3 beta 0.4 | dense 3 | relu", LIST),
    ("dense 4 | step | dense 3", LIST),
    ("dense 4 | leaky-relu alpha 0.2 | dense 3 | leaky-relu", LIST),
    ("dense 4 | elu alpha 1.5 | dense 3 | elu", LIST),
    ("dense 4 | selu alpha 2 gamma 3 | dense 3 | selu", LIST),
    ("dense 4 | celu alpha 1.5 | dense 3 | celu", LIST),
    ("dense 4 | isrlu alpha 1.5 | dense 3 | isrlu", LIST),
    ("dense 4 | softplus | dense 3 | thresholded-relu alpha 0.1", LIST),
    ("dense 4 | thresholded-relu | dense 3 | hard-swish", LIST),
    ("dense 4 | silu | dense 3 | gelu", LIST),
    ("dense 4 | gelu tanh | dense 3 | mish", LIST),
    ("dense 4 | identity | dense 3 | sin", LIST),
    ("dense 4 | sinc | dense 3 | gaussian", LIST),
    ("dense 4 | bent-identity | dense 3 | prelu | dense 2", LIST),
    ("dense 4 | rrelu low 0.2 high 0.4 | dense 3 | rrelu", LIST),
    ("dense 4 | srelu | dense 3", LIST),
    ("dense 4 | apl pieces 3 | dense 3 | apl", LIST),
    ("dense 4 | soft-exponential | dense 3", LIST),
    ("dense 6 | maxout 3 | dense 3 | log-softmax", LIST),
    ("dense 5 | tanh | dropout 0.4 | dense 3", LIST),
    ("dense 2 | fourier 3 | dense 3", LIST),
    ("dense 2 | taylor 4 | dense 3", LIST),
    ("dense 2 | tanh | fourier 2 products | dense 3", LIST),
    ("conv 3 1x1 | lp-pool 2 p 3 mean stride 1 | filter sobel:direction=x,signed=clamp,border=crop | dense 2", PICTURE),
    ("dense 4 | as a | tanh | dense 4 | as b | add a | sigmoid | concat b | dense 2 | concat a", LIST),
    ("as x | dense 6 | add x | tanh | concat x | dense 2", LIST),
    ("conv 3 3x3 same | relu | max-pool 2 | flatten | dense 3 | softmax", PICTURE),
    ("conv 4 3x2 same stride 2 groups 2 | tanh | conv 3 2x2 pad 1,0,2,1 dilation 2 no-bias | sigmoid", PICTURE),
    ("conv 3 1x1 | max-pool 3 same-lower stride 2 | conv 2 2x2 | max-pool 2 ceil | dense 3", PICTURE),
    (
        "conv 3 2x2 | avg-pool 3 same stride 2 count-pad | conv 2 1x1 | avg-pool 2 pad 1,0,1,0 stride 1 ceil | dense 2",
        PICTURE,
    ),
    ("conv 3 2x2 | lp-pool 3 p 3 stride 2 | conv 2 1x1 | lp-pool 2 p 2 | dense 2", PICTURE),
    ("conv 3 2x2 | softplus | stochastic-pool 2 | conv 2 1x1", PICTURE),
    ("conv 3 2x2 | mixed-pool 2 share 0.3 | conv 2 1x1 | mixed-pool 2 | dense 2", PICTURE),
    ("conv 3 2x2 | as a | global-pool max | dense 2", PICTURE),
    ("conv 3 2x2 | global-pool avg | dense 2", PICTURE),
    ("conv 3 1x1 | adaptive-pool avg 3x4 | conv 2 1x1 | adaptive-pool max 2x3 | dense 2", PICTURE),
    ("conv 3 3x3 stride 2 | up 2 | conv 2 2x2 | up 3 bilinear | conv 1 1x1", PICTURE),
    (
        "conv 4 3x3 stride 2 | conv-transpose 4 3x2 stride 2 out-pad 1,0 groups 2 | tanh \
         | conv-transpose 2 2x2 pad 1 no-bias",
        PICTURE,
    ),
    ("conv 3 3x3 stride 2 | conv-transpose 2 2x2 dilation 2 | flatten | dense 2", PICTURE),
    ("conv 3 2x2 | batch-norm | tanh | conv 2 1x1 | batch-norm eps 0.01 momentum 0.3 | dense 2", PICTURE),
    ("dense 4 | batch-norm | tanh | dense 2", LIST),
    ("conv 6 2x2 | group-norm 3 | tanh | conv 2 1x1 | group-norm 1 eps 0.01 | dense 2", PICTURE),
    ("dense 6 | group-norm 2 | tanh | dense 2", LIST),
    ("conv 8 2x3 | space-to-depth 2 | conv 8 1x1 | tanh | depth-to-space 2 | conv 2 2x2", PICTURE),
    ("conv 3 2x2 | filter sobel:direction=x,signed=clamp | dense 2", PICTURE),
    ("conv 2 3x3 same | as a | max-pool 2 | conv 2 3x3 same | up 2 | concat a | conv 1 1x1", Shape::picture(6, 4, 1)),
];

const SAMPLES: usize = 4;

/// Not step 0, so that a layer that forgets the step shows.
fn pass() -> Pass {
    Pass::train(SAMPLES, 5, 3)
}

fn name(net: &&(&str, Shape)) -> String {
    format!("{} after {}", net.0, net.1)
}

/// Targets: shares that add up to 1.
fn targets(outputs: usize) -> Vec<f64> {
    let raw: Vec<f64> = numbers::<f64>(SAMPLES * outputs, 9).iter().map(|x| 1.1 + x).collect();
    raw.chunks(outputs).flat_map(|row| row.iter().map(|x| x / row.iter().sum::<f64>())).collect()
}

fn value(net: &Net<f64>, input: &[f64], target: &[f64], loss: &dyn Loss<f64>) -> f64 {
    let outputs = Workspace::new(net, SAMPLES).forward(net, pass(), input).to_vec();
    outputs.chunks(net.outputs()).zip(target.chunks(net.outputs())).map(|(o, l)| loss.value(o, l)).sum()
}

/// The derivative of `f` at 0, to the fourth order.
fn derivative(mut f: impl FnMut(f64) -> f64) -> f64 {
    let h = 1e-4;
    (8.0 * (f(h) - f(-h)) - (f(2.0 * h) - f(-2.0 * h))) / (12.0 * h)
}

fn assert_near(found: f64, expected: f64, what: &str) {
    let near = (found - expected).abs() <= 1e-6 * expected.abs().max(1e-3);
    assert!(near, "{what}: found {found}, by differences {expected}");
}

#[test]
fn every_kind_of_layer_is_in_a_net() {
    let words: Vec<&str> =
        NETS.iter().flat_map(|(text, _)| text.split('|')).filter_map(|part| part.split_whitespace().next()).collect();
    for entry in ENTRIES {
        assert!(words.contains(&entry.name), "no net with {} in NETS", entry.name);
    }
}

#[test]
fn gradients_equal_finite_differences() {
    // On one thread: waking others for four samples would take most of the time.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let check = |(text, shape): &&(&str, Shape)| {
        let mut net = filled::<f64>(text, *shape);
        let mut input = numbers::<f64>(SAMPLES * shape.len(), 1);
        let target = targets(net.outputs());
        let shares = text.ends_with("softmax") && !text.ends_with("log-softmax") || text.ends_with("| sigmoid");
        let mut losses = all::<f64>();
        losses.push(Box::new(Upstream));
        for (turn, loss) in losses.iter().map(|loss| &**loss).enumerate() {
            // Each number with the plainest of all, and with some of the others.
            let is_turn = |index: usize| loss.name() == "upstream" || (index + turn).is_multiple_of(4);
            if ["cross-entropy", "binary-cross-entropy", "kullback-leibler"].contains(&loss.name()) && !shares {
                continue;
            }
            let mut workspace = Workspace::new(&net, SAMPLES);
            let outputs = workspace.forward(&net, pass(), &input).to_vec();
            let total = workspace.backward(&net, pass(), &input, &target, loss, 1.0);
            assert_near(total, value(&net, &input, &target, loss), &format!("{}, value", loss.name()));
            let gradients = workspace.gradients().to_vec();
            for (layer, gradient) in gradients.iter().enumerate() {
                let trained: Vec<bool> = net.layers()[layer].parameters().iter().map(|p| p.trained).collect();
                for (parameter, gradient) in gradient.iter().enumerate().filter(|(i, _)| trained[*i]) {
                    for (index, &found) in gradient.as_slice().iter().enumerate().filter(|(i, _)| is_turn(*i)) {
                        let numeric = derivative(|offset| {
                            let before = net.parameters()[layer][parameter].as_slice()[index];
                            net.parameters_mut()[layer][parameter].as_mut_slice()[index] += offset;
                            let value = value(&net, &input, &target, loss);
                            net.parameters_mut()[layer][parameter].as_mut_slice()[index] = before;
                            value
                        });
                        assert_near(found, numeric, &format!("{}, layer {layer}, {parameter}[{index}]", loss.name()));
                    }
                }
            }
            // The layers also compute ∂E/∂input.
            let mut upstream = vec![0.0; outputs.len()];
            let n = net.outputs();
            for ((gradient, o), l) in upstream.chunks_mut(n).zip(outputs.chunks(n)).zip(target.chunks(n)) {
                loss.gradient(o, l, gradient);
            }
            let gradient = run(&net, pass(), &input, Some(&upstream)).input_gradient;
            for (index, &found) in gradient.iter().enumerate().filter(|(i, _)| is_turn(*i)) {
                let before = input[index];
                let numeric = derivative(|offset| {
                    input[index] = before + offset;
                    let value = value(&net, &input, &target, loss);
                    input[index] = before;
                    value
                });
                assert_near(found, numeric, &format!("{}, input {index}", loss.name()));
            }
        }
    };
    pool.install(|| each(NETS, name, check));
}

#[test]
fn a_workspace_gives_the_gradient_of_its_input() {
    each(NETS, name, |(text, shape)| {
        let net = filled::<f64>(text, *shape);
        let input = numbers::<f64>(SAMPLES * shape.len(), 2);
        let upstream = numbers::<f64>(SAMPLES * net.outputs(), 3);
        let expected = run(&net, pass(), &input, Some(&upstream));
        let mut workspace = Workspace::new(&net, SAMPLES + 1);
        workspace.forward(&net, pass(), &input);
        let mut found = vec![f64::NAN; input.len()];
        workspace.backward_from(&net, pass(), &input, &upstream, &mut found);
        assert_close(&found, &expected.input_gradient, "input");
        let [found, expected] = [workspace.gradients(), &expected.parameter_gradients].map(|all| all.iter().flatten());
        for ((parameter, found), expected) in net.list().iter().zip(found).zip(expected) {
            if parameter.trained {
                assert_close(found.as_slice(), expected.as_slice(), &parameter.name);
            }
        }
    });
}

#[test]
fn a_saved_net_is_loaded_as_it_was() {
    each(NETS, name, |(text, shape)| {
        let net = filled::<f64>(text, *shape);
        let arrays = net.to_arrays();
        let mut copy = read::<f64>(&net.text(), *shape);
        assert_eq!((copy.text(), copy.output()), (net.text(), net.output()));
        let mut names: Vec<_> = arrays.iter().map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), arrays.len(), "names of parameters");
        let array = |name: &str| -> Result<Tensor<f64>, glassbox_dnn::Error> {
            Ok(arrays.iter().find(|(known, _)| known == name).unwrap().1.clone())
        };
        copy.set_parameters(array).unwrap();
        assert_eq!(copy.to_arrays(), arrays);
        let input = Matrix::from_vec([SAMPLES, shape.len()], numbers(SAMPLES * shape.len(), 2)).unwrap();
        assert_eq!(copy.predict(&input), net.predict(&input));
        assert_eq!(net.clone().to_arrays(), arrays);
    });
}

#[test]
fn an_answer_does_not_depend_on_its_batch() {
    each(NETS, name, |(text, shape)| {
        let net = filled::<f32>(text, *shape);
        let samples = 9;
        let input = Matrix::from_vec([samples, shape.len()], numbers(samples * shape.len(), 2)).unwrap();
        let together = net.predict(&input);
        for (sample, row) in input.as_slice().chunks(shape.len()).enumerate() {
            let alone = net.predict(&Matrix::from_vec([1, shape.len()], row.to_vec()).unwrap());
            let pairs = alone.as_slice().iter().zip(&together.as_slice()[sample * net.outputs()..]);
            for (index, (alone, together)) in pairs.enumerate() {
                let near = (alone - together).abs() <= 1e-6 * together.abs().max(1.0);
                assert!(near, "sample {sample}, output {index}: alone {alone}, in a batch {together}");
            }
        }
    });
}

#[test]
fn every_level_of_instructions_gives_the_same() {
    each(NETS, name, |(text, shape)| {
        let net = filled::<f32>(text, *shape);
        let input = numbers::<f32>(SAMPLES * shape.len(), 2);
        let upstream = numbers::<f32>(SAMPLES * net.outputs(), 3);
        let all = |level: Level| -> Vec<Vec<f32>> {
            let run = run(&net, Pass { level, ..pass() }, &input, Some(&upstream));
            let trained = net.list().into_iter().zip(run.parameter_gradients.iter().flatten());
            let gradients =
                trained.filter(|(parameter, _)| parameter.trained).map(|(_, gradient)| gradient.as_slice().to_vec());
            [run.outputs, run.input_gradient].into_iter().chain(gradients).collect()
        };
        let expected = all(Level::BASELINE);
        for level in Level::all() {
            for (part, (found, expected)) in all(level).iter().zip(&expected).enumerate() {
                let scale = expected.iter().fold(1.0f32, |greatest, x| greatest.max(x.abs()));
                for (found, expected) in found.iter().zip(expected) {
                    let near = (found - expected).abs() <= 1e-5 * scale;
                    assert!(near, "{level:?}, part {part}: found {found}, expected {expected}");
                }
            }
        }
    });
}

#[test]
fn fast_loops_equal_the_plain_ones() {
    let (mut fast, mut plain) = (BTreeSet::new(), BTreeSet::new());
    each(NETS, name, |(text, shape)| {
        let net = filled::<f64>(text, *shape);
        for layer in net.layers() {
            if layer.plain().is_some() { &mut fast } else { &mut plain }.insert(layer.entry().name);
        }
        let input = numbers::<f64>(SAMPLES * shape.len(), 2);
        let upstream = numbers::<f64>(SAMPLES * net.outputs(), 3);
        for phase in [Phase::Train, Phase::Predict] {
            let pass = Pass { phase, ..pass() };
            let plain = run_plain(&net, pass, &input, Some(&upstream));
            for level in Level::all() {
                let found = run(&net, Pass { level, ..pass }, &input, Some(&upstream));
                let what = format!("{phase:?}, {level:?}");
                assert_close(&found.outputs, &plain.outputs, &what);
                assert_close(&found.input_gradient, &plain.input_gradient, &what);
                let [found, plain] = [&found, &plain].map(|run| run.parameter_gradients.iter().flatten());
                for ((parameter, found), plain) in net.list().iter().zip(found).zip(plain) {
                    if parameter.trained {
                        assert_close(found.as_slice(), plain.as_slice(), &format!("{what}, {}", parameter.name));
                    }
                }
            }
        }
    });
    for name in [
        "avg-pool",
        "batch-norm",
        "concat",
        "conv",
        "conv-transpose",
        "dense",
        "group-norm",
        "max-pool",
        "softmax",
        "up",
    ] {
        assert!(fast.contains(name), "{name} has no plain loops");
    }
    assert!(fast.is_disjoint(&plain));
}

fn assert_close(found: &[f64], plain: &[f64], what: &str) {
    assert_eq!(found.len(), plain.len(), "{what}");
    for (index, (found, plain)) in found.iter().zip(plain).enumerate() {
        let near = (found - plain).abs() <= 1e-9 * plain.abs().max(1.0);
        assert!(near, "{what}[{index}]: found {found}, by plain loops {plain}");
    }
}

#[test]
fn the_derivative_of_the_squared_error_is_hot_and_cold() {
    let slope = |o: f64, l: f64| {
        let mut slope = [f64::NAN];
        glassbox_dnn::losses::MeanSquaredError.gradient(&[o], &[l], &mut slope);
        slope[0]
    };
    for step in 1..100 {
        let o = f64::from(step) / 100.0;
        assert!(slope(o, 0.0) > 0.0 && slope(o, 1.0) < 0.0);
    }
}
