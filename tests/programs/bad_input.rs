//! Bad input: one clear line that names the file or flag, exit code 1 or 2, nothing written, an existing file
//! untouched.

use std::fs;
use std::path::Path;

use crate::support::pictures::png_of;
use crate::support::programs::{bars, data, dnn, err, filters, refused, small_picture, text};

/// The content of the output before, which must stay.
pub(super) const OLD: &[u8] = b"old";

fn refuse_picture(folder: &Path, name: &str, bytes: &[u8], expected: &[&str]) {
    fs::write(folder.join(name), bytes).unwrap();
    fs::write(folder.join("out.png"), OLD).unwrap();
    refused(filters(folder, &["sobel", name, "out.png"]), 1, &[&[name], expected].concat());
    assert_eq!(fs::read(folder.join("out.png")).unwrap(), OLD);
    refused(filters(folder, &["compare", name, "out.png"]), 1, &[&[name], expected].concat());
    assert_eq!(fs::read(folder.join("out.png")).unwrap(), OLD);
}

#[test]
fn pictures_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    refused(filters(folder, &["sobel", "none.png", "out.png"]), 1, &["none.png: cannot be read: No such file"]);
    let said = filters(folder, &["sobel", "none.png", "out.png", "--json"]).stdout;
    let said: serde_json::Value = serde_json::from_slice(&said).unwrap();
    assert!(
        said["event"] == "failed"
            && said["in"] == "none.png"
            && said["error"].as_str().is_some_and(|error| error.starts_with("none.png: ")),
        "{said}"
    );
    // A folder in a file cannot be made; the message may name any of the pictures.
    fs::write(folder.join("file"), "").unwrap();
    fs::copy(data("chelsea.png"), folder.join("cat.png")).unwrap();
    let said = filters(folder, &["sobel", "cat.png", "--out-dir", "file/below", "--json"]).stdout;
    let said: serde_json::Value = serde_json::from_slice(&said).unwrap();
    assert!(said["event"] == "failed" && said["in"].is_null(), "{said}");
    refused(filters(folder, &["sobel", ".", "out.png"]), 1, &[".: is a folder; a picture is needed"]);
    assert!(!folder.join("out.png").exists());
    refuse_picture(folder, "empty.png", b"", &["is empty; png, jpeg"]);
    refuse_picture(
        folder,
        "text.png",
        b"this is only text, whatever its name",
        &["is not a picture of a known format; png, jpeg"],
    );
    // A PNG that is read row by row may be high, but its rows must exist.
    fs::write(folder.join("huge.png"), png_of(100_000, 100_000)).unwrap();
    refused(filters(folder, &["sobel", "huge.png", "none.png"]), 1, &["huge.png: is ", " (png)"]);
    for whole in ["spectral-pool", "compare"] {
        refused(
            filters(folder, &[whole, "huge.png", "none.png"]),
            1,
            &["huge.png", "at most 1073741824 bytes are allowed"],
        );
    }
    assert!(!folder.join("none.png").exists());
    let whole = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/data/chelsea.png")).unwrap();
    refuse_picture(folder, "cut.png", &whole[..whole.len() / 2], &["(png)"]);
    refuse_picture(folder, "cut.jpg", &[0xFF, 0xD8, 0xFF, 0xE0, 0, 16], &["(jpg)"]);
}

