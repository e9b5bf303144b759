//! What the system refuses: folders, files, threads, the end of standard output.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use glassbox_formats::{Pixels, read_picture};

use crate::support::pictures::{noise, write};
use crate::support::programs::{data, dnn, err, filters, refused, small_picture, text};

/// Runs a program as a user who may do little; none where there is no such user or this one may not become it.
fn as_nobody(folder: &Path, program: &str, arguments: &[&str]) -> Option<Output> {
    let before = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    // The build's folder may be closed to others.
    let copy = folder.join(Path::new(program).file_name().unwrap());
    if !copy.exists() {
        fs::copy(program, &copy).unwrap();
    }
    let setpriv = |rest: &[&str]| {
        Command::new("setpriv").current_dir(folder).env("TMPDIR", "/tmp").args(before).args(rest).output().ok()
    };
    setpriv(&["true"]).filter(|output| output.status.success())?;
    setpriv(&[&[text(&copy)], arguments].concat())
}

fn open_to_all(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
}

#[test]
fn a_file_in_a_closed_folder_is_written_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    open_to_all(folder);
    fs::create_dir_all(folder.join("closed/none")).unwrap();
    write(&folder.join("in.png"), Pixels::U8(noise(9, 8, 3, |n| n as u8)));
    fs::copy(folder.join("in.png"), folder.join("closed/in.png")).unwrap();
    for name in ["closed/out.png", "closed/out.bmp"] {
        fs::write(folder.join(name), vec![7; 100_000]).unwrap();
        open_to_all(&folder.join(name));
    }
    let run = |arguments: &[&str]| as_nobody(folder, env!("CARGO_BIN_EXE_filters"), arguments);
    for name in ["closed/out.png", "closed/out.bmp"] {
        let Some(output) = run(&["max-pool", "--size", "3", "in.png", name]) else { return };
        let expected = format!("note: {name}: written in place: its folder does not let it be replaced");
        assert!(output.status.success() && err(&output).contains(&expected), "{}", err(&output));
        assert_eq!(read_picture(&folder.join(name), true).unwrap().pixels.dim(), (3, 2, 3));
    }
    assert_eq!(fs::read_dir(folder.join("closed")).unwrap().count(), 4, "nothing else is left");
    // What cannot be written at all is said before any work: here before IN is read.
    fs::write(folder.join("bad.png"), "no picture").unwrap();
    for (out, why) in [("closed/new.png", "Permission denied"), ("closed/in.png", "Permission denied")] {
        let output = run(&["blur", "bad.png", out]).unwrap();
        refused(output, 1, &[&format!("{out}: cannot be written: {why}")]);
    }
    let output = run(&["blur", "bad.png", "--out-dir", "closed/none"]).unwrap();
    refused(output, 1, &["closed/none/bad.png: cannot be written: Permission denied"]);
    let output = run(&["blur", "bad.png", "--out-dir", "closed/new"]).unwrap();
    refused(output, 1, &["--out-dir closed/new: cannot be made: Permission denied"]);
    // A net.
    fs::write(folder.join("closed/model.npz"), "").unwrap();
    open_to_all(&folder.join("closed/model.npz"));
    let train = ["train", "--epochs", "1", "--layers", "dense 10 | softmax", "--force", "--model"];
    let train = |model: &str| as_nobody(folder, env!("CARGO_BIN_EXE_dnn"), &[&train[..], &[model]].concat()).unwrap();
    let output = train("closed/model.npz");
    assert!(output.status.success() && err(&output).contains("note: closed/model.npz: written in place"), "{output:?}");
    assert!(dnn(folder, &["inspect", "closed/model.npz"]).status.success());
    let output = train("closed/new.npz");
    refused(output, 1, &["closed/new.npz: cannot be written: Permission denied"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_mounted_by_itself_is_written_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    small_picture(folder);
    let old = fs::read(folder.join("in.png")).unwrap();
    fs::write(folder.join("real.png"), vec![7; 100_000]).unwrap();
    fs::write(folder.join("out.png"), "").unwrap();
    let script = "mount --bind real.png out.png || exit 77; $0 max-pool in.png out.png && $0 animate out.gif && \
                  mount --bind real.gif out.gif && $0 animate out.gif";
    fs::write(folder.join("real.gif"), "").unwrap();
    let filters = env!("CARGO_BIN_EXE_filters");
    let output = Command::new("unshare").current_dir(folder).args(["-m", "sh", "-c", script, filters]).output();
    // Only root may mount, and not everywhere.
    let Ok(output) = output else { return };
    if output.status.code() == Some(77) || err(&output).contains("unshare") {
        return;
    }
    let told = err(&output);
    assert!(output.status.success(), "{told}");
    for name in ["out.png", "out.gif"] {
        assert_eq!(told.matches(&format!("note: {name}: written in place: it is mounted by itself")).count(), 1);
    }
    assert_eq!(read_picture(&folder.join("real.png"), true).unwrap().pixels.dim(), (2, 2, 3));
    assert!(fs::read(folder.join("real.gif")).unwrap().starts_with(b"GIF89a"));
    assert_eq!(fs::read(folder.join("in.png")).unwrap(), old);
}

#[cfg(target_os = "linux")]
#[test]
fn an_immutable_file_is_noticed_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("bad.png"), "no picture").unwrap();
    fs::write(folder.join("out.png"), "old").unwrap();
    let chattr = |flag: &str| Command::new("chattr").current_dir(folder).args([flag, "out.png"]).output();
    // Only root may do that, and not on every file system.
    if !chattr("+i").is_ok_and(|output| output.status.success()) {
        return;
    }
    // Here before IN is read.
    let output = filters(folder, &["blur", "bad.png", "out.png"]);
    chattr("-i").unwrap();
    refused(output, 1, &["out.png: cannot be written: it is immutable (chattr +i)"]);
}

