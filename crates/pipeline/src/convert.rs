use std::io::{Read, Write};
use std::path::Path;

use glassbox_formats::{
    Format, Picture, PngRows, Written, encode_picture, picture_size, read_picture, read_stream, write_picture,
};
use glassbox_kernels::{first_not_by_rows, output_shape};
use glassbox_tensor::shown;

use crate::apply::apply_to_own;
use crate::by_rows::{by_rows, rows_are_short};
use crate::room::Room;
use crate::{Error, Job};

/// How often a picture is in memory at most: as input and output, or unpacked and packed.
const COPIES: u64 = 2;

/// The source of a picture.
pub enum Input<'a> {
    /// A file.
    File(&'a Path),
    /// A stream, which is read once, and its name in messages.
    Stream(&'a mut dyn Read, &'a str),
}

impl Input<'_> {
    /// The name in messages.
    pub fn name(&self) -> String {
        match self {
            Input::File(path) => shown(path),
            Input::Stream(_, name) => (*name).into(),
        }
    }

    /// Reads the picture as a whole.
    ///
    /// # Errors
    /// As [`read_picture`].
    pub fn read(self, auto_orient: bool) -> Result<Picture, glassbox_formats::Error> {
        match self {
            Input::File(path) => read_picture(path, auto_orient),
            Input::Stream(reader, name) => read_stream(reader, name, auto_orient),
        }
    }
}

/// The target of a picture, and its format.
pub enum Target<'a> {
    /// A file, which is replaced atomically. Its format is that of its suffix.
    File(&'a Path, Format),
    /// A stream, and its name in messages.
    Stream(&'a mut dyn Write, Format, &'a str),
}

/// A written picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// Height, width and channels of the result.
    pub shape: (usize, usize, usize),
    /// Name of its element type: `u8`, `u16` or `f32`.
    pub depth: &'static str,
    /// Notes on what was found and what was lost.
    pub notes: Vec<String>,
}

/// Takes one picture through a job: row by row if it comes and goes as PNG and its operators can, otherwise as a whole.
///
/// # Errors
/// If the picture cannot be read or written, or its output would be empty or too large.
pub fn convert(job: &Job, input: Input, target: Target) -> Result<Converted, Error> {
    convert_within(job, input, target, None)
}

/// As [`convert`]; a picture that is read as a whole waits for its place in the room.
pub(crate) fn convert_within(job: &Job, input: Input, target: Target, room: Option<&Room>) -> Result<Converted, Error> {
    let name = input.name();
    if let (Input::File(path), Target::File(to, Format::Png)) = (&input, &target)
        && job.whole.is_none()
        && first_not_by_rows(&job.chain).is_none()
        && let Some(rows) = PngRows::open(path, job.auto_orient)
        && rows_are_short(&job.chain, &rows)
    {
        let depth = if rows.is_u16 { "u16" } else { "u8" };
        let shape = output_shape(&job.chain, rows.shape).map_err(|error| Error::from(error).with(&name))?;
        let notes = by_rows(job, path, rows, to)?;
        return Ok(Converted { shape, depth, notes });
    }
    let _place = match (&input, room) {
        (Input::File(path), Some(room)) => Some(room.take(COPIES * picture_size(path))),
        _ => None,
    };
    let Picture { pixels, metadata, is_first_of_more } = input.read(job.auto_orient)?;
    let mut pixels = apply_to_own(&job.chain, pixels).map_err(|error| error.with(&name))?;
    let mut said = Vec::new();
    if let Some(whole) = &job.whole {
        (pixels, said) = whole(pixels).map_err(|problem| Error::Whole(problem).with(&name))?;
    }
    let result = Picture { pixels, metadata, is_first_of_more: false };
    let written = match target {
        Target::File(path, _) => write_picture(path, result, job.packing)?,
        Target::Stream(writer, format, to) => {
            let written = encode_picture(result, format, job.packing, writer, to)?;
            writer.flush().map_err(|source| glassbox_formats::Error::Write { file: to.into(), source })?;
            written
        }
    };
    let Written { shape, depth, mut notes } = written;
    if is_first_of_more {
        notes.insert(0, format!("{name} holds more pictures: this is the first"));
    }
    notes.splice(0..0, said);
    Ok(Converted { shape, depth, notes })
}
