//! How a run ends: one line on standard error and an exit code.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use serde_json::json;

use crate::run::{Common, complain, say_json};

const FAILED: u8 = 1;
const WRONG_USAGE: u8 = 2;
/// What shells show for a program ended by Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// A command line that asks for something that cannot be: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// The user pressed Ctrl-C.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub(crate) struct Interrupted;

/// Something went wrong and has been reported already.
#[derive(Debug, thiserror::Error)]
#[error("failed")]
pub(crate) struct Reported;

/// A wrong value of a flag.
pub(crate) fn wrong_flag(flag: &str, problem: impl Display) -> anyhow::Error {
    Usage(format!("{flag}: {problem}")).into()
}

/// Runs a program and turns what it says into an exit code.
pub(crate) fn exit_code(program: &str, main: impl FnOnce() -> anyhow::Result<()>) -> ExitCode {
    let Err(error) = main() else { return ExitCode::SUCCESS };
    // Whoever read our output has had enough: nothing is wrong.
    let broken_pipe = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(broken_pipe) {
        return ExitCode::SUCCESS;
    }
    if error.is::<Reported>() {
        return ExitCode::from(FAILED);
    }
    if error.is::<Interrupted>() {
        return ExitCode::from(INTERRUPTED);
    }
    complain(&format!("{program}: {}", one_line(&error)));
    ExitCode::from(if is_usage(&error) { WRONG_USAGE } else { FAILED })
}

/// Tells machines what failed, and on which input if there is one only, if they are told anything and have not been told of it.
pub(crate) fn tell_failure(common: &Common, input: Option<String>, error: &anyhow::Error) {
    if common.json && !error.is::<Reported>() && !error.is::<Interrupted>() && !is_usage(error) {
        // The error ends the program; whether it could be said here as well does not matter any more.
        let _ = say_json(&json!({ "event": "failed", "in": input, "error": one_line(error) }));
    }
}

/// An error and its causes on one line, a cause that the message before it already tells left out.
pub(crate) fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        // Libraries' messages may have several lines.
        let text = cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            line = text;
        } else if !line.ends_with(&text) {
            line = format!("{line}: {text}");
        }
    }
    line
}

fn is_usage(error: &anyhow::Error) -> bool {
    let of_kernels = error.downcast_ref::<glassbox_kernels::Error>();
    error.is::<Usage>() || of_kernels.is_some_and(|error| !matches!(error, glassbox_kernels::Error::TooSmall { .. }))
}
