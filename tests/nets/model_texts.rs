//! Wrong model texts: the message points at the layer and says what is allowed.

use glassbox_dnn::{Net, Shape};

use crate::support::nets::each;

/// Model text, the position (from 1) of the wrong layer, the shape before it, and what the message must contain. The
/// sample is a picture of 8×6×4.
const WRONG: &[(&str, usize, &str, &str)] = &[
    ("dense 20 | sigmod", 2, "20", "unknown layer \"sigmod\""),
    ("", 1, "8×6×4", "unknown layer \"\""),
    ("dense 10 |", 2, "10", "unknown layer \"\""),
    ("dense 10 || dense 3", 2, "10", "unknown layer \"\""),
    ("dense", 1, "8×6×4", "is missing"),
    ("dense 0", 1, "8×6×4", "\"0\""),
    ("dense -3", 1, "8×6×4", "\"-3\""),
    ("dense 2.5", 1, "8×6×4", "\"2.5\""),
    ("dense 99999999999999999999999", 1, "8×6×4", "whole number"),
    ("dense 5 6", 1, "8×6×4", "found \"6\""),
    ("sigmoid 3", 1, "8×6×4", "found \"3\""),
    ("dense 100000 | dense 1000", 2, "100000", "weights"),
    ("conv 4", 1, "8×6×4", "is missing"),
    ("conv 0 3x3", 1, "8×6×4", "\"0\""),
    ("conv 4 9x3", 1, "8×6×4", "larger than the picture"),
    ("max-pool 2 | conv 4 5x3", 2, "4×3×4", "larger than the picture"),
    ("conv 4 3x3 dilation 4", 1, "8×6×4", "larger than the picture"),
    ("conv 4 3x", 1, "8×6×4", "\"\""),
    ("conv 4 3x3x3", 1, "8×6×4", "3x3"),
    ("conv 4 3x3 stride", 1, "8×6×4", "nothing after stride"),
    ("conv 4 3x3 stride 0", 1, "8×6×4", "stride is \"0\""),
    ("conv 4 3x3 groups 3", 1, "8×6×4", "groups"),
    ("conv 6 3x3 groups 4", 1, "8×6×4", "groups"),
    ("conv 4 3x3 same valid", 1, "8×6×4", "only one of"),
    ("conv 4 3x3 pad 1,2", 1, "8×6×4", "pad is \"1,2\""),
    ("conv 4 3x3 pad 4097", 1, "8×6×4", "pad is \"4097\""),
    ("conv 4 4097x1 same", 1, "8×6×4", "4096"),
    ("conv 4 3x3 same ceil", 1, "8×6×4", "found \"ceil\""),
    ("max-pool", 1, "8×6×4", "is missing"),
    ("max-pool 9", 1, "8×6×4", "larger than the picture"),
    ("max-pool 4097 same", 1, "8×6×4", "4096"),
    ("as a | dense 4 | as a", 3, "4", "\"a\""),
    ("as", 1, "8×6×4", "as"),
    ("dense 4 | as a b", 2, "4", "as"),
    // Skips.
    ("dense 4 | concat nothing", 2, "4", "\"nothing\""),
    ("dense 4 | concat", 2, "4", "is missing"),
    ("as a | dense 4 | add a", 3, "4", "8×6×4"),
    ("as a | up 2 | concat a", 3, "16×12×4", "8×6×4"),
    ("dense 4 | add later | as later", 2, "4", "\"later\""),
    // What belongs to single layers.
    ("dropout 1", 1, "8×6×4", "1"),
    ("dropout", 1, "8×6×4", "is missing"),
    ("maxout 3", 1, "8×6×4", "3"),
    ("elu alpha", 1, "8×6×4", "nothing after alpha"),
    ("elu alpha x", 1, "8×6×4", "alpha is \"x\""),
    ("rrelu low 0.5 high 0.1", 1, "8×6×4", "high is 0.1"),
    ("lp-pool 2 p 0", 1, "8×6×4", "p is 0"),
    ("mixed-pool 2 share 2", 1, "8×6×4", "share is 2"),
    ("global-pool min", 1, "8×6×4", "min"),
    ("adaptive-pool max 0x2", 1, "8×6×4", "\"0\""),
    ("up 0", 1, "8×6×4", "\"0\""),
    ("conv-transpose 3 3x3 groups 3", 1, "8×6×4", "groups"),
    ("batch-norm eps 0", 1, "8×6×4", "eps is 0"),
    ("filter no-such-operator", 1, "8×6×4", "no-such-operator"),
    ("filter median", 1, "8×6×4", "median"),
];

#[test]
fn errors_point_at_the_place() {
    each(
        WRONG,
        |case| format!("{:?}", case.0),
        |(text, position, shape, expected)| {
            let error = match Net::<f32>::from_text(text, Shape::picture(8, 6, 4)) {
                Ok(net) => panic!("read as {:?}", net.text()),
                Err(error) => error.to_string(),
            };
            let place = format!("layer {position} of \"{text}\", after {shape}: ");
            let said = error.split_once(&place);
            assert!(
                said.is_some_and(|(_, said)| said.contains(expected)),
                "{error:?} should hold {place:?} and then {expected:?}"
            );
        },
    );
}
