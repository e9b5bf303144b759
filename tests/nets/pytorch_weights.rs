//! PyTorch's weights give PyTorch's answers: data/golden/pytorch.py states the cases.

use std::fs;
use std::path::Path;

use glassbox_dnn::{Net, Shape, Stored, features};
use glassbox_formats::npz::{Npz, Source};
use glassbox_tensor::Batch;
use serde_json::Value;

use crate::support::npz::{archive, npy};
use crate::support::programs::{dnn, done, json};

const CASES: [&str; 6] = ["sequential", "named", "half", "bfloat", "double", "groups"];

struct Case {
    net: String,
    shape: Shape,
    pictures: Batch<u8>,
    /// For each picture.
    answers: Vec<Vec<f64>>,
}

/// A case of the golden; its weights are written to `file`.
fn case(name: &str, file: &Path) -> Case {
    let mut golden: Npz<Box<dyn Source>> = Npz::open("data/golden/pytorch.npz".as_ref()).unwrap();
    fs::write(file, golden.read::<u8>(&format!("{name}/file")).unwrap().as_slice()).unwrap();
    let pictures = golden.read::<u8>(&format!("{name}/input")).unwrap();
    let &[n, height, width, channels] = pictures.shape() else { panic!("{name}: no pictures") };
    let answers = golden.read::<f64>(&format!("{name}/output")).unwrap();
    Case {
        net: golden.read_text(&format!("{name}/model")).unwrap(),
        shape: Shape::from_text(&golden.read_text(&format!("{name}/shape")).unwrap()).unwrap(),
        pictures: pictures.reshape([n, height, width, channels]).unwrap(),
        answers: answers.as_slice().chunks(answers.len() / n).map(<[f64]>::to_vec).collect(),
    }
}

fn compare(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}: as many answers");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-6, "{what}: found {found}, expected {expected}");
    }
}

fn answers<T: Stored>(case: &Case, file: &Path) -> Vec<f64> {
    let mut net = Net::<T>::from_text(&case.net, case.shape).unwrap();
    net.initialise_from(file).unwrap();
    net.predict(&features(&case.pictures)).as_slice().iter().map(|value| value.as_f64()).collect()
}

#[test]
fn a_state_dict_gives_the_answers_of_pytorch() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.safetensors");
    for name in CASES {
        let case = case(name, &file);
        compare(name, &answers::<f64>(&case, &file), &case.answers.concat());
        compare(name, &answers::<f32>(&case, &file), &case.answers.concat());
    }
}

#[test]
fn a_state_dict_of_another_net_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.safetensors");
    let case = case("named", &file);
    let mut net = Net::<f32>::from_text(&case.net.replace("dense 6", "dense 7"), case.shape).unwrap();
    let message = net.initialise_from(&file).unwrap_err().to_string();
    for expected in [
        "state.safetensors: its arrays and the net's layers do not match one to one: ",
        "9.dense.weight [7, 20]",
        "fc1.weight [6, 20]",
    ] {
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn a_model_is_made_of_a_state_dict_without_training() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let case = case("named", &folder.join("state.safetensors"));
    let labels = npy("'|u1'", false, "(3,)", &[0, 3, 1]);
    let pictures = npy("'|u1'", false, "(3, 12, 12, 2)", case.pictures.as_slice());
    let parts = ["train", "test"].map(|part| [format!("x_{part}"), format!("y_{part}")]);
    let arrays: Vec<_> = parts.iter().flatten().zip([&pictures, &labels, &pictures, &labels]).collect();
    let arrays: Vec<_> = arrays.into_iter().map(|(name, array)| (name.as_str(), array.clone())).collect();
    archive(&folder.join("set.npz"), &arrays);
    let train = |init: &str, model: &str| {
        let flags = ["train", "--data", "set.npz", "--layers", &case.net, "--init", init, "--model", model];
        json(dnn(folder, &[&flags[..], &["--epochs", "0", "--hold-out", "1", "--json"]].concat()))
    };
    let lines = train("state.safetensors", "model.npz");
    assert_eq!((&lines[1]["epoch"], &lines[1]["test_total"]), (&Value::from(0), &Value::from(3)));
    for (index, expected) in case.answers.iter().enumerate() {
        let (index, show) = (index.to_string(), ["show", "model.npz", "--data", "set.npz", "--json", "--index"]);
        let shown = json(dnn(folder, &[&show[..], &[&index]].concat()));
        let found: Vec<f64> = shown[0]["outputs"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
        // The loss is the cross-entropy, so a softmax was added.
        let all: f64 = expected.iter().map(|x| x.exp()).sum();
        compare(&index, &found, &expected.iter().map(|x| x.exp() / all).collect::<Vec<_>>());
    }
    // Our own safetensors come back as they went.
    done(dnn(folder, &["export", "model.npz", "own.safetensors"]));
    train("own.safetensors", "again.npz");
    assert!(fs::read(folder.join("model.npz")).unwrap() == fs::read(folder.join("again.npz")).unwrap());
}
