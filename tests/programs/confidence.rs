//! What the commands say of the worth of an answer, and a class of noise by its name.

use std::fs;
use std::path::Path;

use glassbox_formats::{Packing, Picture, Pixels, read_picture, write_picture};
use glassbox_tensor::{Image, Tensor};

use crate::support::npz::{archive, npy};
use crate::support::programs::{bars, dnn, done, err, json, refused};

const LAYERS: &str = "flatten | dense 9 | tanh | dense CLASSES | softmax";

/// A net trained on `bars.npz`.
fn train(folder: &Path, more: &[&str]) {
    bars(folder);
    let layers = LAYERS.replace("CLASSES", if more.contains(&"--noise-class") { "4" } else { "3" });
    let flags = ["train", "--data", "bars.npz", "--layers", &layers, "--epochs", "80", "--lr", "0.01", "--quiet"];
    done(dnn(folder, &[&flags[..], more].concat()));
}

/// A bar of the second class, and noise.
fn pictures(folder: &Path) {
    let bar = Image::from_fn([6, 5, 1], |(_, x, _)| if x == 2 { 220 } else { 0 });
    let noise = Image::from_fn([6, 5, 1], |(y, x, _)| ((y * 5 + x) * (y * 5 + x) * 7919 % 251) as u8);
    for (name, picture) in [("bar.png", bar), ("noise.png", noise)] {
        write_picture(&folder.join(name), Picture::from(Pixels::U8(picture)), Packing::default()).unwrap();
    }
}

#[test]
fn predict_names_three_confidences_and_marks_the_unfamiliar() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    train(folder, &[]);
    pictures(folder);
    let predict = ["predict", "model.npz", "bar.png", "noise.png"];
    let said = done(dnn(folder, &predict));
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with("bar.png: 1   output 0.9") && lines[0].contains("  similarity "), "{said}");
    assert!(lines[0].contains("  product ") && lines[0].contains("   0:0.0"), "{said}");
    assert!(lines[1].starts_with("noise.png: ") && lines[1].contains("unfamiliar)   output "), "{said}");
    let found = json(dnn(folder, &[&predict[..], &["--json"]].concat()));
    let number = |line: usize, key: &str| found[line][key].as_f64().unwrap();
    assert_eq!((&found[0]["unfamiliar"], &found[1]["unfamiliar"]), (&false.into(), &true.into()));
    assert!(number(1, "similarity") < 0.05 && number(0, "similarity") >= 0.05, "{found:?}");
    assert_eq!(found[0]["outputs"][1], found[0]["output"]);
    // The net gets every training picture right, so the product is the similarity.
    assert_eq!(number(0, "product"), number(0, "similarity"));
    assert!(number(0, "energy").is_finite());
    // An older file has no features of training pictures: the net's own confidence is left, and why is said.
    let dense = |name: &str, shape: &str, numbers: usize| {
        let bytes: Vec<u8> = (0..numbers).flat_map(|i| ((i % 5) as f32 / 10.0 - 0.2).to_le_bytes()).collect();
        (name.to_string(), npy("'<f4'", false, shape, &bytes))
    };
    let arrays = [
        dense("w_i_h", "(4, 30)", 120),
        dense("b_i_h", "(4, 1)", 4),
        dense("w_h_o", "(3, 4)", 12),
        dense("b_h_o", "(3, 1)", 3),
        (
            "picture".into(),
            npy("'<U5'", false, "()", &"6x5x1".chars().flat_map(|c| (c as u32).to_le_bytes()).collect::<Vec<_>>()),
        ),
    ];
    let arrays: Vec<(&str, Vec<u8>)> = arrays.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    archive(&folder.join("old.npz"), &arrays);
    let output = dnn(folder, &["predict", "old.npz", "bar.png"]);
    let (noted, said) = (err(&output), done(output));
    assert!(said.contains("output 0.") && !said.contains("similarity") && !said.contains("product"), "{said}");
    assert!(noted.contains("note: old.npz: no similarity and no product: the file holds no features"), "{noted}");
    let found = json(dnn(folder, &["predict", "old.npz", "bar.png", "--json"]));
    assert!(found[0]["similarity"].is_null() && found[0]["unfamiliar"].is_null(), "{found:?}");
}

