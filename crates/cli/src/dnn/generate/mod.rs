//! `dnn generate`: pictures that a net takes for a class, or draws.

mod by_input;
mod samples;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use glassbox_dnn::{Model, Purpose, Shape};

use super::drawn::{How, OF_DRAWING};
use crate::outcome::wrong_flag;
use crate::run::Common;

/// A picture that a net takes for a class, or pictures that a drawing net makes
///
/// With a model that tells classes, the input is changed, not the weights. Changes are proposed, and an adversary looks
/// at the net's outputs. A change in the right direction is kept, one in the wrong direction is taken back. The picture
/// is done when the wanted class is at --at-least or above and each forbidden one at --at-most or below. That a net
/// takes a picture for a 3 does not mean that a person does: --judge asks another net.
///
/// With a model that draws (`dnn train --preset flow`), each picture begins as noise of its own and goes in small steps
/// to where the net says that pictures of the class are. A sheet of them is written; as GIF, the way from the noise; as
/// npz, x (n, height, width) and y for NumPy.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn generate model.npz --class 3 --out three.png
  dnn generate lenet5.npz --class 3 --method gradient --out three.gif --judge best.npz
  dnn generate model.npz --class 3 --forbid 8,5 --log steps.jsonl --out three.png
  dnn generate model.npz --class 3 --from seven.png --out seven-to-three.gif
  dnn generate flow.npz --class all --count 10 --out sheet.png
  dnn generate flow.npz --class 3 --out from-noise.gif
  dnn generate flow.npz --class all --count 1000 --out drawn.npz --judge best.npz")]
pub(super) struct Generate {
    /// A model that `dnn train` wrote
    #[arg(default_value = "model.npz")]
    model: PathBuf,
    /// The class of the picture: its number or its name; all, of a model that draws
    #[arg(long, value_name = "CLASS|all")]
    class: String,
    /// Seed of all randomness
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Another net, which is asked what the picture is
    #[arg(long, value_name = "MODEL")]
    judge: Option<PathBuf>,
    /// Write the picture or the sheet, or, as GIF, how it came about; or, as npz, the pictures that were drawn
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    change: Change,
    /// Pictures of each class [default: 10]
    #[arg(long, value_name = "N", help_heading = OF_DRAWING, value_parser = crate::whole::whole(1..=MOST_PICTURES))]
    count: Option<u32>,
    #[command(flatten)]
    how: How,
}

/// Most pictures of a class: more would not fit into memory.
const MOST_PICTURES: u32 = 1_000_000;

/// How the input of a net that tells classes is changed.
#[derive(Args, Debug)]
#[command(next_help_heading = "For models that tell classes")]
struct Change {
    /// Classes that it must not be taken for, with commas between
    #[arg(long, value_name = "CLASSES", value_delimiter = ',')]
    forbid: Vec<String>,
    /// Bumps of ink at random, kept when the net likes them, or steps along the gradient of the input [default:
    /// accept-reject]
    #[arg(long, value_enum)]
    method: Option<MethodName>,
    /// Where to begin: blank, noise, or a picture [default: blank]
    #[arg(long, value_name = "blank|noise|PICTURE")]
    from: Option<String>,
    /// The least output of the wanted class [default: 0.99]
    #[arg(long, value_name = "SHARE")]
    at_least: Option<f64>,
    /// The largest output of a forbidden class [default: 0.01]
    #[arg(long, value_name = "SHARE")]
    at_most: Option<f64>,
    /// How much edges cost [default: 1]
    #[arg(long, value_name = "NUMBER")]
    smoothness: Option<f64>,
    /// Proposals after which it gives up [default: 20000]
    #[arg(long, value_name = "N")]
    proposals: Option<usize>,
    /// Write every proposal and what the adversary said of it
    #[arg(long, value_name = "FILE.jsonl")]
    log: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum MethodName {
    AcceptReject,
    Gradient,
}

impl Change {
    /// The first flag that is given.
    fn given(&self) -> Option<&'static str> {
        let flags = [
            ("--forbid", !self.forbid.is_empty()),
            ("--method", self.method.is_some()),
            ("--from", self.from.is_some()),
            ("--at-least", self.at_least.is_some()),
            ("--at-most", self.at_most.is_some()),
            ("--smoothness", self.smoothness.is_some()),
            ("--proposals", self.proposals.is_some()),
            ("--log", self.log.is_some()),
        ];
        flags.into_iter().find(|(_, is_given)| *is_given).map(|(flag, _)| flag)
    }
}

impl Generate {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let model = Model::load_for(&self.model, "generate")?;
        let draws = matches!(model.about.purpose, Purpose::Draw(_));
        let count = self.count.is_some().then_some("--count");
        let of_the_other = if draws { self.change.given() } else { count.or(self.how.given().next()) };
        if let Some(flag) = of_the_other {
            let purpose = model.about.purpose;
            let kind = if draws { "that tell classes" } else { "that draw" };
            return Err(wrong_flag(flag, format!("is for models {kind}; this one is for {purpose}")));
        }
        if draws { self.draw(&model, common) } else { self.change_input(&model, common) }
    }

    /// The net that is asked what pictures are.
    fn judge(&self, picture: Shape) -> anyhow::Result<Option<Model>> {
        self.judge.as_ref().map(|path| super::judge::judge(path, picture)).transpose()
    }
}
