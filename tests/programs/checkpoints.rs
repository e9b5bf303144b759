//! Interrupted trainings end with the same bits as undisturbed ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::programs::{bars, dnn, done, err, refused, text};

/// A training with state of every kind: an optimiser, a schedule, augmentation, held-out pictures.
const FLAGS: [&str; 16] = [
    "train",
    "--layers",
    "conv 6 3x3 same | relu | max-pool 2 | dense 12 | relu | dense 3",
    "--schedule",
    "one-cycle",
    "--augment",
    "shift:1,rotate:5",
    "--batch",
    "7",
    "--epochs",
    "40",
    "--hold-out",
    "60",
    "--checkpoint",
    "kept",
    "--quiet",
];

fn flags(data: &Path) -> Vec<&str> {
    FLAGS.into_iter().chain(["--data", text(data)]).collect()
}

fn begin(folder: &Path, data: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dnn"));
    command.current_dir(folder).args(flags(data)).arg("--resume").stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// The last and the best model of an undisturbed training.
fn undisturbed(data: &Path) -> [Vec<u8>; 2] {
    let folder = TempDir::new().unwrap();
    done(dnn(folder.path(), &flags(data)));
    models(folder.path())
}

fn models(folder: &Path) -> [Vec<u8>; 2] {
    ["model.npz", "model.best.npz"].map(|name| fs::read(folder.join(name)).unwrap())
}

/// The checkpoints in their folder, whole or being written, sorted; none before there is a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("kept")).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| !path.ends_with(".glassbox-lock"));
    files.sort();
    files
}

/// Whether a file is a whole checkpoint, not one that is being written.
fn is_checkpoint(file: &Path) -> bool {
    file.extension().is_some_and(|suffix| suffix == "npz")
}

/// Waits until the folder of checkpoints has a new file that `is_meant`.
///
/// # Panics
/// If the training ends without one.
fn wait_for_new_file(child: &mut Child, folder: &Path, before: &[PathBuf], is_meant: impl Fn(&Path) -> bool) {
    let is_new = |file: &PathBuf| is_meant(file) && !before.contains(file);
    while !files(folder).iter().any(is_new) {
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "the training ended before it was interrupted: {ended:?}");
        sleep(Duration::from_millis(1));
    }
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_killed_training_ends_as_if_it_had_not_been() {
    let folder = TempDir::new().unwrap();
    let data = bars(folder.path());
    let expected = undisturbed(&data);
    // Each run is killed while it writes a checkpoint, or after it; the next goes on from there.
    for round in 0..6 {
        let before = files(folder.path());
        let mut child = begin(folder.path(), &data);
        let is_meant = |file: &Path| round % 2 == 0 || is_checkpoint(file);
        wait_for_new_file(&mut child, folder.path(), &before, is_meant);
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), None, "round {round}: the training ended before it was killed");
    }
    assert!(begin(folder.path(), &data).wait().unwrap().success());
    assert!(models(folder.path()) == expected, "the models differ");
    assert!(files(folder.path()).len() <= 2, "{:?}", files(folder.path()));
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_batch_and_exits_with_130() {
    let folder = TempDir::new().unwrap();
    let data = bars(folder.path());
    let expected = undisturbed(&data);
    for round in 0..4 {
        let before = files(folder.path());
        let mut child = begin(folder.path(), &data);
        wait_for_new_file(&mut child, folder.path(), &before, is_checkpoint);
        signal(&child, "-INT");
        assert_eq!(child.wait().unwrap().code(), Some(130), "round {round}");
    }
    assert!(begin(folder.path(), &data).wait().unwrap().success());
    assert!(models(folder.path()) == expected, "the models differ");
}

#[test]
fn a_damaged_checkpoint_is_noticed_and_the_one_before_it_used() {
    let folder = TempDir::new().unwrap();
    let data = bars(folder.path());
    done(dnn(folder.path(), &flags(&data)));
    let expected = models(folder.path());
    let newest = files(folder.path()).pop().unwrap();
    let whole = fs::read(&newest).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    for damaged in [&whole[..whole.len() / 2], &whole[..0], &flipped] {
        fs::write(&newest, damaged).unwrap();
        let mut resumed: Vec<_> = flags(&data).into_iter().filter(|flag| *flag != "--quiet").collect();
        resumed.push("--resume");
        let output = dnn(folder.path(), &resumed);
        let note = err(&output);
        done(output);
        assert!(note.contains("trying the one before") && note.contains("39 epochs"), "{note}");
        assert!(models(folder.path()) == expected, "the models differ");
    }
    for file in files(folder.path()) {
        fs::write(file, b"not a checkpoint").unwrap();
    }
    let mut resumed = flags(&data);
    resumed.push("--resume");
    let output = dnn(folder.path(), &resumed);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("no checkpoint in the folder is whole"), "{}", err(&output));
}

#[test]
fn a_checkpoint_of_another_training_is_refused() {
    let folder = TempDir::new().unwrap();
    let data = bars(folder.path());
    done(dnn(folder.path(), &flags(&data)));
    let mut other = flags(&data);
    other[8] = "8";
    other.push("--resume");
    let output = dnn(folder.path(), &other);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("of another training: batch was 7, now it is 8"), "{}", err(&output));
}

