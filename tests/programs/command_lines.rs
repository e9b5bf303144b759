//! The main uses of both programs.

use std::fs;

use assert_cmd::Command;
use glassbox_formats::npz::Npz;
use glassbox_formats::{Packing, Picture, Pixels, read_picture, write_picture};
use glassbox_kernels::filters::{ENTRIES, parse};
use glassbox_kernels::{Engine, Filter};
use glassbox_tensor::Image;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::pictures::write;
use crate::support::programs::{bars, data, dnn, done, err, filters, json, text};

#[test]
fn dnn_train_is_the_article() {
    let folder = tempfile::tempdir().unwrap();
    let lines = json(dnn(folder.path(), &["train", "--json"]));
    let epochs: Vec<_> = lines.iter().filter(|line| line["event"] == "epoch").collect();
    assert_eq!(
        (lines[0]["event"].as_str(), epochs.len(), lines[4]["event"].as_str()),
        (Some("start"), 3, Some("done"))
    );
    assert!(epochs[2]["test_hits"].as_u64().unwrap() > 9200 && epochs[2]["online_hits"].as_u64().unwrap() > 55_500);
    let mut model = Npz::open(&folder.path().join("model.npz")).unwrap();
    assert_eq!(model.names(), ["b_h_o", "b_i_h", "loss", "picture", "prepare", "purpose", "w_h_o", "w_i_h"]);
    assert_eq!(model.read::<f32>("w_i_h").unwrap().shape(), [20, 784]);
    // The accuracy of the model.
    let eval = json(dnn(folder.path(), &["eval", "model.npz", "--json"]));
    assert_eq!(eval[0]["hits"], epochs[2]["test_hits"]);
    let rows = eval[0]["confusion"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
    assert_eq!(rows.map(|count| count.as_u64().unwrap()).sum::<u64>(), 10_000);
    assert!(done(dnn(folder.path(), &["eval", "model.npz"])).contains("confusion"));
    let shown = done(dnn(folder.path(), &["show", "model.npz", "--index", "7"]));
    assert!(shown.contains("Нейросеть считает, что на картинке цифра 3") && shown.contains("@"), "{shown}");
    let asked = Command::new(env!("CARGO_BIN_EXE_dnn"))
        .current_dir(folder.path())
        .args(["ask", "model.npz"])
        .write_stdin("7\n60000\nq\n")
        .output()
        .unwrap();
    let asked = done(asked);
    assert!(asked.contains("цифра 3") && asked.contains("\"60000\" is not a number from 0 to 59999"), "{asked}");
    let inspected = done(dnn(folder.path(), &["inspect", "model.npz", "--out", "weights.png"]));
    for part in ["inputs", "weights", "biases", "hidden layers", "activation", "loss", "outputs", "15910"] {
        assert!(inspected.contains(part), "{part}: {inspected}");
    }
    assert_eq!(read_picture(&folder.path().join("weights.png"), true).unwrap().pixels.dim().2, 3);
    predicts_what_it_saw(&folder);
}

/// Test digits, dark on light, written as pictures of another size: nearly all are recognised.
fn predicts_what_it_saw(folder: &TempDir) {
    let mut set = Npz::open(&data("mnist.npz")).unwrap();
    let (images, labels) = (set.read::<u8>("x_test").unwrap(), set.read::<u8>("y_test").unwrap());
    let (mut names, mut expected) = (Vec::new(), Vec::new());
    for index in 0..60 {
        let times = 1 + index % 5;
        let digit = &images.as_slice()[index * 784..(index + 1) * 784];
        // On a larger page, off the middle.
        let side = 28 * times + 40;
        let page = Image::from_fn([side, side, 1], |(y, x, _)| {
            let inside = y >= 10 && x >= 30 && y - 10 < 28 * times && x - 30 < 28 * times;
            let ink = if inside { digit[(y - 10) / times * 28 + (x - 30) / times] } else { 0 };
            if index % 2 == 0 { 255 - ink / 2 } else { 30 + ink / 2 }
        });
        names.push(format!("{index}.png"));
        expected.push(u64::from(labels.as_slice()[index]));
        write_picture(&folder.path().join(&names[index]), Picture::from(Pixels::U8(page)), Packing::default()).unwrap();
    }
    let arguments: Vec<&str> =
        ["predict", "model.npz", "--json"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let answers = json(dnn(folder.path(), &arguments));
    let right = answers.iter().zip(&expected).filter(|(answer, label)| answer["class"] == **label).count();
    assert!(right >= 54, "{right} of 60");
    assert_eq!(answers[0]["outputs"].as_array().unwrap().len(), 10);
    // Sure if the largest output is at least 0.5 and twice the second; the text says so too.
    for answer in &answers {
        let mut outputs: Vec<f64> = answer["outputs"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
        outputs.sort_by(|a, b| b.total_cmp(a));
        assert_eq!(answer["sure"], outputs[0] >= 0.5 && outputs[0] >= 2.0 * outputs[1]);
    }
    let unsure = answers.iter().position(|answer| answer["sure"] == false).expect("the article's net has doubts");
    assert!(done(dnn(folder.path(), &["predict", "model.npz", &names[unsure]])).contains(" (not sure) "));
    done(dnn(folder.path(), &["predict", "model.npz", &names[4], "--show-prepared", "stages.png"]));
    let stages = read_picture(&folder.path().join("stages.png"), true).unwrap().pixels.dim();
    assert!(stages.0 > 300 && stages.1 > 500 && stages.2 == 3, "{stages:?}");
}

#[test]
fn any_data_and_any_number_of_layers() {
    let folder = tempfile::tempdir().unwrap();
    let set = bars(folder.path());
    let layers = "dense 12 | sigmoid | dense 9 | sigmoid | dense 3 | sigmoid";
    let arguments = [
        "train",
        "--data",
        text(&set),
        "--layers",
        layers,
        "--epochs",
        "60",
        "--lr",
        "0.5",
        "--rule",
        "code",
        "--order",
        "shuffle",
        "--json",
    ];
    let lines = json(dnn(folder.path(), &arguments));
    assert_eq!(lines[60]["test_hits"], 100, "{:?}", lines[60]);
    let mut model = Npz::open(&folder.path().join("model.npz")).unwrap();
    assert_eq!(model.read_text("model").unwrap(), format!("input 30 | {layers}"));
    assert_eq!(model.read::<f32>("2.dense.weight").unwrap().shape(), [9, 12]);
    assert_eq!(json(dnn(folder.path(), &["eval", "model.npz", "--data", text(&set), "--json"]))[0]["hits"], 100);
    let again = json(dnn(folder.path(), &arguments));
    assert_eq!(lines[60]["loss"], again[60]["loss"], "the same seed, the same result");
}

#[test]
fn init_takes_weights_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let set = bars(folder.path());
    let train = |model: &str, init: &str| {
        let layers = "dense 5 | sigmoid | dense 3 | sigmoid";
        done(dnn(
            folder.path(),
            &[
                "train",
                "--data",
                text(&set),
                "--layers",
                layers,
                "--epochs",
                "2",
                "--precision",
                "f64",
                "--init",
                init,
                "--model",
                model,
            ],
        ));
        fs::read(folder.path().join(model)).unwrap()
    };
    train("first.npz", "numpy:7");
    assert_eq!(train("a.npz", "first.npz"), train("b.npz", "first.npz"));
    // Two and two epochs in file order are four.
    let four = [
        "train",
        "--data",
        text(&set),
        "--layers",
        "dense 5 | sigmoid | dense 3 | sigmoid",
        "--epochs",
        "4",
        "--precision",
        "f64",
        "--init",
        "numpy:7",
        "--model",
        "four.npz",
    ];
    done(dnn(folder.path(), &four));
    assert_eq!(fs::read(folder.path().join("four.npz")).unwrap(), fs::read(folder.path().join("a.npz")).unwrap());
}

#[test]
fn filters_do_what_the_engine_does() {
    let folder = tempfile::tempdir().unwrap();
    let Pixels::U8(chelsea) = read_picture(&data("chelsea.png"), true).unwrap().pixels else { panic!("8 bits") };
    let picture = Image::from_fn([150, 200, 3], |(y, x, c)| chelsea[[y + 50, x + 100, c]]);
    write(&folder.path().join("in.png"), Pixels::U8(picture.clone()));
    for entry in ENTRIES {
        done(filters(folder.path(), &[entry.name, "in.png", "out.png"]));
        let expected = Engine::default().run(&[parse(entry.name).unwrap()], &picture).unwrap();
        assert_eq!(
            read_picture(&folder.path().join("out.png"), true).unwrap().pixels,
            Pixels::U8(expected),
            "{}",
            entry.name
        );
    }
    let flags = [
        "sobel",
        "in.png",
        "out.png",
        "--gray",
        "--combine",
        "max",
        "--direction",
        "both",
        "--signed",
        "offset",
        "--border",
        "crop",
    ];
    done(filters(folder.path(), &flags));
    let chain: [Filter; 2] = [parse("gray").unwrap(), parse("sobel:combine=max,signed=offset,border=crop").unwrap()];
    let expected = Engine::default().run(&chain, &picture).unwrap();
    assert_eq!(read_picture(&folder.path().join("out.png"), true).unwrap().pixels, Pixels::U8(expected));
}

#[test]
fn a_chain_is_its_operators_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let chelsea = data("chelsea.png");
    let written = "median:size=5 |convolve:kernel=-2 -1 0; -1 1 1; 0 1 2,offset=0.25| max-pool:size=3";
    let lines = json(filters(folder.path(), &["chain", written, text(&chelsea), "whole.png", "--gray", "--json"]));
    assert_eq!((lines[0]["op"].as_str(), lines[0]["width"].as_u64()), (Some("chain"), Some(451 / 3)));
    let steps: [&[&str]; 3] = [
        &["median", text(&chelsea), "1.png", "--size", "5", "--gray"],
        &["convolve", "1.png", "2.png", "--kernel", "-2 -1 0; -1 1 1; 0 1 2", "--offset", "0.25"],
        &["max-pool", "2.png", "3.png", "--size", "3"],
    ];
    for step in steps {
        done(filters(folder.path(), step));
    }
    let picture = |name: &str| read_picture(&folder.path().join(name), true).unwrap().pixels;
    assert_eq!(picture("whole.png"), picture("3.png"));
}

#[test]
fn standard_input_and_output() {
    let folder = tempfile::tempdir().unwrap();
    let png = fs::read(data("chelsea.png")).unwrap();
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_filters"))
            .current_dir(folder.path())
            .args(arguments)
            .write_stdin(png.clone())
            .output()
            .unwrap()
    };
    let output = run(&["max-pool", "-", "-", "--format", "ppm", "--size", "10"]);
    assert!(output.status.success() && output.stdout.starts_with(b"P6\n45 30\n255\n"));
    assert!(run(&["compare", "-", "sheet.png", "--json"]).status.success() && folder.path().join("sheet.png").exists());
    // A named pipe.
    #[cfg(target_os = "linux")]
    for out in ["piped.png", "piped.ppm"] {
        assert!(run(&["max-pool", "/dev/stdin", out, "--size", "10"]).status.success());
        assert_eq!(read_picture(&folder.path().join(out), true).unwrap().pixels.dim(), (30, 45, 3));
    }
    let output = run(&["max-pool", "-", "-"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("--format: is needed with OUT -"), "{}", err(&output));
}

#[test]
fn compare_draws_a_sheet_and_says_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let chelsea = data("chelsea.png");
    let lines = json(filters(folder.path(), &["compare", text(&chelsea), "sheet.png", "--json"]));
    assert_eq!(lines.len(), 6);
    let find = |source: &str, method: &str| {
        lines.iter().find(|line| line["source"] == source && line["method"] == method).unwrap()
    };
    let number = |source: &str, method: &str, name: &str| find(source, method)[name].as_f64().unwrap();
    assert_eq!((&find("picture", "max")["width"], &find("picture", "max")["height"]), (&56.into(), &37.into()));
    // The article's claim on the picture itself: max keeps light details, average the dark ones.
    assert!(number("picture", "max", "light") > number("picture", "average", "light"));
    assert!(number("picture", "average", "dark") > number("picture", "max", "dark"));
    let sheet = read_picture(&folder.path().join("sheet.png"), true).unwrap().pixels.dim();
    assert!(sheet.0 > 600 && sheet.1 > 1350, "{sheet:?}");
    let text_lines = done(filters(
        folder.path(),
        &["compare", text(&chelsea), "sheet.png", "--size", "4", "--methods", "max,average"],
    ));
    assert!(text_lines.contains("112×75"), "{text_lines}");
}

