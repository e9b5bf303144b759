//! Nets as workbooks, calculated by the tests' own reading of the file format: forward pass and one step.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use glassbox_dnn::losses::{by_name, one_hot};
use glassbox_dnn::optimisers::Optimiser;
use glassbox_dnn::{
    ARTICLE, About, Example, Net, Online, Recipe, Rule, Shape, SparseSamples, Trainer, features, initialise_numpy,
};
use glassbox_tensor::Batch;

use crate::support::nets::{each, filled, read};
use crate::support::programs::{bars, dnn, done, refused};
use crate::support::spreadsheet::{Book, Value};

const PICTURE: Shape = Shape::picture(4, 3, 2);
const RATE: f64 = 0.3;

/// Nets with every layer that can be laid out, and losses.
const NETS: &[(&str, &str)] = &[
    ("dense 5 | sigmoid | dense 3 | sigmoid", "mean-squared-error"),
    ("dense 4 | sigmoid | dense 5 | sigmoid | dense 3 | sigmoid", "mean-squared-error"),
    ("flatten | dense 6 | relu | dense 4 | tanh | dense 3 | softmax", "cross-entropy"),
    ("dense 6 no-bias | leaky-relu | dense 3 | sigmoid", "binary-cross-entropy"),
    ("dense 5 | softmax | tanh | dense 3", "mean-squared-error"),
    ("dense 3", "mean-squared-error"),
    ("dense 5 | arctan | dense 4 | softsign | dense 4 | isru alpha 2 | dense 3 | hard-sigmoid", "mean-squared-error"),
    ("dense 5 | elu alpha 1.5 | dense 4 | softplus | dense 4 | bent-identity | dense 3 | silu", "mean-squared-error"),
    ("dense 5 | sin | gaussian | dense 4 | step | dense 4 | identity | dense 3 | softmax", "mean-squared-error"),
];

fn example(shape: Shape) -> Example {
    let picture = Batch::from_fn([1, shape.height, shape.width, shape.channels], |(_, y, x, c)| {
        let number = y * 97 + x * 31 + c * 53;
        if number % 5 == 0 { 0 } else { (number % 256) as u8 }
    });
    Example { picture, label: 2 }
}

fn exported(net: &Net<f64>, loss: &str, example: Option<&Example>) -> Book {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.xlsx");
    let about = About { class_names: vec!["a & b".into(), "<c>".into()], ..About::of_loss(loss) };
    net.save_xlsx(&path, &about, example, RATE).unwrap();
    Book::open(&path)
}

/// The net after one step of plain gradient descent.
fn stepped(net: &Net<f64>, loss: &str, example: &Example) -> Net<f64> {
    let recipe = Recipe { optimiser: Optimiser::Sgd, rate: RATE, batch: 1, ..Recipe::default() };
    let mut trainer = Trainer::new(net.clone(), by_name(loss).unwrap(), recipe, 1);
    trainer.step(features(&example.picture).as_slice(), &one_hot(example.label, net.outputs())).unwrap();
    trainer.net()
}

fn near(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{what}: found {found}, not {expected}");
}

/// Compares the weights and biases of the sheet `Step` with those of a net; returns the largest change by the step.
fn compare_step(book: &Book, before: &Net<f64>, after: &Net<f64>) -> f64 {
    let [bias_row] = book.rows_named("Step", 0, "bias −")[..] else {
        let [row] = book.rows_named("Step", 0, "no bias")[..] else { panic!("a row of biases") };
        return compare_from(book, before, after, row);
    };
    compare_from(book, before, after, bias_row)
}

fn compare_from(book: &Book, before: &Net<f64>, after: &Net<f64>, bias_row: usize) -> f64 {
    let (mut column, mut largest) = (1, 0.0f64);
    let dense = after.layers().iter().zip(before.parameters().iter().zip(after.parameters()));
    for (layer, (before, after)) in dense.filter(|(layer, _)| layer.entry().name == "dense") {
        let (nodes, text) = (layer.output().len(), layer.text());
        let inputs = after[0].len() / nodes;
        for node in 0..nodes {
            if let Some(bias) = after.get(1) {
                near(
                    book.number("Step", column + node, bias_row),
                    bias.as_slice()[node],
                    &format!("{text}: bias {node}"),
                );
            }
            for input in 0..inputs {
                let (at, row) = (node * inputs + input, bias_row + 2 + input);
                let expected = after[0].as_slice()[at];
                near(book.number("Step", column + node, row), expected, &format!("{text}: weight {node}, {input}"));
                largest = largest.max((expected - before[0].as_slice()[at]).abs());
            }
        }
        column += nodes + 2;
    }
    largest
}

