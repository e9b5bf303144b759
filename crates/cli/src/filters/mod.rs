//! `filters`: the article's image kernels on picture files.

mod animate;
mod apply;
mod batch;
mod bench;
pub(crate) mod command;
mod compare;
mod info;
mod list;

use std::io;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use glassbox_formats::{Picture, Pixels};
use glassbox_kernels::filters::ENTRIES;
use glassbox_pipeline::Input;
use glassbox_tensor::shown;

use self::apply::is_dash;
use self::command::Job;
use crate::run::{Common, asked, say_bytes};

/// Image kernels you can see through
#[derive(Debug, Parser)]
#[command(name = "filters", version, propagate_version = true, arg_required_else_help = true)]
#[command(subcommand_required = true)]
#[command(after_help = "Examples:
  filters sobel in.png out.png
  filters median in.jpg out.png --size 5 --border mirror
  filters gaussian photos --recursive --out-dir smooth --sigma 2
  filters sharpen - - --format png < in.png > out.png
  filters compare in.png sheet.png           max against average pooling, on the picture and on its edges

Kernels are applied as written (correlation), as every image tool does.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted, 141 a picture that nobody read to its end.")]
struct Cli {
    #[command(flatten)]
    common: Common,
}

/// Commands that are no operators.
#[derive(Debug, Subcommand)]
enum Other {
    Animate(animate::Animate),
    Compare(compare::Compare),
    Info(info::Info),
    List(list::List),
    Bench(bench::Bench),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// The registry's operators, then the other commands.
pub(crate) fn command() -> Command {
    let operators = ENTRIES.iter().map(|entry| command::operator(entry));
    // The derived commands would replace the description of the program.
    Other::augment_subcommands(Cli::command().subcommands(operators).subcommand(command::chain()))
        .about("Image kernels you can see through")
        .long_about(None)
}

pub(crate) fn main() -> anyhow::Result<()> {
    let Some(matches) = asked(command())? else { return Ok(()) };
    let Some((name, arguments)) = matches.subcommand() else { return Ok(()) };
    // Global flags belong to the subcommand, wherever they are written.
    let common = Common::from_arg_matches(arguments)?;
    common.set_up()?;
    run(&matches, name, arguments, &common).inspect_err(|error| tell_failure(arguments, error, &common))
}

fn run(matches: &ArgMatches, name: &str, arguments: &ArgMatches, common: &Common) -> anyhow::Result<()> {
    let entry = ENTRIES.iter().find(|entry| entry.name == name);
    let job = match entry {
        Some(entry) => Some(Job::of_operator(entry, arguments)?),
        None if name == "chain" => Some(Job::of_chain(arguments)?),
        None => None,
    };
    if let Some(job) = job {
        return run_job(&job, arguments, common);
    }
    match Other::from_arg_matches(matches)? {
        Other::Animate(animate) => animate.run(common),
        Other::Compare(compare) => compare.run(common),
        Other::Info(info) => info.run(common),
        Other::List(list) => list.run(common),
        Other::Bench(bench) => bench.run(common),
        Other::Completions { shell } => completions(command(), shell),
        Other::Man => manual(command()),
    }
}

/// Does the work on the pictures that the arguments of [`command::files`] name.
pub(crate) fn run_job(job: &Job, arguments: &ArgMatches, common: &Common) -> anyhow::Result<()> {
    match arguments.get_one::<PathBuf>("out-dir") {
        Some(folder) => batch::run(job, folder, arguments, common),
        None => apply::run(job, arguments, common),
    }
}

/// With `--json`, tells the failure of work on pictures, with the input if there is only one.
pub(crate) fn tell_failure(arguments: &ArgMatches, error: &anyhow::Error, common: &Common) {
    let paths = arguments.try_get_many::<PathBuf>("paths").ok().flatten();
    // With an output folder there may be many inputs.
    let input = paths.filter(|_| !arguments.contains_id("out-dir")).and_then(|mut paths| paths.next());
    common.tell_failure(input.map(|path| json_name(path)), error);
}

pub(crate) fn completions(mut command: Command, shell: clap_complete::Shell) -> anyhow::Result<()> {
    let name = command.get_name().to_string();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    Ok(say_bytes(&script)?)
}

pub(crate) fn manual(command: Command) -> anyhow::Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(say_bytes(&page)?)
}

/// The source of a picture: a file, or standard input for `-`.
fn input_of<'a>(path: &'a Path, stdin: &'a mut dyn io::Read) -> Input<'a> {
    if is_dash(path) { Input::Stream(stdin, STANDARD_INPUT) } else { Input::File(path) }
}

/// Reads the picture of a file, or of standard input for `-`.
fn read_input(path: &Path, auto_orient: bool) -> Result<Picture, glassbox_formats::Error> {
    input_of(path, &mut io::stdin().lock()).read(auto_orient)
}

/// Reads the pixels of a picture, turned by its orientation, and notes if it is the first of several.
pub(crate) fn read_pixels(path: &Path, common: &Common) -> Result<Pixels, glassbox_formats::Error> {
    let picture = read_input(path, true)?;
    if picture.is_first_of_more {
        common.note(&format!("note: {} holds more pictures: this is the first", input_name(path)));
    }
    Ok(picture.pixels)
}

const STANDARD_INPUT: &str = "standard input";

/// The name of an input in messages.
pub(crate) fn input_name(path: &Path) -> String {
    if is_dash(path) { STANDARD_INPUT.into() } else { shown(path) }
}

/// The name of an input or output in JSON, which has its own escapes.
fn json_name(path: &Path) -> String {
    if is_dash(path) { STANDARD_INPUT.into() } else { path.display().to_string() }
}
