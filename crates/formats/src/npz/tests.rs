//! Damage to an archive is noticed: zip archives carry checksums.

use std::io::Cursor;

use super::*;

/// Every type that can be written, and an empty array.
fn arrays() -> Vec<(String, Array)> {
    let of = |name: &str, array| (name.to_string(), array);
    vec![
        of("a", Array::F32(Tensor::from_vec([2, 3], vec![1.0, -2.0, 3.5, 0.0, 1e30, -1e-30]).unwrap().into_dyn())),
        of("b", Array::F64(Tensor::from_vec([2], vec![0.1, 1.0]).unwrap().into_dyn())),
        of("c", Array::U8(Tensor::from_vec([3, 2], vec![0, 1, 2, 3, 254, 255]).unwrap().into_dyn())),
        of("d", Array::U16(Tensor::from_vec([0, 4], vec![]).unwrap().into_dyn())),
        of("e", Array::Text("dense 20".into())),
    ]
}

fn stored() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npz");
    write(&path, &arrays()).unwrap();
    std::fs::read(&path).unwrap()
}

/// As NumPy's `savez_compressed` packs it.
fn packed() -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, array) in arrays() {
        archive.start_file(format!("{name}.npy"), SimpleFileOptions::default()).unwrap();
        write_array(&array, &mut archive).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The array `name` of an archive, of the type of `expected`, or why it cannot be read.
fn read_again(bytes: &[u8], name: &str, expected: &Array) -> Result<Array, Error> {
    let mut archive = Npz::new(Cursor::new(bytes), "a.npz")?;
    Ok(match expected {
        Array::U8(_) => Array::U8(archive.read(name)?),
        Array::U16(_) => Array::U16(archive.read(name)?),
        Array::F32(_) => Array::F32(archive.read(name)?),
        Array::F64(_) => Array::F64(archive.read(name)?),
        Array::Text(_) => Array::Text(archive.read_text(name)?),
    })
}

/// How many arrays cannot be read. The others must be unchanged.
fn refused(bytes: &[u8], what: &dyn std::fmt::Display) -> usize {
    let arrays = arrays();
    let refused = arrays.iter().filter(|(name, expected)| match read_again(bytes, name, expected) {
        Ok(found) => {
            assert_eq!(found, *expected, "{name} after {what}");
            false
        }
        Err(error) => {
            assert!(error.to_string().starts_with("a.npz: "), "{error}");
            true
        }
    });
    refused.count()
}

#[test]
fn a_byte_that_changed_is_noticed_or_does_not_matter() {
    for archive in [stored(), packed()] {
        assert_eq!(refused(&archive, &"nothing"), 0);
        let (mut noticed, mut bytes) = (0, archive.clone());
        for position in 0..archive.len() {
            // Single bits and all of them.
            for mask in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                bytes[position] ^= mask;
                noticed += usize::from(refused(&bytes, &format!("byte {position} ^ {mask}")) > 0);
                bytes[position] = archive[position];
            }
        }
        // The rest are dates, permissions and other fields that do not concern the arrays.
        assert!(noticed > archive.len() * 9 / 2, "{noticed} of {} changes noticed", archive.len() * 9);
    }
}

#[test]
fn every_byte_of_the_data_counts() {
    let archive = stored();
    let data: Vec<u8> = [0.1f64, 1.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    let begin = archive.windows(data.len()).position(|window| window == data).unwrap();
    let (_, expected) = &arrays()[1];
    for position in begin..begin + data.len() {
        let mut bytes = archive.clone();
        bytes[position] ^= 1;
        let message = read_again(&bytes, "b", expected).unwrap_err().to_string();
        assert_eq!(message, "a.npz: b cannot be unpacked: Invalid checksum");
    }
}

#[test]
fn an_archive_that_is_cut_short_is_noticed() {
    for archive in [stored(), packed()] {
        for length in 0..archive.len() {
            assert_eq!(refused(&archive[..length], &format!("a cut at {length}")), arrays().len(), "{length}");
        }
    }
}

#[test]
fn two_arrays_of_one_name_are_refused() {
    let mut archive = stored();
    // The last `b.npy` is the one in the directory.
    let position = archive.windows(5).rposition(|window| window == b"b.npy").unwrap();
    archive[position] = b'a';
    let error = Npz::new(Cursor::new(archive), "a.npz").map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "a.npz: holds two arrays of one name; each name may be there once");
}
