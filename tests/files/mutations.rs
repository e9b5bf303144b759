//! Damaged files of every format that is read: an error in one line or a result, never a panic.
//!
//! A few seconds by default, in this process. `GLASSBOX_MUTATIONS=10000 cargo test --release --test glassbox mutations`
//! makes as many files and gives them to the real programs, under limits of time and memory.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use glassbox_dnn::training::{Data, Plan, Session, Settings};
use glassbox_dnn::{Model, Net, Shape};
use glassbox_formats::data;
use glassbox_formats::npz::{self, Array, Npz};
use glassbox_formats::safetensors::{self, SafeTensors};
use glassbox_formats::{Error, Packing, Picture, Pixels, PngRows, decode_picture, write_picture};
use glassbox_kernels::filters::{parse, parse_matrix};
use glassbox_tensor::Tensor;
use wait4::Wait4;

use crate::support::mutations::{Random, mend_png, mend_zip, mutated};
use crate::support::pictures::{image8, image16};
use crate::support::programs::{bars, dnn, done, text};

/// Damaged files of each sample by default.
const EACH: usize = 60;

/// A suffix for each picture format that is written; all of them are read.
const PICTURES: [&str; 10] = ["png", "jpg", "gif", "bmp", "tif", "webp", "pgm", "ppm", "qoi", "tga"];

/// A whole file, and how its checksums are mended.
struct Sample {
    bytes: Vec<u8>,
    suffix: &'static str,
    mend: fn(&mut [u8]),
}

impl Sample {
    fn read(path: &Path, suffix: &'static str) -> Self {
        let mend: fn(&mut [u8]) = match suffix {
            "png" => mend_png,
            "npz" => mend_zip,
            _ => |_| {},
        };
        Self { bytes: fs::read(path).unwrap(), suffix, mend }
    }

    /// Damaged, with its checksums mended in half of the cases.
    fn damaged(&self, random: &mut Random) -> Vec<u8> {
        let mut bytes = mutated(&self.bytes, random);
        if random.below(2) == 0 {
            (self.mend)(&mut bytes);
        }
        bytes
    }
}

fn pictures(folder: &Path) -> Vec<Sample> {
    let mut samples = Vec::new();
    for suffix in PICTURES {
        for pixels in [Pixels::U8(image8(3)), Pixels::U16(image16(1)), Pixels::U8(image8(4))] {
            let path = folder.join(format!("whole.{suffix}"));
            if write_picture(&path, Picture::from(pixels), Packing::default()).is_ok() {
                samples.push(Sample::read(&path, suffix));
            }
        }
    }
    samples
}

/// Numbers of every type, and a text.
fn arrays() -> Vec<(String, Array)> {
    let bytes = Tensor::from_vec([2, 3], vec![1u8, 2, 3, 4, 5, 6]).unwrap().into_dyn();
    let reals = bytes.map(f32::from);
    vec![
        ("x".into(), Array::U8(bytes)),
        ("y".into(), Array::F64(reals.map(f64::from))),
        ("w".into(), Array::F32(reals)),
        ("t".into(), Array::Text("input 4 | dense 3".into())),
    ]
}

/// A message in one line that begins with the file's name.
fn check(name: &str, error: &Error) {
    let message = error.to_string();
    assert!(message.starts_with(name) && !message.contains('\n') && message.len() > name.len() + 2, "{message:?}");
}

fn each(sample: &Sample, seed: u64, mut try_it: impl FnMut(&[u8])) {
    let mut random = Random(seed);
    (0..EACH).for_each(|_| try_it(&sample.damaged(&mut random)));
}

#[test]
fn damaged_pictures_are_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (seed, sample) in pictures(folder.path()).iter().enumerate() {
        let path = folder.path().join(format!("in.{}", sample.suffix));
        each(sample, seed as u64, |bytes| {
            if let Err(error) = decode_picture(bytes, "picture", true) {
                check("picture", &error);
            }
            fs::write(&path, bytes).unwrap();
            // Read row by row, if it can be.
            if let Some(mut rows) = PngRows::open(&path, true) {
                let (height, width, channels) = rows.shape;
                let line = width * channels;
                let mut read = || {
                    if rows.is_u16 { rows.read_u16(&mut vec![0; line]) } else { rows.read_u8(&mut vec![0; line]) }
                };
                if let Some(error) = (0..height.min(100)).find_map(|_| read().err()) {
                    check(text(&path), &error);
                }
            }
        });
    }
}

