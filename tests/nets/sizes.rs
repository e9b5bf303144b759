//! What a net makes of an input, without its numbers: figures of the U-Net's paper, and sizes that are taken whole.

use glassbox_dnn::{Model, Net, Outline, Shape};
use serde_json::Value;

use crate::support::programs::{bars, dnn, done, json, refused};

/// The U-Net of figure 1 of O. Ronneberger et al., arXiv 1505.04597, up to `end`, with convolutions of this padding.
fn u_net(padding: &str, end: &str) -> String {
    let pair = |masks: usize| format!("conv {masks} 3x3{padding} | relu | conv {masks} 3x3{padding} | relu");
    let down = [(64, "a"), (128, "b"), (256, "c"), (512, "d")]
        .map(|(masks, name)| format!("{} | as {name} | max-pool 2", pair(masks)));
    let up = [(512, "d"), (256, "c"), (128, "b"), (64, "a")]
        .map(|(masks, name)| format!("conv-transpose {masks} 2x2 stride 2 | concat {name} | {}", pair(masks)));
    format!("{} | {} | {} | {end}", down.join(" | "), pair(1024), up.join(" | "))
}

/// The heights after the convolutions, poolings and up-convolutions of the paper's figure.
const LADDER: [usize; 27] = [
    570, 568, 284, 282, 280, 140, 138, 136, 68, 66, 64, 32, 30, 28, // down: 572 comes in
    56, 54, 52, 104, 102, 100, 200, 198, 196, 392, 390, 388, 388, // up, and the last 1×1
];

#[test]
fn the_u_net_has_the_ladder_and_the_parameters_of_its_paper() {
    let folder = tempfile::tempdir().unwrap();
    let text = u_net("", "conv 2 1x1");
    let flags = ["inspect", "--layers", &text, "--input", "572x572x1"];
    let line = json(dnn(folder.path(), &[&flags[..], &["--json"]].concat())).remove(0);
    let moves = line["layers"].as_array().unwrap().iter().filter(|layer| {
        let text = layer["layer"].as_str().unwrap();
        text != "relu" && !text.starts_with("concat")
    });
    let heights: Vec<_> = moves.map(|layer| layer["output"][0].as_u64().unwrap() as usize).collect();
    assert_eq!(heights, LADDER);
    assert_eq!((&line["parameters"], &line["output"]), (&Value::from(31_030_658), &Value::from("388x388x2")));
    assert_eq!(line["whole"], true);
    let sides = &line["sides"];
    assert_eq!(
        (&sides["first"], &sides["step"], &sides["tried"]),
        (&Value::from(188), &Value::from(16), &Value::from(572))
    );
    let told = done(dnn(folder.path(), &flags));
    for expected in [
        "31030658",
        "388×388×2",
        "takes square pictures whole from side 188 in steps of 16, up to 572 (tried: 1 to 572)",
    ] {
        assert!(told.contains(expected), "{expected} in {told}");
    }
}

#[test]
fn a_padded_u_net_takes_multiples_of_sixteen() {
    let outline = Outline::read(&u_net(" same", "conv 2 1x1"), Shape::picture(96, 64, 1)).unwrap();
    assert_eq!((outline.output(), outline.parameter_count), (Shape::picture(96, 64, 2), 31_030_658));
    assert_eq!(outline.sides().steps(), Some((16, 16)));
    let odd = outline.with_input(Shape::picture(98, 64, 1)).unwrap();
    // 98 rows become 49 after the first pooling, of which the second leaves one out.
    let left: Vec<_> = odd.layers.iter().zip(&odd.unreached).filter(|(_, rest)| **rest != [0; 2]).collect();
    assert_eq!(
        left.iter().map(|(layer, rest)| (layer.text.as_str(), **rest)).collect::<Vec<_>>(),
        [("max-pool 2", [1, 0])]
    );
}

