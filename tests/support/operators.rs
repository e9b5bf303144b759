//! Labels of operators, pictures to try them on, and which operators need more leave than others.

use glassbox_kernels::filters::{ENTRIES, Entry, Values, parse, split_label};
use glassbox_kernels::{Border, Depth, Filter, Pixel};
use glassbox_tensor::Image;

/// The operators that the laws are tried on: all, or the one that `GLASSBOX_ONLY` names.
pub(crate) fn operators() -> Vec<&'static Entry> {
    let only = std::env::var("GLASSBOX_ONLY").ok();
    let chosen = ENTRIES.iter().copied().filter(|entry| only.as_deref().is_none_or(|only| only == entry.name));
    let chosen: Vec<_> = chosen.collect();
    assert!(!chosen.is_empty(), "GLASSBOX_ONLY: no operator is named {only:?}");
    chosen
}

/// Labels that take every parameter through its values; sizes are small enough for formulas.
pub(crate) fn labels(entry: &Entry) -> Vec<String> {
    let mut labels = vec![entry.name.to_string()];
    for parameter in entry.parameters {
        let values: Vec<String> = match parameter.values {
            Values::Choice(words) => words.iter().map(|word| word.to_string()).collect(),
            Values::Whole(..) => [1, 2, 3, 4, 5, 8].iter().map(usize::to_string).collect(),
            Values::Odd(..) => [1, 3, 5, 7, 9, 11, 13, 15, 17, 27, 43].iter().map(usize::to_string).collect(),
            Values::Real(low, high) => {
                let inside = [-0.5, 0.2, 0.75, 2.0].into_iter().filter(|x| (low..=high).contains(x));
                inside.map(|x| x.to_string()).collect()
            }
            Values::Letters(letters) => vec![letters.into(), letters[..1].into()],
            Values::Reals => ["4 3 2 1", "1 0 0 0", "-1 3 0.5 0"].map(String::from).to_vec(),
            Values::Wholes(..) => ["2", "3 1", "1 2 4"].map(String::from).to_vec(),
            Values::Matrix => ["1", "1 2 1; 2 4 2; 1 2 1", "-2 -1 0; -1 1 1; 0 1 2", "3 -1", "0 0; 0 7; 1 0; -1 2"]
                .map(String::from)
                .to_vec(),
        };
        labels.extend(values.iter().map(|value| format!("{}:{}={value}", entry.name, parameter.name)));
    }
    // Only GIMP's matrix has these, and only the light has an elevation.
    let foreign = ["border=black", "border=white", ":channels=r", "alpha-weighting=no"];
    labels.retain(|label| !foreign.iter().any(|end| label.ends_with(end)) && !label.starts_with("emboss:elevation"));
    if entry.name == "mixed-pool" {
        // It draws only with draw=yes.
        labels.retain(|label| !label.contains("seed"));
        labels.push("mixed-pool:draw=yes,seed=3".into());
    }
    if entry.name == "emboss" {
        labels.extend([0, 20, 90].map(|elevation| format!("emboss:method=light,elevation={elevation}")));
    }
    if entry.name == "ordinal-pool" {
        // Only a size of 2 has as many weights as are given.
        labels.retain(|label| !label.contains("weights") || !label.contains("size"));
    }
    // Pairs that meet in the code.
    if entry.parameters.iter().any(|parameter| parameter.name == "combine") {
        for signed in ["offset", "clamp"] {
            labels.extend(
                ["signed", "magnitude"].map(|combine| format!("{}:combine={combine},signed={signed}", entry.name)),
            );
            labels.extend(["x", "y"].map(|direction| format!("{}:direction={direction},signed={signed}", entry.name)));
        }
    }
    if entry.name == "median" {
        let sizes = [5, 11, 13, 15, 43];
        labels.extend(
            sizes
                .iter()
                .flat_map(|size| Border::NAMES.iter().map(move |border| format!("median:size={size},border={border}"))),
        );
    }
    if ["size", "stride"].iter().all(|name| entry.parameters.iter().any(|parameter| parameter.name == *name)) {
        labels.extend(
            ["size=3,stride=1", "size=2,stride=3", "size=5,stride=2", "size=13,stride=4"]
                .map(|flags| format!("{}:{flags}", entry.name)),
        );
    }
    labels
}

pub(crate) fn chain(label: &str) -> [Filter; 1] {
    [parse(label).unwrap_or_else(|error| panic!("{label}: {error}"))]
}

/// Noise, with gradients, flat areas and the extremes in it.
pub(crate) fn picture<T: Pixel>(height: usize, width: usize, channels: usize, seed: u64) -> Image<T> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    Image::from_fn([height, width, channels], |(y, x, c)| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let noise = (state >> 40) as f64 / (1u64 << 24) as f64;
        let unit = match state % 7 {
            0 => 0.0,
            1 => 1.0,
            2 | 3 => 0.25,
            4 => (y + 2 * x + c) as f64 % 16.0 / 16.0,
            _ => noise,
        };
        let depth = Depth::of::<T>();
        T::from_real(if depth.is_whole { (unit * depth.full).round() } else { unit * 3.0 - 1.0 } as f32)
    })
}

/// Whether an operator makes numbers that are not whole before they are stored, or adds up in 32 bits what its formula
/// adds up in 64: what lies nearly half-way between two whole numbers may be rounded either way.
pub(crate) fn rounds_otherwise(label: &str) -> bool {
    let names = [
        "gaussian",
        "unsharp",
        "emboss",
        "noise",
        "lp-pool",
        "soft-pool",
        "spectral-pool",
        "pixel-pyramid-pool",
        "edge-pyramid-pool",
        "mixed-pool",
        "stochastic-pool",
        "genetic-pool",
        "superpixel-pool",
    ];
    names.iter().any(|name| label.starts_with(name)) || label.contains("gimp=yes")
}

/// Operators that draw, evolve or iterate: further laws are in tests/kernels/drawn_laws.rs.
pub(crate) const DRAWN: [&str; 4] = ["noise", "fractional-pool", "superpixel-pool", "genetic-pool"];

/// Whether a channel of the output depends on more than the numbers of the same channel.
pub(crate) fn depends_on_other_channels(label: &str) -> bool {
    let (name, given) = split_label(label).unwrap();
    let has = |name, value| given.contains(&(name, value));
    DRAWN.contains(&name)
        || has("gimp", "yes")
        || has("draw", "yes")
        || name == "stochastic-pool" && !has("form", "test")
}

/// Whether an operator looks at the whole picture several times: its formula takes long.
pub(crate) fn is_multi_pass(label: &str) -> bool {
    ["superpixel-pool", "genetic-pool"].iter().any(|name| label.starts_with(name))
}

/// The label, and if it ends with a threshold those a hair below and above it: what lies on it but for rounding may go
/// either way.
pub(crate) fn within_a_hair(label: &str) -> Vec<String> {
    let mut labels = vec![label.to_string()];
    if let Some((before, threshold)) = label.split_once("threshold=") {
        let threshold: f64 = threshold.parse().unwrap();
        labels.extend([-1e-5, 1e-5].map(|hair| format!("{before}threshold={}", threshold * (1.0 + hair))));
    }
    labels
}