#[test]
fn damaged_arrays_are_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("whole");
    npz::write(&path, &arrays()).unwrap();
    each(&Sample::read(&path, "npz"), 1, |bytes| match Npz::new(Cursor::new(bytes), "file") {
        Err(error) => check("file", &error),
        Ok(mut archive) => {
            for name in archive.names() {
                let read = archive.read::<f32>(&name).map(drop).and(archive.read_text(&name).map(drop));
                let halves = archive.read_halves(&name).map(drop);
                [read, halves].iter().filter_map(|read| read.as_ref().err()).for_each(|error| check("file", error));
            }
        }
    });
    safetensors::write(&path, &arrays(), &[("model".into(), "input 4 | dense 3".into())]).unwrap();
    each(&Sample::read(&path, "safetensors"), 2, |bytes| match SafeTensors::new(Cursor::new(bytes), "file") {
        Err(error) => check("file", &error),
        Ok(mut file) => {
            for name in file.names() {
                let _ = (file.read::<f32>(&name), file.read::<u8>(&name), file.read_halves(&name));
            }
        }
    });
}

/// Two pictures of 3×2 in every container of one file, and the labels of the IDX pair.
fn data_sets(folder: &Path) -> Vec<(PathBuf, Sample)> {
    let sample = |bytes: &[u8], suffix| Sample { bytes: bytes.to_vec(), suffix, mend: |_| {} };
    let csv = b"label,pixel0,pixel1,pixel2,pixel3\n1,0,128,255,7\n0,9,8,7,6\n";
    let pictures = b"\0\0\x08\x03\0\0\0\x02\0\0\0\x03\0\0\0\x02abcdefABCDEF";
    let labels = folder.join("t10k-labels-idx1-ubyte");
    fs::write(&labels, b"\0\0\x08\x01\0\0\0\x02\x01\0").unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(csv).unwrap();
    let npz = Sample::read(&bars(folder), "npz");
    vec![
        (folder.join("set.csv"), sample(csv, "csv")),
        (folder.join("set.csv.gz"), sample(&packed.finish().unwrap(), "gz")),
        (folder.join("t10k-images-idx3-ubyte"), sample(pictures, "idx")),
        (folder.join("set.npz"), npz),
    ]
}

#[test]
fn damaged_data_sets_are_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (seed, (path, sample)) in data_sets(folder.path()).iter().enumerate() {
        fs::write(path, &sample.bytes).unwrap();
        data::open(path).unwrap();
        each(sample, seed as u64, |bytes| {
            fs::write(path, bytes).unwrap();
            if let Err(error) = data::open(path) {
                assert!(!error.to_string().contains('\n'), "{error}");
            }
        });
    }
}

/// A data set, a model in both formats, and a folder with one checkpoint.
fn nets(folder: &Path) -> [PathBuf; 4] {
    let data = bars(folder);
    let flags = ["train", "--data", text(&data), "--layers", NET, "--epochs", "1", "--checkpoint", "kept", "--quiet"];
    done(dnn(folder, &flags));
    done(dnn(folder, &["export", "model.npz", "model.safetensors"]));
    let checkpoint = fs::read_dir(folder.join("kept")).unwrap().next().unwrap().unwrap().path();
    [data, folder.join("model.npz"), folder.join("model.safetensors"), checkpoint]
}

const NET: &str = "conv 2 3x3 | batch-norm | relu | flatten | dense 3";

#[test]
fn damaged_models_and_checkpoints_are_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [data, npz, safetensors, checkpoint] = nets(folder.path());
    for (path, suffix) in [(&npz, "npz"), (&safetensors, "safetensors")] {
        each(&Sample::read(path, suffix), 3, |bytes| {
            fs::write(path, bytes).unwrap();
            if let Err(error) = Model::load(path) {
                assert!(!error.to_string().contains('\n'), "{error}");
            }
            let mut net = Net::<f32>::from_text(NET, Shape::picture(6, 5, 1)).unwrap();
            let _ = net.initialise_from(path);
        });
    }
    let data = Data::open(&data).unwrap();
    let settings = Settings { layers: Some(NET.into()), epochs: Some(1), ..Settings::default() };
    let plan = Plan::new(&settings, &data).unwrap();
    each(&Sample::read(&checkpoint, "npz"), 4, |bytes| {
        fs::write(&checkpoint, bytes).unwrap();
        let session = Session::new(&plan, &data).with_checkpoints(folder.path().join("kept"), true);
        let _ = session.run(&mut |_| ControlFlow::Break(()));
    });
}