/// The bank goes with the net into every file, and one that is damaged is refused.
#[test]
fn every_trained_classifier_keeps_a_bank() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    pictures(folder);
    for more in [
        &["--model", "a.npz"][..],
        &["--model", "a.safetensors", "--hold-out", "30"],
        &["--model", "b.npz", "--precision", "f64"],
        &["--model", "c.npz", "--noise-class"],
    ] {
        train(folder, more);
        let found = json(dnn(folder, &["predict", more[1], "bar.png", "--json"])).remove(0);
        assert!(found["similarity"].is_f64(), "{more:?}: {found}");
    }
    // The article's net, and a net without a hidden layer.
    for layers in ["dense 5 | sigmoid | dense 3 | sigmoid", "dense 3"] {
        let flags = ["train", "--data", "bars.npz", "--layers", layers, "--epochs", "1", "--quiet", "--force"];
        done(dnn(folder, &flags));
        assert!(json(dnn(folder, &["predict", "model.npz", "bar.png", "--json"]))[0]["product"].is_f64(), "{layers}");
    }
    assert!(json(dnn(folder, &["predict", "a.best.safetensors", "bar.png", "--json"]))[0]["similarity"].is_f64());
    done(dnn(folder, &["export", "a.npz", "copy.safetensors"]));
    let predict = |model: &str| json(dnn(folder, &["predict", model, "bar.png", "--json"])).remove(0);
    assert_eq!(predict("copy.safetensors")["similarity"], predict("a.npz")["similarity"]);
    let mut file = glassbox_formats::safetensors::SafeTensors::open(&folder.join("copy.safetensors")).unwrap();
    let arrays = file.names().into_iter().map(|name| {
        use glassbox_formats::npz::Array;
        let array = match name.as_str() {
            "bank.features" => Array::U8(Tensor::zeros(vec![4, 3])),
            _ => Array::F32(file.read(&name).unwrap()),
        };
        (name, array)
    });
    let arrays: Vec<_> = arrays.collect();
    let texts = ["model", "bank"].map(|key| (key.to_string(), file.metadata(key).unwrap().to_string()));
    glassbox_formats::safetensors::write(&folder.join("bad.safetensors"), &arrays, &texts).unwrap();
    let said = "bad.safetensors: bank.features has shape [4, 3]; [pictures, 9] is needed";
    refused(dnn(folder, &["predict", "bad.safetensors", "bar.png"]), 1, &[said]);
}

#[test]
fn a_class_is_shown_from_its_most_or_its_least_typical_picture() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    train(folder, &[]);
    let show = |flags: &[&str]| dnn(folder, &[&["show", "model.npz", "--data", "bars.npz"], flags].concat());
    let all = |flags: &[&str]| json(show(&[&["--class", "2", "--json"], flags].concat()));
    let (most, least) = (all(&["--most", "100"]), all(&["--least", "100"]));
    assert_eq!((most.len(), least.len()), (100, 100));
    let indices = |lines: &[serde_json::Value]| lines.iter().map(|line| line["index"].clone()).collect::<Vec<_>>();
    let reversed: Vec<_> = indices(&least).into_iter().rev().collect();
    assert_eq!(indices(&most), reversed);
    let outputs: Vec<f64> = most.iter().map(|line| line["output"].as_f64().unwrap()).collect();
    assert!(outputs.is_sorted_by(|a, b| a >= b) && outputs[0] > outputs[99], "{outputs:?}");
    // Bars of class 2 have numbers 2, 5, 8, …
    assert!(most.iter().all(|line| line["index"].as_u64().unwrap() % 3 == 2 && line["class"] == 2));
    assert_eq!(indices(&all(&["--most", "3"])), indices(&most)[..3]);
    assert_eq!(all(&[]).len(), 20);
    let said = done(show(&["--class", "2", "--least", "3", "--part", "test", "--out", "sheet.png"]));
    assert!(said.starts_with("the 3 least typical of 33 pictures of 2 (test set)\n  1  index "), "{said}");
    let sheet = read_picture(&folder.join("sheet.png"), true).unwrap().pixels.dim();
    assert!(sheet.0 > 84 && sheet.1 > 3 * 70, "{sheet:?}");
    // Here they stand in a row.
    assert!(done(show(&["--class", "2", "--most", "2"])).contains('%'));
    for (flags, said) in [
        (&["--class", "7"][..], "--class: found \"7\"; the net has 0, 1, 2"),
        (&["--class", "seven"], "--class: found \"seven\"; the net has 0, 1, 2"),
        (&["--class", "2", "--most", "0"], "--most: found 0; 1 to 200 are allowed"),
        (&["--class", "2", "--least", "201"], "--least: found 201; 1 to 200 are allowed"),
        (&["--class", "2", "--most", "3", "--least", "3"], "'--most <N>' cannot be used with '--least <N>'"),
        (&["--class", "2", "--index", "3"], "cannot be used with"),
        (&["--most", "3"], "--class <CLASS>"),
        (&[], "--index <N>"),
    ] {
        refused(show(flags), 2, &[said]);
    }
    assert!(!folder.join("no.png").exists());
}

