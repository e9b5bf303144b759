//! Endings of a run: errors with their own exit code, and an error as one line.

use std::fmt::Display;
use std::io;
use std::path::Path;

/// Exit codes; 0 is success.
const FAILED: u8 = 1;
const WRONG_USAGE: u8 = 2;
/// The exit code of a program ended by Ctrl-C in shells.
pub(crate) const INTERRUPTED: u8 = 130;
/// The exit code in shells of a program like `cat` whose reader is gone: 128 + SIGPIPE.
const UNREAD: u8 = 141;

/// A wrong command line: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// The user pressed Ctrl-C.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub(crate) struct Interrupted;

/// A failure that was reported already.
#[derive(Debug, thiserror::Error)]
#[error("failed")]
pub(crate) struct Reported;

/// A wrong value of a flag.
pub(crate) fn wrong_flag(flag: &str, problem: impl Display) -> anyhow::Error {
    Usage(format!("{flag}: {problem}")).into()
}

/// Refuses outputs that are an input or another output, before any work.
pub(crate) fn check_outputs(inputs: &[Option<&Path>], outputs: &[Option<&Path>]) -> anyhow::Result<()> {
    let [inputs, outputs] = [inputs, outputs].map(|paths| paths.iter().copied().flatten().collect::<Vec<_>>());
    glassbox_formats::check_outputs(&inputs, &outputs).map_err(|clash| Usage(clash.to_string()).into())
}

/// The exit code of a run that ended with an error.
pub(crate) fn code_of(error: &anyhow::Error) -> u8 {
    match error {
        // A picture that was not read to its end is no result. The reader of lines has those that it wanted.
        error if is_broken_pipe(error) => {
            if is_of_file(error) {
                UNREAD
            } else {
                0
            }
        }
        error if error.is::<Interrupted>() => INTERRUPTED,
        error if is_usage(error) => WRONG_USAGE,
        _ => FAILED,
    }
}

/// Whether the user must still be told of an error.
pub(crate) fn is_news(error: &anyhow::Error) -> bool {
    !error.is::<Reported>() && !error.is::<Interrupted>() && !is_broken_pipe(error)
}

/// Whether writing a picture or another file failed, not printing a line.
fn is_of_file(error: &anyhow::Error) -> bool {
    error.is::<glassbox_pipeline::Error>() || error.is::<glassbox_formats::Error>()
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}

/// Whether the command line is to blame.
pub(crate) fn is_usage(error: &anyhow::Error) -> bool {
    let of_pipeline = error.downcast_ref::<glassbox_pipeline::Error>().and_then(|error| error.of_operator());
    let of_operator = error.downcast_ref::<glassbox_kernels::Error>().or(of_pipeline);
    error.is::<Usage>() || of_operator.is_some_and(|error| !matches!(error, glassbox_kernels::Error::TooSmall { .. }))
}

/// An error and its causes on one line, without a cause that the message before it already tells.
pub(crate) fn one_line(error: &(dyn std::error::Error + 'static)) -> String {
    let (mut line, mut cause) = (String::new(), Some(error));
    while let Some(error) = cause {
        // Libraries' messages may have several lines.
        let text = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            line = text;
        } else if !line.ends_with(&text) {
            line = format!("{line}: {text}");
        }
        cause = error.source();
    }
    line
}
