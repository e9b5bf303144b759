//! A small labelled set, in each of the containers that data sets come in.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};

use super::npz::{archive, npy};

/// Pixels `[n, 4, 4]` and labels of both parts, sorted by label.
pub(crate) struct Set {
    pub(crate) train: (Vec<u8>, Vec<u8>),
    pub(crate) test: (Vec<u8>, Vec<u8>),
}

/// Three classes, told by which rows are light.
pub(crate) fn set() -> Set {
    let part = |of_each: usize, from: usize| {
        let labels: Vec<u8> = (0..3 * of_each).map(|at| (at / of_each) as u8).collect();
        let pixel = |at: usize, label: u8, place: usize| {
            let noise = ((at + from) * 31 + place * 17) % 90;
            if place / 4 == usize::from(label) { 255 - noise } else { noise }
        };
        let pixels = labels.iter().enumerate().flat_map(|(at, &label)| (0..16).map(move |place| pixel(at, label, place) as u8));
        (pixels.collect(), labels)
    };
    Set { train: part(8, 0), test: part(3, 100) }
}

impl Set {
    fn parts(&self) -> [(&str, &str, &(Vec<u8>, Vec<u8>)); 2] {
        [("train", "train", &self.train), ("test", "t10k", &self.test)]
    }

    /// Writes the set in each container; gives the paths and what they are.
    pub(crate) fn write_all(&self, folder: &Path) -> Vec<(PathBuf, &'static str)> {
        let at = |name: &str| folder.join(name);
        for name in ["idx", "tables", "pictures"] {
            fs::create_dir(at(name)).unwrap();
        }
        let mut arrays = Vec::new();
        for (part, idx, (pixels, labels)) in self.parts() {
            let n = labels.len();
            arrays.push((format!("x_{part}"), npy("'|u1'", false, &format!("({n}, 4, 4)"), pixels)));
            arrays.push((format!("y_{part}"), npy("'|u1'", false, &format!("({n},)"), labels)));
            let images = [&[0, 0, 8, 3, 0, 0, 0, n as u8, 0, 0, 0, 4, 0, 0, 0, 4][..], pixels].concat();
            fs::write(at("idx").join(format!("{idx}-images-idx3-ubyte")), images).unwrap();
            let packed = File::create(at("idx").join(format!("{idx}-labels-idx1-ubyte.gz"))).unwrap();
            let mut packed = GzEncoder::new(packed, Compression::default());
            packed.write_all(&[&[0, 0, 8, 1, 0, 0, 0, n as u8][..], labels].concat()).unwrap();
            packed.finish().unwrap();
            let row = |(pixels, label): (&[u8], &u8)| {
                let fields: Vec<String> = [label].into_iter().chain(pixels).map(ToString::to_string).collect();
                fields.join(",") + "\n"
            };
            let rows: String = pixels.chunks(16).zip(labels).map(row).collect();
            fs::write(at("tables").join(format!("digits_{part}.csv")), rows).unwrap();
            for (at_all, (pixels, label)) in pixels.chunks(16).zip(labels).enumerate() {
                let class = at("pictures").join(part).join(label.to_string());
                fs::create_dir_all(&class).unwrap();
                let picture = image::GrayImage::from_raw(4, 4, pixels.to_vec()).unwrap();
                picture.save(class.join(format!("{at_all:03}.png"))).unwrap();
            }
        }
        let arrays: Vec<(&str, Vec<u8>)> = arrays.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
        archive(&at("set.npz"), &arrays);
        vec![(at("set.npz"), "npz"), (at("idx"), "idx"), (at("tables"), "csv"), (at("pictures"), "pictures")]
    }
}
