//! npz files: NumPy's are read, and false headers are refused before memory is allocated.

use std::fs;

use crate::support::npz::{archive, npy};
use glassbox_formats::npz::{self, Array, Npz};
use glassbox_tensor::{IxDyn, Tensor};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn what_is_written_is_read() {
    let folder = folder();
    let path = folder.path().join("a.npz");
    let floats = Tensor::from_vec(IxDyn(&[2, 3]), vec![1.5f32, -2.0, f32::MIN_POSITIVE, 0.0, 1e30, -1e-30]).unwrap();
    let doubles = Tensor::from_vec(IxDyn(&[]), vec![0.1f64]).unwrap();
    let bytes = Tensor::from_vec(IxDyn(&[0, 4]), Vec::<u8>::new()).unwrap();
    let words = Tensor::from_vec(IxDyn(&[3]), vec![1u16, 256, 65535]).unwrap();
    let arrays = [
        ("floats".into(), Array::F32(floats.clone())),
        ("doubles".into(), Array::F64(doubles.clone())),
        ("bytes".into(), Array::U8(bytes.clone())),
        ("words".into(), Array::U16(words.clone())),
        ("text".into(), Array::Text("dense 20 | σ".into())),
    ];
    npz::write(&path, &arrays).unwrap();
    let first = fs::read(&path).unwrap();
    npz::write(&path, &arrays).unwrap();
    assert_eq!(fs::read(&path).unwrap(), first, "the same arrays, the same bytes");
    let mut archive = Npz::open(&path).unwrap();
    assert_eq!(archive.names(), ["bytes", "doubles", "floats", "text", "words"]);
    assert_eq!(archive.read::<f32>("floats").unwrap(), floats);
    assert_eq!(archive.read::<f64>("doubles").unwrap(), doubles);
    assert_eq!(archive.read::<u8>("bytes").unwrap(), bytes);
    assert_eq!(archive.read::<u16>("words").unwrap(), words);
    assert_eq!(archive.read_text("text").unwrap(), "dense 20 | σ");
}

#[test]
fn fortran_order_and_big_endian_are_read_right() {
    let folder = folder();
    let path = folder.path().join("a.npz");
    // [[1, 2, 3], [4, 5, 6]] column by column, big-endian.
    let columns: Vec<u8> = [1f32, 4.0, 2.0, 5.0, 3.0, 6.0].iter().flat_map(|value| value.to_be_bytes()).collect();
    archive(
        &path,
        &[("w", npy("'>f4'", true, "(2, 3)", &columns)), ("x", npy("'|u1'", true, "(2, 2)", &[1, 3, 2, 4]))],
    );
    let mut archive = Npz::open(&path).unwrap();
    let w = archive.read::<f32>("w").unwrap();
    assert_eq!((w.shape(), w.as_slice()), (&[2, 3][..], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0][..]));
    assert_eq!(archive.read::<u8>("x").unwrap().as_slice(), [1, 2, 3, 4]);
}

/// The message of reading array `a` of an archive that holds these bytes for it.
fn refusal(bytes: Vec<u8>) -> String {
    let folder = folder();
    let path = folder.path().join("a.npz");
    archive(&path, &[("a", bytes)]);
    let message = Npz::open(&path).unwrap().read::<f32>("a").unwrap_err().to_string();
    message.strip_prefix(&format!("{}: ", path.display())).expect("the file comes first").to_string()
}

#[test]
fn arrays_that_lie_are_refused() {
    let claims = |shape: &str| refusal(npy("'<f4'", false, shape, &[0; 16]));
    assert!(
        claims("(1000000000,)").contains("a claims shape [1000000000] of <f4; at most 2147483648 bytes are allowed")
    );
    assert!(claims("(4294967296, 4294967296)").contains("at most 2147483648 bytes"));
    assert!(claims("(18446744073709551615, 3)").contains("at most 2147483648 bytes"));
    assert!(claims("(100000000,)").contains("a claims 400000000 bytes (f4 of [100000000]), but the archive holds"));
    assert!(claims("(3,)").contains("announces 12 bytes (f4 of [3]) but holds more than 12"));
    assert!(claims("(2.5,)").contains("makes no sense"));
    assert!(claims("(-1,)").contains("makes no sense"));
    assert!(refusal(npy("'<f4'", false, "(4,)", &[0; 7])).contains("announces 16 bytes (f4 of [4]) but holds only 7"));
    assert!(
        refusal(npy("'|O'", false, "(4,)", &[0; 16])).contains("an array of Python objects; only numbers are allowed")
    );
    assert!(refusal(npy("'<i8'", false, "(2,)", &[0; 16])).contains("holds numbers of type i8; f4 is needed"));
    assert!(refusal(npy("[('x', '<f4')]", false, "(4,)", &[0; 16])).contains("array of records"));
    assert!(refusal(b"hello".to_vec()).contains("cut short"));
    assert!(refusal(b"hello, this is not an array at all".to_vec()).contains("does not begin with"));
    let mut long = b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec();
    long.extend([b' '; 100]);
    assert!(refusal(long).contains("a header of 4294967295 bytes; at most 65536 are allowed"));
}

#[test]
fn what_is_no_archive_is_refused() {
    let folder = folder();
    let path = folder.path().join("a.npz");
    let open = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        Npz::open(&path).map(|_| ()).unwrap_err().to_string()
    };
    assert!(open(b"").contains("is not an npz file"));
    assert!(open(b"no zip at all, but some text").contains("is not an npz file"));
    let whole = fs::read("data/golden/replay_code.npz").unwrap();
    assert!(open(&whole[..whole.len() / 2]).contains("is not an npz file"));
    assert!(
        Npz::open(&folder.path().join("none.npz"))
            .map(|_| ())
            .unwrap_err()
            .to_string()
            .contains("none.npz: cannot be read: No such file")
    );
    assert!(Npz::open(folder.path()).map(|_| ()).unwrap_err().to_string().contains("is a folder"));
}

#[test]
fn a_flipped_byte_is_noticed() {
    let folder = folder();
    let path = folder.path().join("a.npz");
    let mut bytes = fs::read("data/golden/replay_code.npz").unwrap();
    bytes[1000] ^= 1;
    fs::write(&path, bytes).unwrap();
    let message = Npz::open(&path).unwrap().read::<f64>("init_w_i_h").unwrap_err().to_string();
    assert!(message.contains("init_w_i_h cannot be unpacked"), "{message}");
}

#[test]
fn ways_of_packing_that_numpy_has_not_are_named() {
    let folder = folder();
    let path = folder.path().join("a.npz");
    archive(&path, &[("a", npy("'<f4'", false, "(1,)", &[0; 4]))]);
    let whole = fs::read(&path).unwrap();
    let directory = whole.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    for (method, name) in [(14, "Lzma"), (12, "Bzip2")] {
        let mut bytes = whole.clone();
        // The method in the entry's own header and in the directory.
        (bytes[8], bytes[directory + 10]) = (method, method);
        fs::write(&path, bytes).unwrap();
        let message = Npz::open(&path).unwrap().read::<f32>("a").unwrap_err().to_string();
        assert!(message.ends_with(&format!("a is packed by {name}; only NumPy's own ways are read: stored and deflated")), "{message}");
    }
}
