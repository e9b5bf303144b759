//! `filters` from file to file: rows one after the other, metadata, alpha, packing.

use std::fs;

use glassbox_formats::{Pixels, PngRows, read_picture};
use glassbox_kernels::filters::parse;
use glassbox_kernels::{Engine, Error, Filter};
use glassbox_tensor::Image;

use crate::support::pictures::{noise, write};
use crate::support::programs::{data, done, err, filters, text};

fn chain(labels: &[&str]) -> Vec<Filter> {
    labels.iter().map(|label| parse(label).unwrap()).collect()
}

/// Streams a picture through a chain. Returns the output and how often the rows were read; each must have been.
fn streamed(filters: &[Filter], picture: &Image<u8>, kept_bytes: usize) -> Result<(Vec<u8>, usize), Error> {
    let (line, mut next, mut looks, mut made) = (picture.line_length(), 0, 0, Vec::new());
    let read = |first: usize, rows: &mut [u8]| {
        assert!(first == next || first == 0, "row {first} after row {next}");
        rows.copy_from_slice(&picture.as_slice()[first * line..][..rows.len()]);
        next = first + rows.len() / line;
        looks += usize::from(first == 0);
        Ok(())
    };
    let write = |rows: &[u8]| {
        made.extend_from_slice(rows);
        Ok(())
    };
    let keep_alpha = picture.channels() == 4;
    Engine { kept_bytes, keep_alpha, ..Engine::default() }.stream::<u8, Error>(filters, picture.dim(), read, write)?;
    assert_eq!(next, picture.height(), "rows were read");
    Ok((made, looks))
}

#[test]
fn rows_are_read_again_only_where_that_is_needed() {
    for (labels, looks) in [
        (&["sobel", "max-pool", "median"] as &[&str], 1),
        (&["blur:border=wrap"], 2),
        (&["blur:border=wrap", "median:border=wrap", "roberts:border=wrap"], 2),
        (&["blur:border=wrap", "median", "roberts:border=wrap"], 3),
        (&["genetic-pool"], 2),
        (&["superpixel-pool"], 12),
        (&["superpixel-pool", "pixel-pyramid-pool:border=wrap"], 13),
        (&["pyramid-pool", "superpixel-pool"], 1),
    ] {
        for channels in [1, 4] {
            let (filters, picture) = (chain(labels), noise(60, 50, channels, |n| n as u8));
            assert_eq!(streamed(&filters, &picture, 0).unwrap().1, looks, "{labels:?}, {channels} channels");
            assert_eq!(streamed(&filters, &picture, 60 * 50 * channels).unwrap().1, 1, "{labels:?}, kept");
        }
    }
}

