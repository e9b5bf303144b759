//! `dnn` with other nets than the article's: trained, inspected, exported.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use glassbox_dnn::layers::ENTRIES;
use glassbox_dnn::optimisers::Optimiser;
use glassbox_dnn::{Net, Purpose, Restoration, Shape, losses, presets};
use glassbox_formats::npz::Npz;
use glassbox_formats::safetensors::SafeTensors;
use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::Image;
use serde_json::Value;

use crate::support::npz::{archive, npy};
use crate::support::programs::{bars, dnn, done, json, text};

const LAYERS: &str = "conv 4 3x3 same | batch-norm | relu | as a | max-pool 2 | up 2x1 \
     | conv 3 2x2 | prelu | dense 6 | dropout 0.2 | dense 3";

#[test]
fn a_net_is_trained_looked_into_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let data = bars(folder);
    let lines = json(dnn(
        folder,
        &[
            "train",
            "--layers",
            LAYERS,
            "--data",
            text(&data),
            "--epochs",
            "4",
            "--batch",
            "16",
            "--json",
            "--log",
            "log.jsonl",
            "--plot",
            "curves.svg",
            "--hold-out",
            "60",
            "--augment",
            "shift:1",
        ],
    ));
    assert_eq!((lines[0]["event"].as_str(), lines.len()), (Some("start"), 6));
    assert_eq!(lines[5]["best"], "model.best.npz");
    assert!(lines[1]["held_out_total"] == 60 && lines[1]["test_total"] == 100 && lines[1]["online_total"] == 240);
    // The log says the same.
    let log = fs::read_to_string(folder.join("log.jsonl")).unwrap();
    let logged: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(logged, lines);
    let curves = fs::read_to_string(folder.join("curves.svg")).unwrap();
    assert!(curves.starts_with("<svg") && curves.matches("<polyline").count() == 5, "{curves}");

    let inspected = &json(dnn(folder, &["inspect", "model.npz", "--json", "--svg", "net.svg"]))[0];
    let expected = format!("{LAYERS} | softmax");
    let net = Net::<f32>::from_text(&expected, Shape::picture(6, 5, 1)).unwrap();
    assert_eq!(inspected["parameters"], net.parameter_count());
    assert_eq!(inspected["loss"], "cross-entropy");
    assert_eq!(inspected["layers"].as_array().unwrap().len(), net.layers().len());
    assert!(fs::read_to_string(folder.join("net.svg")).unwrap().contains("conv 4 3x3 same"));

    let eval =
        |model: &str| json(dnn(folder, &["eval", model, "--data", text(&data), "--json"])).remove(0)["loss"].clone();
    done(dnn(folder, &["eval", "model.npz", "--data", text(&data), "--out", "confusion.png"]));
    assert!(fs::read(folder.join("confusion.png")).unwrap().starts_with(b"\x89PNG"));
    for out in ["model.safetensors", "model.onnx"] {
        done(dnn(folder, &["export", "model.npz", out]));
    }
    done(dnn(folder, &["export", "model.safetensors", "back.npz"]));
    assert_eq!(eval("model.safetensors"), eval("model.npz"));
    assert!(fs::read(folder.join("back.npz")).unwrap() == fs::read(folder.join("model.npz")).unwrap());
    let (mut npz, mut tensors) =
        (Npz::open(&folder.join("model.npz")).unwrap(), SafeTensors::open(&folder.join("model.safetensors")).unwrap());
    // The bank of features beside the net is of bytes.
    for name in tensors.names().into_iter().filter(|name| !name.starts_with("bank.")) {
        assert_eq!(npz.read::<f32>(&name).unwrap(), tensors.read::<f32>(&name).unwrap(), "{name}");
    }
    let onnx = fs::read(folder.join("model.onnx")).unwrap();
    for operator in ["Conv", "BatchNormalization", "MaxPool", "Resize", "PRelu", "Gemm", "Softmax"] {
        assert!(onnx.windows(operator.len()).any(|bytes| bytes == operator.as_bytes()), "{operator}");
    }
}

/// Pictures of 8×6 pixels in which one of three colours is the strongest, with labels in a column as Keras stores
/// them.
fn colours(folder: &Path) -> PathBuf {
    let numbers = |i: usize| {
        (0..144).map(move |at| if at % 3 == i % 3 { 150 + (i * at % 90) as u8 } else { (i * at % 140) as u8 })
    };
    let part = |range: Range<usize>| {
        let (n, labels): (_, Vec<u8>) = (range.len(), range.clone().map(|i| (i % 3) as u8).collect());
        let x: Vec<u8> = range.flat_map(numbers).collect();
        (npy("'|u1'", false, &format!("({n}, 8, 6, 3)"), &x), npy("'|u1'", false, &format!("({n}, 1)"), &labels))
    };
    let ((x_train, y_train), (x_test, y_test)) = (part(0..300), part(300..400));
    let path = folder.join("colours.npz");
    archive(&path, &[("x_train", x_train), ("y_train", y_train), ("x_test", x_test), ("y_test", y_test)]);
    path
}

