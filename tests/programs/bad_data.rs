//! Damaged data sets and models: one clear line that names the file, exit code 1.

use std::fs;
use std::path::Path;

use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::Image;

use super::bad_input::OLD;
use crate::support::npz::{archive, npy};
use crate::support::programs::{dnn, refused, small_picture};

#[test]
fn data_sets_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let refuse = |entries: &[(&str, Vec<u8>)], expected: &[&str]| {
        archive(&folder.join("set.npz"), entries);
        fs::write(folder.join("model.npz"), OLD).unwrap();
        refused(dnn(folder, &["train", "--data", "set.npz"]), 1, &[&["set.npz"], expected].concat());
        assert_eq!(fs::read(folder.join("model.npz")).unwrap(), OLD);
    };
    let x = |n: usize| npy("'|u1'", false, &format!("({n}, 2, 2)"), &vec![0; 4 * n]);
    let y = |labels: &[u8]| npy("'|u1'", false, &format!("({},)", labels.len()), labels);
    refuse(&[("y_train", y(&[1]))], &["holds no pictures with labels: found y_train"]);
    refuse(&[], &["holds no pictures with labels: found no arrays at all"]);
    refuse(&[("x_train", x(2)), ("y_train", y(&[1]))], &["x_train holds 2 pictures, y_train 1 labels"]);
    refuse(
        &[("x_train", npy("'|O'", false, "(2,)", &[0; 16])), ("y_train", y(&[1, 2]))],
        &["x_train is an array of Python objects"],
    );
    refuse(
        &[("x_train", npy("'|u1'", false, "(60000, 28, 28, 999)", &[0; 9])), ("y_train", y(&[1]))],
        &["x_train claims shape"],
    );
    fs::write(folder.join("set.npz"), b"PK no zip").unwrap();
    let refused_set = |expected: &str| refused(dnn(folder, &["train", "--data", "set.npz"]), 1, &[expected]);
    refused_set("set.npz: is not an npz file (a zip archive of npy arrays)");
    fs::write(folder.join("set.npz"), b"\x80\x04\x95 a pickle").unwrap();
    refused_set("set.npz: is no data set; an npz, a CSV (label,pixel0,…), MNIST's IDX files");
    refused(dnn(folder, &["train", "--data", "none.npz"]), 1, &["none.npz: cannot be read: No such file"]);
}

/// The article's parameters, all of them `value`, `w_i_h` of `hidden` rows.
fn model(folder: &Path, hidden: usize, value: f32) {
    let array = |rows: usize, columns: usize| {
        let bytes: Vec<u8> = (0..rows * columns).flat_map(|_| value.to_le_bytes()).collect();
        npy("'<f4'", false, &format!("({rows}, {columns})"), &bytes)
    };
    archive(
        &folder.join("model.npz"),
        &[("w_i_h", array(hidden, 784)), ("b_i_h", array(20, 1)), ("w_h_o", array(10, 20)), ("b_h_o", array(10, 1))],
    );
}

