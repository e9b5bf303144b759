//! `dnn` with other people's data sets: trained on, named, prepared, described.

use std::fs;

use glassbox_formats::npz::{self, Array, Npz};
use glassbox_formats::{Packing, Picture, Pixels, read_picture, write_picture};
use glassbox_tensor::Image;
use serde_json::json;

use crate::support::npz::{archive, npy};
use crate::support::programs::{bars, dnn, done, err, json, refused, text};
use crate::support::sets::set;

/// The same set from an npz, IDX files, CSV files and pictures trains the same net, bit for bit.
#[test]
fn the_container_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut first = None;
    for (path, container) in set().write_all(folder) {
        for layers in ["conv 3 2x2 | relu | dense 3", "dense 5 | sigmoid | dense 3 | sigmoid"] {
            let output = dnn(folder, &["train", "--data", text(&path), "--layers", layers, "--epochs", "2"]);
            let said = err(&output);
            done(output);
            assert!(said.contains("pictures are 4×4 grey"), "{said}");
            fs::rename(folder.join("model.npz"), folder.join(format!("{}.npz", layers.len()))).unwrap();
        }
        let models = ["27.npz", "37.npz"].map(|name| fs::read(folder.join(name)).unwrap());
        assert!(*first.get_or_insert(models.clone()) == models, "{container}");
    }
}

/// Names of classes go from the folders into the model, and from there into every answer; what `predict` makes of a
/// file is what `show` makes of the same pixels.
#[test]
fn a_sheet_replaces_no_picture_of_the_set() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    set().write_all(folder);
    let picture = "pictures/train/0/000.png";
    let before = fs::read(folder.join(picture)).unwrap();
    refused(dnn(folder, &["data", "pictures", "--out", picture]), 2, &["--out: found pictures/train/0/000.png"]);
    assert_eq!(fs::read(folder.join(picture)).unwrap(), before);
    // Beside the classes it may be written, and written again.
    for _ in 0..2 {
        done(dnn(folder, &["data", "pictures", "--out", "pictures/sheet.png"]));
    }
}

#[test]
fn names_of_classes_and_pixels_stay_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    set().write_all(folder);
    for part in ["train", "test"] {
        for (number, name) in [("0", "top row"), ("1", "second"), ("2", "third")] {
            let part = folder.join("pictures").join(part);
            fs::rename(part.join(number), part.join(name)).unwrap();
        }
    }
    for layers in ["conv 3 2x2 | relu | dense 3", "dense 9 | sigmoid | dense 3 | sigmoid"] {
        let train = ["train", "--data", "pictures", "--layers", layers, "--epochs", "40", "--lr", "0.05", "--force"];
        done(dnn(folder, &train));
        let inspected = done(dnn(folder, &["inspect", "model.npz"]));
        for part in ["classify", "as they are of 4×4×1", "second, third, top row"] {
            assert!(inspected.contains(part), "{part}: {inspected}");
        }
        // Classes are in the order of the alphabet: the ninth picture is the third of the last folder.
        let file = "pictures/test/top row/002.png";
        let predicted = &json(dnn(folder, &["predict", "model.npz", file, "--json"]))[0];
        let show = ["show", "model.npz", "--part", "test", "--index", "8", "--data", "pictures"];
        let shown = &json(dnn(folder, &[&show[..], &["--json"]].concat()))[0];
        assert_eq!((&predicted["outputs"], &predicted["name"]), (&shown["outputs"], &shown["name"]));
        assert_eq!((&shown["label_name"], &predicted["name"]), (&"top row".into(), &"top row".into()), "{layers}");
        assert!(done(dnn(folder, &show)).contains("the label is top row"));
        assert!(done(dnn(folder, &["predict", "model.npz", file])).contains("002.png: top row   output "));
        let eval = done(dnn(folder, &["eval", "model.npz", "--data", "pictures", "--out", "confusion.png"]));
        assert!(eval.contains("top row 2"), "{eval}");
    }
    // Of a set that lacks a class, the others keep the numbers that the net knows them by; the missing one has no
    // share.
    fs::create_dir(folder.join("some")).unwrap();
    fs::rename(folder.join("pictures/test"), folder.join("some/test")).unwrap();
    fs::rename(folder.join("pictures/train"), folder.join("some/train")).unwrap();
    for part in ["train", "test"] {
        fs::remove_dir_all(folder.join("some").join(part).join("second")).unwrap();
    }
    let eval = &json(dnn(folder, &["eval", "model.npz", "--data", "some", "--json"]))[0];
    assert_eq!((&eval["confusion"][0], &eval["confusion"][2][2]), (&json!([0, 0, 0]), &3.into()));
    let eval = done(dnn(folder, &["eval", "model.npz", "--data", "some"]));
    let line = eval.lines().find(|line| line.starts_with(" second 0")).unwrap();
    assert!(line.ends_with(" –"), "{line}");
    fs::rename(folder.join("some/test/third"), folder.join("some/test/fourth")).unwrap();
    refused(
        dnn(folder, &["eval", "model.npz", "--data", "some"]),
        1,
        &["class \"fourth\" is none of the net's: second, third, top row"],
    );
}

