//! Picture files as Pillow reads them: data/golden/pictures.py says how they were made.

use glassbox_formats::npz::Npz;
use glassbox_formats::{Pixels, decode_picture};

#[test]
fn pictures_are_read_as_by_another_reader() {
    let mut goldens = Npz::open("data/golden/pictures.npz".as_ref()).unwrap();
    let names: Vec<_> =
        goldens.names().iter().filter_map(|name| name.strip_suffix("/file").map(String::from)).collect();
    assert!(names.len() > 25, "{names:?}");
    for name in names {
        let file = goldens.read::<u8>(&format!("{name}/file")).unwrap();
        let right = goldens.read::<u8>(&format!("{name}/pixels")).unwrap();
        let found = decode_picture(file.as_slice(), &name, true).unwrap().pixels;
        let Pixels::U8(found) = found else { panic!("{name}: 8 bits") };
        assert_eq!(found.shape(), right.shape(), "{name}");
        // Decoders of JPEG round and interpolate differently.
        let most = if name.starts_with("jpeg") { 12 } else { 0 };
        let differences = found.as_slice().iter().zip(right.as_slice()).map(|(a, b)| a.abs_diff(*b));
        let (largest, sum) = differences.fold((0, 0), |(most, sum), d| (d.max(most), sum + u64::from(d)));
        assert!(largest <= most, "{name}: {largest}");
        assert!(sum <= found.len() as u64, "{name}: {sum} in all");
    }
}
