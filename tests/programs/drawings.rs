//! `dnn train --preset flow` and `fill`, and what is done with their models.

use std::fs;
use std::path::Path;

use glassbox_formats::npz::Npz;
use glassbox_formats::{Pixels, read_picture};
use glassbox_tensor::Image;

use crate::support::pictures::{noise, write};
use crate::support::programs::{dnn, done, json, refused, strokes, text};

/// A model that draws, one that fills, and one that tells classes, of the same pictures; each hardly taught.
fn models(folder: &Path) {
    let data = strokes(folder);
    let data = text(&data);
    for (name, more) in [
        ("flow", &["--preset", "flow", "--samples", "sheet.png", "--log", "flow.jsonl", "--plot", "flow.svg"][..]),
        ("fill", &["--preset", "fill"]),
        ("judge", &["--layers", "flatten | dense 8 | tanh | dense 3"]),
    ] {
        let model = format!("{name}.npz");
        let usual = ["train", "--data", data, "--epochs", "2", "--batch", "16", "--quiet", "--model", &model];
        done(dnn(folder, &[&usual[..], more].concat()));
    }
}

#[test]
fn a_drawing_model_draws_and_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    models(folder);
    // Three rows of eight pictures, 84 pixels wide or nearly so.
    let sheet = read_picture(&folder.join("sheet.png"), true).unwrap().pixels;
    assert!(sheet.dim().1 >= 8 * 80, "{:?}", sheet.dim());
    let log = fs::read_to_string(folder.join("flow.jsonl")).unwrap();
    assert!(log.contains("\"purpose\":\"draw flow\"") && log.contains("\"test_loss\""), "{log}");
    assert!(fs::read_to_string(folder.join("flow.svg")).unwrap().contains("loss"));
    let usual = ["generate", "flow.npz", "--steps", "3"];
    let run = |more: &[&str]| dnn(folder, &[&usual[..], more].concat());
    let said = done(run(&["--class", "1", "--out", "ones.png"]));
    assert_eq!(said, "10 pictures, 3 steps each, guidance 1.5: ones.png\n");
    done(run(&["--class", "1", "--count", "2", "--out", "ones.gif"]));
    assert!(fs::read(folder.join("ones.gif")).unwrap().starts_with(b"GIF89a"));
    let found = json(run(&["--class", "all", "--count", "4", "--out", "all.npz", "--judge", "judge.npz", "--json"]));
    assert_eq!((&found[0]["pictures"], &found[0]["judge"]["total"]), (&12.into(), &12.into()), "{found:?}");
    let mut arrays = Npz::open(&folder.join("all.npz")).unwrap();
    assert_eq!(arrays.read::<u8>("x").unwrap().shape(), [12, 8, 8]);
    assert_eq!(arrays.read::<u8>("y").unwrap().as_slice(), [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    // The same bits again, on any number of threads; others from another seed.
    let bytes = |name: &str, more: &[&str]| {
        done(run(&[&["--class", "all", "--count", "4", "--out", name], more].concat()));
        fs::read(folder.join(name)).unwrap()
    };
    let first = fs::read(folder.join("all.npz")).unwrap();
    assert!(first == bytes("again.npz", &["--threads", "3"]) && first != bytes("other.npz", &["--seed", "2"]));
    let judged = ["eval", "flow.npz", "--data", "strokes.npz", "--judge", "judge.npz", "--count", "5", "--steps", "2"];
    let found = &json(dnn(folder, &[&judged[..], &["--json", "--out", "confusion.png"]].concat()))[0];
    assert_eq!(found["total"], 15);
    for name in ["frechet", "variety", "nearest"] {
        for of in ["drawn", "test"] {
            assert!(found[name][of].as_f64().is_some_and(|number| number >= 0.0), "{name} {of}: {found}");
        }
    }
    assert!(folder.join("confusion.png").exists());
    let said = done(dnn(folder, &judged));
    for part in ["% of 15 pictures for the class asked for", "Fréchet distance", "variety", "nearest"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_filling_model_fills_holes_alone() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    models(folder);
    let is_hole = |y: usize, x: usize| (2..9).contains(&y) && x < 6;
    let picture = noise(13, 11, 3, |n| n as u8);
    write(&folder.join("in.png"), Pixels::U8(picture.clone()));
    let mask = |(y, x, _): (usize, usize, usize)| if is_hole(y, x) { 255u8 } else { 0 };
    write(&folder.join("holes.png"), Pixels::U8(Image::from_fn([13, 11, 1], mask)));
    let fill = |out: &str, more: &[&str]| {
        done(dnn(folder, &[&["restore", "in.png", out, "--model", "fill.npz", "--mask", "holes.png"], more].concat()));
        let Pixels::U8(filled) = read_picture(&folder.join(out), true).unwrap().pixels else { panic!("u8") };
        filled
    };
    let (one, two) = (fill("one.png", &[]), fill("two.png", &["--seed", "2"]));
    assert!(one != two && one == fill("again.png", &["--threads", "3", "--seed", "1"]));
    for y in 0..13 {
        for x in (0..11).filter(|&x| !is_hole(y, x)) {
            for c in 0..3 {
                assert_eq!(one[[y, x, c]], picture[[y, x, c]]);
            }
        }
    }
}

#[test]
fn what_does_not_go_together_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    models(folder);
    write(&folder.join("in.png"), Pixels::U8(noise(8, 8, 1, |n| n as u8)));
    write(&folder.join("black.png"), Pixels::U8(Image::zeros([8, 8, 1])));
    write(&folder.join("large.png"), Pixels::U8(Image::from_fn([9, 8, 1], |_| 255)));
    let refusing = |code: i32, line: &str, said: &str| {
        refused(dnn(folder, &line.split(' ').collect::<Vec<_>>()), code, &[said]);
        assert!(!folder.join("no.png").exists(), "{line}");
    };
    // Verbs.
    let needed = "flow.npz: is for draw flow (verbs: eval, generate); predict needs a model that is for classify";
    refusing(1, "predict flow.npz in.png", needed);
    for line in ["show flow.npz --index 0", "ask flow.npz", "explain flow.npz --index 0"] {
        let verb = line.split(' ').next().unwrap();
        refusing(1, line, &format!("flow.npz: is for draw flow (verbs: eval, generate); {verb} needs"));
    }
    refusing(1, "generate fill.npz --class 1 --out no.png", "fill.npz: is for restore fill (verbs: restore)");
    refusing(1, "restore in.png no.png --model judge.npz", "restore needs a model that is for restore");
    // Flags.
    refusing(2, "generate flow.npz --class 1 --forbid 2 --out no.png", "--forbid: is for models that tell classes");
    refusing(2, "generate flow.npz --class 1 --log no.jsonl --out no.png", "--log: is for models that tell classes");
    refusing(2, "generate judge.npz --class 1 --count 3 --out no.png", "--count: is for models that draw");
    refusing(2, "generate judge.npz --class 1 --guidance 2 --out no.png", "--guidance: is for models that draw");
    refusing(2, "generate flow.npz --class 7 --out no.png", "--class: found \"7\"; the net has 0, 1, 2");
    refusing(2, "generate flow.npz --class 1 --steps 0 --out no.png", "a whole number from 1 to 10000 is allowed");
    refusing(2, "generate flow.npz --class 1 --guidance inf --out no.png", "--guidance: found inf");
    refusing(2, "generate flow.npz --class 1 --count 999 --out no.png", "--count: found 999; a sheet holds at most");
    refusing(2, "generate flow.npz --class 1 --out no.txt", "--out: no.txt");
    refusing(2, "generate flow.npz --class 1 --out no.png --judge fill.npz", "--judge: is for restore fill");
    refusing(2, "generate flow.npz --class 1 --out flow.npz", "flow.npz");
    refusing(2, "eval flow.npz --data strokes.npz", "--judge: is needed");
    refusing(2, "eval flow.npz --data strokes.npz --judge judge.npz --part test", "--part: is for models that tell");
    refusing(2, "eval judge.npz --data strokes.npz --steps 3", "--steps: is for models that draw");
    refusing(2, "train --data strokes.npz --preset fill --samples no.png", "--samples: is for nets that draw");
    refusing(2, "train --data strokes.npz --preset flow --augment shift:1", "--augment: is for nets that tell classes");
    // Masks.
    refusing(2, "restore in.png no.png --model fill.npz", "--mask: is needed");
    refusing(2, "restore in.png no.png --model fill.npz --mask black.png", "--mask: black.png is nowhere white");
    refusing(1, "restore in.png no.png --model fill.npz --mask large.png", "8×8 pixels, but the mask has 8×9");
    refusing(2, "restore in.png no.png --model fill.npz --mask large.png --sigma 9", "--sigma: is for models");
    refusing(2, "restore in.png no.png --mask large.png", "--mask: is for models that fill holes");
    refusing(2, "restore in.png large.png --model fill.npz --mask large.png", "large.png");
}
