//! `dnn`: the article's neural network, trained, tested and looked into.

mod ask;
mod classifier;
mod data;
mod describe;
mod eval;
mod explain;
mod export;
mod generate;
mod inspect;
mod list;
mod predict;
mod prepared;
mod restore;
mod show;
mod train;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::filters::tell_failure;
use crate::run::{Common, asked};

/// Neural networks you can see through
#[derive(Debug, Parser)]
#[command(name = "dnn", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Examples:
  dnn train                              the article: 784-20-10, three epochs of MNIST, saved as model.npz
  dnn train --preset lenet5              a net of convolutions; `dnn layers` lists what nets are made of
  dnn eval model.npz                     accuracy and confusion matrix on the test set
  dnn predict model.npz my-digit.jpg     any picture of one digit
  dnn export model.npz model.onnx        for other tools
  dnn show model.npz --index 7           a training picture, and what the net thinks it is
  dnn explain model.npz --index 7        the chain rule for one weight, number by number
  dnn generate model.npz --class 3 --out 3.png   a picture that the net takes for a 3
  dnn restore noisy.jpg clean.png        noise away, by a net that is built in
  dnn data my-pictures/                  what a data set for --data is understood as

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.")]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Train(Box<train::Train>),
    Eval(eval::Eval),
    Predict(predict::Predict),
    Show(show::Show),
    Explain(explain::Explain),
    Generate(Box<generate::Generate>),
    Ask(ask::Ask),
    Inspect(inspect::Inspect),
    Data(describe::Describe),
    Export(export::Export),
    Layers(list::Layers),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

pub(crate) fn command() -> clap::Command {
    Cli::command().subcommand(restore::command())
}

pub(crate) fn main() -> anyhow::Result<()> {
    let Some(matches) = asked(command())? else { return Ok(()) };
    if let Some(("restore", arguments)) = matches.subcommand() {
        let common = Common::from_arg_matches(arguments)?;
        common.set_up()?;
        return restore::run(arguments, &common).inspect_err(|error| tell_failure(arguments, error, &common));
    }
    let Cli { common, command } = Cli::from_arg_matches(&matches)?;
    common.set_up()?;
    run(command, &common).inspect_err(|error| common.tell_failure(None, error))
}

fn run(command: Command, common: &Common) -> anyhow::Result<()> {
    match command {
        Command::Train(train) => train.run(common),
        Command::Eval(eval) => eval.run(common),
        Command::Predict(predict) => predict.run(common),
        Command::Show(show) => show.run(common),
        Command::Explain(explain) => explain.run(common),
        Command::Generate(generate) => generate.run(common),
        Command::Ask(ask) => ask.run(common),
        Command::Inspect(inspect) => inspect.run(common),
        Command::Data(describe) => describe.run(common),
        Command::Export(export) => export.run(common),
        Command::Layers(layers) => layers.run(common),
        Command::Completions { shell } => crate::filters::completions(self::command(), shell),
        Command::Man => crate::filters::manual(self::command()),
    }
}
