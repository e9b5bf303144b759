//! `filters` on many pictures, and with output that cannot be written.

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use glassbox_formats::{Pixels, read_picture};

use crate::support::pictures::{noise, write};
use crate::support::programs::{data, done, err, filters, json};

#[test]
fn files_passed_over_are_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir_all(folder.join("in/below")).unwrap();
    for name in ["in/notes.txt", "in/below/picture", "in/.hidden"] {
        fs::write(folder.join(name), "no picture").unwrap();
    }
    fs::copy(data("chelsea.png"), folder.join("in/a.png")).unwrap();
    let output = filters(folder, &["gray", "in", "in/../in", "in", "--recursive", "--out-dir", "out"]);
    assert!(
        err(&output)
            .contains("note: passed over: 2 without the suffix of a picture (in/below/picture, in/notes.txt)\n"),
        "{}",
        err(&output)
    );
    assert!(output.status.success() && folder.join("out/a.png").exists());
}

#[test]
fn many_pictures_go_to_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir_all(folder.join("in/deep")).unwrap();
    for (name, side) in [("in/a.png", 8), ("in/b.png", 9), ("in/deep/a.png", 10)] {
        write(&folder.join(name), Pixels::U8(noise(side, side, 3, |n| n as u8)));
    }
    fs::write(folder.join("in/notes.txt"), "not a picture, and not called one").unwrap();
    let dim = |name: &str| read_picture(&folder.join(name), true).unwrap().pixels.dim();
    // Given one by one, and by a quoted pattern.
    done(filters(folder, &["max-pool", "in/a.png", "in/b.png", "--out-dir", "out"]));
    assert_eq!((dim("out/a.png"), dim("out/b.png")), ((4, 4, 3), (4, 4, 3)));
    done(filters(folder, &["gray", "in/*.png", "--out-dir", "pattern", "--jobs", "1", "--format", "jpg"]));
    assert_eq!((dim("pattern/a.jpg"), dim("pattern/b.jpg")), ((8, 8, 1), (9, 9, 1)));
    // Folders are made again in the output.
    let lines = json(filters(folder, &["chain", "gray | sobel", "in", "--recursive", "--out-dir", "tree", "--json"]));
    assert_eq!(lines.len(), 3);
    assert_eq!(dim("tree/deep/a.png"), (10, 10, 1));
    // One is damaged: the others are made.
    fs::write(folder.join("in/broken.png"), b"\x89PNG but not much more").unwrap();
    let output = filters(folder, &["blur", "in", "--recursive", "--out-dir", "rest"]);
    assert_eq!(output.status.code(), Some(1));
    let told = err(&output);
    assert!(told.contains("filters: 1 of 4 pictures failed:\n") && told.contains("in/broken.png"), "{told}");
    assert!(dim("rest/a.png").0 == 8 && dim("rest/deep/a.png").0 == 10 && !folder.join("rest/broken.png").exists());
    // One has no suffix of a picture.
    let output = filters(folder, &["blur", "in/notes.txt", "in/b.png", "--out-dir", "named"]);
    assert_eq!(output.status.code(), Some(1));
    let told = err(&output);
    assert!(
        told.contains("filters: 1 of 2 pictures failed:\n  in/notes.txt: suffix \"txt\" names no picture"),
        "{told}"
    );
    assert!(dim("named/b.png").0 == 9 && !folder.join("named/notes.txt").exists());
    // A folder among files fails alone, a picture given twice is made once, and hidden files and earlier output are
    // left out.
    let output = filters(folder, &["blur", "in/deep", "in/b.png", "in/../in/b.png", "--out-dir", "once"]);
    assert!(
        err(&output).contains("filters: 1 of 2 pictures failed:\n  in/deep: is a folder; --recursive"),
        "{}",
        err(&output)
    );
    fs::remove_file(folder.join("in/broken.png")).unwrap();
    fs::copy(folder.join("in/a.png"), folder.join("in/.hidden.png")).unwrap();
    for _ in 0..2 {
        let lines = json(filters(folder, &["blur", "in", "--recursive", "--out-dir", "in/out", "--json"]));
        assert_eq!(lines.len(), 3, "{lines:?}");
    }
}

#[test]
fn many_pictures_that_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for name in ["x", "y"] {
        fs::create_dir(folder.join(name)).unwrap();
        write(&folder.join(name).join("a.png"), Pixels::U8(noise(5, 5, 1, |n| n as u8)));
    }
    let cases: [(&[&str], &str); 7] = [
        (&["x/a.png", "y/a.png", "--out-dir", "out"], "x/a.png and y/a.png: would both be written to out/a.png"),
        (&["x", "--out-dir", "out"], "x: is a folder; --recursive takes the pictures in it"),
        (&["none*.png", "--out-dir", "out"], "none*.png: nothing has such a name"),
        (&["-", "--out-dir", "out"], "-: has no name"),
        (&["x/a.png", "--out-dir", "x"], "x/a.png: is both IN and OUT; --in-place allows that"),
        (&["x/a.png", "y/a.png", "out.png"], "one IN and one OUT are needed, found 3 paths"),
        (&["x/a.png", "out.png", "--recursive"], "--out-dir"),
    ];
    for (arguments, expected) in cases {
        let output = filters(folder, &[&["blur"], arguments].concat());
        assert!(err(&output).contains(expected), "{arguments:?}: {}", err(&output));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!folder.join("out").exists() && !folder.join("out.png").exists());
    }
    done(filters(folder, &["blur", "x/a.png", "--out-dir", "x", "--in-place"]));
}

