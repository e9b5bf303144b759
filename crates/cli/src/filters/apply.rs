//! `filters` on one picture: the flags, and the output.

use std::io;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use glassbox_formats::Format;
use glassbox_pipeline::pattern::is_pattern;
use glassbox_pipeline::{Converted, convert};
use glassbox_tensor::{quoted, shown};
use serde_json::{Value, json};

use super::command::Job;
use super::{input_of, json_name};
use crate::outcome::{Usage, wrong_flag};
use crate::run::{Common, catch_interrupts, say_json};

/// Runs a job on IN and writes OUT.
pub(super) fn run(job: &Job, arguments: &ArgMatches, common: &Common) -> anyhow::Result<()> {
    let paths: Vec<_> = arguments.get_many::<PathBuf>("paths").into_iter().flatten().collect();
    let [input, output] = paths[..] else {
        let (found, plural) = (paths.len(), if paths.len() == 1 { "" } else { "s" });
        let switch = paths.iter().any(|path| path.as_os_str() == "no" || path.as_os_str() == "yes");
        let hint = if switch { "a switch is set with =, as in --flip=no" } else { "many IN with --out-dir DIR" };
        return Err(Usage(format!("one IN and one OUT are needed, found {found} path{plural}; {hint}")).into());
    };
    let target = Target::new(output, arguments.get_one::<String>("format").map(String::as_str))?;
    check_packing(arguments, [target.format()])?;
    if is_same_file(input, output) && !arguments.get_flag("in-place") {
        return Err(Usage(format!("{}: is both IN and OUT; --in-place allows that", shown(output))).into());
    }
    if common.json && is_dash(output) {
        return Err(wrong_flag("--json", "standard output is the picture's with OUT -"));
    }
    if is_pattern(input) {
        return Err(Usage(format!("{}: is no file; patterns need --out-dir DIR", shown(input))).into());
    }
    catch_interrupts(false)?;
    common.warn_of_debug_build();
    let mut stdin = io::stdin().lock();
    let source = input_of(input, &mut stdin);
    let done = match &target {
        Target::File(path, format) => convert(&job.work, source, glassbox_pipeline::Target::File(path, *format))?,
        Target::StandardOutput(format) => {
            let mut stdout = io::BufWriter::new(io::stdout().lock());
            let target = glassbox_pipeline::Target::Stream(&mut stdout, *format, "standard output");
            convert(&job.work, source, target)?
        }
    };
    say_notes(&done, output, common);
    if common.json {
        say_json(&summary(&done, job.name, input, output))?;
    }
    Ok(())
}

/// Prints the notes about a written picture, and a line about it as a detail.
pub(super) fn say_notes(done: &Converted, output: &Path, common: &Common) {
    let name = if is_dash(output) { "standard output".into() } else { shown(output) };
    done.notes.iter().for_each(|text| common.note(&format!("note: {name}: {text}")));
    let (height, width, channels) = done.shape;
    common.detail(&format!("{name}: {width}×{height}, {channels} channels of {}", done.depth));
}

/// The line about a written picture as JSON; `op` is the operator's name.
pub(super) fn summary(done: &Converted, op: &str, input: &Path, output: &Path) -> Value {
    let (height, width, channels) = done.shape;
    json!({
        "event": "filter", "op": op, "in": json_name(input), "out": json_name(output),
        "width": width, "height": height, "channels": channels, "dtype": done.depth,
    })
}

/// The target of a picture, checked before anything is computed.
enum Target {
    File(PathBuf, Format),
    StandardOutput(Format),
}

impl Target {
    fn format(&self) -> Format {
        match self {
            Target::File(_, format) | Target::StandardOutput(format) => *format,
        }
    }

    fn new(output: &Path, format: Option<&str>) -> anyhow::Result<Self> {
        if !is_dash(output) {
            if output.is_dir() {
                let name = shown(output);
                return Err(Usage(format!("{name}: is a folder; --out-dir {name} writes into it")).into());
            }
            let by_suffix = Format::of_path(output).map_err(|error| Usage(error.to_string()))?;
            if let Some(name) = format
                && format_named(name)? != by_suffix
            {
                let allowed = "the suffix of OUT says what is written; --format is for - and --out-dir";
                return Err(wrong_flag(
                    "--format",
                    format!("found {} with OUT {}; {allowed}", quoted(name), shown(output)),
                ));
            }
            glassbox_formats::check_writable(output)?;
            return Ok(Target::File(output.to_path_buf(), by_suffix));
        }
        match format {
            Some(name) => Ok(Target::StandardOutput(format_named(name)?)),
            None => Err(wrong_flag("--format", format!("is needed with OUT -; allowed: {}", known_formats()))),
        }
    }
}

/// Refuses flags for formats none of which is written.
pub(super) fn check_packing(
    arguments: &ArgMatches,
    formats: impl IntoIterator<Item = Format> + Clone,
) -> anyhow::Result<()> {
    for (flag, format) in [("quality", Format::Jpeg), ("compression", Format::Png)] {
        if arguments.get_one::<u32>(flag).is_some() && !formats.clone().into_iter().any(|other| other == format) {
            return Err(wrong_flag(&format!("--{flag}"), format!("is for {format} files, and none is written")));
        }
    }
    Ok(())
}

/// The format that `--format` names.
pub(super) fn format_named(name: &str) -> anyhow::Result<Format> {
    let unknown = || wrong_flag("--format", format!("found {}; allowed: {}", quoted(name), known_formats()));
    Format::from_suffix(name).ok_or_else(unknown)
}

fn known_formats() -> String {
    let names: Vec<_> = Format::SUFFIXES.iter().map(|(suffix, _)| *suffix).collect();
    names.join(", ")
}

pub(super) fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

pub(super) fn is_same_file(a: &Path, b: &Path) -> bool {
    !is_dash(a) && glassbox_formats::is_same_file(a, b)
}