/// Compares outputs and loss.
fn compare_outputs(book: &Book, net: &Net<f64>, loss: &str, example: &Example) {
    let outputs = net.predict(&features(&example.picture));
    for (output, expected) in outputs.as_slice().iter().enumerate() {
        near(book.number("Loss", 1, 7 + output), *expected, "an output");
    }
    let expected = by_name::<f64>(loss).unwrap().value(outputs.as_slice(), &one_hot(example.label, net.outputs()));
    near(book.number("Loss", 1, 3), expected, "the loss");
    near(book.number("Loss", 1, 4), glassbox_dnn::argmax(outputs.as_slice()) as f64, "the answer");
}

#[test]
fn the_formulas_give_outputs_loss_and_step_of_the_net() {
    each(
        NETS,
        |(text, loss)| format!("{text}, {loss}"),
        |(text, loss)| {
            let (net, example) = (filled::<f64>(text, PICTURE), example(PICTURE));
            let book = exported(&net, loss, Some(&example));
            compare_outputs(&book, &net, loss, &example);
            let after = stepped(&net, loss, &example);
            assert!(compare_step(&book, &net, &after) > 1e-3, "the step must be seen");
        },
    );
}

#[test]
fn the_article_steps_by_either_rule() {
    let mut net = Net::<f64>::from_text(ARTICLE, 784).unwrap();
    initialise_numpy(&mut net, 0);
    let example = example(Shape::picture(28, 28, 1));
    let mut book = exported(&net, "mean-squared-error", Some(&example));
    assert_eq!(book.sheets(), ["Input", "Layer1", "Layer2", "Loss", "Step"]);
    // 784·20 + 20·10 weights and 30 biases updated; their inputs, sums, outputs and deltas.
    assert!(book.formulas() > 15_910 + 804 + 4 * 30, "{}", book.formulas());
    compare_outputs(&book, &net, "mean-squared-error", &example);
    for (rule, word) in [(Rule::Formula, "formula"), (Rule::Code, "code")] {
        book.set("Step", "B4", Value::Text(word.into()));
        let labels = [example.label];
        let samples = SparseSamples::new(&example.picture, &labels).unwrap();
        let mut online = Online::new(&net, rule, RATE).unwrap();
        online.epoch(&samples, None, |_| ControlFlow::Continue(())).unwrap();
        assert!(compare_step(&book, &net, &online.net()) > 1e-3, "{word}");
    }
}

#[test]
fn a_user_changes_picture_label_and_rate() {
    let net = filled::<f64>("dense 5 | tanh | dense 3 | softmax", PICTURE);
    let mut book = exported(&net, "cross-entropy", None);
    let mut example = Example { picture: Batch::zeros([1, 4, 3, 2]), label: 0 };
    compare_outputs(&book, &net, "cross-entropy", &example);
    // Column 2 of row 1, channel 1: channels are four columns apart, with a free one between.
    book.set("Input", "J3", Value::Number(200.0));
    book.set("Input", "B2", Value::Number(1.0));
    let mut pixels = vec![0; 24];
    pixels[(3 + 2) * 2 + 1] = 200;
    example = Example { picture: Batch::from_vec([1, 4, 3, 2], pixels).unwrap(), label: 1 };
    compare_outputs(&book, &net, "cross-entropy", &example);
    compare_step(&book, &net, &stepped(&net, "cross-entropy", &example));
    book.set("Step", "B3", Value::Number(1e-9));
    compare_step(&book, &net, &net);
}