#[test]
fn list_and_help_name_every_operator() {
    let folder = tempfile::tempdir().unwrap();
    let (list, help) = (done(filters(folder.path(), &["list"])), done(filters(folder.path(), &["--help"])));
    let lines = json(filters(folder.path(), &["list", "--json"]));
    // Help is wrapped to the terminal's width.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for (entry, line) in ENTRIES.iter().zip(&lines) {
        assert!(list.contains(entry.formula) && help.contains(entry.summary), "{}", entry.name);
        assert_eq!((line["op"].as_str(), line["formula"].as_str()), (Some(entry.name), Some(entry.formula)));
        let own = done(filters(folder.path(), &[entry.name, "--help"]));
        entry.parameters.iter().for_each(|parameter| assert!(own.contains(&format!("--{}", parameter.name)), "{own}"));
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(done(filters(folder.path(), &["completions", shell])).contains("sobel"));
        assert!(done(dnn(folder.path(), &["completions", shell])).contains("train"));
    }
    assert!(
        done(dnn(folder.path(), &["man"])).contains("dnn") && done(filters(folder.path(), &["man"])).contains("sobel")
    );
}

#[test]
fn bench_measures_what_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("small.png");
    write_picture(&small, Picture::from(Pixels::U8(Image::zeros([20, 30, 3]))), Packing::default()).unwrap();
    let lines = json(filters(
        folder.path(),
        &["bench", "--picture", text(&small), "--only", "median:size=7", "--threads", "1", "--json"],
    ));
    let line = &lines[0];
    assert_eq!(
        (line["op"].as_str(), &line["params"]["size"], line["label"].as_str()),
        (Some("median"), &7.into(), Some("median:size=7"))
    );
    assert_eq!(
        (&line["width"], &line["height"], &line["channels"], &line["threads"]),
        (&30.into(), &20.into(), &3.into(), &1.into())
    );
    assert!(line["median_ms"].as_f64().unwrap() > 0.0 && line["dtype"] == "u8");
}

#[test]
fn the_table_of_operators_lists_every_operator() {
    let table = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operators.md")).unwrap();
    for entry in ENTRIES {
        let line = format!("| `{}` | {} |", entry.name, entry.summary);
        assert!(table.contains(&line), "docs/operators.md lacks the line {line}");
    }
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let poolings = ENTRIES.iter().filter(|entry| entry.name.ends_with("-pool")).count();
    for count in [format!("[{} operators]", ENTRIES.len()), format!("and {poolings} poolings")] {
        assert!(readme.contains(&count), "README.md does not say {count:?}");
    }
}
