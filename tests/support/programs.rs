//! Runs the two programs, and makes their input.

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::Image;
use serde_json::Value;

use super::npz::{archive, npy};

pub(crate) fn dnn(folder: &Path, arguments: &[&str]) -> Output {
    run(env!("CARGO_BIN_EXE_dnn"), folder, arguments)
}

pub(crate) fn filters(folder: &Path, arguments: &[&str]) -> Output {
    run(env!("CARGO_BIN_EXE_filters"), folder, arguments)
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub(crate) fn done(output: Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}{}", out(&output), err(&output));
    out(&output)
}

pub(crate) fn json(output: Output) -> Vec<Value> {
    done(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// 300 training and 100 test pictures of 6×5 pixels with a bar for each of three classes.
pub(crate) fn bars(folder: &Path) -> PathBuf {
    let picture = |i: usize| {
        (0..30).map(move |pixel| {
            if pixel % 5 == i % 3 + 1 {
                200 + (i * 7 % 50) as u8
            } else if (pixel * i) % 11 == 3 {
                60
            } else {
                0
            }
        })
    };
    let part = |range: std::ops::Range<usize>| {
        let n = range.len();
        let x: Vec<u8> = range.clone().flat_map(picture).collect();
        let y: Vec<u8> = range.map(|i| (i % 3) as u8).collect();
        (npy("'|u1'", false, &format!("({n}, 6, 5)"), &x), npy("'|u1'", false, &format!("({n},)"), &y))
    };
    let ((x_train, y_train), (x_test, y_test)) = (part(0..300), part(300..400));
    let path = folder.join("bars.npz");
    archive(&path, &[("x_train", x_train), ("y_train", y_train), ("x_test", x_test), ("y_test", y_test)]);
    path
}

/// 90 training and 30 test pictures of 8×8 pixels, a light row, column or diagonal for each of three classes.
pub(crate) fn strokes(folder: &Path) -> PathBuf {
    let picture = |i: usize| {
        (0..64).map(move |pixel| {
            let (y, x, place) = (pixel / 8, pixel % 8, 2 + i / 3 % 4);
            let is_light = [y == place, x == place, y == x][i % 3];
            if is_light { 200 + (i * 7 % 50) as u8 } else { 0 }
        })
    };
    let part = |range: std::ops::Range<usize>| {
        let n = range.len();
        let x: Vec<u8> = range.clone().flat_map(picture).collect();
        let y: Vec<u8> = range.map(|i| (i % 3) as u8).collect();
        (npy("'|u1'", false, &format!("({n}, 8, 8)"), &x), npy("'|u1'", false, &format!("({n},)"), &y))
    };
    let ((x_train, y_train), (x_test, y_test)) = (part(0..90), part(90..120));
    let path = folder.join("strokes.npz");
    archive(&path, &[("x_train", x_train), ("y_train", y_train), ("x_test", x_test), ("y_test", y_test)]);
    path
}

fn run(program: &str, folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program).current_dir(folder).args(arguments).output().unwrap()
}

pub(crate) fn refused(output: std::process::Output, code: i32, expected: &[&str]) {
    let message = err(&output);
    assert_eq!(output.status.code(), Some(code), "{message}");
    let told: Vec<_> = message.lines().filter(|line| !line.starts_with("note: this is a debug build")).collect();
    for expected in expected {
        assert!(message.contains(expected), "{message:?} should say {expected:?}");
    }
    // clap adds a hint and a pointer to --help.
    assert!(told.len() == 1 || message.contains("For more information, try '--help'"), "one line: {message}");
    assert!(!message.contains("panicked"), "{message}");
    // No cause is repeated.
    let parts: Vec<_> = message.trim_end().split(": ").collect();
    assert!(parts.windows(2).all(|pair| pair[0] != pair[1]), "{message}");
}

pub(crate) fn small_picture(folder: &Path) {
    write_picture(&folder.join("in.png"), Picture::from(Pixels::U8(Image::zeros([5, 4, 3]))), Packing::default())
        .unwrap();
}
