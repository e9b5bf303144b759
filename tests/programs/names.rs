//! Names of files: not UTF-8, with control characters, long, links, and the same file under several names.

use std::fs;
use std::path::Path;

use glassbox_formats::{Pixels, read_picture};

use crate::support::pictures::{noise, write};
use crate::support::programs::{dnn, done, err, filters, out, refused, small_picture};

fn picture(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    write(path, Pixels::U8(noise(6, 5, 3, |n| n as u8)));
}

#[cfg(unix)]
#[test]
fn names_need_not_be_utf8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let at = |name: &[u8]| folder.join(OsStr::from_bytes(name));
    picture(&at(b"g/a.png"));
    fs::write(at(b"g/caf\xe9.txt"), "no picture").unwrap();
    done(filters(folder, &["blur", "g/*.png", "--out-dir", "o"]));
    assert_eq!(read_picture(&at(b"o/a.png"), true).unwrap().pixels.dim(), (6, 5, 3));
    // IN, OUT, folders.
    fs::copy(at(b"g/a.png"), at(b"\xff.png")).unwrap();
    let run = |arguments: &[&[u8]]| {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_filters"));
        let output = program.current_dir(folder).args(arguments.iter().map(|name| OsStr::from_bytes(name))).output();
        done(output.unwrap())
    };
    run(&[b"blur", b"\xff.png", b"\xfe.png"]);
    run(&[b"blur", b"\xff*.png", b"--out-dir", b"\xfd/deep"]);
    fs::create_dir(at(b"tree")).unwrap();
    fs::rename(at(b"g"), at(b"tree/\xfc")).unwrap();
    let told = run(&[b"blur", b"tree", b"--recursive", b"--out-dir", b"made", b"--json"]);
    assert!(told.contains("\"event\":\"filter\""), "{told}");
    for name in [&b"\xfe.png"[..], b"\xfd/deep/\xff.png", b"made/\xfc/a.png"] {
        assert_eq!(read_picture(&at(name), true).unwrap().pixels.dim(), (6, 5, 3));
    }
    assert!(run(&[b"info", b"\xff.png"]).starts_with("\\xff.png: 5×6"));
}

#[cfg(unix)]
#[test]
fn names_reach_no_terminal_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let evil = "e\u{1b}]0;\u{7}vil\n.png";
    fs::write(folder.join(evil), "no picture").unwrap();
    fs::write(folder.join("\u{9b}31m.txt"), "no picture").unwrap();
    small_picture(folder);
    done(dnn(folder, &["train", "--epochs", "1", "--quiet"]));
    let cases: [(&[&str], i32); 7] = [
        (&["sobel", evil, "out.png"], 1),
        (&["sobel", "in.png", evil, "--format", "jpg"], 2),
        (&["sobel", ".", "--recursive", "--out-dir", "o", "--verbose"], 1),
        (&["info", evil], 1),
        (&["compare", "in.png", "e\u{1b}vil"], 2),
        (&["chain", "e\u{1b}vil", "in.png", "out.png"], 2),
        (&["e\u{1b}vil"], 2),
    ];
    let outputs = cases.iter().map(|(arguments, code)| (filters(folder, arguments), *code));
    let asked = [(dnn(folder, &["predict", "model.npz", evil]), 1), (dnn(folder, &["eval", evil]), 1)];
    for (output, code) in outputs.chain(asked) {
        let told = out(&output) + &err(&output);
        assert_eq!(output.status.code(), Some(code), "{told:?}");
        assert!(!told.contains(['\u{1b}', '\u{7}', '\u{9b}']) && told.contains("\\u{1b}"), "{told:?}");
    }
    // JSON has escapes of its own.
    let told = out(&filters(folder, &["sobel", evil, "out.png", "--json"]));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&told).unwrap()["in"], evil);
}

#[test]
fn what_is_quoted_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    small_picture(folder);
    let long = "x".repeat(50_000);
    let kernel = "1 ".repeat(30_000);
    let layers = "dense 10 | ".repeat(5_000);
    let chain = format!("sobel:{long}");
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shap': ({}), }}", "1,".repeat(20_000));
    let npy = crate::support::npz::npy("'<f4'", false, &"1,".repeat(20_000), &[]);
    let mut wrong = b"\x93NUMPY\x01\x00".to_vec();
    wrong.extend((header.len() as u16).to_le_bytes());
    wrong.extend(header.as_bytes());
    crate::support::npz::archive(&folder.join("axes.npz"), &[("w_i_h", npy)]);
    crate::support::npz::archive(&folder.join("wrong.npz"), &[("w_i_h", wrong)]);
    crate::support::npz::archive(&folder.join("names.npz"), &[(&long[..60_000.min(long.len())], vec![1])]);
    fs::write(folder.join("long.pgm"), format!("P2\n{long} 3\n255\n1 2 3")).unwrap();
    let mut weights =
        format!("{{\"{long}\":{{\"dtype\":\"{long}\",\"shape\":[1],\"data_offsets\":[0,4]}}}}").into_bytes();
    weights.splice(0..0, (weights.len() as u64).to_le_bytes());
    fs::write(folder.join("long.safetensors"), weights).unwrap();
    let cases: [&[&str]; 14] = [
        &[&long],
        &["help", &long],
        &["sobel", "in.png", "out.png", "--border", &long],
        &["sobel", "in.png", "out.png", &format!("--{long}")],
        &["sobel", &long, "out.png"],
        &["sobel", "in.png", &format!("out.{long}")],
        &["sobel", "in.png", "-", "--format", &long],
        &["sobel", "in.png", "out.png", "--threads", &long],
        &["sobel", &format!("{long}*.png"), "--out-dir", "o"],
        &["convolve", "in.png", "out.png", "--kernel", &kernel],
        &["chain", &chain, "in.png", "out.png"],
        &["compare", "in.png", "out.png", "--methods", &long],
        &["animate", "out.gif", "--matrix", &kernel],
        &["info", "long.pgm"],
    ];
    let nets: [&[&str]; 6] = [
        &["train", "--layers", &layers],
        &["train", "--layers", &long],
        &["eval", "axes.npz"],
        &["eval", "wrong.npz"],
        &["eval", "names.npz"],
        &["eval", "long.safetensors"],
    ];
    let outputs = cases.map(|arguments| filters(folder, arguments)).into_iter();
    for output in outputs.chain(nets.map(|arguments| dnn(folder, arguments))) {
        let told = err(&output);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{told}");
        assert!(told.chars().count() < 1500 && !told.contains("panicked"), "{} characters: {told}", told.len());
    }
}