#[test]
fn folders_and_files_that_are_not_what_they_should_be() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    small_picture(folder);
    fs::write(folder.join("empty.png"), "").unwrap();
    fs::write(folder.join("file"), "").unwrap();
    fs::create_dir(folder.join("folder.png")).unwrap();
    std::os::unix::fs::symlink("loop.png", folder.join("loop.png")).unwrap();
    write(&folder.join("-a b\nc.png"), Pixels::U8(noise(9, 8, 1, |n| n as u8)));
    let longest = format!("{}.png", "n".repeat(251));
    let too_long = format!("{}.png", "n".repeat(252));
    let deep = "d/".repeat(3000) + "a.png";
    let cases: [(&[&str], i32, &str); 20] = [
        (&["in.png", "none/out.png"], 1, "none/out.png: cannot be written: there is no folder none"),
        (&["empty.png", "none/out.png"], 1, "none/out.png: cannot be written: there is no folder none"),
        (&["in.png", "file/out.png"], 1, "file/out.png: cannot be written: file is no folder"),
        (&["in.png", "folder.png"], 2, "folder.png: is a folder; --out-dir folder.png writes into it"),
        (&["in.png", ""], 2, "a value is required"),
        (&["empty.png", "out.png"], 1, "empty.png: is empty; png, jpeg"),
        (&["/dev/null", "out.png"], 1, "/dev/null: is empty; png, jpeg"),
        (&["folder.png", "out.png"], 1, "folder.png: is a folder; a picture is needed"),
        (&["in.png/x.png", "out.png"], 1, "in.png/x.png: cannot be read: Not a directory"),
        (&["loop.png", "out.png"], 1, "loop.png: cannot be read: Too many levels of symbolic links"),
        (&["in.png", &too_long], 1, "cannot be written: File name too long"),
        (&[&deep, "out.png"], 1, "cannot be read: File name too long"),
        (&["in.png", &deep], 1, "cannot be written: File name too long"),
        (&["in.png", "--out-dir", "file"], 1, "--out-dir file: is no folder"),
        (&["in.png", "--out-dir", "file/below"], 1, "--out-dir file/below: cannot be made: Not a directory"),
        (&["in.png", "--out-dir", "/dev/null"], 1, "--out-dir /dev/null: is no folder"),
        (&["in.png", "--out-dir", "o", "--jobs", "0"], 2, "a whole number from 1 to 1024 is allowed"),
        (&["in.png", "--out-dir", "o", "--jobs", "1025"], 2, "a whole number from 1 to 1024 is allowed"),
        (&["in.png", "-a b\nc.png"], 2, "unexpected argument '-a'"),
        (&["in.png", "/dev/full"], 2, "has no suffix"),
    ];
    for (arguments, code, expected) in cases {
        refused(filters(folder, &[&["blur"], arguments].concat()), code, &[expected]);
        assert!(!folder.join("out.png").exists() && !folder.join("o").exists(), "{arguments:?}");
    }
    assert!(filters(folder, &["blur", "in.png", &longest]).status.success());
    assert!(filters(folder, &["blur", "--", "-a b\nc.png", "-o \n.png"]).status.success());
    assert!(filters(folder, &["blur", "./-a b\nc.png", "./-p.png"]).status.success());
    for name in [longest.as_str(), "-o \n.png", "-p.png"] {
        assert!(read_picture(&folder.join(name), true).is_ok(), "{name}");
    }
}