#[test]
fn damaged_texts_are_read_or_refused() {
    let sample = |text: &str| Sample { bytes: text.into(), suffix: "txt", mend: |_| {} };
    let model =
        "conv 6 5x5 same stride 2 groups 1 | as a | relu | max-pool 2 | conv 6 1x1 | flatten | dense 10 | softmax";
    for seed in 0..20 {
        each(&sample(model), seed, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            if let Err(error) = Net::<f32>::from_text(&text, Shape::picture(28, 28, 1)) {
                assert!(!error.to_string().is_empty());
            }
        });
        for label in
            ["median:size=3,border=mirror", "convolve:kernel=0 1 0; 1 -4 1; 0 1 0,divisor=2", "max-pool:size=8"]
        {
            each(&sample(label), seed, |bytes| drop(parse(&String::from_utf8_lossy(bytes))));
        }
        each(&sample("0.5 -1 0; -1 5e3 -1; 0 -1 0"), seed, |bytes| {
            if let Ok(rows) = parse_matrix(&String::from_utf8_lossy(bytes)) {
                assert!(rows.iter().flatten().all(|number| number.is_finite()));
            }
        });
    }
}

/// Most bytes of memory that a program may hold at a time.
const MOST_BYTES: u64 = 512_000_000;

/// With `GLASSBOX_MUTATIONS=N`: N files to the programs, each under a limit of 5 s and of memory.
#[cfg(unix)]
#[test]
fn the_programs_hold_against_many_damaged_files() {
    let Some(count) = std::env::var("GLASSBOX_MUTATIONS").ok().and_then(|count| count.parse::<usize>().ok()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let [data, npz, safetensors, checkpoint] = nets(folder);
    let mut samples: Vec<_> = pictures(folder).into_iter().map(|sample| (sample, "picture")).collect();
    for (path, suffix, what) in [
        (&npz, "npz", "model"),
        (&safetensors, "safetensors", "model"),
        (&data, "npz", "data"),
        (&checkpoint, "npz", "checkpoint"),
    ] {
        samples.push((Sample::read(path, suffix), what));
    }
    let mut random = Random(std::env::var("GLASSBOX_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0));
    let (work, mut most) = (folder.join("work"), 0);
    for number in 0..count {
        let (sample, what) = &samples[random.below(samples.len())];
        let input = format!("in.{}", sample.suffix);
        let damaged = sample.damaged(&mut random);
        let _ = fs::remove_dir_all(&work);
        fs::create_dir_all(work.join("kept")).unwrap();
        fs::write(work.join("out.png"), "old").unwrap();
        let train = ["train", "--layers", NET, "--epochs", "1", "--quiet", "--model", "out.png"];
        let (program, arguments) = match *what {
            "picture" => (env!("CARGO_BIN_EXE_filters"), vec!["median", &input, "out.png"]),
            "model" => (env!("CARGO_BIN_EXE_dnn"), vec!["inspect", &input, "--out", "out.png"]),
            "data" => (env!("CARGO_BIN_EXE_dnn"), [&train[..6], &["--data", &input, "--model", "new.npz"]].concat()),
            _ => {
                let resume = ["--data", text(&data), "--checkpoint", "kept", "--resume", "--model", "new.npz"];
                (env!("CARGO_BIN_EXE_dnn"), [&train[..6], &resume].concat())
            }
        };
        let place = if *what == "checkpoint" {
            PathBuf::from("kept").join(checkpoint.file_name().unwrap())
        } else {
            input.clone().into()
        };
        fs::write(work.join(place), &damaged).unwrap();
        let mut timed = Command::new("timeout");
        timed.current_dir(&work).args(["5", program]).args(&arguments).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = timed.spawn().unwrap();
        let mut said = Vec::new();
        child.stderr.take().unwrap().read_to_end(&mut said).unwrap();
        let said = String::from_utf8_lossy(&said);
        let ended = child.wait4().unwrap();
        most = most.max(ended.rusage.maxrss);
        let keep = || {
            let kept = std::env::temp_dir().join(format!("glassbox-mutation-{number}.{}", sample.suffix));
            fs::write(&kept, &damaged).unwrap();
            format!("{what} {} with {arguments:?}: {:?} {said}", kept.display(), ended.status.code())
        };
        assert!(matches!(ended.status.code(), Some(0 | 1)), "{}", keep());
        assert!(ended.rusage.maxrss <= MOST_BYTES, "{} bytes of memory: {}", ended.rusage.maxrss, keep());
        let told: Vec<_> = said.lines().filter(|line| !line.starts_with("note: ")).collect();
        assert!(!said.contains("panicked"), "{}", keep());
        let mut left: Vec<_> = fs::read_dir(&work).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.retain(|name| ![input.as_str(), "out.png", "kept"].iter().any(|known| name == known));
        if ended.status.code() == Some(1) {
            assert!(told.len() == 1 && left.is_empty(), "{left:?} {}", keep());
            assert!(fs::read(work.join("out.png")).unwrap() == b"old", "{}", keep());
        }
    }
    println!("{count} files, at most {most} bytes of memory");
}
