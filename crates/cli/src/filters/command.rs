//! The subcommands of operators and chains: flags from the registry, and their values.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use glassbox_formats::Packing;
use glassbox_kernels::Filter;
use glassbox_kernels::filters::{Entry, Parameter, Values, parse};
use glassbox_pipeline::Whole;

use crate::outcome::Usage;
use crate::whole::whole;

/// The subcommand of an operator.
pub(super) fn operator(entry: &'static Entry) -> Command {
    let mut examples = format!("Examples:\n  filters {} in.png out.png", entry.name);
    for variant in entry.variants.iter().take(2) {
        let flag = |flag: &str| match flag.split_once('=') {
            Some((name, value)) if value.contains(' ') => format!("--{name} '{value}'"),
            _ => format!("--{}", flag.replacen('=', " ", 1)),
        };
        let flags: Vec<_> = variant.split(',').map(flag).collect();
        examples += &format!("\n  filters {} in.png out.png {}", entry.name, flags.join(" "));
    }
    examples += &format!("\n  filters {} photos/*.jpg --out-dir done", entry.name);
    let source = if entry.source.is_empty() { String::new() } else { format!("\nSource: {}", entry.source) };
    Command::new(entry.name)
        .about(entry.summary)
        .long_about(format!("{}: {}{source}", capitalised(entry.summary), entry.formula))
        .override_usage(format!(
            "filters {0} [OPTIONS] IN OUT\n       filters {0} [OPTIONS] IN... --out-dir DIR",
            entry.name
        ))
        .after_help(examples)
        .args(entry.parameters.iter().map(flag))
        .args(files())
}

/// The subcommand that takes pictures through several operators.
pub(super) fn chain() -> Command {
    Command::new("chain")
        .about("Several operators, one after the other")
        .long_about(
            "Takes a picture through several operators, one after the other, written as in `filters list` with their \
             parameters after a colon. The picture is read and written once, and no picture between two operators is \
             in memory as a whole.",
        )
        .override_usage(
            "filters chain [OPTIONS] CHAIN IN OUT\n       filters chain [OPTIONS] CHAIN IN... --out-dir DIR",
        )
        .after_help(
            "Examples:\n  filters chain 'median:size=3 | sobel | max-pool:size=8' in.png out.png\n  \
             filters chain 'gray | sharpen' scans --recursive --out-dir done",
        )
        .arg(Arg::new("chain").value_name("CHAIN").required(true).help("Operators with | between them"))
        .args(files())
}

fn paths() -> Arg {
    Arg::new("paths").value_name("IN OUT").required(true).num_args(1..).value_parser(value_parser!(PathBuf)).help(
        "Picture to read (its format is read from its content) and picture to write (in the format of its suffix); \
             - for standard input or output. With --out-dir: pictures to read, also as patterns such as 'scans/*.png'",
    )
}

fn flag(parameter: &'static Parameter) -> Arg {
    // A negative number is a wrong value, not a flag.
    let help = capitalised(parameter.help);
    let arg = Arg::new(parameter.name).long(parameter.name).help(&help).allow_negative_numbers(true);
    let arg = if parameter.default.is_empty() { arg } else { arg.default_value(parameter.default) };
    match parameter.values {
        // A switch; `=no` where it is on.
        Values::Choice(&["no", "yes"]) => arg
            .value_parser(["no", "yes"])
            .value_name("no|yes")
            .hide_possible_values(true)
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("yes"),
        Values::Letters(_) => arg.value_name("LETTERS").help(format!("{help}: {}", parameter.values.allowed())),
        Values::Choice(words) => {
            arg.value_parser(PossibleValuesParser::new(words)).value_name(words.join("|")).hide_possible_values(true)
        }
        // A matrix may begin with a negative number and a space.
        Values::Matrix => arg.value_name("MATRIX").allow_hyphen_values(true),
        Values::Reals => arg.value_name("NUMBERS").allow_hyphen_values(true),
        Values::Wholes(..) => arg.value_name("NUMBERS").help(format!("{help}: {}", parameter.values.allowed())),
        Values::Whole(..) | Values::Odd(..) | Values::Real(..) => {
            arg.value_name("N").help(format!("{help}: {}", parameter.values.allowed()))
        }
    }
}

