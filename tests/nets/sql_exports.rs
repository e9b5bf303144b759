//! Nets as SQL, run by SQLite: the program `sqlite3`, or else Python's module of that name.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use glassbox_dnn::layers::ENTRIES;
use glassbox_dnn::{About, Example, Net, Shape, features};

use crate::support::nets::{each, filled, read};
use crate::support::programs::{bars, dnn, done, json, refused};

const LIST: Shape = Shape::picture(1, 1, 12);
const PICTURE: Shape = Shape::picture(7, 6, 2);

/// Nets with every layer that can be said in SQL.
const NETS: &[(&str, Shape)] = &[
    ("dense 5 | sigmoid | dense 3 | sigmoid", LIST),
    ("flatten | dense 6 no-bias | relu | dropout 0.5 | dense 4 | tanh | dense 3 | softmax", PICTURE),
    ("dense 6 | identity | dense 5 | step | dense 4 | arctan | dense 3 | softsign", LIST),
    (
        "dense 6 | isru alpha 2 | dense 5 | hard-sigmoid | dense 4 | leaky-relu alpha 0.2 | dense 3 | elu alpha 1.5",
        LIST,
    ),
    ("dense 6 | softplus | dense 5 | bent-identity | dense 4 | silu | dense 3 | sin | dense 3 | gaussian", LIST),
    (
        "conv 4 3x3 same stride 2 | relu | max-pool 2 | conv 3 2x1 pad 1 groups 1 | tanh | avg-pool 2 ceil | dense 3",
        PICTURE,
    ),
    ("conv 4 3x2 groups 2 no-bias | batch-norm | relu | max-pool 3 same stride 1 | global-pool avg | dense 3", PICTURE),
    ("conv 3 2x2 | adaptive-pool max 3x2 | conv-transpose 2 3x2 stride 2 | up 2 bilinear | global-pool max", PICTURE),
    ("filter sharpen | conv 4 2x3 | space-to-depth 2 | conv 8 1x1 | tanh | depth-to-space 2 | softmax", PICTURE),
    ("adaptive-pool avg 3x4 | filter gaussian | sigmoid | softmax", PICTURE),
];

/// A picture of all kinds of numbers, black ones among them.
fn example(shape: Shape) -> Example {
    let picture = glassbox_tensor::Batch::from_fn([1, shape.height, shape.width, shape.channels], |(_, y, x, c)| {
        let number = y * 97 + x * 31 + c * 53;
        if number % 5 == 0 { 0 } else { (number % 256) as u8 }
    });
    Example { picture, label: 1 }
}