#[test]
fn no_input_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (index, name) in ["new/2024/x.png", "done/2024/x.png", "a.png", "b.png"].iter().enumerate() {
        fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        write(&folder.join(name), Pixels::U8(noise(4 + index, 4, 1, |n| n as u8)));
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("a.png", folder.join("link.png")).unwrap();
        std::os::unix::fs::symlink("done", folder.join("folder")).unwrap();
        fs::hard_link(folder.join("a.png"), folder.join("hard.png")).unwrap();
    }
    let inputs =
        || ["new/2024/x.png", "done/2024/x.png", "a.png", "b.png"].map(|name| fs::read(folder.join(name)).unwrap());
    let before = inputs();
    let mut cases: Vec<(&[&str], &str)> = vec![
        (
            &["--recursive", "new", "done/2024/x.png", "--out-dir", "done"],
            "done/2024/x.png: is both an input and an output",
        ),
        (
            &["--recursive", "new", "done/2024/x.png", "--out-dir", "done", "--in-place"],
            "done/2024/x.png: is both an input and",
        ),
        (&["a.png", "./a.png"], "./a.png: is both IN and OUT; --in-place allows that"),
        (&["a.png", "--out-dir", "new/.."], "new/../a.png: is both IN and OUT"),
        (&["new/2024/x.png", "done/2024/x.png", "--out-dir", "o"], "would both be written to o/x.png"),
    ];
    #[cfg(unix)]
    cases.extend([
        (&["a.png", "link.png"][..], "link.png: is both IN and OUT"),
        (&["a.png", "hard.png"], "hard.png: is both IN and OUT"),
        (&["link.png", "hard.png"], "hard.png: is both IN and OUT"),
        (&["new/2024/x.png", "done/2024/x.png", "--out-dir", "folder/2024"], "would both be written to"),
        (&["--recursive", "new", "done/2024/x.png", "--out-dir", "folder"], "folder/2024/x.png: is an output, and"),
    ]);
    for (arguments, expected) in cases {
        let output = filters(folder, &[&["max-pool", "--size", "1"], arguments].concat());
        refused(output, 2, &[expected]);
        assert!(inputs() == before && !folder.join("o").exists(), "{arguments:?}");
    }
    refused(filters(folder, &["compare", "a.png", "./a.png"]), 2, &["is both IN and OUT"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("a.png", folder.join("link.gif")).unwrap();
        refused(
            filters(folder, &["animate", "--picture", "a.png", "--side", "4", "link.gif"]),
            2,
            &["is both --picture"],
        );
        // One picture under three names is made once for each name that it is written under.
        done(filters(folder, &["gray", "a.png", "./a.png", "done/../a.png", "link.png", "--out-dir", "o"]));
        assert_eq!(fs::read_dir(folder.join("o")).unwrap().count(), 2);
    }
    assert!(inputs() == before);
    done(filters(folder, &["gaussian", "a.png", "a.png", "--in-place"]));
    done(filters(folder, &["gaussian", "b.png", "--out-dir", ".", "--in-place"]));
    assert!(inputs()[2..] != before[2..] && inputs()[..2] == before[..2]);
}

#[cfg(unix)]
#[test]
fn what_is_passed_over_is_named() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    picture(&folder.join("in/deep/a.png"));
    picture(&folder.join("other/b.png"));
    for (target, link) in [("..", "in/deep/round"), ("../other", "in/album"), ("self", "in/self")] {
        symlink(target, folder.join(link)).unwrap();
    }
    for name in ["1.txt", "2.txt", "3.txt", "4.txt"] {
        fs::write(folder.join("in").join(name), "").unwrap();
    }
    let run =
        |more: &[&str]| err(&filters(folder, &[&["blur", "in", "--recursive", "--out-dir", "out"], more].concat()));
    let told = run(&[]);
    let expected = "note: passed over: 5 without the suffix of a picture (in/1.txt, in/2.txt, in/3.txt, …); \
                    2 links to folders (in/album, in/deep/round)\n";
    assert!(told.contains(expected), "{told}");
    assert!(run(&["--verbose"]).contains("in/4.txt, in/self)"), "{told}");
    assert!(folder.join("out/deep/a.png").exists() && fs::read_dir(folder.join("out")).unwrap().count() == 1);
    // A link that is given is followed.
    done(filters(folder, &["blur", "in/album", "--recursive", "--out-dir", "album"]));
    assert!(folder.join("album/b.png").exists());
}

#[test]
fn help_suggests_the_nearest_name() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["sobl"][..], &["help", "sobl"], &["--quiet", "help", "sobl"]] {
        refused(filters(folder.path(), arguments), 2, &["a similar subcommand exists: 'sobel'"]);
    }
    for arguments in [&["trian"][..], &["help", "trian"]] {
        refused(dnn(folder.path(), arguments), 2, &["a similar subcommand exists: 'train'"]);
    }
    assert!(done(filters(folder.path(), &["help", "sobel"])).contains("--border"));
}
