use std::io::Cursor;

use super::*;

fn arrays() -> Vec<(String, Array)> {
    let of = |name: &str, array| (name.to_string(), array);
    vec![
        of("bytes", Array::U8(Tensor::from_vec([3], vec![0, 128, 255]).unwrap().into_dyn())),
        of("w", Array::F32(Tensor::from_vec([2, 2], vec![1.5, -2.0, f32::MIN_POSITIVE, 1e30]).unwrap().into_dyn())),
        of("model", Array::Text("dense 20 | σ".into())),
        of("empty", Array::U16(Tensor::from_vec([0, 4], vec![]).unwrap().into_dyn())),
        of("words", Array::U16(Tensor::from_vec([2], vec![1, 65535]).unwrap().into_dyn())),
        of("scalar", Array::F64(Tensor::from_vec([], vec![0.1]).unwrap().into_dyn())),
    ]
}

fn written(arrays: &[(String, Array)], metadata: &[(String, String)]) -> Result<Vec<u8>, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    write(&path, arrays, metadata)?;
    Ok(std::fs::read(&path).unwrap())
}

fn open_bytes(bytes: &[u8]) -> Result<SafeTensors<Cursor<&[u8]>>, Error> {
    SafeTensors::new(Cursor::new(bytes), "a.safetensors")
}