#[test]
fn pictures_in_colours_are_learned_and_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let data = colours(folder);
    let trained = |layers: &str, flags: &[&str]| {
        let all = [&["train", "--data", text(&data), "--layers", layers, "--json", "--epochs", "8", "--force"], flags]
            .concat();
        json(dnn(folder, &all)).into_iter().rfind(|line| line["event"] == "epoch").unwrap()["test_hits"]
            .as_u64()
            .unwrap()
    };
    assert!(trained("flatten | dense 8 | sigmoid | dense 3 | sigmoid", &["--batch", "8", "--lr", "0.01"]) > 90);
    assert!(trained("dense 8 | sigmoid | dense 3 | sigmoid", &["--rule", "code", "--lr", "0.2"]) > 90);
    let flags = ["--batch", "10", "--lr", "0.01", "--augment", "shift:1,rotate:5,elastic:0.5", "--hold-out", "30"];
    assert!(trained("conv 4 3x3 same | relu | max-pool 2 | flatten | dense 3", &flags) > 90);
    for (class, file, channels) in [(0, "red.png", 3), (1, "green.png", 4), (2, "blue.png", 3)] {
        let pixels = Image::from_fn([31, 50, channels], |(_, _, c)| if c == class || c == 3 { 220 } else { 20 });
        write_picture(&folder.join(file), Picture::from(Pixels::U8(pixels)), Packing::default()).unwrap();
        assert_eq!(json(dnn(folder, &["predict", "model.npz", file, "--json"]))[0]["class"], class, "{file}");
    }
    done(dnn(folder, &["show", "model.npz", "--index", "4", "--data", text(&data), "--out", "shown.png"]));
    let shown = done(dnn(folder, &["show", "model.npz", "--index", "4", "--data", text(&data)]));
    assert!(shown.lines().count() == 9 && shown.contains("the label is 1"), "{shown}");
    done(dnn(folder, &["inspect", "model.npz", "--out", "masks.png"]));
}

#[test]
fn what_the_last_layer_says_decides_the_loss() {
    let folder = tempfile::tempdir().unwrap();
    let data = bars(folder.path());
    for (layers, flags, loss, end) in [
        ("dense 3", &[][..], "cross-entropy", "softmax"),
        ("dense 3 | softmax", &[], "cross-entropy", "dense 3 | softmax"),
        ("dense 4 | relu | dense 3 | sigmoid", &[], "binary-cross-entropy", "sigmoid"),
        ("dense 3 | sigmoid", &[], "mean-squared-error", "sigmoid"),
        ("dense 3 | sigmoid", &["--batch", "8"], "binary-cross-entropy", "sigmoid"),
        ("dense 3", &["--loss", "hinge"], "hinge", "dense 3"),
        ("dense 3", &["--loss", "kullback-leibler"], "kullback-leibler", "softmax"),
    ] {
        let flags =
            [&["train", "--layers", layers, "--data", text(&data), "--epochs", "1", "--json", "--force"], flags]
                .concat();
        let start = json(dnn(folder.path(), &flags)).remove(0);
        assert_eq!(start["loss"], loss, "{layers}");
        assert!(start["layers"].as_str().unwrap().ends_with(end), "{layers}");
    }
}

#[test]
fn every_word_of_the_model_language_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let lines = json(dnn(folder.path(), &["layers", "--json"]));
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    assert_eq!((of("layer"), of("loss"), of("optimiser"), of("preset")), (ENTRIES.len(), 7, 8, presets().len()));
    let listed = done(dnn(folder.path(), &["layers"]));
    for entry in ENTRIES {
        assert!(listed.contains(entry.usage) && listed.contains(entry.formula), "{}", entry.name);
    }
}

#[test]
fn the_help_names_every_loss_optimiser_and_preset() {
    let help =
        done(dnn(std::path::Path::new("."), &["train", "--help"])).split_whitespace().collect::<Vec<_>>().join(" ");
    let losses = losses::all::<f32>();
    let names = losses.iter().map(|loss| loss.name()).chain(Optimiser::ALL.map(Optimiser::name));
    for name in names.chain(presets().iter().map(|preset| preset.name)) {
        assert!(help.contains(name), "{name}");
    }
}

#[test]
fn presets_are_nets() {
    for preset in presets() {
        let text = preset.layers.replace("CLASSES", "10").replace("CHANNELS", "1");
        let (input, output) = match preset.purpose {
            Purpose::Restore(Restoration::Denoise) => (Shape::picture(28, 28, 2), Shape::picture(28, 28, 1)),
            Purpose::Restore(Restoration::Enlarge) => (Shape::picture(28, 28, 1), Shape::picture(56, 56, 1)),
            Purpose::Restore(Restoration::Fill) => (Shape::picture(28, 28, 3), Shape::picture(28, 28, 1)),
            Purpose::Draw(_) => (Shape::picture(28, 28, 12), Shape::picture(28, 28, 1)),
            Purpose::Classify => (Shape::picture(28, 28, 1), Shape::from(10)),
        };
        let net = Net::<f32>::from_text(&text, input).unwrap();
        assert_eq!((net.text(), net.output()), (text, output), "{}", preset.name);
    }
}

#[test]
fn the_u_net_of_the_readme_is_one() {
    let readme = include_str!("../../README.md");
    let line = readme.lines().find(|line| line.contains("concat wide")).unwrap();
    let net = Net::<f32>::from_text(line, Shape::picture(28, 28, 1)).unwrap();
    assert_eq!(net.output(), net.input());
}
