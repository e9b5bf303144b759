//! `dnn explain` and `dnn generate`: the numbers that they print, and what they refuse.

use std::fs;

use crate::support::programs::{bars, dnn, done, json, refused, text};

#[test]
fn factors_multiply_to_the_gradient_and_both_rules_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let data = bars(folder);
    let layers = ["--layers", "dense 4 | sigmoid | dense 3 | sigmoid", "--epochs", "2", "--rule", "code", "--quiet"];
    done(dnn(folder, &[&["train", "--data", text(&data)], &layers[..]].concat()));
    let asked = ["explain", "--data", text(&data), "--index", "3", "--weight", "0,2,bias", "--json"];
    let found = json(dnn(folder, &asked)).remove(0);
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    let factors: f64 = found["factors"].as_array().unwrap().iter().map(|factor| number(&factor["value"])).product();
    let x = number(&found["places"][0]["x"]);
    let gradient = number(&found["gradient"]);
    assert!((factors * x - gradient).abs() <= 1e-9 * gradient.abs(), "{found}");
    assert!((number(&found["central_difference"]) - gradient).abs() < 1e-9, "{found}");
    // The formula subtracts the rate times the gradient.
    let formula = number(&found["subtracted"]["formula"]);
    assert!((formula - 0.2 * gradient).abs() <= 1e-6 * formula.abs().max(1e-9), "{found}");
    let said = done(dnn(folder, &asked[..asked.len() - 1]));
    for part in
        ["b_i_h[2, 0]", "the slope of sigmoid, layer 1", "the sum over 3 nodes of layer 2, dense", "--rule code"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    let refusing = |flags: &[&str], said: &str| {
        let all = [&["explain", "--data", text(&data)], flags].concat();
        refused(dnn(folder, &all), 2, &[said]);
    };
    refusing(&["--index", "9999"], "--index: found 9999");
    refusing(&["--index", "0", "--weight", "1,0,0"], "--weight: found \"1,0,0\": layers with a weight: 0, 2");
    refusing(&["--index", "0", "--lr", "0"], "--lr: found 0");
}

#[test]
fn a_picture_is_accepted_when_every_bound_holds() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let data = bars(folder);
    let layers =
        ["--layers", "flatten | dense 8 | tanh | dense 3 | softmax", "--epochs", "30", "--lr", "0.03", "--quiet"];
    done(dnn(folder, &[&["train", "--data", text(&data)], &layers[..]].concat()));
    for method in ["accept-reject", "gradient"] {
        let log = format!("{method}.jsonl");
        let all =
            ["generate", "--class", "2", "--forbid", "0,1", "--method", method, "--log", &log, "--out", "out.png"];
        let found = json(dnn(
            folder,
            &[&all[..], &["--json", "--judge", "model.npz", "--at-least", "0.9", "--at-most", "0.05"]].concat(),
        ))
        .remove(0);
        let outputs: Vec<f64> = found["outputs"].as_array().unwrap().iter().map(|o| o.as_f64().unwrap()).collect();
        assert!(found["accepted"] == true && outputs[2] >= 0.9, "{found}");
        assert!(outputs[0] <= 0.05 && outputs[1] <= 0.05 && found["judge"]["class"] == 2, "{found}");
        // J never falls along the steps that are taken.
        let mut last = f64::MIN;
        for line in fs::read_to_string(folder.join(&log)).unwrap().lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            if line["taken"] == true {
                let value = line["objective"].as_f64().unwrap();
                assert!(value > last && line["direction"] == "right", "{line}");
                last = value;
            }
        }
        assert!(last > f64::MIN);
    }
    done(dnn(
        folder,
        &[
            "generate",
            "--class",
            "0",
            "--from",
            "out.png",
            "--at-least",
            "0.8",
            "--out",
            "steps.gif",
            "--smoothness",
            "0.1",
        ],
    ));
    assert!(fs::read(folder.join("steps.gif")).unwrap().starts_with(b"GIF89a"));
    let refusing = |flags: &[&str], code: i32, said: &str| {
        refused(dnn(folder, &[&["generate", "--out", "no.png"], flags].concat()), code, &[said]);
        assert!(!folder.join("no.png").exists() || code == 1);
    };
    refusing(&["--class", "7"], 2, "--class: found \"7\"; the net has 0, 1, 2");
    refusing(&["--class", "1", "--forbid", "1"], 2, "--forbid: found \"1\", which is the class that is wanted");
    refusing(&["--class", "1", "--at-least", "1.5"], 2, "--at-least: found 1.5; a share between 0 and 1 is allowed");
    refusing(&["--class", "1", "--proposals", "0"], 1, "no.png: the picture is not accepted: 1 is ");
}
