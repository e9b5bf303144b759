use super::*;

/// `y = 0.5 · reshape(x)·wᵀ`.
fn tiny() -> Graph {
    let node = |operator: &str, inputs: [&str; 2], output: &str, attributes: &[(&str, Attribute)]| Node {
        operator: operator.into(),
        inputs: inputs.map(String::from).to_vec(),
        outputs: vec![output.into()],
        attributes: attributes.iter().map(|(name, value)| (name.to_string(), value.clone())).collect(),
    };
    let port = |name: &str, features| Port { name: name.into(), shape: vec![None, Some(features)], double: false };
    Graph {
        nodes: vec![
            node("Reshape", ["x", "s"], "r", &[]),
            node("Gemm", ["r", "w"], "y", &[("alpha", Attribute::Float(0.5)), ("transB", Attribute::Int(1))]),
        ],
        constants: vec![
            ("w".into(), Constant::F32(Tensor::from_vec([1, 2], vec![1.0, -2.0]).unwrap().into_dyn())),
            ("s".into(), Constant::I64(vec![0, 2])),
        ],
        input: port("x", 2),
        output: port("y", 1),
        name: "g".into(),
        metadata: vec![("model".into(), "dense 1".into())],
    }
}

/// The bytes of the same graph by `onnx.helper` of Python's onnx 1.23 and `SerializeToString(deterministic=True)`.
#[test]
fn the_bytes_are_those_of_the_onnx_package() {
    let version = env!("CARGO_PKG_VERSION");
    let mut expected = b"\x08\x09\x12\x08glassbox\x1a".to_vec();
    expected.push(version.len() as u8);
    expected.extend(version.as_bytes());
    expected.extend(b":\xaa\x01"); // the graph
    expected.extend(b"\n\x15\n\x01x\n\x01s\x12\x01r\x1a\x01r\"\x07Reshape");
    expected.extend(b"\n2\n\x01r\n\x01w\x12\x01y\x1a\x01y\"\x04Gemm");
    expected.extend(b"*\x0f\n\x05alpha\x15\0\0\0?\xa0\x01\x01*\r\n\x06transB\x18\x01\xa0\x01\x02");
    expected.extend(b"\x12\x01g");
    expected.extend(b"*\x13\x08\x01\x08\x02\x10\x01B\x01wJ\x08\0\0\x80?\0\0\0\xc0");
    expected.extend(b"*\x19\x08\x02\x10\x07B\x01sJ\x10\0\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0");
    expected.extend(b"Z\x14\n\x01x\x12\x0f\n\r\x08\x01\x12\t\n\x03\x12\x01n\n\x02\x08\x02");
    expected.extend(b"b\x14\n\x01y\x12\x0f\n\r\x08\x01\x12\t\n\x03\x12\x01n\n\x02\x08\x01");
    expected.extend(b"B\x04\n\0\x10\x14r\x10\n\x05model\x12\x07dense 1"); // operator set 20, metadata
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.onnx");
    write(&path, &tiny()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), expected);
}

#[test]
fn every_field_survives() {
    let mut graph = tiny();
    graph.nodes[0].attributes = vec![
        ("zero".into(), Attribute::Int(0)),
        ("pads".into(), Attribute::Ints(vec![-1, 0, i64::MAX])),
        ("scales".into(), Attribute::Floats(vec![0.0, -1.5])),
        ("auto_pad".into(), Attribute::Text("SAME_UPPER".into())),
    ];
    graph.nodes[1].inputs = vec!["r".into(), "w".into(), String::new()];
    let double = Tensor::from_vec([], vec![0.1f64]).unwrap().into_dyn();
    graph.constants.extend([("d".into(), Constant::F64(double)), ("i".into(), Constant::I64Scalar(-7))]);
    graph.output = Port { name: "y".into(), shape: vec![], double: true };
    let written = model(&graph);
    let read = message::Model::decode(&written.encode_to_vec()[..]).unwrap();
    assert_eq!(read, written);

    let graph = read.graph.unwrap();
    let [reshape, gemm] = &graph.node[..] else { panic!("two nodes") };
    assert_eq!(gemm.input, ["r", "w", ""]);
    let types: Vec<_> = reshape.attribute.iter().map(|attribute| attribute.r#type()).collect();
    use message::AttributeType as Type;
    assert_eq!(types, [Type::Int, Type::Ints, Type::Floats, Type::String]);
    assert_eq!(reshape.attribute[0].i, Some(0), "a zero is written, not left out");
    assert_eq!(reshape.attribute[1].ints, [-1, 0, i64::MAX]);
    assert_eq!(reshape.attribute[2].floats, [0.0, -1.5]);
    assert_eq!(reshape.attribute[3].s.as_deref(), Some(&b"SAME_UPPER"[..]));

    let [_, _, double, scalar] = &graph.initializer[..] else { panic!("four constants") };
    assert_eq!((double.data_type(), &double.dims[..]), (message::ElementType::Double, &[][..]));
    assert_eq!(double.raw_data, 0.1f64.to_le_bytes());
    assert_eq!((scalar.data_type(), &scalar.dims[..]), (message::ElementType::Int64, &[][..]));
    assert_eq!(scalar.raw_data, (-7i64).to_le_bytes());
    let output = graph.output[0].r#type.as_ref().unwrap().tensor_type.as_ref().unwrap();
    assert_eq!(output.elem_type(), message::ElementType::Double);
    assert_eq!(output.shape, Some(message::Shape { dim: vec![] }), "no axes are not an unknown shape");
}