/// What a model says of its pictures decides how `predict` prepares them; an older file of MNIST's size is for digits.
#[test]
fn pictures_are_prepared_as_the_model_says() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // A bar on the left or on the right. As a digit, cropped and centred, both would be the same.
    let is_bar =
        |class: usize, y: usize, x: usize| (7..21).contains(&y) && (4 + 16 * class..8 + 16 * class).contains(&x);
    let light = |is_bar: bool| if is_bar { 255 } else { 0 };
    let pixels: Vec<u8> =
        (0..40).flat_map(|i| (0..784).map(move |at| light(is_bar(i % 2, at / 28, at % 28)))).collect();
    let y: Vec<u8> = (0..40).map(|i| i % 2).collect();
    let [x, y] = [npy("'|u1'", false, "(40, 784)", &pixels), npy("'|u1'", false, "(40,)", &y)];
    archive(&folder.join("halves.npz"), &[("x", x), ("y", y)]);
    let picture = |class: usize, times: usize| {
        let side = 28 * times;
        Image::from_fn([side, side, 1], |(y, x, _)| light(is_bar(class, y / times, x / times)))
    };
    for (name, class, times) in [("0.png", 0, 1), ("1.png", 1, 1), ("2.png", 1, 3)] {
        write_picture(&folder.join(name), Picture::from(Pixels::U8(picture(class, times))), Packing::default())
            .unwrap();
    }
    let train = |flags: &[&str]| {
        let all = ["train", "--data", "halves.npz", "--layers", "dense 2 | sigmoid", "--epochs", "3"];
        done(dnn(folder, &[&all[..], flags].concat()));
    };
    let predict = |flags: &[&str]| -> Vec<u64> {
        let all = ["predict", "model.npz", "0.png", "1.png", "2.png", "--json"];
        json(dnn(folder, &[&all[..], flags].concat())).iter().map(|line| line["class"].as_u64().unwrap()).collect()
    };
    train(&[]);
    assert_eq!(predict(&[]), [0, 1, 1]);
    let as_digits = predict(&["--prepare", "digit"]);
    assert_ne!(as_digits, [0, 1, 1]);
    train(&["--prepare", "digit"]);
    assert_eq!((predict(&[]), predict(&["--prepare", "none"])), (as_digits.clone(), vec![0, 1, 1]));
    // The file of an older program: no word of all this.
    train(&[]);
    let mut model = Npz::open(&folder.join("model.npz")).unwrap();
    let arrays =
        ["0.dense.weight", "0.dense.bias"].map(|name| (name.to_string(), Array::F32(model.read(name).unwrap())));
    let texts = ["model", "loss"].map(|name| (name.to_string(), Array::Text(model.read_text(name).unwrap())));
    npz::write(&folder.join("model.npz"), &[&arrays[..], &texts[..]].concat()).unwrap();
    assert_eq!(predict(&[]), as_digits);
    assert_eq!(json(dnn(folder, &["inspect", "model.npz", "--json"]))[0]["prepare"], "digit");
    // Digits are 28×28.
    let data = bars(folder);
    done(dnn(folder, &["train", "--data", text(&data), "--epochs", "1", "--layers", "dense 3 | sigmoid", "--force"]));
    refused(
        dnn(folder, &["predict", "model.npz", "0.png", "--prepare", "digit"]),
        2,
        &["--prepare: digit is for nets of 28×28×1"],
    );
    refused(
        dnn(folder, &["train", "--data", text(&data), "--prepare", "digit"]),
        2,
        &["--prepare: digit is for pictures of 28×28×1; found 6×5×1"],
    );
    // A flat net of 6×5 numbers gets 6×5 pixels of a larger picture.
    assert_eq!(
        json(dnn(folder, &["predict", "model.npz", "2.png", "--json"]))[0]["outputs"].as_array().unwrap().len(),
        3
    );
}