#[test]
fn fewer_threads_than_asked_for_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    small_picture(folder);
    let run = |program: &str, variable: &str, arguments: &[&str]| {
        Command::new(program).current_dir(folder).env("RAYON_NUM_THREADS", variable).args(arguments).output().unwrap()
    };
    for program in [env!("CARGO_BIN_EXE_filters"), env!("CARGO_BIN_EXE_dnn")] {
        for wrong in ["0", "1025", "many", "-1"] {
            let expected = format!("RAYON_NUM_THREADS: found \"{wrong}\"; a whole number from 1 to 1024 is allowed");
            refused(
                run(program, wrong, if program.ends_with("dnn") { &["layers"] } else { &["list"] }),
                2,
                &[&expected],
            );
        }
    }
    let filters = env!("CARGO_BIN_EXE_filters");
    assert!(run(filters, "2", &["blur", "in.png", "out.png"]).status.success());
    // The flag counts, not the variable.
    assert!(run(filters, "many", &["blur", "in.png", "out.png", "--threads", "1"]).status.success());
    // An account that may have no more threads: one line, no panic.
    open_to_all(folder);
    let copy = folder.join("filters");
    fs::copy(filters, &copy).unwrap();
    // What waits for Ctrl-C, what reads ahead and what computes are threads, too.
    for (limit, arguments) in [
        ("1", &["list"][..]),
        ("2", &["blur", "in.png", "out.png", "--threads", "1"]),
        ("3", &["blur", "in.png", "in.png", "--out-dir", "o", "--threads", "8"]),
        ("4", &["blur", "in.png", "out.png", "--threads", "2"]),
    ] {
        // An account that nothing else uses.
        let number = format!("--nproc={limit}");
        let account = ["--reuid=61234", "--regid=61234", "--clear-groups", "prlimit", &number, "./filters"];
        let output = Command::new("setpriv").current_dir(folder).args(account).args(arguments).output();
        // Only root may take another account.
        let Ok(output) = output else { return };
        if err(&output).contains("setpriv: ") || err(&output).contains("prlimit: ") {
            return;
        }
        refused(output, 1, &["the system "]);
    }
}

#[test]
fn a_picture_that_is_not_read_to_its_end_is_no_success_in_any_format() {
    let folder = tempfile::tempdir().unwrap();
    let chelsea = data("chelsea.png");
    for format in ["png", "jpg", "tif", "bmp", "gif", "webp", "ppm", "qoi", "tga"] {
        let mut filters = Command::new(env!("CARGO_BIN_EXE_filters"));
        filters.current_dir(folder.path()).args(["gray", text(&chelsea), "-", "--quiet", "--format", format]);
        let mut child = filters.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), err(&output)), (Some(141), String::new()), "{format}");
    }
    // As `cat` does, by the shell's account.
    let script = "set -o pipefail; $0 gray $1 - --quiet --format pgm | head -c 10";
    let mut shell = Command::new("bash");
    let output = shell.args(["-c", script, env!("CARGO_BIN_EXE_filters"), text(&chelsea)]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(141), 10), "{}", err(&output));
    // Standard output that is closed from the start.
    let script = "$0 info in.png >&-; $0 list >&-; $0 blur in.png out.png >&- 2>&-; $0 blur in.png - --format png >&-";
    small_picture(folder.path());
    let shell =
        Command::new("sh").current_dir(folder.path()).args(["-c", script, env!("CARGO_BIN_EXE_filters")]).output();
    let told = err(&shell.unwrap());
    assert!(!told.contains("panicked") && folder.path().join("out.png").exists(), "{told}");
}