#[test]
fn pictures_that_are_only_read_are_found_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("in")).unwrap();
    fs::write(folder.join("in/a.pbm"), "P1 2 1 0 1").unwrap();
    fs::write(folder.join("in/b.pam"), "P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nENDHDR\nx").unwrap();
    write(&folder.join("c.png"), Pixels::U8(noise(5, 4, 1, |n| n as u8)));
    fs::rename(folder.join("c.png"), folder.join("in/c.APNG")).unwrap();
    write(&folder.join("d.jpg"), Pixels::U8(noise(5, 4, 3, |n| n as u8)));
    fs::rename(folder.join("d.jpg"), folder.join("in/d.mpo")).unwrap();
    done(filters(folder, &["blur", "in", "--recursive", "--format", "png", "--out-dir", "out"]));
    for (name, dim) in [("a", (1, 2, 1)), ("b", (1, 1, 1)), ("c", (5, 4, 1)), ("d", (5, 4, 3))] {
        assert_eq!(read_picture(&folder.join(format!("out/{name}.png")), true).unwrap().pixels.dim(), dim, "{name}");
    }
    let output = filters(folder, &["blur", "in", "--recursive", "--out-dir", "unnamed"]);
    assert!(err(&output).contains("in/a.pbm: suffix \"pbm\" names no picture format"), "{}", err(&output));
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_fail_and_pipes_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("in")).unwrap();
    fs::copy(data("chelsea.png"), folder.join("in/a.png")).unwrap();
    std::os::unix::fs::symlink("nowhere.png", folder.join("in/b.png")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join("in/c.png")).status().unwrap().success());
    let output = filters(folder, &["gray", "in", "--recursive", "--out-dir", "out"]);
    let expected = "note: passed over: 1 neither files nor folders (in/c.png)";
    assert!(err(&output).contains(expected), "{}", err(&output));
    assert!(
        err(&output).contains("1 of 2 pictures failed:\n  in/b.png: is a link that leads nowhere"),
        "{}",
        err(&output)
    );
    assert!(err(&filters(folder, &["gray", "in/*", "--out-dir", "out"])).contains("1 of 2 pictures failed"));
    assert!(output.status.code() == Some(1) && folder.join("out/a.png").exists());
}

#[cfg(unix)]
#[test]
fn an_interrupted_batch_leaves_whole_pictures_only() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(&folder.join("a.png"), Pixels::U8(noise(9, 9, 1, |n| n as u8)));
    // Minutes of work.
    write(&folder.join("b.png"), Pixels::U16(noise(4000, 4000, 1, |n| n as u16)));
    let mut child = Command::new(env!("CARGO_BIN_EXE_filters"))
        .current_dir(folder)
        .args(["median", "--size", "255", "a.png", "b.png", "--out-dir", "out", "--jobs", "1"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let part = || fs::read_dir(folder.join("out")).into_iter().flatten().count() > 1;
    while !part() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was interrupted");
        sleep(Duration::from_millis(10));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let left: Vec<_> = fs::read_dir(folder.join("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["a.png"]);
    assert_eq!(read_picture(&folder.join("out/a.png"), true).unwrap().pixels.dim(), (9, 9, 1));
}

#[cfg(unix)]
#[test]
fn lines_that_nobody_reads_are_no_failure() {
    let mut filters = Command::new(env!("CARGO_BIN_EXE_filters"));
    let mut child = filters.arg("list").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", err(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn lines_that_cannot_be_written_end_no_batch() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for name in ["a.png", "b.png", "c.png"] {
        write(&folder.join(name), Pixels::U16(noise(9, 9, 1, |n| n as u16)));
    }
    fs::create_dir_all(folder.join("shut/in")).unwrap();
    fs::copy(folder.join("a.png"), folder.join("shut/d.png")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join("pipe.png")).status().unwrap().success());
    let full = || Stdio::from(fs::File::options().write(true).open("/dev/full").unwrap());
    let run = |arguments: &[&str], out: Stdio, err: Stdio| {
        let mut filters = Command::new(env!("CARGO_BIN_EXE_filters"));
        filters.current_dir(folder).args(["blur"]).args(arguments).stdout(out).stderr(err).output().unwrap()
    };
    let made = |to: &str| fs::read_dir(folder.join(to)).unwrap().count();
    // Each has a note: a JPEG holds 8 bits. A pipe that a pattern meets is no picture.
    let output = run(&["*.png", "--out-dir", "notes", "--format", "jpg"], Stdio::null(), full());
    assert_eq!((output.status.code(), made("notes")), (Some(0), 3));
    assert_eq!(run(&["none.png", "out.png"], Stdio::null(), full()).status.code(), Some(1));
    let output = run(&["*.png", "--out-dir", "json", "--json"], full(), Stdio::piped());
    assert_eq!((output.status.code(), made("json")), (Some(1), 3));
    assert!(err(&output).contains("filters: standard output: No space left"), "{}", err(&output));
    for program in [env!("CARGO_BIN_EXE_filters"), env!("CARGO_BIN_EXE_dnn")] {
        for asked in ["--help", "-h", "--version", "help", "man"] {
            let output = Command::new(program).arg(asked).stdout(full()).output().unwrap();
            assert!(err(&output).contains("standard output: No space left"), "{asked}: {}", err(&output));
            assert_eq!(output.status.code(), Some(1), "{asked}");
        }
    }
    // Root may open every folder.
    fs::set_permissions(folder.join("shut/in"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read_dir(folder.join("shut/in")).is_err() {
        let output = run(&["shut", "--recursive", "--out-dir", "rest"], Stdio::null(), Stdio::piped());
        assert_eq!((output.status.code(), made("rest")), (Some(1), 1));
        assert!(err(&output).contains("shut/in: cannot be read"), "{}", err(&output));
    }
}