#[test]
fn a_folder_that_holds_checkpoints_is_not_begun_anew_in() {
    let folder = TempDir::new().unwrap();
    let data = bars(folder.path());
    done(dnn(folder.path(), &flags(&data)));
    let before = files(folder.path());
    let output = dnn(folder.path(), &flags(&data));
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("--resume goes on from it, another folder begins anew"), "{}", err(&output));
    assert_eq!(files(folder.path()), before);
}

#[test]
fn more_epochs_may_follow_where_no_schedule_counts_on_them() {
    let folder = TempDir::new().unwrap();
    let data = bars(folder.path());
    let run = |epochs: &str, checkpoint: &str, resume: &[&str]| {
        let flags =
            ["train", "--layers", "dense 3", "--epochs", epochs, "--data", text(&data), "--checkpoint", checkpoint];
        done(dnn(folder.path(), &[&flags[..], resume].concat()));
        fs::read(folder.path().join("model.npz")).unwrap()
    };
    let expected = run("5", "a", &[]);
    assert!(run("2", "b", &[]) != expected);
    assert!(run("5", "b", &["--resume"]) == expected);
}

#[test]
fn threads_change_no_bit() {
    let folder = TempDir::new().unwrap();
    let data = bars(folder.path());
    let run = |threads: &str| {
        done(dnn(folder.path(), &[&flags(&data)[..], &["--threads", threads, "--resume"]].concat()));
        fs::remove_dir_all(folder.path().join("kept")).unwrap();
        models(folder.path())
    };
    assert!(run("1") == run("2"), "the models differ");
}

#[cfg(unix)]
#[test]
fn a_folder_in_use_is_refused_and_the_training_there_goes_on() {
    let folder = TempDir::new().unwrap();
    let data = bars(folder.path());
    let expected = undisturbed(&data);
    let mut first = begin(folder.path(), &data);
    wait_for_new_file(&mut first, folder.path(), &[], |_| true);
    // Stopped, so that it does not end meanwhile.
    signal(&first, "-STOP");
    for resume in [&["--resume"][..], &[]] {
        let output = dnn(folder.path(), &[&flags(&data)[..], &["--model", "second.npz"], resume].concat());
        let user = format!("kept: is in use by process {}", first.id());
        refused(output, 1, &[&user]);
        assert!(!folder.path().join("second.npz").exists());
    }
    signal(&first, "-CONT");
    assert!(first.wait().unwrap().success());
    assert!(models(folder.path()) == expected, "the models differ");
    // Nothing remains of the lock.
    assert_eq!(fs::read_dir(folder.path().join("kept")).unwrap().count(), 2);
    done(dnn(folder.path(), &[&flags(&data)[..], &["--resume"]].concat()));
}

#[test]
fn unfinished_files_of_killed_runs_are_removed() {
    let folder = TempDir::new().unwrap();
    let data = bars(folder.path());
    let is_part = |path: &Path| path.extension().is_some_and(|suffix| suffix == "part");
    let parts = |folder: &Path| files(folder).into_iter().filter(|path| is_part(path)).collect::<Vec<_>>();
    // Killed between making a file and renaming it, sooner or later.
    while parts(folder.path()).is_empty() {
        let before = files(folder.path());
        let mut child = begin(folder.path(), &data);
        wait_for_new_file(&mut child, folder.path(), &before, is_part);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    done(dnn(folder.path(), &[&flags(&data)[..], &["--resume"]].concat()));
    assert_eq!(parts(folder.path()), [] as [PathBuf; 0]);
}

#[test]
fn a_net_that_leaves_the_numbers_in_the_last_step_is_not_kept() {
    let folder = TempDir::new().unwrap();
    let data = bars(folder.path());
    let net = ["train", "--layers", "flatten | dense 8 | relu | dense 3", "--loss", "cross-entropy", "--quiet"];
    let flags = [&net[..], &["--optimiser", "sgd", "--data", text(&data), "--checkpoint", "kept"]].concat();
    // An epoch is one step: the loss before it is finite, and so are the weights after it.
    let run = |more: &[&str]| dnn(folder.path(), &[&flags[..], &["--batch", "300"], more].concat());
    let schedule = ["--lr", "0.1", "--schedule", "step:1:1e30", "--epochs", "2"];
    let expected =
        ["epoch 2; the last good state is kept/checkpoint-000001", "after step 2", "a smaller learning rate"];
    refused(run(&schedule), 1, &expected);
    assert!(!folder.path().join("model.npz").exists());
    // The checkpoint before it is whole: going on from there leads to the same end.
    refused(run(&[&schedule[..], &["--resume"]].concat()), 1, &expected);
    assert_eq!(files(folder.path()).len(), 1);
    fs::remove_dir_all(folder.path().join("kept")).unwrap();
    refused(run(&["--lr", "1e30", "--epochs", "1"]), 1, &["epoch 1: ", "bars.npz", "after step 1"]);
    assert!(!folder.path().join("model.npz").exists() && files(folder.path()).is_empty());
}
