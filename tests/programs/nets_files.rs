//! The files of `dnn`: none is lost, none gets a name that nobody expects.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::npz::{archive, npy};
use crate::support::programs::{bars, dnn, done, err, refused, text};

const NET: [&str; 6] = ["train", "--layers", "dense 3", "--epochs", "1", "--quiet"];

/// Trains a small net on `bars.npz`.
fn train<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&NET[..], &["--data", "bars.npz"], more].concat()
}

#[test]
fn no_output_is_an_input_or_another_output() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    bars(folder);
    done(dnn(folder, &train(&[])));
    fs::hard_link(folder.join("bars.npz"), folder.join("hard.npz")).unwrap();
    fs::create_dir(folder.join("below")).unwrap();
    let before = ["bars.npz", "model.npz"].map(|name| fs::read(folder.join(name)).unwrap());
    let cases: [(Vec<&str>, &str); 11] = [
        (train(&["--model", "bars.npz"]), "bars.npz: is both an input and an output"),
        (train(&["--model", "hard.npz", "--force"]), "hard.npz: is an output, and the same file as the input bars.npz"),
        (train(&["--log", "below/../bars.npz"]), "the same file as the input bars.npz"),
        (train(&["--init", "model.npz"]), "model.npz: is both an input and an output"),
        (train(&["--plot", "a.svg", "--log", "./a.svg"]), "./a.svg: is the same file as a.svg, and both are outputs"),
        (train(&["--hold-out", "30", "--log", "model.best.npz"]), "two outputs would be written to it"),
        (train(&["--plot", "model.npz"]), "--plot: found model.npz; the suffix .svg is needed"),
        (vec!["export", "model.npz", "./model.npz"], "the same file as the input model.npz"),
        (vec!["eval", "model.npz", "--out", "model.npz"], "model.npz: is both an input and an output"),
        (vec!["show", "model.npz", "--index", "0", "--data", "bars.npz", "--out", "bars.npz"], "bars.npz: is both"),
        (vec!["inspect", "model.npz", "--svg", "a.svg", "--out", "a.svg"], "a.svg: two outputs would be written to it"),
    ];
    for (arguments, expected) in cases {
        refused(dnn(folder, &arguments), 2, &[expected]);
    }
    // A log goes on where it is a log.
    fs::write(folder.join("notes"), "my notes").unwrap();
    refused(dnn(folder, &train(&["--log", "notes"])), 2, &["--log: notes is there, and no log"]);
    (0..2).for_each(|_| drop(done(dnn(folder, &train(&["--log", "run.jsonl"])))));
    assert_eq!(fs::read_to_string(folder.join("run.jsonl")).unwrap().lines().count(), 6);
    assert_eq!(fs::read_to_string(folder.join("notes")).unwrap(), "my notes");
    assert!(before == ["bars.npz", "model.npz"].map(|name| fs::read(folder.join(name)).unwrap()));
}

#[test]
fn models_get_the_names_that_were_given() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    bars(folder);
    for (model, best) in
        [("lr0.1", "lr0.1.best.npz"), ("lr0.2", "lr0.2.best.npz"), ("a.safetensors", "a.best.safetensors")]
    {
        done(dnn(folder, &train(&["--hold-out", "30", "--model", model])));
        for file in [model, best] {
            done(dnn(folder, &["inspect", file]));
        }
    }
    for model in ["m.onnx", "m.h5", "m.pt", "m.NPY"] {
        refused(
            dnn(folder, &train(&["--model", model])),
            2,
            &["--model: found m.", "`dnn export` writes other formats"],
        );
        assert!(!folder.join(model).exists());
    }
}

#[test]
fn a_model_of_another_net_is_replaced_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    bars(folder);
    done(dnn(folder, &train(&[])));
    done(dnn(folder, &train(&["--seed", "2"])));
    let before = fs::read(folder.join("model.npz")).unwrap();
    let other = ["train", "--layers", "dense 4 | relu | dense 3", "--epochs", "1", "--quiet", "--data", "bars.npz"];
    let expected =
        ["--model: model.npz is a model of another net, input 6x5x1 | dense 3 | softmax; --force replaces it"];
    refused(dnn(folder, &other), 2, &expected);
    assert!(fs::read(folder.join("model.npz")).unwrap() == before);
    done(dnn(folder, &[&other[..], &["--force"]].concat()));
    fs::write(folder.join("model.npz"), "no model").unwrap();
    refused(dnn(folder, &other), 2, &["--model: model.npz is there, and no model (model.npz: is not an npz file"]);
    // The article's net, which has no text in its file.
    (0..2).for_each(|_| {
        drop(done(dnn(folder, &["train", "--epochs", "0", "--data", "bars.npz", "--model", "article.npz"])))
    });
}

#[cfg(unix)]
#[test]
fn a_closed_standard_output_loses_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    bars(folder);
    for more in [&[][..], &["--json"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dnn"));
        command.current_dir(folder).args(train(&["--log", "run.jsonl"])).args(more);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), err(&output)), (Some(0), String::new()));
        done(dnn(folder, &["inspect", "model.npz"]));
        let log = fs::read_to_string(folder.join("run.jsonl")).unwrap();
        assert!(log.lines().count() == 3 && log.contains("\"done\""), "{log}");
        fs::remove_file(folder.join("model.npz")).unwrap();
        fs::remove_file(folder.join("run.jsonl")).unwrap();
    }
}

#[test]
fn ten_thousands_of_layers_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let layers = ["relu | "; 200_000].concat();
    let text = |text: &str| {
        let codes: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        archive(&folder.join("model.npz"), &[("model", npy(&format!("'<U{}'", text.len()), false, "()", &codes))]);
    };
    text(&format!("input 4 | {layers}dense 3"));
    refused(dnn(folder, &["inspect", "model.npz"]), 1, &["model.npz: 200001 layers; at most 4096 are allowed"]);
}

#[cfg(unix)]
#[test]
fn a_file_beyond_the_limit_of_the_shell_is_an_error_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    bars(folder);
    let limited = |arguments: &[&str]| {
        let shell = ["-c", "ulimit -f 1; exec \"$@\"", "-", env!("CARGO_BIN_EXE_dnn")];
        Command::new("bash").current_dir(folder).args(shell).args(arguments).output().unwrap()
    };
    let arguments = ["train", "--layers", "dense 99 | dense 3", "--epochs", "1", "--quiet", "--data", "bars.npz"];
    refused(limited(&arguments), 1, &["model.npz: cannot be written: File too large"]);
    assert_eq!(names(folder), ["bars.npz"]);
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| text(&entry.unwrap().path()).rsplit('/').next().unwrap().into())
        .collect();
    names.sort();
    names
}