#[test]
fn windows_leave_out_what_the_stride_does_not_reach() {
    for (text, input, unreached) in [
        ("conv 1 3x3 stride 2", (7, 8), [0, 1]),
        ("conv 1 3x3 stride 2 pad 1", (7, 8), [0, 0]),
        ("conv 1 3x3 same stride 2", (7, 8), [0, 0]),
        ("max-pool 3", (9, 11), [0, 2]),
        ("max-pool 3 ceil", (9, 11), [0, 0]),
        ("avg-pool 2x3 stride 4", (9, 12), [3, 1]),
        ("conv 1 2x2 dilation 3 stride 5", (9, 13), [0, 4]),
        ("up 2", (5, 5), [0, 0]),
    ] {
        let outline = Outline::read(text, Shape::picture(input.0, input.1, 1)).unwrap();
        assert_eq!(outline.unreached, [unreached], "{text}");
    }
}

#[test]
fn an_outline_says_what_the_net_says() {
    for (text, input) in [
        (u_net(" same", "conv 2 1x1"), Shape::picture(32, 16, 3)),
        ("conv 4 3x3 | batch-norm | relu | max-pool 2 | flatten | dense 5 | softmax".into(), Shape::picture(9, 9, 2)),
    ] {
        let text =
            text.replace("1024", "8").replace("512", "7").replace("256", "6").replace("128", "5").replace("64", "4");
        let (net, outline) = (Net::<f32>::from_text(&text, input).unwrap(), Outline::read(&text, input).unwrap());
        assert_eq!((outline.output(), outline.parameter_count), (net.output(), net.parameter_count()));
        for (layer, parameters) in outline.layers.iter().zip(net.parameters()) {
            assert_eq!(layer.parameters, parameters.iter().map(|tensor| tensor.len()).sum::<usize>(), "{}", layer.text);
        }
    }
}

#[test]
fn a_model_takes_other_inputs_where_its_weights_fit() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    bars(folder);
    let train = |layers: &str, model: &str| {
        let flags = ["train", "--data", "bars.npz", "--epochs", "0", "--quiet", "--layers", layers, "--model", model];
        done(dnn(folder, &flags));
    };
    train("conv 4 3x3 | relu | max-pool 2 | global-pool avg | dense 3", "pooled.npz");
    train("conv 4 3x3 | relu | flatten | dense 3", "flat.npz");
    assert_eq!(
        Model::net_text(folder.join("flat.npz")).unwrap(),
        "input 6x5x1 | conv 4 3x3 | relu | flatten | dense 3 | softmax"
    );
    let line = json(dnn(folder, &["inspect", "pooled.npz", "--input", "10x20x1", "--json"])).remove(0);
    assert_eq!((&line["whole"], &line["output"]), (&Value::from(true), &Value::from("3")));
    assert_eq!((&line["sides"]["first"], &line["sides"]["step"]), (&Value::from(4), &Value::from(2)));
    let told = done(dnn(folder, &["inspect", "pooled.npz", "--input", "11x21x1"]));
    assert!(told.contains("layer 2 (max-pool 2) leaves out: rows below 1, columns to the right 1"), "{told}");
    let expected =
        ["--input: layer 4 (dense 3) has weights [[3, 48], [3, 1]], as 6×5×1 needs them; 7×5×1 needs [[3, 60]"];
    refused(dnn(folder, &["inspect", "flat.npz", "--input", "7x5x1"]), 2, &expected);
    for (flags, expected) in [
        (&["--layers", "dense 3"][..], "--input"),
        (&["--layers", "dense 3", "--input", "0x3x1"], "--layers: input 0×3×1: 1 to 67108864 numbers"),
        (&["--layers", "conv 3 9x9", "--input", "8x8x1"], "--layers: layer 1 of \"conv 3 9x9\", after 8×8×1"),
        (&["--layers", "dense 3", "--input", "8x8"], "HEIGHTxWIDTHxCHANNELS or a number is needed"),
        (&["flat.npz", "--layers", "dense 3", "--input", "8"], "cannot be used with"),
    ] {
        refused(dnn(folder, &[&["inspect"], flags].concat()), 2, &[expected]);
    }
}