/// The arguments that name pictures and say how they are read and written.
pub(crate) fn files() -> Vec<Arg> {
    let named = |name: &'static str, help: &'static str| Arg::new(name).long(name).help(help).help_heading("Files");
    let switch = |name, help| named(name, help).action(ArgAction::SetTrue);
    let number = |name, help, range| named(name, help).value_name("N").value_parser(whole(range));
    vec![
        paths(),
        switch("gray", "Convert to brightness (Rec. 601) first, instead of working on each colour alone")
            .help_heading(None),
        switch("no-auto-orient", "Leave the pixels as they are stored, whatever the EXIF orientation says"),
        switch("in-place", "Allow OUT to be the same file as IN"),
        named("format", "Format of what is written to standard output or into DIR: png, jpeg, …").value_name("NAME"),
        number("quality", "Quality of JPEG files, 1 to 100 [default: 90]", 1..=100),
        number(
            "compression",
            "How hard PNG files are packed, from 0 (not at all) to 9; from 7 on many ways are tried for each part \
             [default: 2]",
            0..=9,
        ),
        named("out-dir", "Folder to write into, each picture under its own name; it is made if it is not there")
            .value_name("DIR")
            .value_parser(value_parser!(PathBuf)),
        switch("recursive", "Take the pictures in folders and in the folders in them; DIR gets the same folders")
            .requires("out-dir"),
        number("jobs", "Pictures worked on at a time [default: as many as threads]", 1..=1024).requires("out-dir"),
    ]
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The work on each picture.
pub(crate) struct Job {
    /// The name in messages and JSON: the operator, or `chain`.
    pub(super) name: &'static str,
    /// The program in messages.
    pub(super) program: &'static str,
    pub(super) work: glassbox_pipeline::Job,
}

impl Job {
    /// One operator with the parameters of its flags.
    pub(super) fn of_operator(entry: &'static Entry, arguments: &ArgMatches) -> anyhow::Result<Self> {
        let value = |name: &str| arguments.get_one::<String>(name).map(String::as_str);
        let given: Vec<_> = entry.parameters.iter().filter_map(|p| Some((p.name, value(p.name)?))).collect();
        let filter = entry.build(&given).map_err(|error| match error {
            glassbox_kernels::Error::Parameter { .. } => Usage(format!("--{error}")).into(),
            error => anyhow::Error::new(error),
        })?;
        Self::new(entry.name, vec![filter], None, arguments)
    }

    /// The operators of a chain, written as one text.
    pub(super) fn of_chain(arguments: &ArgMatches) -> anyhow::Result<Self> {
        let text = arguments.get_one::<String>("chain").map_or("", String::as_str);
        let filters = text.split('|').enumerate().map(|(index, label)| {
            parse(label).map_err(|error| Usage(format!("chain, operator {}: {error}", index + 1)).into())
        });
        Self::new("chain", filters.collect::<anyhow::Result<_>>()?, None, arguments)
    }

    /// Work on pictures as a whole.
    pub(crate) fn of_whole(name: &'static str, whole: Whole, arguments: &ArgMatches) -> anyhow::Result<Self> {
        Ok(Self { program: "dnn", ..Self::new(name, Vec::new(), Some(whole), arguments)? })
    }

    fn new(
        name: &'static str,
        mut chain: Vec<Filter>,
        whole: Option<Whole>,
        arguments: &ArgMatches,
    ) -> anyhow::Result<Self> {
        if arguments.get_flag("gray") {
            chain.insert(0, parse("gray")?);
        }
        let usual = Packing::default();
        let number = |name: &str| arguments.get_one::<u32>(name).copied();
        let packing = Packing {
            quality: number("quality").map_or(usual.quality, |quality| quality as u8),
            compression: number("compression").unwrap_or(usual.compression),
        };
        let auto_orient = !arguments.get_flag("no-auto-orient");
        Ok(Self { name, program: "filters", work: glassbox_pipeline::Job { chain, whole, auto_orient, packing } })
    }
}