#[test]
fn eval_tells_how_far_outputs_are_from_the_share_that_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    train(folder, &[]);
    let eval = ["eval", "model.npz", "--data", "bars.npz"];
    let said = done(dnn(folder, &eval));
    assert!(said.contains("\ncalibration error ") && said.contains("% (95% interval "), "{said}");
    assert!(said.contains("less than, or as much as, the 100.00% of answers that are right"), "{said}");
    let found = json(dnn(folder, &[&eval[..], &["--json"]].concat())).remove(0);
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    let calibration = &found["calibration"];
    // Every answer is right, so each bin lacks what its outputs lack of 1.
    let lack = 1.0 - number(&calibration["output"]);
    assert!((number(&calibration["error"]) - lack).abs() < 1e-9 && lack > 0.0, "{found}");
    let [low, high] = [0, 1].map(|end| number(&calibration["interval"][end]));
    assert!(low < lack && lack < high, "{found}");
    // Without shares there is nothing to compare.
    let flags = ["train", "--data", "bars.npz", "--layers", "dense 3", "--loss", "hinge", "--epochs", "40", "--quiet"];
    done(dnn(folder, &[&flags[..], &["--model", "hinge.npz"]].concat()));
    let eval = ["eval", "hinge.npz", "--data", "bars.npz"];
    assert!(done(dnn(folder, &eval)).contains("calibration: none, the outputs are no shares from 0 to 1"));
    assert!(json(dnn(folder, &[&eval[..], &["--json"]].concat()))[0]["calibration"].is_null());
}

#[test]
fn a_class_of_noise_is_known_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    train(folder, &["--noise-class"]);
    pictures(folder);
    let found = json(dnn(folder, &["predict", "model.npz", "noise.png", "bar.png", "--json"]));
    assert_eq!((&found[0]["name"], &found[1]["name"]), (&"noise".into(), &"1".into()), "{found:?}");
    let eval = json(dnn(folder, &["eval", "model.npz", "--data", "bars.npz", "--json"])).remove(0);
    // One picture of noise for every three others.
    assert_eq!((&eval["total"], &eval["class_names"][3]), (&134.into(), &"noise".into()));
    let of_noise: u64 = eval["confusion"][3].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(of_noise, 34);
    assert!(eval["confusion"][3][3].as_u64().unwrap() > 25, "{eval}");
    let shown =
        json(dnn(folder, &["show", "model.npz", "--data", "bars.npz", "--class", "noise", "--most", "5", "--json"]));
    assert!(shown.iter().all(|line| line["name"] == "noise" && line["index"].as_u64().unwrap() % 4 == 3), "{shown:?}");
    // With noise forbidden, what the net takes for noise is refused on the way to a bar; unforbidden it is made.
    let generate = ["generate", "--class", "1", "--at-least", "0.6", "--at-most", "0.1", "--out", "made.png", "--json"];
    let made = json(dnn(folder, &[&generate[..], &["--forbid", "noise"]].concat())).remove(0);
    assert!(made["accepted"] == true && made["outputs"][3].as_f64().unwrap() <= 0.1, "{made}");
    assert!(made["refused"][3].as_u64().unwrap() > 0, "{made}");
    let said = done(dnn(folder, &[&generate[..9], &["--forbid", "noise"]].concat()));
    assert!(said.contains("\nforbidden noise: 0.0") && said.contains(" proposals refused for it"), "{said}");
    let free = json(dnn(folder, &generate)).remove(0);
    assert!(free["accepted"] == true && free["refused"][3] == 0, "{free}");
    // The same seed draws the same noise.
    let before = fs::read(folder.join("model.npz")).unwrap();
    train(folder, &["--noise-class", "--threads", "1"]);
    assert!(fs::read(folder.join("model.npz")).unwrap() == before);
    let flags = ["train", "--data", "named", "--noise-class", "--epochs", "1", "--layers", "dense 2"];
    for (class, level) in [("noise", 0), ("signal", 200)] {
        let class = folder.join("named").join(class);
        fs::create_dir_all(&class).unwrap();
        for at in 0..4 {
            let picture = Image::from_fn([4, 4, 1], |(y, x, _)| level + (at * 16 + y * 4 + x) as u8 % 50);
            let path = class.join(format!("{at}.png"));
            write_picture(&path, Picture::from(Pixels::U8(picture)), Packing::default()).unwrap();
        }
    }
    refused(dnn(folder, &flags), 2, &["--noise-class: named has a class noise already"]);
    let said = "--noise-class: is for nets that tell classes; this one learns to denoise";
    refused(dnn(folder, &["train", "--preset", "denoise", "--noise-class"]), 2, &[said]);
}