#[test]
fn rows_one_after_the_other_make_the_same_picture() {
    let chains: [&[&str]; 28] = [
        &[],
        &["sharpen"],
        &["median:size=3", "sobel", "avg-pool:size=4"],
        &["avg-pool:size=2,stride=5", "blur:size=4,border=crop"],
        &["median:size=31,border=mirror"],
        &["gaussian:sigma=3,border=reflect", "roberts:border=zero", "max-pool:size=3"],
        &["gray", "noise:seed=4", "stochastic-pool:size=3"],
        &["min-pool:size=7,stride=3"],
        &["convolve:kernel=1; 2; 3; 4,divisor=10"],
        &["convolve:kernel=1 2 1; 2 4 2; 1 2 0,gimp=yes,border=reflect", "gray"],
        &["pixel-pyramid-pool:sizes=2 9 6,reduce=mean,border=mirror", "max-pool:size=5"],
        &["sobel", "edge-pyramid-pool:sizes=1 4 8,threshold=0.3"],
        &["adaptive-pool:height=3,width=900", "blur"],
        &["adaptive-pool:height=1500,width=4,reduce=mean", "max-pool"],
        &["median", "fractional-pool:ratio=1.3,overlap=yes,reduce=mean", "sobel:border=reflect"],
        &["blur", "global-pool:reduce=mean"],
        &["pyramid-pool:levels=3 1 7", "sharpen", "fractional-pool:draw=random", "fractional-pool:ratio=3"],
        &["roi-pool:y=179,x=20,bins=4,width=100", "erode"],
        &["blur:border=wrap"],
        &["roberts:border=wrap", "median:size=7,border=wrap", "max-pool", "dilate:border=wrap,size=4"],
        &[
            "sobel",
            "median:size=1,border=wrap",
            "convolve:kernel=1; 2; 0; 4,divisor=7,border=wrap",
            "adaptive-pool:height=2",
        ],
        &["convolve:gimp=yes,border=wrap", "gaussian:border=wrap"],
        &["pixel-pyramid-pool:sizes=4 2,border=wrap", "sharpen"],
        &["edge-pyramid-pool:sizes=1 40,threshold=0.5", "pixel-pyramid-pool:sizes=51"],
        &["genetic-pool:size=3", "blur"],
        &["blur:border=wrap", "genetic-pool:size=2,seed=3", "genetic-pool"],
        &["superpixel-pool:segments=30"],
        &["fractional-pool:draw=random,seed=4", "superpixel-pool:segments=9,compactness=2", "erode:border=wrap"],
    ];
    for labels in chains {
        let filters = chain(labels);
        // The large ones are little more than the 1 MiB that is read at a time.
        for (height, width, channels) in [(1, 300, 1), (40, 40, 3), (370, 3001, 1), (180, 2000, 3)] {
            let picture = noise(height, width, channels, |n| n as u8);
            let (expected, found) = (Engine::default().run(&filters, &picture), streamed(&filters, &picture, 0));
            match expected {
                Ok(expected) => assert!(found.unwrap().0 == expected.as_slice(), "{labels:?} {height}"),
                Err(error) => assert_eq!(found, Err(error), "{labels:?}"),
            }
        }
    }
    // Rows longer than one read, and far more regions than columns.
    let odd: [(&[&str], _); 2] = [
        (&["blur:size=5", "median", "fractional-pool:ratio=3"], (30, 1_200_000, 1)),
        (&["adaptive-pool:height=1,width=900,reduce=mean"], (9000, 1, 4)),
    ];
    for (labels, (height, width, channels)) in odd {
        let (filters, picture) = (chain(labels), noise(height, width, channels, |n| n as u8));
        let expected = Engine::default().run(&filters, &picture).unwrap();
        assert!(streamed(&filters, &picture, 0).unwrap().0 == expected.as_slice(), "{labels:?}");
    }
    let spectral = chain(&["blur", "spectral-pool"]);
    let refused = Engine::default().stream::<u8, Error>(&spectral, (5, 5, 1), |_, _| Ok(()), |_| Ok(()));
    assert_eq!(refused, Err(Error::NotByRows { operator: "spectral-pool".into() }));
}

#[test]
fn a_png_row_by_row_is_the_picture_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (png, tiff) = (folder.path().join("in.png"), folder.path().join("in.tif"));
    let grey16 = Pixels::U16(noise(75, 200, 1, |n| n as u16));
    let pictures = [Pixels::U8(noise(150, 250, 1, |n| n as u8)), Pixels::U8(noise(99, 77, 3, |n| n as u8)), grey16];
    for pixels in pictures {
        write(&png, pixels.clone());
        write(&tiff, pixels.clone());
        assert!(PngRows::open(&png, true).is_some(), "is read row by row");
        assert_eq!(read_picture(&png, true).unwrap().pixels, pixels);
        // The second chain must read the picture more than once.
        for chain in ["median:size=3 | sobel | avg-pool:size=4", "blur:border=wrap | genetic-pool | superpixel-pool"] {
            for threads in ["1", "2", "3"] {
                for input in ["in.png", "in.tif"] {
                    let output = format!("{input}.{threads}.png");
                    done(filters(folder.path(), &["chain", chain, input, &output, "--threads", threads]));
                }
            }
            let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
            for name in ["in.png.2.png", "in.png.3.png", "in.tif.1.png", "in.tif.2.png"] {
                assert!(bytes(name) == bytes("in.png.1.png"), "{name}: the same file, byte for byte");
            }
        }
    }
}

#[test]
fn a_large_png_is_read_again_where_its_ends_meet() {
    let folder = tempfile::tempdir().unwrap();
    // Too large to be kept in memory.
    let (height, width) = (9000, 8000);
    let row = |y: usize| {
        if y == 0 {
            100
        } else if y == height - 1 {
            200
        } else {
            0
        }
    };
    write(&folder.path().join("in.png"), Pixels::U8(Image::from_fn([height, width, 1], |(y, _, _)| row(y))));
    for threads in ["1", "2"] {
        done(filters(folder.path(), &["dilate", "in.png", "out.png", "--border", "wrap", "--threads", threads]));
        let out = read_picture(&folder.path().join("out.png"), true).unwrap().pixels;
        let Pixels::U8(out) = out else { panic!("of 8 bits") };
        for (y, expected) in [(0, 200), (1, 100), (2, 0), (height - 3, 0), (height - 2, 200), (height - 1, 200)] {
            assert!(out.line(y).iter().all(|pixel| *pixel == expected), "row {y}: {expected}");
        }
    }
}