#[test]
fn saturated_outputs_are_no_errors() {
    let mut net = read::<f64>("dense 3 | sigmoid", PICTURE);
    net.parameters_mut()[0][1].as_mut_slice().copy_from_slice(&[900.0, -900.0, 0.0]);
    let example = example(PICTURE);
    for (text, loss) in [
        ("dense 3 | sigmoid", "binary-cross-entropy"),
        ("dense 3 | softmax", "cross-entropy"),
        ("dense 3 | silu", "mean-squared-error"),
    ] {
        let mut other = read::<f64>(text, PICTURE);
        other.parameters_mut()[0] = net.parameters()[0].clone();
        let book = exported(&other, loss, Some(&example));
        compare_step(&book, &other, &stepped(&other, loss, &example));
    }
}

#[test]
fn what_no_sheet_can_hold_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.xlsx");
    let message = |text: &str, input: Shape, loss: &str| {
        let net = Net::<f64>::from_text(text, input).unwrap();
        let error = net.save_xlsx(&path, &About::of_loss(loss), None, RATE).unwrap_err().to_string();
        assert!(!path.exists());
        error
    };
    let conv = message("conv 2 3x3 | flatten | dense 2", PICTURE, "mean-squared-error");
    let (_, allowed) =
        conv.split_once("layer 1 (conv 2 3x3) cannot be laid out in a spreadsheet; layers that can: ").unwrap();
    let laid: BTreeSet<_> =
        NETS.iter().flat_map(|(text, _)| text.split('|')).filter_map(|part| part.split_whitespace().next()).collect();
    assert_eq!(allowed.split(", ").collect::<BTreeSet<_>>(), laid);
    for (text, input, loss, expected) in [
        ("dense 4 | dropout 0.5 | dense 2", 3, "mean-squared-error", "layer 2 (dropout 0.5) cannot be laid out"),
        ("relu | dense 2", 3, "mean-squared-error", "layer 1 (relu) is before the first dense layer"),
        ("flatten", 3, "mean-squared-error", "no layer is dense"),
        (
            "dense 3",
            3,
            "hinge",
            "the loss hinge cannot be laid out in a spreadsheet; losses that can: mean-squared-error",
        ),
        ("dense 16383", 2, "mean-squared-error", "a layer of 16383 nodes takes 16385 columns; a sheet has 16384"),
        (
            "dense 16000 | dense 400",
            1,
            "mean-squared-error",
            "the step of 2 layers takes 16404 columns; a sheet has 16384",
        ),
        ("dense 1", 1 << 20, "mean-squared-error", "the picture of 1048576 takes 2097155 columns; a sheet has 16384"),
        ("dense 1500 | dense 1500", 10, "mean-squared-error", "2265000 weights; at most 2097152 are laid out"),
    ] {
        let found = message(text, input.into(), loss);
        assert!(found.starts_with(&format!("{}: ", path.display())) && found.contains(expected), "{found}");
    }
}

#[test]
fn the_program_writes_a_workbook_and_keeps_it_if_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    bars(folder);
    let train = ["train", "--data", "bars.npz", "--epochs", "1", "--quiet", "--layers"];
    done(dnn(folder, &[&train[..], &["dense 3 | sigmoid"]].concat()));
    let picture = ["--data", "bars.npz", "--index", "4"];
    done(dnn(folder, &[&["export", "model.npz", "net.xlsx", "--lr", "0.5"], &picture[..]].concat()));
    let book = Book::open(&folder.join("net.xlsx"));
    // Picture 4 has label 1 and a bar in column 2.
    assert_eq!((book.number("Input", 1, 2), book.number("Step", 1, 3)), (1.0, 0.5));
    assert!(book.number("Input", 3 + 2, 2) > 200.0);
    let before = std::fs::read(folder.join("net.xlsx")).unwrap();
    done(dnn(folder, &[&train[..], &["conv 2 3x3 | dense 3", "--model", "conv.npz"]].concat()));
    refused(
        dnn(folder, &["export", "conv.npz", "net.xlsx"]),
        1,
        &["net.xlsx: layer 1 (conv 2 3x3) cannot be laid out"],
    );
    assert!(std::fs::read(folder.join("net.xlsx")).unwrap() == before);
}
