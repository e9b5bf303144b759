//! Common to all commands: flags for threads and output, interruption, printing.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{ArgMatches, Args, Command};
use glassbox_draw::terminal_picture;
use glassbox_tensor::Image;
use serde_json::json;

use crate::outcome::{INTERRUPTED, code_of, is_news, is_usage, one_line, wrong_flag};

/// Most threads allowed.
const MOST_THREADS: usize = 1024;

/// The heading of these flags in the help.
const COMMON: &str = "Common options";

/// Flags that every command has.
#[derive(Args, Clone, Debug)]
pub(crate) struct Common {
    /// Number of threads [default: all cores]
    #[arg(long, value_name = "N", global = true, help_heading = COMMON)]
    pub(crate) threads: Option<usize>,
    /// Print nothing but results and errors
    #[arg(long, short, global = true, help_heading = COMMON)]
    pub(crate) quiet: bool,
    /// Print more details
    #[arg(long, short, global = true, conflicts_with = "quiet", help_heading = COMMON)]
    pub(crate) verbose: bool,
    /// Print one JSON object per line, and nothing else, on standard output
    #[arg(long, global = true, help_heading = COMMON)]
    pub(crate) json: bool,
}

impl Common {
    /// Sets up the threads.
    pub(crate) fn set_up(&self) -> anyhow::Result<()> {
        let threads = match self.threads {
            Some(n) if !(1..=MOST_THREADS).contains(&n) => {
                return Err(wrong_flag(
                    "--threads",
                    format!("found {n}; a whole number from 1 to {MOST_THREADS} is allowed"),
                ));
            }
            Some(n) => n,
            None => 0,
        };
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
        Ok(())
    }

    /// Prints a note on standard error.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            complain(text);
        }
    }

    /// Prints a detail on standard error with `--verbose`.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            complain(text);
        }
    }

    /// Whether to show a progress bar.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.quiet && !self.json && io::stderr().is_terminal()
    }

    /// With `--json`, prints an error as an object, with the failed input if there is only one. Errors that were
    /// reported already and wrong usage are not printed.
    pub(crate) fn tell_failure(&self, input: Option<String>, error: &anyhow::Error) {
        if self.json && is_news(error) && !is_usage(error) {
            // The program ends with this error even if it cannot be printed.
            let _ = say_json(&json!({ "event": "failed", "in": input, "error": one_line(error.as_ref()) }));
        }
    }

    /// Says that a debug build is slow, before a long job.
    pub(crate) fn warn_of_debug_build(&self) {
        if cfg!(debug_assertions) {
            self.note("note: this is a debug build, much slower than `cargo build --release`");
        }
    }
}

/// Runs a program, prints its error if it has one, and gives its exit code.
pub(crate) fn exit_code(program: &str, main: impl FnOnce() -> anyhow::Result<()>) -> ExitCode {
    glassbox_simd::ignore_file_size_signal();
    let Err(error) = main() else { return ExitCode::SUCCESS };
    if is_news(&error) {
        complain(&format!("{program}: {}", one_line(error.as_ref())));
    }
    ExitCode::from(code_of(&error))
}

/// The arguments of a command line. Prints the help or the version if asked to, and returns none.
pub(crate) fn asked(command: Command) -> anyhow::Result<Option<ArgMatches>> {
    match command.try_get_matches() {
        Ok(matches) => Ok(Some(matches)),
        Err(wrong) if wrong.use_stderr() => wrong.exit(),
        Err(help) => {
            help.print().map_err(of_output)?;
            Ok(None)
        }
    }
}

/// Prints a line on standard error. A failure to do so does not end the program.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Prints a line on standard output.
pub(crate) fn say(text: &str) -> io::Result<()> {
    say_bytes(format!("{text}\n").as_bytes())
}

/// Prints a picture as text: in colour on a terminal, unless `NO_COLOR` is set.
pub(crate) fn say_picture(image: &Image<u8>) -> io::Result<()> {
    let colours = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    say(terminal_picture(image, colours).trim_end_matches('\n'))
}

/// Prints bytes on standard output; a closed pipe is an error, not a panic.
pub(crate) fn say_bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(of_output)
}

fn of_output(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("standard output: {error}"))
}

/// Prints an object as a line of JSON.
pub(crate) fn say_json(value: &serde_json::Value) -> io::Result<()> {
    say(&value.to_string())
}

static INTERRUPTED_FLAG: AtomicBool = AtomicBool::new(false);
static ENDS_BY_ITSELF: AtomicBool = AtomicBool::new(false);

/// Makes Ctrl-C end the program with exit code 130: at once, or, if it `ends_by_itself`, when it next asks
/// [`interrupted`].
pub(crate) fn catch_interrupts(ends_by_itself: bool) -> anyhow::Result<()> {
    ENDS_BY_ITSELF.store(ends_by_itself, Ordering::SeqCst);
    ctrlc::set_handler(|| {
        let again = INTERRUPTED_FLAG.swap(true, Ordering::SeqCst);
        if again || !ENDS_BY_ITSELF.load(Ordering::SeqCst) {
            glassbox_formats::remove_unfinished();
            std::process::exit(INTERRUPTED.into());
        }
    })?;
    Ok(())
}

/// Whether Ctrl-C was pressed.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED_FLAG.load(Ordering::SeqCst)
}
