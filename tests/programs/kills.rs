//! Programs that are killed at any moment leave whole files only. `GLASSBOX_KILLS=200` asks for a long run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use glassbox_formats::npz::Npz;
use glassbox_formats::{Pixels, read_picture};

use crate::support::pictures::{noise, write};
use crate::support::programs::{bars, dnn, done, filters};

/// Kills of each program.
fn kills() -> u32 {
    std::env::var("GLASSBOX_KILLS").map_or(4, |kills| kills.parse().unwrap())
}

/// All files of a folder whose names do not begin with a dot, and their bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap());
    let named = entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
    named.filter(|(name, _)| !name.starts_with('.')).map(|(name, path)| (name, fs::read(path).unwrap())).collect()
}

/// Starts a program and kills it at the `part`-th of `parts` moments within `time`, spread evenly.
fn killed(program: &str, folder: &Path, arguments: &[&str], time: Duration, (part, parts): (u32, u32)) {
    let mut program = Command::new(program);
    let quiet = program.current_dir(folder).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.spawn().unwrap();
    sleep(time * (2 * part + 1) / (2 * parts));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_killed_batch_leaves_whole_pictures_and_its_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("in")).unwrap();
    for (index, suffix) in ["png", "png", "tif", "bmp", "jpg", "ppm", "webp", "qoi"].iter().enumerate() {
        let path = folder.join(format!("in/{index}.{suffix}"));
        write(&path, Pixels::U8(noise(60 + index, 50, 3, |n| n as u8)));
    }
    let inputs = files(&folder.join("in"));
    let batch = |out: &'static str| ["median", "--size", "9", "in", "--recursive", "--out-dir", out, "--jobs", "2"];
    let begin = Instant::now();
    done(filters(folder, &batch("right")));
    let (time, right) = (begin.elapsed(), files(&folder.join("right")));
    assert_eq!(right.len(), inputs.len());
    for part in 0..kills() {
        // Earlier output is replaced, or there is none.
        if part % 2 == 0 {
            let _ = fs::remove_dir_all(folder.join("out"));
        }
        killed(env!("CARGO_BIN_EXE_filters"), folder, &batch("out"), time, (part, kills()));
        assert_eq!(files(&folder.join("in")), inputs);
        for (name, bytes) in files(&folder.join("out")) {
            assert_eq!(Some(&bytes), right.get(&name), "{name} is torn");
            read_picture(&folder.join("out").join(&name), true).unwrap();
        }
    }
    done(filters(folder, &batch("out")));
    assert_eq!(files(&folder.join("out")), right);
}

#[test]
fn a_killed_training_leaves_whole_checkpoints_and_models() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let set = fs::read(bars(folder)).unwrap();
    let training = |checkpoint: &'static str, model: &'static str, resume: bool| {
        let layers = ["train", "--data", "bars.npz", "--layers", "dense 40 | relu | dense 3 | softmax"];
        let rest = ["--epochs", "60", "--batch", "4", "--model", model, "--checkpoint", checkpoint];
        let resume = if resume { &["--resume"][..] } else { &[] };
        [&layers[..], &rest, resume].concat()
    };
    let begin = Instant::now();
    done(dnn(folder, &training("whole", "right.npz", false)));
    let (time, right) = (begin.elapsed(), fs::read(folder.join("right.npz")).unwrap());
    let whole = |path: &Path| {
        let mut archive = Npz::open(path).unwrap();
        for name in archive.names() {
            // Reading to the end compares the checksum; texts and other types are no numbers.
            if archive.header(&name).unwrap().dtype == "f4" {
                archive.read::<f32>(&name).unwrap();
            }
        }
    };
    for part in 0..kills() {
        if part % 4 == 0 {
            let _ = fs::remove_dir_all(folder.join("checkpoints"));
            let _ = fs::remove_file(folder.join("model.npz"));
        }
        let arguments = training("checkpoints", "model.npz", part % 4 > 0);
        killed(env!("CARGO_BIN_EXE_dnn"), folder, &arguments, time, (part, kills()));
        assert_eq!(fs::read(folder.join("bars.npz")).unwrap(), set);
        let kept = files(&folder.join("checkpoints"));
        for name in kept.keys().filter(|name| name.ends_with(".npz")) {
            whole(&folder.join("checkpoints").join(name));
        }
        if folder.join("model.npz").exists() {
            assert!(fs::read(folder.join("model.npz")).unwrap() == right, "the model is torn or another");
        }
    }
    let resume = !files(&folder.join("checkpoints")).is_empty();
    done(dnn(folder, &training("checkpoints", "model.npz", resume)));
    assert!(fs::read(folder.join("model.npz")).unwrap() == right, "another model after being killed");
}