/// What SQLite answers after it has read the file, and then this.
fn ask(path: &Path, more: &str) -> Vec<f64> {
    let text = fs::read_to_string(path).unwrap();
    let query = "SELECT printf('%.17g', value) FROM output ORDER BY place;";
    let script = "import sqlite3, sys\nfile = sqlite3.connect(':memory:')\n\
                  text, query = sys.stdin.read().rsplit('\\n', 1)\nfile.executescript(text)\n\
                  for row in file.execute(query): print(row[0])";
    for program in [&["sqlite3", "-batch", ":memory:"][..], &["python3", "-c", script]] {
        let child = Command::new(program[0]).args(&program[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Ok(mut child) = child else { continue };
        child.stdin.take().unwrap().write_all(format!("{text}\n{more}\n{query}").as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", program[0]);
        let answer = String::from_utf8(output.stdout).unwrap();
        return answer.lines().map(|line| line.parse().unwrap()).collect();
    }
    panic!("neither sqlite3 nor python3 is here: this test needs one of them (apt install sqlite3)");
}

#[test]
fn sqlite_gives_the_outputs_of_the_net() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.sql");
    each(
        NETS,
        |(text, shape)| format!("{text} after {shape}"),
        |(text, shape)| {
            let (net, example) = (filled::<f64>(text, *shape), example(*shape));
            net.save_sql(&path, &About::of_loss("cross-entropy"), Some(&example)).unwrap();
            let (found, expected) = (ask(&path, ""), net.predict(&features(&example.picture)));
            assert_eq!(found.len(), net.outputs());
            for (found, expected) in found.iter().zip(expected.as_slice()) {
                assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{found}, not {expected}");
            }
            // Without an example the input is zeros, and a user changes it.
            net.save_sql(&path, &About::of_loss("cross-entropy"), None).unwrap();
            let mut input = features::<f64>(&example.picture).map(|_| 0.0);
            input.as_mut_slice()[3] = 0.75;
            let (found, expected) = (ask(&path, "UPDATE input SET value = 0.75 WHERE place = 3;"), net.predict(&input));
            for (found, expected) in found.iter().zip(expected.as_slice()) {
                assert!(
                    (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
                    "{found}, not {expected} after a change"
                );
            }
        },
    );
}

#[test]
fn masks_of_zeros_and_large_sums_have_outputs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.sql");
    let mut net = read::<f64>("conv 2 2x2 | sigmoid | dense 3 | sigmoid", PICTURE);
    net.parameters_mut()[0][1].as_mut_slice().copy_from_slice(&[1500.0, -1500.0]);
    net.save_sql(&path, &About::of_loss("cross-entropy"), None).unwrap();
    assert_eq!(ask(&path, ""), [0.5; 3]);
}

#[test]
fn every_other_layer_is_refused_by_name() {
    let refused = [
        "lp-pool 2",
        "stochastic-pool 2",
        "mixed-pool 2",
        "as a | concat a",
        "as a | add a",
        "group-norm 1",
        "prelu",
        "rrelu",
        "thresholded-relu",
        "selu",
        "celu",
        "srelu",
        "isrlu",
        "apl",
        "hard-swish",
        "gelu",
        "mish",
        "soft-exponential",
        "sinc",
        "log-softmax",
        "maxout 2",
        "fourier 2",
        "taylor 2",
    ];
    let words = |texts: &mut dyn Iterator<Item = &'static str>| -> BTreeSet<&str> {
        texts.flat_map(|text| text.split('|')).filter_map(|part| part.split_whitespace().next()).collect()
    };
    let (said, unsaid) = (words(&mut NETS.iter().map(|(text, _)| *text)), words(&mut refused.iter().copied()));
    let all: BTreeSet<_> = ENTRIES.iter().map(|entry| entry.name).collect();
    let met: BTreeSet<_> = said.union(&unsaid).copied().filter(|word| *word != "as").collect();
    assert_eq!(met, all);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.sql");
    for text in refused {
        let net = filled::<f64>(&format!("conv 4 1x1 | {text} | dense 2"), PICTURE);
        let message = net.save_sql(&path, &About::of_loss("hinge"), None).unwrap_err().to_string();
        let name = text.split_whitespace().rev().nth(usize::from(text.contains(' '))).unwrap();
        assert!(
            message.contains(&format!("layer 2 ({name}")) && message.contains("cannot be said in SQL"),
            "{message}"
        );
        let (_, allowed) = message.split_once("layers that can: ").unwrap();
        assert_eq!(allowed.split(", ").collect::<BTreeSet<_>>(), said, "{text}");
        assert!(!path.exists());
    }
    let many = Net::<f64>::from_text("dense 3000 | dense 2000", 10).unwrap();
    let message = many.save_sql(&path, &About::of_loss("hinge"), None).unwrap_err().to_string();
    assert!(
        message.contains("6030000 products of a weight and a node; at most 4194304 edges are written"),
        "{message}"
    );
    assert!(!path.exists());
}

#[test]
fn the_program_writes_sql_with_a_picture_of_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    bars(folder);
    done(dnn(
        folder,
        &["train", "--data", "bars.npz", "--layers", "conv 4 3x3 | relu | dense 3", "--epochs", "2", "--quiet"],
    ));
    let picture = ["--data", "bars.npz", "--index", "4", "--part", "test"];
    done(dnn(folder, &[&["export", "model.npz", "net.sql"], &picture[..]].concat()));
    let shown = json(dnn(folder, &[&["show", "model.npz", "--json"], &picture[..]].concat())).remove(0);
    let expected = shown["outputs"].as_array().unwrap().iter().map(|output| output.as_f64().unwrap());
    for (found, expected) in ask(&folder.join("net.sql"), "").iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
    }
    for (arguments, expected) in [
        (&["net.onnx", "--index", "1"][..], "--index: is for .sql and .xlsx, which begin with a picture; found .onnx"),
        (&["net.npz", "--data", "bars.npz"], "--data: is for .sql and .xlsx"),
        (&["net.sql", "--data", "bars.npz"], "--data: --index N says which picture of it is meant"),
        (&["bars.npz", "--data", "bars.npz"], "bars.npz: is both an input and an output"),
        (&["net.sql", "--lr", "0.1"], "--lr: is for .xlsx; found .sql"),
        (&["net.xlsx", "--lr", "0"], "--lr: found 0; a number above 0 is allowed"),
        (&["net.h5"], "OUT: found net.h5; the suffix .npz, .safetensors, .onnx, .sql or .xlsx is needed"),
        (&["net.sql", "--index", "300", "--data", "bars.npz"], "--index: found 300; the train set has 0 … 299"),
    ] {
        refused(dnn(folder, &[&["export", "model.npz"], arguments].concat()), 2, &[expected]);
    }
}
