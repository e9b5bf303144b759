//! Interrupted trainings: what comes out in the end has the same bits as if nothing had happened.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::programs::{bars, dnn, done, err, text};

/// A net with everything that remembers: an optimiser, a schedule, drawn changes of the pictures, held-out pictures.
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

/// The model and the best epoch's after a training that nobody disturbed.
fn undisturbed(data: &Path) -> [Vec<u8>; 2] {
    let folder = TempDir::new().unwrap();
    done(dnn(folder.path(), &flags(data)));
    models(folder.path())
}

fn models(folder: &Path) -> [Vec<u8>; 2] {
    ["model.npz", "model.best.npz"].map(|name| fs::read(folder.join(name)).unwrap())
}

fn checkpoints(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder.join("kept")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn a_killed_training_ends_as_if_it_had_not_been() {
    let folder = TempDir::new().unwrap();
    let data = bars(folder.path());
    let wanted = undisturbed(&data);
    // Twelve moments between the start of the program and the end of its work, each run going on where the last was
    // killed.
    for round in 0..12u64 {
        let mut child = begin(folder.path(), &data);
        sleep(Duration::from_millis(15 + round * 37 % 150));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(begin(folder.path(), &data).wait().unwrap().success());
    assert!(models(folder.path()) == wanted, "the models differ");
    assert!(checkpoints(folder.path()).len() <= 2, "{:?}", checkpoints(folder.path()));
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_batch_and_exits_with_130() {
    let folder = TempDir::new().unwrap();
    let data = bars(folder.path());
    let wanted = undisturbed(&data);
    let mut interrupted = 0;
    for round in 0..6u64 {
        let child = begin(folder.path(), &data);
        sleep(Duration::from_millis(40 + round * 23 % 90));
        // The program may have ended before.
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).stderr(Stdio::null()).status();
        let code = child.wait_with_output().unwrap().status.code();
        assert!(matches!(code, Some(0 | 130)) || code.is_none(), "{code:?}");
        interrupted += usize::from(code == Some(130));
    }
    assert!(begin(folder.path(), &data).wait().unwrap().success());
    assert!(models(folder.path()) == wanted, "the models differ after {interrupted} interruptions");
}

#[test]
fn a_damaged_checkpoint_is_noticed_and_the_one_before_it_used() {
    let folder = TempDir::new().unwrap();
    let data = bars(folder.path());
    done(dnn(folder.path(), &flags(&data)));
    let wanted = models(folder.path());
    let newest = checkpoints(folder.path()).pop().unwrap();
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
        assert!(models(folder.path()) == wanted, "the models differ");
    }
    for file in checkpoints(folder.path()) {
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
    let before = checkpoints(folder.path());
    let output = dnn(folder.path(), &flags(&data));
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("--resume goes on from it, another folder begins anew"), "{}", err(&output));
    assert_eq!(checkpoints(folder.path()), before);
}

/// The article's way cannot go on in the middle of an epoch: it must not leave a checkpoint from there.
#[cfg(unix)]
#[test]
fn the_article_interrupted_ends_as_if_it_had_not_been() {
    let folder = TempDir::new().unwrap();
    let flags = ["train", "--epochs", "12", "--quiet", "--order", "shuffle"];
    done(dnn(folder.path(), &flags));
    let wanted = fs::read(folder.path().join("model.npz")).unwrap();
    let begin = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dnn"));
        command.current_dir(folder.path()).args(flags).args(["--checkpoint", "kept", "--resume"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    for round in 0..6u64 {
        let child = begin();
        sleep(Duration::from_millis(250 + round * 37 % 100));
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).stderr(Stdio::null()).status();
        child.wait_with_output().unwrap();
    }
    assert!(begin().wait().unwrap().success());
    assert!(fs::read(folder.path().join("model.npz")).unwrap() == wanted, "the models differ");
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
    let wanted = run("5", "a", &[]);
    assert!(run("2", "b", &[]) != wanted);
    assert!(run("5", "b", &["--resume"]) == wanted);
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