#[test]
fn what_a_png_holds_beside_its_pixels_comes_along() {
    let folder = tempfile::tempdir().unwrap();
    let metadata = read_picture(&data("chelsea.png"), true).unwrap().metadata;
    assert!(metadata.icc.is_some());
    done(filters(folder.path(), &["blur", text(&data("chelsea.png")), "colour.png"]));
    assert_eq!(read_picture(&folder.path().join("colour.png"), true).unwrap().metadata, metadata);
    // A profile for colours does not fit greys.
    for (grey, said) in [
        ("grey.png", "greys cannot use the colour profile, which is for others: left out"),
        ("grey.bmp", "BMP cannot hold a colour profile: left out"),
    ] {
        let output = filters(folder.path(), &["blur", text(&data("chelsea.png")), grey, "--gray"]);
        assert!(err(&output).contains(&format!("{grey}: {said}")), "{}", err(&output));
        let left = read_picture(&folder.path().join(grey), true).unwrap().metadata;
        assert_eq!((left.icc, left.exif), (None, None));
    }
    let output = filters(folder.path(), &["blur", text(&data("chelsea.png")), "colour.bmp"]);
    assert!(err(&output).contains("BMP cannot hold a colour profile: left out"), "{}", err(&output));
}

#[test]
fn transparent_colours_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // A red square on green that is transparent, or nearly: no green may appear.
    let visible = |y: usize, x: usize| (10..20).contains(&y) && (10..20).contains(&x);
    for alpha in [0, 1] {
        let pixel = |y, x| if visible(y, x) { [200, 0, 0, 255] } else { [0, 255, 0, alpha] };
        write(&folder.path().join("in.png"), Pixels::U8(Image::from_fn([30, 30, 4], |(y, x, c)| pixel(y, x)[c])));
        for operator in
            ["blur", "gaussian", "median", "dilate", "sharpen", "avg-pool", "max-pool", "sobel", "spectral-pool"]
        {
            done(filters(folder.path(), &[operator, "in.png", "out.png"]));
            let Pixels::U8(out) = read_picture(&folder.path().join("out.png"), true).unwrap().pixels else {
                panic!("8 bits")
            };
            let greenest = out.as_slice().chunks_exact(4).filter(|pixel| pixel[3] > 99).map(|pixel| pixel[1]).max();
            assert!(greenest <= Some(40 * alpha), "{operator}, alpha {alpha}: {greenest:?}");
        }
    }
}

#[test]
fn gimps_matrix_may_read_transparent_colours() {
    let folder = tempfile::tempdir().unwrap();
    let picture = noise(20, 30, 4, |n| if n & 7 == 0 { 0 } else { (n >> 3) as u8 });
    write(&folder.path().join("in.png"), Pixels::U8(picture.clone()));
    let kernel = ["--kernel", "1 1 1; 1 1 1; 1 1 1"];
    let asked: [(&[&str], &str); 2] = [
        (&["--gimp", "--alpha-weighting=no"], "gimp=yes,alpha-weighting=no"),
        (&["--gimp", "--channels", "ba", "--border", "white"], "gimp=yes,channels=ba,border=white"),
    ];
    for (flags, parameters) in asked {
        let label = format!("convolve:kernel={},{parameters}", kernel[1]);
        done(filters(folder.path(), &[&["convolve", "in.png", "out.png"], &kernel[..], flags].concat()));
        let expected = Engine::default().run(&chain(&[&label]), &picture).unwrap();
        assert_eq!(read_picture(&folder.path().join("out.png"), true).unwrap().pixels, Pixels::U8(expected), "{label}");
    }
}

#[test]
fn packing_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let chelsea = data("chelsea.png");
    let size = |arguments: &[&str], name: &str| {
        done(filters(folder.path(), &[&["sobel", text(&chelsea), name], arguments].concat()));
        fs::metadata(folder.path().join(name)).unwrap().len()
    };
    let pngs = ["0", "2", "6", "7", "8", "9"].map(|level| size(&["--compression", level], "out.png"));
    assert!(pngs[0] > pngs[1] && pngs[1] > pngs[2] && pngs[2..].is_sorted_by(|a, b| a >= b), "{pngs:?}");
    let jpegs = ["20", "90", "100"].map(|quality| size(&["--quality", quality], "out.jpg"));
    assert!(jpegs[0] < jpegs[1] && jpegs[1] < jpegs[2], "{jpegs:?}");
    for wrong in [["--quality", "0"], ["--compression", "10"]] {
        let output = filters(folder.path(), &["blur", text(&chelsea), "out.png", wrong[0], wrong[1]]);
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).contains(wrong[0]), "{}", err(&output));
    }
}
