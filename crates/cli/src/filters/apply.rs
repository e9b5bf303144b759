//! One operator or a chain of them, from a picture file to a picture file.

use std::fs;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use glassbox_formats::{Format, Picture, Pixels, decode_picture, encode_picture, read_picture, write_picture};
use glassbox_kernels::filters::{Entry, Parameter, Values, parse};
use glassbox_kernels::{Engine, Filter};
use serde_json::json;

use super::read_stdin;
use crate::outcome::{Usage, wrong_flag};
use crate::run::{Common, catch_interrupts, say_json};

/// The subcommand of an operator, its flags from the registry.
pub(super) fn command(entry: &'static Entry) -> Command {
    let mut examples = format!("Examples:\n  filters {} in.png out.png", entry.name);
    for variant in entry.variants.iter().take(2) {
        let flag = |flag: &str| match flag.split_once('=') {
            Some((name, value)) if value.contains(' ') => format!("--{name} '{value}'"),
            _ => format!("--{}", flag.replacen('=', " ", 1)),
        };
        let flags: Vec<_> = variant.split(',').map(flag).collect();
        examples += &format!("\n  filters {} in.png out.png {}", entry.name, flags.join(" "));
    }
    Command::new(entry.name)
        .about(entry.summary)
        .long_about(format!("{}: {}", capitalised(entry.summary), entry.formula))
        .after_help(examples)
        .arg(path("in", "Picture to read; its format is read from its content; - for standard input"))
        .arg(path("out", "Picture to write, in the format of its suffix; - for standard output"))
        .args(entry.parameters.iter().map(flag))
        .args(switches())
}

fn path(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).value_name(name.to_uppercase()).required(true).value_parser(value_parser!(PathBuf)).help(help)
}

fn flag(parameter: &'static Parameter) -> Arg {
    // A negative number is a wrong value, not a flag.
    let help = capitalised(parameter.help);
    let arg = Arg::new(parameter.name).long(parameter.name).help(&help).allow_negative_numbers(true);
    let arg = if parameter.default.is_empty() { arg } else { arg.default_value(parameter.default) };
    match parameter.values {
        Values::Choice(words) => {
            arg.value_parser(PossibleValuesParser::new(words)).value_name(words.join("|")).hide_possible_values(true)
        }
        // A matrix may begin with a negative number and a space.
        Values::Matrix => arg.value_name("MATRIX").allow_hyphen_values(true),
        Values::Whole(..) | Values::Odd(..) | Values::Real(..) => {
            arg.value_name("N").help(format!("{help}: {}", parameter.values.allowed()))
        }
    }
}