#[test]
fn flags_that_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    small_picture(folder);
    let wrong = |arguments: &[&str], expected: &[&str]| {
        refused(filters(folder, &[arguments, &["in.png", "out.png"]].concat()), 2, expected);
        assert!(!folder.join("out.png").exists());
    };
    wrong(&["median", "--size", "4"], &["--size 4: expected an odd whole number from 1 to 255"]);
    wrong(&["median", "--size", "0"], &["--size 0: expected an odd whole number from 1 to 255"]);
    wrong(&["median", "--size", "-3"], &["--size", "-3"]);
    wrong(&["median", "--size", "99999999999999999999"], &["--size"]);
    wrong(&["max-pool", "--size", "0"], &["--size 0: expected a whole number from 1 to 1024"]);
    wrong(&["avg-pool", "--stride", "0"], &["--stride 0"]);
    wrong(&["sobel", "--border", "mirrored"], &["--border", "mirrored"]);
    wrong(&["convolve", "--kernel", "1 2; 3 x"], &["--kernel 1 2; 3 x", "row 2, column 2 is \"x\""]);
    wrong(&["convolve", "--kernel", "1 2; 3"], &["--kernel", "row 1 has 2 numbers, row 2 has 1"]);
    wrong(&["convolve", "--kernel", "1e99"], &["--kernel", "up to a million", "\"1e99\""]);
    wrong(&["convolve", "--kernel", &"1 ".repeat(32)], &["--kernel", "at most 31", "1 and 32"]);
    wrong(&["convolve", "--divisor", "0"], &["--divisor 0: expected any number but 0"]);
    wrong(&["gaussian", "--sigma", "NaN"], &["--sigma NaN: expected a number from 0.1 to 40"]);
    wrong(&["chain", "median | sobul"], &["chain, operator 2: unknown operator \"sobul\"; did you mean sobel?"]);
    wrong(&["chain", "median:size=4"], &["chain, operator 1: size 4: expected an odd whole number"]);
    wrong(&["chain", "median:syze=3"], &["chain, operator 1", "syze", "did you mean size?"]);
    wrong(&["sobel", "--threads", "0"], &["--threads <N>': a whole number from 1 to 1024 is allowed"]);
    wrong(&["sobl"], &["sobl", "sobel"]);
    refused(filters(folder, &["compare", "in.png", "out.png", "--size", "0"]), 2, &["--size 0"]);
    refused(
        filters(folder, &["compare", "in.png", "out.png", "--methods", "x"]),
        2,
        &["--methods: found \"x\"; there are: max, average"],
    );
    refused(filters(folder, &["bench", "--only", "medain:size=3"]), 2, &["did you mean median?"]);
    refused(
        filters(folder, &["bench", "--only", "median:sise=3"]),
        2,
        &["median has no parameter \"sise\"; did you mean size?"],
    );
    refused(
        filters(folder, &["bench", "--only", "median:colour=3"]),
        2,
        &["median has no parameter \"colour\"; there are: size, border"],
    );
    refused(
        filters(folder, &["sobel", "in.png", "in.png"]),
        2,
        &["in.png: is both IN and OUT; --in-place allows that"],
    );
    assert!(filters(folder, &["sobel", "in.png", "in.png", "--in-place"]).status.success());
    let train = |arguments: &[&str], expected: &[&str]| {
        refused(dnn(folder, &[&["train"], arguments].concat()), 2, expected);
        assert!(!folder.join("model.npz").exists());
    };
    train(&["--lr", "0"], &["--lr: found 0"]);
    train(&["--lr", "NaN"], &["--lr: found NaN"]);
    train(&["--lr=-1"], &["--lr: found -1"]);
    train(
        &["--layers", "dense 20 | sigmod"],
        &["--layers: layer 2", "after 20", "unknown layer \"sigmod\"; did you mean sigmoid?"],
    );
    train(&["--layers", "dense 10", "--rule", "code"], &["--rule: is for nets of pairs \"dense N | sigmoid\""]);
    train(
        &["--layers", "conv 4 29x29 | dense 10"],
        &["--layers: layer 1", "a window of 29×29 is larger than the picture of 28×28"],
    );
    train(&["--layers", "dense 0"], &["--layers: layer 1", "the number of outputs is \"0\"; a whole number from 1"]);
    train(&["--layers", "conv 4 3x3"], &["--layers: its last layer gives 26×26×4; a list of 10 numbers"]);
    train(&["--layers", "dense 9"], &["--layers: label 9 found; this net has 9 outputs, 0 … 8"]);
    train(
        &["--layers", "dense 10", "--loss", "l2"],
        &["--loss: found \"l2\"; allowed: mean-squared-error, cross-entropy"],
    );
    train(&["--optimiser", "adma"], &["--optimiser: found \"adma\"; allowed: sgd, momentum"]);
    train(&["--schedule", "step"], &["--schedule: found \"step\"; allowed: constant"]);
    train(&["--augment", "turn:5"], &["--augment: found \"turn:5\": no such change"]);
    train(&["--hold-out", "60000"], &["--hold-out: found 60000; 1 to 59999 pictures"]);
    train(&["--batch", "0"], &["--batch: found 0"]);
    train(&["--batch", "60000", "--preset", "cnn"], &["--batch: 60000 samples of this net take about"]);
    train(&["--clip", "0"], &["--clip: found 0"]);
    train(&["--resume"], &["--checkpoint"]);
    train(&["--init", "random"], &["--init: found \"random\"; uniform, uniform:A, xavier, he, numpy:SEED, FILE.npz"]);
    train(&["--init", "numpy:-1"], &["--init: found numpy:-1; a seed from 0 to 4294967295"]);
    train(&["--preset", "huge"], &["--preset: found \"huge\"; allowed: article, mlp, lenet5, cnn"]);
}

