//! `dnn restore`, `dnn eval` of models that restore, `dnn train --preset denoise`: lines, files, and what they refuse.

use std::fs;
use std::path::Path;

use glassbox_formats::{Pixels, read_picture};
use glassbox_tensor::Image;
use serde_json::Value;

use crate::support::pictures::{noise, write};
use crate::support::programs::{bars, data, dnn, done, err, json, out, refused, text};

/// A folder with grey pictures to train on, and two models.
fn models(folder: &Path) {
    fs::create_dir(folder.join("photos")).unwrap();
    for index in 0..4usize {
        let picture =
            Image::from_fn([30 + index, 41, 1], |(y, x, _)| if x * y > 300 { 200 } else { (2 * x + y) as u8 });
        write(&folder.join(format!("photos/{index}.png")), Pixels::U8(picture));
    }
    let train = |task: &str, layers: &str| {
        let model = format!("{task}.npz");
        let flags = ["--task", task, "--layers", layers, "--model", &model, "--epochs", "2", "--patch", "8", "--json"];
        json(dnn(folder, &[&["train", "--data", "photos", "--batch", "8", "--lr", "0.001"], &flags[..]].concat()))
    };
    let lines = train("denoise", "conv 4 3x3 same no-bias | relu | conv 1 3x3 same no-bias");
    assert_eq!(lines[0]["purpose"], "restore denoise");
    // Three pictures in patches of 64 pixels; the fourth is tested with.
    assert!((59..=62).contains(&lines[0]["train"].as_u64().unwrap()), "{}", lines[0]);
    assert!(lines[1]["test_psnr"].as_f64().unwrap() > 5.0 && lines[1]["test_hits"].is_null(), "{}", lines[1]);
    train("enlarge", "conv 4 3x3 same | depth-to-space 2");
}

#[test]
fn pictures_are_restored_one_and_many() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    models(folder);
    write(&folder.join("noisy.png"), Pixels::U8(noise(33, 40, 3, |n| n as u8)));
    let flags = ["restore", "noisy.png", "clean.png", "--model", "denoise.npz", "--sheet", "sheet.png"];
    let output = dnn(folder, &flags);
    let said = err(&output);
    assert!(said.contains("note: clean.png: noise estimated at sigma ") && said.matches(", ").count() >= 2, "{said}");
    assert_eq!(done(output), "");
    let pixels = |name: &str| read_picture(&folder.join(name), true).unwrap().pixels;
    assert_eq!(pixels("clean.png").dim(), (33, 40, 3));
    // Two pictures in columns as wide as themselves or their labels.
    assert!(pixels("sheet.png").dim().1 >= 2 * 40 + 3 * 14);
    // The level is an input: another gives another picture, and no note.
    let output = dnn(folder, &["restore", "noisy.png", "other.png", "--model", "denoise.npz", "--sigma", "0"]);
    assert!(!err(&output).contains("estimated"), "{}", err(&output));
    done(output);
    assert!(pixels("clean.png") != pixels("other.png"));
    let many = ["restore", "photos", "--recursive", "--out-dir", "large", "--model", "enlarge.npz", "--json"];
    let lines = json(dnn(folder, &many));
    assert_eq!(lines.len(), 4);
    for line in lines {
        assert_eq!((&line["event"], &line["op"], &line["width"]), (&"filter".into(), &"restore".into(), &82.into()));
    }
    assert_eq!(pixels("large/2.png").dim(), (64, 82, 1));
    // Any number of threads makes the same picture.
    done(dnn(folder, &["restore", "noisy.png", "one.png", "--model", "denoise.npz", "--threads", "1"]));
    assert!(fs::read(folder.join("one.png")).unwrap() == fs::read(folder.join("clean.png")).unwrap());
}

fn ways(line: &Value) -> Vec<&str> {
    line["ways"].as_array().unwrap().iter().map(|way| way["way"].as_str().unwrap()).collect()
}

#[test]
fn eval_puts_a_restoring_model_beside_plain_ways() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    models(folder);
    let denoise = ["eval", "denoise.npz", "--data", "photos"];
    let with = |flags: &[&str]| json(dnn(folder, &[&denoise[..], &["--json"], flags].concat()));
    let line = with(&["--sigma", "10", "--out", "sheet.png"]).remove(0);
    assert_eq!(ways(&line), ["noisy", "median 3", "median 5", "bilateral", "net"]);
    assert_eq!(
        (&line["event"], &line["pictures"], &line["sigma"], &line["seed"]),
        (&"eval".into(), &4.into(), &10.0.into(), &0.into())
    );
    let noisy = line["ways"][0]["psnr"].as_f64().unwrap();
    assert!((28.0..29.0).contains(&noisy), "{noisy}");
    // Three pictures a row, four rows.
    let sheet = read_picture(&folder.join("sheet.png"), true).unwrap().pixels.dim();
    assert!(sheet.0 > 30 + 31 + 32 + 33 && sheet.1 > 3 * 41, "{sheet:?}");
    assert!(with(&["--sigma", "10"]).remove(0) == line && with(&["--sigma", "10", "--seed", "1"]).remove(0) != line);
    let lines = with(&["-v"]);
    assert_eq!((lines.len(), &lines[1]["event"]), (5, &"picture".into()));
    assert_eq!(lines[4]["sigma"], 25.0);
    // The mean of the pictures'.
    let of = |line: &Value| line["ways"][4]["psnr"].as_f64().unwrap();
    assert!((lines[..4].iter().map(of).sum::<f64>() / 4.0 - of(&lines[4])).abs() < 1e-9);
    let told = done(dnn(folder, &denoise));
    assert!(
        told.starts_with("4 pictures of photos, noise of sigma 25: mean PSNR and SSIM of their brightness\nnoisy "),
        "{told}"
    );
    assert!(told.contains("\ndenoise.npz ") && told.matches(" dB 0.").count() == 5, "{told}");
    let told = done(dnn(folder, &["eval", "enlarge.npz", "--data", "photos", "-v"]));
    assert!(told.contains("3.png: bicubic ") && told.contains("4 pictures of photos, half the size: mean"), "{told}");
    // One picture; and a data set, of which the test part is taken.
    let lines = json(dnn(folder, &["eval", "enlarge.npz", "--data", "photos/1.png", "--json"]));
    assert_eq!((ways(&lines[0]), &lines[0]["pictures"]), (vec!["bicubic", "net"], &1.into()));
    let set = bars(folder);
    let lines = json(dnn(folder, &["eval", "denoise.npz", "--data", text(&set), "--json"]));
    assert_eq!((&lines[0]["pictures"], &lines[0]["ways"][4]["ssim"]), (&100.into(), &Value::Null));
}

