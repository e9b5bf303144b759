//! `dnn restore`: pictures mended by a net.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Arg, ArgMatches, Command, value_parser};
use glassbox_dnn::flow::{Filler, Mask};
use glassbox_dnn::restore::Mender;
use glassbox_dnn::{Model, Purpose, Restoration, built_in};
use glassbox_draw::{Tile, draw_sheet, enlarge};
use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::{Image, shown};

use crate::filters::command::{Job, files};
use crate::filters::{read_pixels, run_job};
use crate::outcome::{check_outputs, one_line, wrong_flag};
use crate::run::Common;

/// The highest level of noise that may be given.
const MOST_SIGMA: f32 = 255.0;
/// The seed of what comes into holes.
const SEED: u64 = 1;

/// The longest side of a picture on a sheet.
const LONGEST_SHOWN: usize = 1024;

pub(super) fn command() -> Command {
    let word = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("restore")
        .about("Take noise from pictures, enlarge them, or fill their holes, by a net")
        .long_about(
            "Mends pictures of any size, depth and number of colours by a net, each colour alone. Two nets are built \
             in: denoise takes noise away, enlarge doubles height and width. Large pictures go through in tiles, whose \
             seams cannot be seen.\n\nThe level of the noise, its standard deviation in steps of 255, is estimated for \
             each colour if --sigma does not say it.\n\nA model of `dnn train --preset fill` fills holes, which are \
             white in the picture of --mask. Each --seed gives another filling. Every other pixel stays as it is. A \
             picture larger than those that the net was taught with goes through in windows that overlap by half. Each \
             colour is filled alone, from the same noise.",
        )
        .override_usage("dnn restore [OPTIONS] IN OUT\n       dnn restore [OPTIONS] IN... --out-dir DIR")
        .after_help(
            "Examples:\n  dnn restore noisy.png clean.png\n  dnn restore noisy.jpg clean.png --sigma 25\n  \
             dnn restore small.png large.png --preset enlarge\n  \
             dnn restore scans --recursive --out-dir clean --model denoise.npz\n  \
             dnn restore torn.png whole.png --model fill.npz --mask holes.png --seed 2",
        )
        .arg(
            word("model", "MODEL", "A model that restores, of `dnn train --preset denoise`, enlarge or fill")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with("preset"),
        )
        .arg(word("preset", "NAME", "A model that is built in: denoise or enlarge [default: denoise]"))
        .arg(
            word("sigma", "N", "Level of the noise, 0 to 255 [default: estimated]")
                .value_parser(value_parser!(f32))
                .allow_negative_numbers(true),
        )
        .arg(
            word("mask", "HOLES", "Picture of the same size, white where there are holes to be filled")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(word("seed", "N", "Seed of what comes into the holes [default: 1]").value_parser(value_parser!(u64)))
        .arg(
            word("sheet", "FILE", "Also draw the picture before and after, side by side; a large one smaller")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with("out-dir"),
        )
        .args(files())
}

/// A sheet of a picture before and after, in one size.
fn before_and_after(before: &Pixels, after: &Pixels) -> Image<u8> {
    let small = |pixels: &Pixels| Pixels::F32(pixels.colours_within(1.0, LONGEST_SHOWN)).to_u8();
    let [before, after] = [small(before), small(after)];
    let times = (after.width() / before.width().max(1)).max(1);
    let tile = |label: &str, image| Tile { label: label.into(), image };
    draw_sheet(&[tile("before", enlarge(&before, times)), tile("after", after)], 2)
}

pub(super) fn run(arguments: &ArgMatches, common: &Common) -> anyhow::Result<()> {
    let path = arguments.get_one::<PathBuf>("model");
    let name = arguments.get_one::<String>("preset").map_or("denoise", String::as_str);
    let model = match path {
        Some(path) => Model::load_for(path, "restore")?,
        None => built_in(name).map_err(|error| wrong_flag("--preset", error))?,
    };
    let sheet = arguments.get_one::<PathBuf>("sheet").map(PathBuf::as_path);
    let paths: Vec<_> = arguments.get_many::<PathBuf>("paths").into_iter().flatten().map(PathBuf::as_path).collect();
    // With a folder for the outputs every path is an input.
    let (inputs, output) = match paths[..] {
        [input, output] if !arguments.contains_id("out-dir") => (vec![input], Some(output)),
        _ => (paths.clone(), None),
    };
    let inputs: Vec<_> = inputs.into_iter().map(Some).collect();
    check_outputs(&[path.map(PathBuf::as_path)], &[output])?;
    check_outputs(&[&inputs[..], &[path.map(PathBuf::as_path)]].concat(), &[sheet])?;
    check_outputs(&[output], &[sheet])?;
    let sigma = arguments.get_one::<f32>("sigma").copied();
    if let Some(found) = sigma.filter(|sigma| !(0.0..=MOST_SIGMA).contains(sigma)) {
        return Err(wrong_flag("--sigma", format!("found {found}; 0 to {MOST_SIGMA} is allowed")));
    }
    let file = path.map_or_else(|| format!("preset {name}"), |path| shown(path));
    if model.about.purpose == Purpose::Restore(Restoration::Fill) {
        return fill(&model, &file, arguments, common);
    }
    if let Some(flag) = ["mask", "seed"].into_iter().find(|flag| arguments.contains_id(flag)) {
        return Err(wrong_flag(&format!("--{flag}"), "is for models that fill holes"));
    }
    let mender = Mender::new(&model, sigma).map_err(|error| anyhow::anyhow!("{file}: {error}"))?;
    if sigma.is_some() && !mender.takes_level() {
        return Err(wrong_flag("--sigma", "is for models that take noise away"));
    }
    if let Some(sheet) = sheet {
        common.check_writable(sheet)?;
    }
    let sheet = sheet.map(PathBuf::from);
    let whole = move |pixels: Pixels| {
        let mended = mender.mend(&pixels).map_err(|error| one_line(&error))?;
        let mut notes = Vec::new();
        if let (None, Some(_)) = (sigma, mended.sigmas.first()) {
            let levels: Vec<_> = mended.sigmas.iter().map(|sigma| format!("{sigma:.1}")).collect();
            notes.push(format!("noise estimated at sigma {}", levels.join(", ")));
        }
        if let Some(sheet) = &sheet {
            let page = Picture::from(Pixels::U8(before_and_after(&pixels, &mended.pixels)));
            write_picture(sheet, page, Packing::default()).map_err(|error| one_line(&error))?;
        }
        Ok((mended.pixels, notes))
    };
    run_job(&Job::of_whole("restore", Arc::new(whole), arguments)?, arguments, common)
}

/// Fills holes.
fn fill(model: &Model, file: &str, arguments: &ArgMatches, common: &Common) -> anyhow::Result<()> {
    if arguments.contains_id("sigma") {
        return Err(wrong_flag("--sigma", "is for models that take noise away"));
    }
    let Some(path) = arguments.get_one::<PathBuf>("mask") else {
        return Err(wrong_flag("--mask", "is needed: a picture that is white where there are holes to be filled"));
    };
    let outputs: Vec<_> = arguments.get_many::<PathBuf>("paths").into_iter().flatten().skip(1).collect();
    check_outputs(&[Some(path)], &outputs.iter().map(|output| Some(output.as_path())).collect::<Vec<_>>())?;
    let mask = Mask::of(&read_pixels(path, common)?);
    if mask.holes() == 0 {
        return Err(wrong_flag("--mask", format!("{} is nowhere white, so there is no hole", shown(path))));
    }
    let filler = Filler::new(model).map_err(|error| anyhow::anyhow!("{file}: {error}"))?;
    let seed = arguments.get_one::<u64>("seed").copied().unwrap_or(SEED);
    let whole = move |pixels: Pixels| {
        let filled = filler.fill(pixels, &mask, seed).map_err(|error| one_line(&error))?;
        Ok((filled, Vec::new()))
    };
    run_job(&Job::of_whole("restore", Arc::new(whole), arguments)?, arguments, common)
}
