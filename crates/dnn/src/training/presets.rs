//! Nets with their recipes, ready to be trained.

use crate::optimisers::Optimiser;
use crate::{ARTICLE, Augment, Drawing, Init, Purpose, Recipe, Restoration, Schedule};

/// A net and how it is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line for lists and help.
    pub summary: &'static str,
    /// What the net is taught.
    pub purpose: Purpose,
    /// The side of the patches that a restoring net is taught with; smaller pictures give smaller ones.
    pub patch: usize,
    /// The net in the model language; `CLASSES` stands for the number of classes, `CHANNELS` for a picture's
    /// channels.
    pub layers: String,
    /// The loss by its name.
    pub loss: &'static str,
    /// The first weights.
    pub init: Init,
    /// The rest.
    pub recipe: Recipe,
}

/// Every preset. `article` is trained one sample at a time by [`Online`](crate::Online), not by its recipe.
pub fn presets() -> Vec<Preset> {
    let adam = |batch| Recipe {
        optimiser: Optimiser::Adam,
        rate: 1e-3,
        schedule: Schedule::Cosine,
        batch,
        ..Recipe::default()
    };
    let flow = Recipe { optimiser: Optimiser::AdamW, rate: 2e-3, epochs: 5, average: Some(0.999), ..adam(64) };
    let net = |name, summary, layers: &str, recipe| Preset {
        name,
        summary,
        purpose: Purpose::Classify,
        patch: 0,
        layers: layers.into(),
        loss: "cross-entropy",
        init: Init::He,
        recipe,
    };
    vec![
        Preset {
            name: "article",
            summary: "784-20-10, sigmoid, one sample at a time in file order",
            purpose: Purpose::Classify,
            patch: 0,
            layers: ARTICLE.into(),
            loss: "mean-squared-error",
            init: Init::Uniform(0.5),
            recipe: Recipe { optimiser: Optimiser::Sgd, rate: 0.2, batch: 1, epochs: 3, ..Recipe::default() },
        },
        net(
            "mlp",
            "784-512-512-10 with rectifiers",
            "flatten | dense 512 | relu | dense 512 | relu | dense CLASSES | softmax",
            adam(128),
        ),
        net(
            "lenet5",
            "two convolutions of 5×5 and three dense layers, after LeCun's net of 1998",
            "conv 6 5x5 same | relu | max-pool 2 | conv 16 5x5 | relu | max-pool 2 | flatten | dense 120 | relu | \
             dense 84 | relu | dense CLASSES | softmax",
            adam(64),
        ),
        net(
            "cnn",
            "two convolutions of 3×3 and two dense layers",
            "conv 32 3x3 | relu | max-pool 2 | conv 64 3x3 | relu | max-pool 2 | flatten | dense 128 | relu | dense \
             CLASSES | softmax",
            adam(128),
        ),
        net(
            "best",
            "four convolutions, each normalised, dropout and changed pictures: the most accurate, some ten minutes on \
             two cores",
            "conv 32 3x3 | relu | batch-norm | conv 32 3x3 | relu | max-pool 2 | batch-norm | conv 64 3x3 | relu | \
             batch-norm | conv 64 3x3 | relu | max-pool 2 | batch-norm | flatten | dropout 0.3 | dense 256 | relu | \
             dropout 0.5 | dense CLASSES | softmax",
            Recipe {
                optimiser: Optimiser::AdamW,
                rate: 3e-3,
                schedule: Schedule::OneCycle,
                batch: 64,
                epochs: 40,
                decay: 0.02,
                augment: Some(Augment { shift: 1.5, rotate: 10.0, scale: 0.1, elastic: 2.0 }),
                ..Recipe::default()
            },
        ),
        Preset {
            name: "denoise",
            summary: "noise of any level away: seven convolutions of 3×3 at half the size",
            purpose: Purpose::Restore(Restoration::Denoise),
            patch: 40,
            layers: half_size(32, 6),
            loss: "mean-squared-error",
            init: Init::He,
            recipe: Recipe { epochs: 60, rate: 1.5e-3, average: Some(0.999), ..adam(8) },
        },
        Preset {
            name: "enlarge",
            summary: "twice the size: a small net adds to bicubic enlargement what it lacks",
            purpose: Purpose::Restore(Restoration::Enlarge),
            patch: 24,
            layers:
                "conv 24 5x5 same | prelu | conv 12 3x3 same | prelu | conv 12 3x3 same | prelu | conv 12 3x3 same \
                     | prelu | conv 4 3x3 same | depth-to-space 2"
                    .into(),
            loss: "mean-squared-error",
            init: Init::He,
            recipe: Recipe { epochs: 60, rate: 2e-3, average: Some(0.999), ..adam(4) },
        },
        Preset {
            name: "fill",
            summary: "holes filled: a U-Net that leads noise to what could be there",
            purpose: Purpose::Restore(Restoration::Fill),
            patch: 48,
            layers: u_net(40),
            loss: "mean-squared-error",
            init: Init::He,
            recipe: flow.clone(),
        },
        Preset {
            name: "flow",
            summary: "pictures of a class drawn: a U-Net that leads noise to them in small steps",
            purpose: Purpose::Draw(Drawing::Flow),
            patch: 0,
            layers: u_net(40),
            loss: "mean-squared-error",
            init: Init::He,
            recipe: flow,
        },
    ]
}

/// A U-Net for pictures whose sides are multiples of 4, `CHANNELS` standing for their channels: half and a quarter of
/// the size, and back.
///
/// The planes for time and class are the same in all pixels: a normalisation right after a convolution would take them
/// away, so an activation stands between.
fn u_net(masks: usize) -> String {
    let block = |masks: usize| format!("conv {masks} 3x3 same | silu | group-norm 8");
    let (wide, deep) = (block(masks), block(2 * masks));
    format!(
        "as in | conv {masks} 4x4 same stride 2 | silu | group-norm 8 | {wide} | as half | max-pool 2 | {deep} \
         | {deep} | conv {masks} 1x1 | up 2 nearest | add half | {wide} | {wide} | conv 32 1x1 | depth-to-space 2 \
         | concat in | conv 16 3x3 same | silu | conv CHANNELS 3x3 same"
    )
}

/// Convolutions without biases at half the size, for pictures with a plane for the level of noise.
fn half_size(masks: usize, inner: usize) -> String {
    let first = format!("space-to-depth 2 | conv {masks} 3x3 same no-bias | relu");
    let inner = format!(" | conv {masks} 3x3 same no-bias | relu").repeat(inner);
    format!("{first}{inner} | conv 4 3x3 same no-bias | depth-to-space 2")
}

/// The preset of that name.
pub fn preset(name: &str) -> Option<Preset> {
    presets().into_iter().find(|preset| preset.name == name)
}