#[test]
fn what_cannot_be_restored_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    models(folder);
    write(&folder.join("in.png"), Pixels::U8(noise(9, 8, 3, |n| n as u8)));
    fs::create_dir(folder.join("none")).unwrap();
    fs::write(folder.join("none/notes.txt"), "no picture").unwrap();
    let set = bars(folder);
    let classifier = ["train", "--data", text(&set), "--layers", "dense 3", "--epochs", "0", "--model", "classes.npz"];
    done(dnn(folder, &classifier));
    let restore = ["restore", "in.png", "out.png"];
    let both = |first: &[&str], flags: &[&str], code: i32, said: &[&str]| {
        refused(dnn(folder, &[first, flags].concat()), code, said);
        assert!(!folder.join("out.png").exists());
    };
    both(
        &restore,
        &["--model", "classes.npz"],
        1,
        &["classes.npz: is for classify (verbs: ", "restore needs a model that is for restore"],
    );
    both(&restore, &["--model", "denoise.npz", "--sigma", "300"], 2, &["--sigma: found 300; 0 to 255 is allowed"]);
    both(&restore, &["--sigma", "-1"], 2, &["--sigma: found -1"]);
    both(&restore, &["--sigma", "nan"], 2, &["--sigma: found NaN"]);
    both(&restore, &["--model", "enlarge.npz", "--sigma", "5"], 2, &["--sigma: is for models that take noise away"]);
    both(&restore, &["--preset", "sharpen"], 2, &["--preset: found \"sharpen\"; allowed: denoise, enlarge"]);
    both(&restore, &["--model", "denoise.npz", "--sheet", "in.png"], 2, &["in.png"]);
    both(&restore, &["--model", "denoise.npz", "--sheet", "out.png"], 2, &["out.png"]);
    refused(dnn(folder, &["restore", "in.png", "denoise.npz", "--model", "denoise.npz"]), 2, &["denoise.npz"]);
    refused(dnn(folder, &["restore", "in.png", "in.png", "--model", "denoise.npz"]), 2, &["is both IN and OUT"]);
    refused(dnn(folder, &["restore", "none/notes.txt", "out.png"]), 1, &["none/notes.txt: "]);
    let eval = ["eval", "denoise.npz", "--data"];
    both(&eval, &["photos", "--sigma", "-3"], 2, &["--sigma: found -3; 0 to 255 is allowed"]);
    both(&eval, &["photos", "--part", "test"], 2, &["--part: is for data sets; all pictures of photos are looked at"]);
    both(&eval, &["none"], 1, &["none: holds no data set: found notes.txt"]);
    both(&eval, &["photos", "--out", "denoise.npz"], 2, &["denoise.npz"]);
    both(&["eval", "enlarge.npz", "--data", "photos"], &["--sigma", "25"], 2, &["--sigma: is for models that take"]);
    both(&["eval", "classes.npz", "--data", text(&set)], &["--seed", "2"], 2, &["--seed: is for models that take"]);
    write(&folder.join("tiny.png"), Pixels::U8(noise(4, 9, 1, |n| n as u8)));
    let tiny = ["eval", "enlarge.npz", "--data", "tiny.png"];
    refused(dnn(folder, &tiny), 1, &["tiny.png: has 8×4 pixels; at least 5×5 are needed"]);
    let train = ["train", "--preset", "denoise", "--data"];
    both(&train, &["none"], 1, &["none: holds no data set"]);
    both(
        &train,
        &["photos", "--patch", "31"],
        2,
        &["--patch: found 31; the smallest of photos allows patches of 1 to 30"],
    );
    both(&train, &["photos", "--task", "denoise"], 2, &["--task: found denoise; the preset"]);
    let wrong = ["train", "--data", text(&set), "--layers", "dense 3", "--patch", "8"];
    refused(dnn(folder, &wrong), 2, &["--patch: is for nets that restore pictures"]);
    for verb in [&["predict", "denoise.npz", "in.png"][..], &["show", "denoise.npz", "--index", "0"]] {
        refused(dnn(folder, verb), 1, &["denoise.npz: is for restore denoise (verbs: eval, restore); "]);
    }
    let task = ["train", "--data", "photos", "--task", "sharpen", "--layers", "conv 1 3x3 same"];
    refused(dnn(folder, &task), 2, &["--task: found \"sharpen\"; allowed: classify, denoise"]);
    assert!(out(&dnn(folder, &["restore", "--help"])).contains("--sheet") && data("models").is_dir());
}