#[test]
fn data_says_what_a_set_is_understood_as() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (path, _) in set().write_all(folder) {
        let line = &json(dnn(folder, &["data", text(&path), "--out", "sheet.png", "--json"]))[0];
        assert_eq!((&line["train"], &line["test"], &line["height"]), (&24.into(), &9.into(), &4.into()));
        assert_eq!(line["classes"][1], json!({"class": 1, "name": "1", "train": 8, "test": 3}));
        // Ten pictures of 96 pixels and eleven gaps of 14 a row.
        assert_eq!(read_picture(&folder.join("sheet.png"), true).unwrap().pixels.dim().1, 10 * 96 + 11 * 14);
        assert!(done(dnn(folder, &["data", text(&path)])).contains("24 training and 9 test pictures of 4×4×1"));
    }
    assert!(done(dnn(folder, &["data"])).starts_with("MNIST (built in): 60000 training and 10000 test pictures"));
    refused(dnn(folder, &["data", "none"]), 1, &["none: cannot be read: No such file"]);
}

#[test]
fn patience_without_pictures_to_hold_out_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("few.csv"), "0,1,2,3,4\n1,200,2,3,4\n".repeat(5)).unwrap();
    let train = ["train", "--data", "few.csv", "--layers", "dense 2", "--patience", "2"];
    refused(dnn(folder, &train), 2, &["--patience: needs held-out pictures, and a twelfth of 8 is none: --hold-out N"]);
    done(dnn(folder, &[&train[..], &["--hold-out", "2"]].concat()));
}

#[test]
fn nets_of_many_outputs_are_refused_and_large_numbers_stand_apart() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let words = |text: &str| {
        let codes: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        npy(&format!("'<U{}'", text.len()), false, "()", &codes)
    };
    archive(&folder.join("model.npz"), &[("model", words("input 28x28x1 | up 4")), ("loss", words("cross-entropy"))]);
    let problem = "this net has 12544 outputs; at most 1024 classes are allowed";
    refused(dnn(folder, &["eval", "model.npz"]), 1, &[problem]);
    let numbers: Vec<u8> = [1e13f32, -2.5e30].iter().flat_map(|value| value.to_le_bytes()).collect();
    let weight = npy("'<f4'", false, "(1, 2)", &numbers);
    let bias = npy("'<f4'", false, "(1, 1)", &[0; 4]);
    archive(
        &folder.join("model.npz"),
        &[("model", words("input 2 | dense 1")), ("0.dense.weight", weight), ("0.dense.bias", bias)],
    );
    let inspected = done(dnn(folder, &["inspect", "model.npz"]));
    let line = inspected.lines().find(|line| line.starts_with("0.dense.weight")).unwrap();
    assert_eq!(line.split_whitespace().skip(3).collect::<Vec<_>>(), ["-2.500e30", "-1.250e30", "1.000e13"], "{line}");
}
