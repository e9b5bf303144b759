//! The two command lines of glassbox: arguments in, results out, nothing that computes.

mod dnn;
mod filters;
mod outcome;
mod run;
mod whole;

use std::process::ExitCode;

pub use glassbox_simd::LargePages;

/// Runs `dnn` with the arguments of the process.
pub fn dnn() -> ExitCode {
    run::exit_code("dnn", dnn::main)
}

/// Runs `filters` with the arguments of the process.
pub fn filters() -> ExitCode {
    run::exit_code("filters", filters::main)
}

/// The definition of `dnn`'s command line, for help, completions and man pages.
pub fn dnn_command() -> clap::Command {
    dnn::command()
}

/// The definition of `filters`' command line.
pub fn filters_command() -> clap::Command {
    filters::command()
}
