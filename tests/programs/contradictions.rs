//! Contradicting flags and files, and pictures that are too large.

use std::fs;

use crate::support::programs::filters;
use crate::support::programs::{refused, small_picture};

#[test]
fn parameters_and_files_that_contradict_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    small_picture(folder);
    fs::create_dir(folder.join("there")).unwrap();
    let cases: [(&[&str], &str); 24] = [
        (&["chain", "sobel |", "in.png", "out.png"], "chain, operator 2: an operator is missing"),
        (&["chain", "median:size", "in.png", "out.png"], "median: size has no value; size=VALUE is needed"),
        (&["chain", "SOBEL", "in.png", "out.png"], "unknown operator \"SOBEL\"; did you mean sobel?"),
        (&["convolve", "in.png", "out.png", "--kernel", ""], "row 1 is empty"),
        (&["convolve", "in.png", "out.png", "--kernel", "1;;2"], "row 2 is empty"),
        (&["convolve", "in.png", "out.png", "--flip", "no"], "a switch is set with =, as in --flip=no"),
        (&["convolve", "in.png", "out.png", "--normalize", "--divisor", "3"], "divisor is not used with normalize=yes"),
        (&["convolve", "in.png", "out.png", "--channels", "r"], "channels is not used with gimp=no"),
        (&["convolve", "in.png", "out.png", "--gimp", "--signed", "offset"], "signed is not used with gimp=yes"),
        (&["convolve", "in.png", "out.png", "--border", "white"], "black and white with gimp only"),
        (&["convolve", "in.png", "out.png", "--divisor", "1e-300"], "--divisor 1e-300: expected any number but 0"),
        (
            &["sobel", "in.png", "out.png", "--direction", "x", "--combine", "max"],
            "combine is not used with direction=x",
        ),
        (&["mixed-pool", "in.png", "out.png", "--seed", "1"], "seed is not used with draw=no"),
        (&["stochastic-pool", "in.png", "out.png", "--form", "test", "--seed", "1"], "seed is not used with form=test"),
        (&["blur", "in.png", "-", "--format", "png", "--json"], "--json: standard output is the picture's with OUT -"),
        (&["blur", "*.jpg", "out.png"], "*.jpg: is no file; patterns need --out-dir DIR"),
        (&["compare", "in.png", "-"], "-: standard output has the numbers; the sheet needs a file"),
        (&["animate", "-"], "-: a moving picture goes into a file"),
        (&["emboss", "in.png", "out.png", "--elevation", "9"], "elevation is not used with method=shadow"),
        (&["blur", "in.png", "there"], "there: is a folder; --out-dir there writes into it"),
        (&["blur", "in.png", "out.png", "--format", "jpg"], "--format: found \"jpg\" with OUT out.png"),
        (&["blur", "in.png", "out.png", "--quality", "9"], "--quality: is for JPEG files, and none is written"),
        (
            &["blur", "in.png", "--out-dir", "d", "--format", "bmp", "--compression", "9"],
            "--compression: is for PNG files",
        ),
        (&["compare", "in.png", "out.png", "--size", "6"], "--size: found 6; in.png has 4×5 pixels"),
    ];
    for (arguments, expected) in cases {
        refused(filters(folder, arguments), 2, &[expected]);
        assert!(!folder.join("out.png").exists() && !folder.join("d").exists());
    }
    let many = ["999999.125"; 31].join(" ");
    let [matrix, kernel] = [31, 12].map(|rows| vec![&many[..11 * rows - 1]; rows].join("; "));
    let animate = ["animate", "out.gif", "--matrix", &matrix, "--kernel", &kernel];
    refused(filters(folder, &animate), 2, &["frames of ", "at most 8000000 pixels are allowed"]);
    assert!(!folder.join("out.gif").exists());
    fs::copy(folder.join("in.png"), folder.join("in.gif")).unwrap();
    refused(filters(folder, &["animate", "in.gif", "--picture", "in.gif"]), 2, &["in.gif: is both --picture and OUT"]);
    // Pictures between operators need memory as well.
    let wide = ["pixel-pyramid-pool:sizes=1 1 1 1 1 1 1 1 1 1"; 9].join(" | ") + " | global-pool";
    let message =
        "in.png: pixel-pyramid-pool: would make 400000000×5 pixels (6000000000 bytes); at most 1073741824 bytes";
    refused(filters(folder, &["chain", &wide, "in.png", "out.png"]), 1, &[message]);
    // A format that agrees is no contradiction.
    assert!(filters(folder, &["blur", "in.png", "out.jpg", "--format", "jpeg", "--quality", "9"]).status.success());
}