fn switches() -> [Arg; 4] {
    let switch =
        |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    [
        switch("gray", "Convert to brightness (Rec. 601) first, instead of working on each colour alone"),
        switch("no-auto-orient", "Leave the pixels as they are stored, whatever the EXIF orientation says"),
        switch("in-place", "Allow OUT to be the same file as IN"),
        Arg::new("format")
            .long("format")
            .value_name("NAME")
            .help("Format of what is written to standard output: png, jpeg, …"),
    ]
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The subcommand that takes a picture through several operators.
pub(super) fn chain_command() -> Command {
    Command::new("chain")
        .about("Several operators, one behind the other")
        .long_about(
            "Takes a picture through several operators, one behind the other, written as in `filters list` with their parameters \
             behind a colon. The picture is read and written once, and no picture between two operators is there as a whole.",
        )
        .after_help("Examples:\n  filters chain 'median:size=3 | sobel | max-pool:size=8' in.png out.png")
        .arg(Arg::new("chain").value_name("CHAIN").required(true).help("Operators with | between them"))
        .arg(path("in", "Picture to read; its format is read from its content; - for standard input"))
        .arg(path("out", "Picture to write, in the format of its suffix; - for standard output"))
        .args(switches())
}

/// Runs one operator with the parameters of its flags.
pub(super) fn run(entry: &'static Entry, arguments: &ArgMatches, common: &Common) -> anyhow::Result<()> {
    let value = |name: &str| arguments.get_one::<String>(name).map(String::as_str);
    let given: Vec<_> = entry.parameters.iter().filter_map(|p| Some((p.name, value(p.name)?))).collect();
    let filter = entry.build(&given).map_err(|error| match error {
        glassbox_kernels::Error::Parameter { .. } => Usage(format!("--{error}")).into(),
        error => anyhow::Error::new(error),
    })?;
    run_chain(entry.name, vec![filter], arguments, common)
}

/// Runs the operators that were written as one text.
pub(super) fn run_written(arguments: &ArgMatches, common: &Common) -> anyhow::Result<()> {
    let text = arguments.get_one::<String>("chain").map_or("", String::as_str);
    let filters = text.split('|').enumerate().map(|(index, label)| {
        parse(label).map_err(|error| Usage(format!("chain, operator {}: {error}", index + 1)).into())
    });
    run_chain("chain", filters.collect::<anyhow::Result<_>>()?, arguments, common)
}

fn run_chain(
    name: &str,
    mut chain: Vec<Box<dyn Filter>>,
    arguments: &ArgMatches,
    common: &Common,
) -> anyhow::Result<()> {
    let value = |name: &str| arguments.get_one::<String>(name).map(String::as_str);
    if arguments.get_flag("gray") {
        chain.insert(0, parse("gray")?);
    }
    let missing = || Usage("IN and OUT are needed".into());
    let (input, output) = (
        arguments.get_one::<PathBuf>("in").ok_or_else(missing)?,
        arguments.get_one::<PathBuf>("out").ok_or_else(missing)?,
    );
    let target = Target::new(output, value("format"))?;
    if is_same_file(input, output) && !arguments.get_flag("in-place") {
        return Err(Usage(format!("{}: is both IN and OUT; --in-place allows that", output.display())).into());
    }
    catch_interrupts(false)?;
    common.warn_of_debug_build();
    let auto_orient = !arguments.get_flag("no-auto-orient");
    let (picture, from) = if is_dash(input) {
        (decode_picture(&read_stdin()?, "standard input", auto_orient)?, "standard input".to_string())
    } else {
        (read_picture(input, auto_orient)?, input.display().to_string())
    };
    let result = apply(&chain, picture).map_err(|error| anyhow::Error::new(error).context(from.clone()))?;
    let ((height, width, channels), depth) = (result.pixels.dim(), result.pixels.depth());
    let notes = target.write(result)?;
    notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", output.display())));
    common.detail(&format!("{}: {width}×{height}, {channels} channels of {depth}", output.display()));
    if common.json && !is_dash(output) {
        say_json(&json!({
            "event": "filter", "op": name, "in": from, "out": output.display().to_string(),
            "width": width, "height": height, "channels": channels, "dtype": depth,
        }))?;
    }
    Ok(())
}

/// A picture taken through a chain: alpha copied, metadata kept.
pub(super) fn apply(chain: &[Box<dyn Filter>], picture: Picture) -> Result<Picture, glassbox_kernels::Error> {
    let engine = Engine { keep_alpha: picture.pixels.has_alpha(), ..Engine::default() };
    let pixels = match &picture.pixels {
        Pixels::U8(image) => Pixels::U8(engine.run(chain, image)?),
        Pixels::U16(image) => Pixels::U16(engine.run(chain, image)?),
        Pixels::F32(image) => Pixels::F32(engine.run(chain, image)?),
    };
    let mut metadata = picture.metadata;
    if pixels.dim().2 < 3 && picture.pixels.dim().2 >= 3 {
        // A profile for colours does not describe greys.
        metadata.icc = None;
    }
    Ok(Picture { pixels, metadata })
}

/// Where a picture goes: known to be possible before anything is computed.
enum Target<'a> {
    File(&'a Path),
    StandardOutput(Format),
}

impl<'a> Target<'a> {
    fn new(output: &'a Path, format: Option<&str>) -> anyhow::Result<Self> {
        let known = || {
            let names: Vec<_> = Format::SUFFIXES.iter().map(|(suffix, _)| *suffix).collect();
            names.join(", ")
        };
        match format {
            _ if !is_dash(output) => {
                Format::of_path(output).map_err(|error| Usage(error.to_string()))?;
                glassbox_formats::check_writable(output)?;
                Ok(Target::File(output))
            }
            Some(name) => {
                let format = Format::from_suffix(name)
                    .ok_or_else(|| wrong_flag("--format", format!("found {name:?}; allowed: {}", known())))?;
                Ok(Target::StandardOutput(format))
            }
            None => Err(wrong_flag("--format", format!("is needed with OUT -; allowed: {}", known()))),
        }
    }

    fn write(&self, picture: Picture) -> anyhow::Result<Vec<String>> {
        match self {
            Target::File(path) => Ok(write_picture(path, picture)?),
            Target::StandardOutput(format) => {
                let mut out = std::io::BufWriter::new(std::io::stdout().lock());
                let notes = encode_picture(picture, *format, &mut out, "standard output")?;
                std::io::Write::flush(&mut out)?;
                Ok(notes)
            }
        }
    }
}

fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

pub(super) fn is_same_file(a: &Path, b: &Path) -> bool {
    !is_dash(a) && matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}