#[test]
fn a_training_that_runs_away_says_when_and_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let data = bars(folder);
    let flags = ["train", "--data", text(&data), "--layers", "dense 8 | relu | dense 3", "--epochs", "3", "--quiet"];
    let away = ["--optimiser", "sgd", "--lr", "1e30"];
    refused(dnn(folder, &[&flags[..], &away].concat()), 1, &["epoch 1: ", "bars.npz: the loss is ", " at step "]);
    assert!(!folder.join("model.npz").exists());
    // A rate that becomes too large after an epoch leaves the state of the first epoch.
    let later = ["--optimiser", "sgd", "--lr", "0.1", "--schedule", "step:1:1e30", "--checkpoint", "kept"];
    let output = dnn(folder, &[&flags[..], &later].concat());
    assert!(err(&output).contains("the last good state is kept/checkpoint-000001"), "{}", err(&output));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn pictures_too_small_for_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    small_picture(folder);
    let expected = ["in.png", "max-pool: a picture of 4×5 pixels is too small; at least 8×8 are needed"];
    refused(filters(folder, &["max-pool", "in.png", "out.png", "--size", "8"]), 1, &expected);
    refused(
        filters(folder, &["median", "in.png", "out.png", "--size", "7", "--border", "crop"]),
        1,
        &["4×5 pixels is too small"],
    );
    assert!(filters(folder, &["median", "in.png", "out.png", "--size", "31"]).status.success());
}

#[test]
fn outputs_that_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    small_picture(folder);
    refused(
        filters(folder, &["sobel", "in.png", "out.xyz"]),
        2,
        &["out.xyz: suffix \"xyz\" names no picture format; allowed: png, jpg"],
    );
    refused(
        filters(folder, &["sobel", "in.png", "out"]),
        2,
        &["out: has no suffix, which would name the format; allowed: png"],
    );
    refused(
        filters(folder, &["sobel", "in.png", "nowhere/out.png"]),
        1,
        &["nowhere/out.png: cannot be written: there is no folder nowhere"],
    );
    refused(
        dnn(folder, &["train", "--model", "nowhere/model.npz"]),
        1,
        &["nowhere/model.npz: cannot be written: there is no folder nowhere"],
    );
    refused(dnn(folder, &["train", "--model", "."]), 1, &[".: cannot be written: it is a folder"]);
    #[cfg(target_os = "linux")]
    {
        std::os::unix::fs::symlink("/dev/full", folder.join("full.png")).unwrap();
        refused(filters(folder, &["sobel", "in.png", "full.png"]), 1, &["full.png: cannot be written: No space left"]);
    }
    assert_eq!(
        fs::read_dir(folder)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("part"))
            .count(),
        0
    );
}

#[test]
fn a_sheet_over_its_picture_and_a_label_of_two_sizes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    small_picture(folder);
    refused(filters(folder, &["compare", "in.png", "in.png"]), 2, &["in.png: is both IN and OUT"]);
    refused(filters(folder, &["bench", "--only", "median:size=3,size=5"]), 2, &["one value, not several"]);
}