#[test]
fn models_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let refuse = |expected: &[&str]| {
        for arguments in [
            &["eval", "model.npz"][..],
            &["show", "model.npz", "--index", "0"],
            &["inspect", "model.npz"],
            &["ask", "model.npz"],
        ] {
            refused(dnn(folder, arguments), 1, &[&["model.npz"], expected].concat());
        }
    };
    refuse(&["cannot be read: No such file"]);
    model(folder, 21, 0.5);
    refuse(&["w_i_h, b_i_h, w_h_o, b_h_o have shapes [21, 784], [20, 1], [10, 20], [10, 1]; allowed: [h, i]"]);
    model(folder, 20, f32::NAN);
    refuse(&["w_i_h holds NaN at [0, 0]; only finite numbers are allowed"]);
    archive(&folder.join("model.npz"), &[("w", npy("'<f4'", false, "(1,)", &[0; 4]))]);
    refuse(&["holds no array w_i_h; found w"]);
    let text = |text: &str| {
        let codes: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        archive(&folder.join("model.npz"), &[("model", npy(&format!("'<U{}'", text.len()), false, "()", &codes))]);
    };
    text("dense 3");
    refuse(&["model is \"dense 3\"; \"input 28x28x1 | layer | layer …\" is needed"]);
    text("input 9999999999 | dense 1000000");
    refuse(&["1 to 67108864 numbers a sample are allowed"]);
    text("input 100 | dense 1000000");
    refuse(&["more than 67108864 weights"]);
    text("input 4 | dense 3 | sigmoid");
    refuse(&["holds no array 0.dense.weight; found model"]);
    text("input 99999x99999x9 | conv 3 1x1");
    refuse(&["1 to 67108864 numbers a sample are allowed"]);
    text("input 8000x8000x1 | conv 2 1x1");
    refuse(&["gives 8000×8000×2; at most 67108864 numbers"]);
    text(&format!("input 28x28x1 | up 280{}", " | relu".repeat(5)));
    refuse(&["more than 268435456 numbers a sample between all layers"]);
    text("input 1x1x1000000 | conv 1 1x1 pad 1000");
    refuse(&["pictures of 2001×2001×1000000 when padded"]);
    model(folder, 20, 0.5);
    refused(
        dnn(folder, &["show", "model.npz", "--index", "60000"]),
        2,
        &["--index: found 60000; the train set has 0 … 59999"],
    );
    refused(dnn(folder, &["show", "model.npz", "--index", "x"]), 2, &["--index", "x"]);
    small_picture(folder);
    refused(dnn(folder, &["predict", "model.npz", "in.png"]), 1, &["in.png: no digit found: the picture is blank"]);
    refused(dnn(folder, &["predict", "model.npz", "none.png"]), 1, &["none.png: cannot be read"]);
    refused(
        dnn(folder, &["predict", "model.npz", "in.png", "in.png", "--show-prepared", "stages.png"]),
        2,
        &["--show-prepared: draws one picture, found 2"],
    );
    assert!(!folder.join("stages.png").exists());
    let before = fs::read(folder.join("in.png")).unwrap();
    refused(
        dnn(folder, &["predict", "model.npz", "in.png", "--show-prepared", "in.png"]),
        2,
        &["in.png: is both an input and an output"],
    );
    assert_eq!(fs::read(folder.join("in.png")).unwrap(), before);
    // A bar: a digit for any net, so that the answer is the net's.
    let bar =
        Image::from_fn([40, 30, 1], |(y, x, _)| if (8..32).contains(&y) && (13..17).contains(&x) { 30 } else { 220 });
    write_picture(&folder.join("bar.png"), Picture::from(Pixels::U8(bar)), Packing::default()).unwrap();
    // Weights so large that their sums are infinite.
    let huge = |shape: &str, numbers: usize| npy("'<f4'", false, shape, &3e38f32.to_le_bytes().repeat(numbers));
    let net = "input 28x28x1 | dense 2";
    let codes: Vec<u8> = net.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    let name = npy(&format!("'<U{}'", net.len()), false, "()", &codes);
    let arrays = [("model", name), ("0.dense.weight", huge("(2, 784)", 1568)), ("0.dense.bias", huge("(2, 1)", 2))];
    archive(&folder.join("model.npz"), &arrays);
    refused(
        dnn(folder, &["predict", "model.npz", "bar.png"]),
        1,
        &["bar.png: the net's output 0 is inf, where a finite number is needed"],
    );
}

#[test]
fn sizes_and_numbers_that_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // Infinity in a floating-point picture: no digit, no panic.
    model(folder, 20, 0.5);
    let wild = Image::from_fn([8, 8, 3], |(y, x, _)| [0.0, f32::INFINITY, f32::NAN, -1e30][(y + x) % 4]);
    write_picture(&folder.join("wild.tif"), Picture::from(Pixels::F32(wild)), Packing::default()).unwrap();
    assert!(dnn(folder, &["predict", "model.npz", "wild.tif"]).status.success());
    // A type of no size makes any shape fit in memory.
    let nothing = |shape: &str| npy("'<U0'", false, shape, &[]);
    let huge = "(4294967296, 4294967296)";
    let arrays = ["w_i_h", "b_i_h", "w_h_o", "b_h_o"].map(|name| (name, nothing(huge)));
    archive(&folder.join("model.npz"), &arrays);
    refused(dnn(folder, &["inspect", "model.npz"]), 1, &["model.npz"]);
    // Many layers, each within its limit.
    let text = format!("input 8192{}", " | dense 8000".repeat(300));
    let codes: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    archive(&folder.join("model.npz"), &[("model", npy(&format!("'<U{}'", text.len()), false, "()", &codes))]);
    refused(dnn(folder, &["inspect", "model.npz"]), 1, &["model.npz", "more than 67108864 parameters in all"]);
}