/// A file of this header and `data` bytes of data.
fn crafted(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

/// The message about such a file.
fn refusal(header: &str, data: usize) -> String {
    let message = open_bytes(&crafted(header, data)).unwrap_err().to_string();
    message.strip_prefix("a.safetensors: ").expect("every message begins with the file").to_string()
}

#[test]
fn what_is_written_is_read() {
    let metadata = [("epochs".into(), "3".into())];
    let bytes = written(&arrays(), &metadata).unwrap();
    assert_eq!(written(&arrays(), &metadata).unwrap(), bytes, "the same arrays, the same bytes");
    let mut file = open_bytes(&bytes).unwrap();
    assert_eq!(file.names(), ["bytes", "empty", "scalar", "w", "words"]);
    assert_eq!((file.metadata("model"), file.metadata("epochs")), (Some("dense 20 | σ"), Some("3")));
    assert_eq!((file.metadata("w"), file.contains("w"), file.contains("model")), (None, true, false));
    for (name, array) in arrays() {
        match array {
            Array::U8(tensor) => assert_eq!(file.read::<u8>(&name).unwrap(), tensor),
            Array::U16(tensor) => assert_eq!(file.read::<u16>(&name).unwrap(), tensor),
            Array::F32(tensor) => assert_eq!(file.read::<f32>(&name).unwrap(), tensor),
            Array::F64(tensor) => assert_eq!(file.read::<f64>(&name).unwrap(), tensor),
            Array::Text(_) => {}
        }
    }
    let header = file.header("w").unwrap();
    assert_eq!((header.dtype.as_str(), &header.shape[..]), ("f4", &[2, 2][..]));
}

#[test]
fn the_bytes_are_as_the_format_says() {
    let arrays = [
        ("b".into(), Array::U8(Tensor::from_vec([1], vec![7]).unwrap().into_dyn())),
        ("w".into(), Array::F32(Tensor::from_vec([1, 1], vec![1.0]).unwrap().into_dyn())),
    ];
    let mut expected = b"\x70\0\0\0\0\0\0\0".to_vec();
    expected.extend(br#"{"w":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"#);
    expected.extend(br#""b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}    "#);
    expected.extend(b"\0\0\x80?\x07");
    assert_eq!(written(&arrays, &[]).unwrap(), expected);
}

#[test]
fn what_the_format_cannot_hold_is_refused() {
    let refusal = |arrays: &[(String, Array)], metadata: &[(String, String)]| {
        written(arrays, metadata).unwrap_err().to_string().split_once(": ").unwrap().1.to_string()
    };
    let byte = |name: &str| (name.to_string(), Array::U8(Tensor::from_vec([1], vec![7]).unwrap().into_dyn()));
    assert_eq!(refusal(&[byte("a"), byte("a")], &[]), "cannot hold two arrays or texts called \"a\"");
    let text = ("a".to_string(), Array::Text("one".into()));
    assert_eq!(refusal(&[text], &[("a".into(), "two".into())]), "cannot hold two arrays or texts called \"a\"");
    assert!(refusal(&[byte("__metadata__")], &[]).contains("the format keeps that name"));
    assert!(refusal(&[], &[("a".into(), "x".repeat(1 << 20))]).contains("at most 1048576 are allowed"));
    let many: Vec<_> = (0..4097).map(|i| byte(&i.to_string())).collect();
    assert_eq!(refusal(&many, &[]), "holds 4097 arrays; at most 4096 are allowed");
}

#[test]
fn another_array_or_type_is_refused() {
    let bytes = written(&arrays(), &[]).unwrap();
    let mut file = open_bytes(&bytes).unwrap();
    let message = file.read::<f64>("w").unwrap_err().to_string();
    assert_eq!(message, "a.safetensors: w holds numbers of type f4; f8 is needed");
    let message = file.header("model").unwrap_err().to_string();
    assert_eq!(message, "a.safetensors: holds no array model; found bytes, empty, scalar, w, words");
}

#[test]
fn headers_that_lie_are_refused() {
    let entry = |dtype: &str, shape: &str, offsets: &str, data| {
        refusal(&format!(r#"{{"w":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#), data)
    };
    let most = "at most 2147483648 bytes are allowed";
    assert!(entry("F32", "[1000000000]", "[0,4000000000]", 8).ends_with(most));
    assert!(entry("F32", "[4294967296,4294967296]", "[0,0]", 0).ends_with(most));
    assert!(entry("F32", "[18446744073709551615,3,0]", "[0,0]", 0).ends_with(most));
    assert_eq!(
        entry("F32", "[100000000]", "[0,400000000]", 8),
        "w ends at byte 400000000 of the data; the file holds 8"
    );
    assert_eq!(entry("F32", "[2]", "[0,4]", 4), "w lies from byte 0 to 4, but F32 of [2] needs 8");
    assert_eq!(entry("F32", "[2]", "[8,0]", 8), "w lies from byte 8 to 0, but F32 of [2] needs 8");
    assert!(entry("F32", "[1]", "[18446744073709551612,18446744073709551615]", 4).contains("needs 4"));
    assert!(entry("F32", "[1]", "[4,8]", 8).starts_with("w begins at byte 4 of the data; it must begin at 0"));
    assert_eq!(entry("F32", "[1]", "[0,4]", 5), "holds 5 bytes of data; its arrays need 4");
    assert!(entry("F4", "[2]", "[0,1]", 1).starts_with("w is of type \"F4\"; allowed: BOOL, U8"));
    for (shape, offsets) in [("[-1]", "[0,4]"), ("[1.5]", "[0,4]"), ("1", "[0,4]"), ("[1]", "[0]"), ("[1]", "[0,4,8]")]
    {
        assert!(entry("F32", shape, offsets, 4).contains("makes no sense"), "{shape} {offsets}");
    }
    for header in [
        "",
        "[]",
        "{",
        "\u{0}",
        " {}",
        r#"{"w":NaN}"#,
        r#"{"w":3}"#,
        r#"{"w":{}}"#,
        r#"{"w":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}"#,
        r#"{"__metadata__":{"a":1}}"#,
        r#"{"__metadata__":[]}"#,
        &"[".repeat(100_000),
        &format!("{{\"w\":{}", "[".repeat(100_000)),
    ] {
        let message = refusal(header, 0);
        assert!(message.contains("makes no sense") && message.len() < 300, "{header}: {message}");
    }
}

#[test]
fn arrays_that_share_bytes_are_refused() {
    let two = |a: &str, b: &str| {
        let entry = |offsets: &str| format!(r#"{{"dtype":"U8","shape":[4],"data_offsets":{offsets}}}"#);
        format!(r#"{{"a":{},"b":{}}}"#, entry(a), entry(b))
    };
    assert!(open_bytes(&crafted(&two("[4,8]", "[0,4]"), 8)).is_ok(), "in any order");
    assert!(refusal(&two("[0,4]", "[0,4]"), 8).starts_with("b begins at byte 0 of the data; it must begin at 4"));
    assert!(refusal(&two("[0,4]", "[2,6]"), 6).starts_with("b begins at byte 2 of the data; it must begin at 4"));
    assert!(refusal(&two("[0,4]", "[5,9]"), 9).starts_with("b begins at byte 5 of the data; it must begin at 4"));
}

#[test]
fn a_header_longer_than_the_file_is_refused() {
    for (announced, most) in [(3, 2), (u64::MAX, 2), (1 << 40, 2)] {
        let mut bytes = u64::to_le_bytes(announced).to_vec();
        bytes.extend(b"{}");
        let message = open_bytes(&bytes).unwrap_err().to_string();
        let expected = format!("a header length of {announced}; at most {most} bytes are allowed in a file of 10");
        assert!(message.ends_with(&expected), "{message}");
    }
    let long = crafted(&" ".repeat((1 << 20) + 1), 0);
    assert!(open_bytes(&long).unwrap_err().to_string().contains("at most 1048576 bytes are allowed"));
    assert_eq!(
        open_bytes(b"1234567").unwrap_err().to_string(),
        "a.safetensors: is 7 bytes long; a safetensors file has at least 8"
    );
}

#[test]
fn what_changed_on_the_way_never_panics_and_what_is_missing_is_noticed() {
    let whole = written(&arrays(), &[]).unwrap();
    for length in 0..whole.len() {
        assert!(open_bytes(&whole[..length]).is_err(), "cut at {length}");
    }
    let mut bytes = whole.clone();
    for position in 0..whole.len() {
        for mask in 1..=255 {
            bytes[position] ^= mask;
            if let Ok(mut file) = open_bytes(&bytes) {
                for name in file.names() {
                    // At most one of them is what the array is.
                    let _ = (file.read::<u8>(&name), file.read::<u16>(&name));
                    let _ = (file.read::<f32>(&name), file.read::<f64>(&name));
                }
            }
            bytes[position] = whole[position];
        }
    }
}
